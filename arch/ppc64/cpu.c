// SPDX-License-Identifier: GPL-2.0-or-later
/* Physical CPUs: vectors, control registers, start, sleep, and what their own faults do. */
#include "fmt.h"
#include "panic.h"
#include "port.h"

#define START_WAIT_MS 2000
#define DEC_FAR	      0x7fffffffull

/* What firmware tells of a maintenance interrupt that it handled */
#define HMI_DEC_LOST	     (1ull << 1)
#define HMI_TIMEBASE_DEAD    (1ull << 3)

#define AT(type, field, off) BUILD_ASSERT(offsetof(type, field) == (off), "regs.h: " #field)
AT(struct arch_cpu, guard, 0);
AT(struct arch_cpu, vcpu, CPU_VCPU);
AT(struct arch_cpu, stack, CPU_STACK);
AT(struct arch_cpu, toc, CPU_TOC);
AT(struct arch_cpu, light, CPU_LIGHT);
AT(struct arch_cpu, fatal, CPU_FATAL);
AT(struct arch_cpu, crash, CPU_CRASH);
AT(struct arch_cpu, crash_sp, CPU_CRASHSP);
AT(struct arch_cpu, scratch, CPU_SCRATCH);
AT(struct arch_vcpu, papr, 0);
AT(struct papr_regs, gpr, 0);
AT(struct papr_regs, nip, R_NIP);
AT(struct papr_regs, msr, R_MSR);
AT(struct papr_regs, cr, R_CR);
AT(struct papr_regs, lr, R_LR);
AT(struct papr_regs, ctr, R_CTR);
AT(struct papr_regs, xer, R_XER);
AT(struct papr_regs, srr0, R_SRR0);
AT(struct papr_regs, srr1, R_SRR1);
AT(struct arch_vcpu, ppr, V_PPR);
AT(struct arch_vcpu, vsr, V_VSR);
AT(struct arch_vcpu, vscr, V_VSCR);
AT(struct arch_vcpu, fpscr, V_FPSCR);

unsigned arch_ncpus(void)
{
	return platform.ncpus;
}

void cpu_prepare(struct arch_cpu *c, u64 stack_top)
{
	static struct papr_regs crash[MAX_CPUS];
	u64 toc;

	asm("mr %0, 2" : "=r"(toc));
	c->toc = toc;
	c->light = (u64)hcall_light;
	c->fatal = (u64)hv_fault;
	c->crash = (u64)&crash[c - cpus];
	c->crash_sp = stack_top - 64;
	c->alarm = c->look_again = TIME_NEVER;
}

void cpu_vectors(void)
{
	u64 first = 0x100, size = (u64)(vectors_end - vectors_start);

	arch_load_image(PA(first), vectors_start + first, size - first);
	for (u64 at = VIRTUAL_VECTORS + 0x500; at < VIRTUAL_VECTORS_END; at += 0x20)
		arch_load_image(PA(at), virtual_vector, (u64)(virtual_vector_end - virtual_vector));
}

err_t arch_cpu_init(void)
{
	mtspr(SPR_DEC, DEC_FAR);
	mtspr(SPR_HDEC, DEC_FAR);
	mtspr(SPR_LPIDR, 0);
	mtspr(SPR_LPCR, LPCR_BASE);
	mtspr(SPR_HFSCR, HFSCR_GUEST);
	mtspr(SPR_PCR, 0);
	mtspr(SPR_AMOR, ~0ull);
	mtspr(SPR_DAWR, 0);
	mtspr(SPR_DAWRX, 0);
	mtspr(SPR_CIABR, 0);
	mtspr(SPR_DPDES, 0);
	mtspr(SPR_MMCR0, MMCR0_FC);
	partition_table_init();
	mtspr(SPR_PSSCR, PSSCR_EC);
	return xive_cpu_init(arch_cpu());
}

err_t arch_cpu_start(unsigned cpu)
{
	static bool late; /* one may still arrive and read cpu_next: start no other */
	struct arch_cpu *c = &cpus[cpu];
	u64 since = timebase();

	if (cpu >= platform.ncpus || c->running || late)
		return HV_EIO;
	cpu_next = CPU_R13(c);
	arch_barrier();
	if (opal_call(OPAL_START_CPU, c->pir, secondary_entry))
		return HV_EIO;
	while (!c->running && !late) {
		arch_relax();
		late = timebase() - since > arch_tick_hz() / 1000 * START_WAIT_MS;
	}
	return late ? HV_EIO : HV_OK;
}

/* Until any interrupt is pending: MSR[EE] is off, so execution goes on here. */
static void stop(void)
{
	mtspr(SPR_PSSCR, 0);
	asm volatile("sync; .machine push; .machine power9; stop; .machine pop; isync"
		     :
		     :
		     : "memory");
	mtspr(SPR_PSSCR, PSSCR_EC);
}

bool hmi_repair(void)
{
	be64_t flags = cpu_to_be64(0);
	s64 rc = opal_call(OPAL_HANDLE_HMI2, &flags);
	u64 lost = be64_to_cpu(flags);

	if (rc)
		mtspr(SPR_HMER, 0); /* else it comes again at once */
	if (lost & HMI_DEC_LOST)
		mtspr(SPR_DEC,
		      1); /* early is harmless; the hypervisor's own is set after every exit */
	return !rc && !(lost & HMI_TIMEBASE_DEAD);
}

void arch_cpu_idle(void)
{
	struct arch_cpu *c = arch_cpu();
	u64 due = timebase() + mfspr(SPR_DEC);

	/* a loaded guest's timer would end the sleep again and again: the core's alarm covers it */
	mtspr(SPR_DEC, DEC_FAR);
	stop();
	mtspr(SPR_DEC, due - timebase());
	/* it waits for MSR[EE], which is never on here, and would end every sleep */
	if (mfspr(SPR_HMER) & mfspr(SPR_HMEER) && !hmi_repair())
		panic("CPU %u: hardware failed, and firmware did not repair it", c->index);
	xive_ack(c);
}

void arch_halt(void)
{
	for (;;) {
		mtspr(SPR_DEC, DEC_FAR);
		mtspr(SPR_HDEC, DEC_FAR);
		stop();
	}
}

static const char *vector_name(u64 vector)
{
	switch (vector) {
	case VEC_SYSTEM_RESET:
		return "system reset";
	case VEC_MACHINE_CHECK:
		return "machine check";
	case 0xe60:
		return "hypervisor maintenance";
	default:
		return "exception in the hypervisor";
	}
}

/* From the vectors, with the CPU's stack thrown away: nothing returns from here. */
void hv_fault(u64 vector, const struct papr_regs *r)
{
	static bool again[MAX_CPUS];
	struct arch_cpu *c = arch_cpu();
	bool hv = vector >= 0xe00 && vector < 0xf00;
	char line[128];

	if (again[c->index])
		arch_halt();
	again[c->index] = true;
	for (unsigned i = 0; i < 32; i += 4) {
		size_t n =
			fmt_print(line, sizeof(line), "r%-2u %016llx %016llx %016llx %016llx\r\n",
				  i, (long long)r->gpr[i], (long long)r->gpr[i + 1],
				  (long long)r->gpr[i + 2], (long long)r->gpr[i + 3]);
		arch_puts(line, MIN(n, sizeof(line) - 1));
	}
	if (vector <= VEC_MACHINE_CHECK || vector == 0xe60)
		machine_check(vector_name(vector), hv ? r->nip : r->srr0,
			      vector == 0xe60 ? mfspr(SPR_HMER) : r->srr1);
	panic("CPU %u: %s, vector 0x%x at 0x%llx, msr 0x%llx, lr 0x%llx, dar 0x%llx, dsisr 0x%x",
	      c->index, vector_name(vector), (unsigned)vector,
	      (unsigned long long)(hv ? r->nip : r->srr0),
	      (unsigned long long)(hv ? r->msr : r->srr1), (unsigned long long)r->lr,
	      (unsigned long long)mfspr(SPR_DAR), (unsigned)mfspr(SPR_DSISR));
}
