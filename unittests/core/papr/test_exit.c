// SPDX-License-Identifier: GPL-2.0-or-later
/* What a guest gets for faults and bad instructions. */
#include "lab.h"

static struct papr_regs *fault(u8 access, bool mapped)
{
	struct papr_regs *r = papr_regs(lab_v0);
	struct vcpu_exit x = {
		.kind = EXIT_MEMORY,
		.mem = { .addr = GPA(LAB_MEM),
			 .va = 0xc000000012345678,
			 .access = access,
			 .mapped = mapped },
	};

	r->nip = 0x4000;
	r->msr = MSR_SF | MSR_ME | MSR_PR | MSR_EE;
	exit_dispatch(lab_v0, &x);
	ck_assert_uint_eq(r->srr0, 0x4000);
	ck_assert_uint_eq(r->msr, MSR_SF | MSR_ME);
	return r;
}

START_TEST(data_faults)
{
	u64 dar, dsisr;

	ck_assert_uint_eq(fault(ACCESS_READ, false)->nip, 0x300);
	cpu_unload(hv.cpu[0]);
	dar = lab_v0->arch.heavy.dar;
	dsisr = lab_v0->arch.heavy.dsisr;
	ck_assert_uint_eq(dar, 0xc000000012345678);
	ck_assert_uint_eq(dsisr, 0x40000000);
	cpu_load(hv.cpu[0], lab_v0);
	fault(ACCESS_WRITE, false);
	cpu_unload(hv.cpu[0]);
	ck_assert_uint_eq(lab_v0->arch.heavy.dsisr, 0x42000000);
	cpu_load(hv.cpu[0], lab_v0);
	fault(ACCESS_WRITE, true);
	cpu_unload(hv.cpu[0]);
	ck_assert_uint_eq(lab_v0->arch.heavy.dsisr, 0x0a000000);
	cpu_load(hv.cpu[0], lab_v0);
	ck_assert_uint_eq(papr_regs(lab_v0)->srr1, MSR_SF | MSR_ME | MSR_PR | MSR_EE);
}
END_TEST

START_TEST(fetch_faults)
{
	struct papr_regs *r = fault(ACCESS_EXEC, false);

	ck_assert_uint_eq(r->nip, 0x400);
	ck_assert_uint_eq(r->srr1, MSR_SF | MSR_ME | MSR_PR | MSR_EE | 0x40000000);
	r = fault(ACCESS_EXEC, true);
	ck_assert_uint_eq(r->srr1, MSR_SF | MSR_ME | MSR_PR | MSR_EE | 0x10000000);
}
END_TEST

static struct papr_regs *program(struct vcpu_exit x)
{
	struct papr_regs *r = papr_regs(lab_v0);

	r->nip = 0x4004;
	r->msr = MSR_SF | MSR_ME | MSR_PR;
	exit_dispatch(lab_v0, &x);
	ck_assert_uint_eq(r->nip, 0x700);
	return r;
}

START_TEST(program_checks)
{
	struct papr_regs *r;

	r = program((struct vcpu_exit){ .kind = EXIT_ILLEGAL,
					.illegal = { .cause = ILLEGAL_INSTRUCTION } });
	ck_assert_uint_eq(r->srr0, 0x4004);
	ck_assert_uint_eq(r->srr1, MSR_SF | MSR_ME | MSR_PR | 0x80000);
	r = program((struct vcpu_exit){ .kind = EXIT_ILLEGAL,
					.illegal = { .cause = ILLEGAL_FACILITY } });
	ck_assert_uint_eq(r->srr1, MSR_SF | MSR_ME | MSR_PR | 0x80000);
	/* a call from user mode: the interrupt names the call itself */
	r = program((struct vcpu_exit){ .kind = EXIT_ILLEGAL,
					.illegal = { .cause = ILLEGAL_PRIVILEGE } });
	ck_assert_uint_eq(r->srr0, 0x4000);
	ck_assert_uint_eq(r->srr1, MSR_SF | MSR_ME | MSR_PR | 0x40000);
	program((struct vcpu_exit){ .kind = EXIT_IO });
	program((struct vcpu_exit){ .kind = EXIT_REGISTER });
}
END_TEST

START_TEST(spurious_interrupt_is_nothing)
{
	struct vcpu_exit x = { .kind = EXIT_INTERRUPT };
	u64 before = lab_digest();

	exit_dispatch(lab_v0, &x);
	ck_assert_uint_eq(lab_digest(), before);
}
END_TEST

Suite *suite_papr_exit(void);
Suite *suite_papr_exit(void)
{
	return LAB_SUITE("papr_exit", data_faults, fetch_faults, program_checks,
			 spurious_interrupt_is_nothing);
}
