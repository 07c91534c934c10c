// SPDX-License-Identifier: GPL-2.0-or-later
/* Interrupt delivery on a register file, in each mode. */
#include "lab.h"

#define ALL                                                                                   \
	(MSR_SF | MSR_EE | MSR_PR | MSR_FP | MSR_ME | MSR_VEC | MSR_VSX | MSR_FE0 | MSR_FE1 | \
	 MSR_TE | MSR_IR | MSR_DR | MSR_PMM | MSR_RI | MSR_LE)
#define AIL(n) ((u64)(n) << LPCR_AIL_SHIFT)

static struct papr_regs regs(u64 msr, u64 lpcr)
{
	return (struct papr_regs){ .nip = 0x12345678, .msr = msr, .lpcr = lpcr };
}

START_TEST(real_mode_big_endian)
{
	struct papr_regs r = regs(MSR_SF | MSR_EE | MSR_ME, 0);

	papr_inject(&r, VEC_EXTERNAL, 0);
	ck_assert_uint_eq(r.nip, 0x500);
	ck_assert_uint_eq(r.srr0, 0x12345678);
	ck_assert_uint_eq(r.srr1, MSR_SF | MSR_EE | MSR_ME);
	ck_assert_uint_eq(r.msr, MSR_SF | MSR_ME);
}
END_TEST

START_TEST(everything_is_switched_off)
{
	struct papr_regs r = regs(ALL, 0);

	papr_inject(&r, VEC_DATA_STORAGE, 0);
	ck_assert_uint_eq(r.msr, MSR_SF | MSR_ME);
	ck_assert_uint_eq(r.srr1, ALL);
	r = regs(ALL & ~(MSR_ME | MSR_SF), LPCR_ILE); /* 32-bit user, machine checks off */
	papr_inject(&r, VEC_DATA_STORAGE, 0);
	ck_assert_uint_eq(r.msr, MSR_SF | MSR_LE);
}
END_TEST

START_TEST(cause_replaces_its_bits)
{
	struct papr_regs r = regs(ALL | 0x783f0000, 0);

	papr_inject(&r, VEC_PROGRAM, SRR1_PROGRAM_ILLEGAL);
	ck_assert_uint_eq(r.srr1, ((ALL | 0x783f0000) & ~0x783f0000ull) | SRR1_PROGRAM_ILLEGAL);
}
END_TEST

START_TEST(relocated)
{
	struct papr_regs r = regs(MSR_SF | MSR_IR | MSR_DR | MSR_PR | MSR_EE, AIL(3) | LPCR_ILE);

	papr_inject(&r, VEC_EXTERNAL, 0);
	ck_assert_uint_eq(r.nip, 0xc000000000004500);
	ck_assert_uint_eq(r.msr, MSR_SF | MSR_IR | MSR_DR | MSR_LE);
	for (unsigned ail = 0; ail < 3; ail++) {
		r = regs(MSR_SF | MSR_IR | MSR_DR, AIL(ail));
		papr_inject(&r, VEC_PROGRAM, 0);
		ck_assert_uint_eq(r.nip, 0x700);
		ck_assert_uint_eq(r.msr, MSR_SF);
	}
}
END_TEST

START_TEST(not_relocated)
{
	static const u64 partly[] = { MSR_SF, MSR_SF | MSR_IR, MSR_SF | MSR_DR };
	struct papr_regs r;

	for (unsigned i = 0; i < 3; i++) {
		r = regs(partly[i], AIL(3));
		papr_inject(&r, VEC_EXTERNAL, 0);
		ck_assert_uint_eq(r.nip, 0x500);
		ck_assert_uint_eq(r.msr, MSR_SF);
	}
	r = regs(MSR_SF | MSR_IR | MSR_DR, AIL(3));
	papr_inject(&r, VEC_SYSTEM_RESET, 0);
	ck_assert_uint_eq(r.nip, 0x100);
	ck_assert_uint_eq(r.msr, MSR_SF);
	r = regs(MSR_SF | MSR_IR | MSR_DR, AIL(3));
	papr_inject(&r, VEC_MACHINE_CHECK, 0);
	ck_assert_uint_eq(r.nip, 0x200);
}
END_TEST

Suite *suite_papr_regs(void);
Suite *suite_papr_regs(void)
{
	return LAB_SUITE("papr_regs", real_mode_big_endian, everything_is_switched_off,
			 cause_replaces_its_bits, relocated, not_relocated);
}
