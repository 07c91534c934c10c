// SPDX-License-Identifier: GPL-2.0-or-later
/* The contract, part 4: arch_papr.h, as far as one can see it from here. Next: contract_vcpu.c. */
#include "arch_papr.h"
#include "contract_vcpu.h"
#include "hvstring.h"

static const struct ktest_suite ktest_this = { "contract_papr", vcpu_setup, vcpu_teardown };

static struct papr_regs *regs(unsigned i)
{
	return &av(i)->papr;
}

KTEST(reset_state)
{
	unsigned i;

	K_EQ(regs(1)->nip, CODE);
	K_EQ(regs(1)->gpr[3], DATA + HV_PAGE_SIZE);
	K_EQ(regs(1)->msr & MSR_SF, MSR_SF);
	K_EQ(regs(1)->msr & (MSR_EE | MSR_PR | MSR_IR | MSR_DR | MSR_HV), 0);
	for (i = 0; i < 32; i++)
		if (i != 3 && regs(1)->gpr[i])
			K_FAIL("gpr[%u] after reset", i);
	arch_papr_reset(av(1), GPA(0x3000), 9);
	K_EQ(regs(1)->msr & MSR_LE, 0);
	K_EQ(regs(1)->nip, 0x3000);
	K_EQ(regs(1)->gpr[3], 9);
	K_CHECK(arch_vcpu_wake(av(1)) > arch_now());
}

KTEST(processor_description)
{
	const struct papr_cpu_desc *d = arch_papr_cpu();

	K_CHECK(d->name && strlen(d->name) > 0 && strlen(d->name) < 32);
	K_CHECK(d->pvr != 0);
	K_CHECK(d->timebase_hz >= 1000000);
	K_CHECK(d->dcache_line >= 16 && d->icache_line >= 16);
	K_CHECK(d->pa_features_len >= 2 && d->pa_features_len <= sizeof(d->pa_features));
	K_CHECK(d->nradix_ap >= 1 && d->nradix_ap <= 8);
	K_CHECK(d->dec_bits >= 32 && d->dec_bits <= 64);
}

KTEST(process_table)
{
	K_EQ(arch_papr_proc_table(vcpu_gs, false, GPA(0x1000), 12, false), HV_ENOTSUP);
	K_EQ(arch_papr_proc_table(vcpu_gs, true, GPA(0x1000), 11, true), HV_EINVAL);
	K_EQ(arch_papr_proc_table(vcpu_gs, true, GPA(0x1000000), 25, true), HV_EINVAL);
	K_EQ(arch_papr_proc_table(vcpu_gs, true, GPA(0x1000), 12, true), HV_OK);
	K_EQ(arch_papr_proc_table(vcpu_gs, true, GPA(0x10000), 16, false), HV_OK);
	K_EQ(arch_papr_proc_table(vcpu_gs, false, GPA(0), 0, false), HV_OK);
	/* the guest still runs */
	arch_vcpu_load(av(0));
	expect_call(0, 0x1001);
	arch_vcpu_put(av(0));
}

KTEST(mode_bits_are_taken)
{
	regs(0)->lpcr = LPCR_ILE;
	arch_papr_mode_changed(av(0));
	arch_vcpu_load(av(0));
	expect_call(0, 0x1001);
	regs(0)->lpcr = LPCR_ILE | LPCR_AIL;
	arch_papr_mode_changed(av(0));
	finish_call(0, 0);
	expect_call(0, 0x1005);
	K_EQ(regs(0)->lpcr, LPCR_ILE | LPCR_AIL);
	arch_vcpu_put(av(0));
}

/* With interrupts off the guest goes on; once they are on it leaves soon. */
KTEST(mediated_interrupt)
{
	u64 ms = arch_tick_hz() / 1000, start;
	unsigned i;

	arch_vcpu_load(av(0));
	run_to_loop(0);
	arch_papr_mediate(av(0), true);
	arch_alarm(arch_now() + ms);
	arch_vcpu_run(av(0), &x);
	K_EQ(x.kind, EXIT_PREEMPT);
	regs(0)->msr |= MSR_EE;
	start = arch_now();
	arch_alarm(start + 20000 * ms);
	for (i = 0; i < 3; i++) {
		arch_vcpu_run(av(0), &x);
		K_CHECK(x.kind == EXIT_WINDOW || x.kind == EXIT_PREEMPT);
	}
	K_CHECK(arch_now() < start + 10000 * ms);
	arch_papr_mediate(av(0), false);
	start = arch_now();
	do {
		arch_alarm(start + 2 * ms);
		arch_vcpu_run(av(0), &x);
		K_EQ(x.kind, EXIT_PREEMPT);
	} while (arch_now() < start + 2 * ms);
	arch_vcpu_put(av(0));
}

KTEST(fault_registers_can_be_set)
{
	arch_vcpu_load(av(0));
	expect_call(0, 0x1001);
	arch_papr_set_fault(av(0), 0x1234, DSISR_NO_PAGE);
	finish_call(0, 0);
	expect_call(0, 0x1005);
	arch_vcpu_put(av(0));
}
