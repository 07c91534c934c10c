// SPDX-License-Identifier: GPL-2.0-or-later
/* Model-specific registers: which there are, and that all others fault and change nothing. */
#include "lab.h"

START_TEST(those_of_the_port)
{
	ck_assert(lab_wrmsr(lab_v0, MSR_PC_EFER, EFER_SCE | EFER_LME));
	ck_assert_uint_eq(lab_msr(lab_v0, MSR_PC_EFER), EFER_SCE | EFER_LME);
	ck_assert(!lab_wrmsr(lab_v0, MSR_PC_EFER, EFER_SVME));
	ck_assert(lab_wrmsr(lab_v0, MSR_PC_PAT, 0x0006060606060606));
	ck_assert(!lab_wrmsr(lab_v0, MSR_PC_PAT, 2));
	ck_assert_uint_eq(lab_msr(lab_v0, MSR_PC_PAT), 0x0006060606060606);
	ck_assert(lab_wrmsr(lab_v0, MSR_PC_AUX, 0x12345));
	ck_assert(!lab_wrmsr(lab_v0, MSR_PC_AUX, 1ull << 32));
	ck_assert_uint_eq(lab_msr(lab_v0, MSR_PC_AUX), 0x12345);
}
END_TEST

START_TEST(memory_types)
{
	static const u32 fixed[] = { 0x250, 0x258, 0x259, 0x268, 0x269, 0x26a,
				     0x26b, 0x26c, 0x26d, 0x26e, 0x26f };

	ck_assert_uint_eq(lab_msr(lab_v0, 0xfe), 0x508);
	ck_assert_uint_eq(lab_msr(lab_v0, 0x2ff), 0xc06);
	for (unsigned i = 0; i < ARRAY_SIZE(fixed); i++) {
		ck_assert_uint_eq(lab_msr(lab_v0, fixed[i]), 0x0606060606060606);
		ck_assert(lab_wrmsr(lab_v0, fixed[i], i));
	}
	for (u32 i = 0; i < 16; i++) {
		ck_assert_uint_eq(lab_msr(lab_v0, 0x200 + i), 0);
		ck_assert(lab_wrmsr(lab_v0, 0x200 + i, 0x800 + i));
	}
	for (u32 i = 0; i < 16; i++)
		ck_assert_uint_eq(lab_msr(lab_v0, 0x200 + i), 0x800 + i);
	for (unsigned i = 0; i < ARRAY_SIZE(fixed); i++)
		ck_assert_uint_eq(lab_msr(lab_v0, fixed[i]), i);
	ck_assert(!lab_wrmsr(lab_v0, 0xfe, 0));
	ck_assert(!lab_wrmsr(lab_v0, 0x210, 0));
}
END_TEST

START_TEST(constants)
{
	static const struct {
		u32 nr;
		u64 val;
		bool ignore;
	} c[] = { { 0x17, 0, false },
		  { 0x3a, 1, false },
		  { 0x8b, 0, true },
		  { 0xce, 0, false },
		  { 0x1d9, 0, false },
		  { 0xc0010010, 0, false },
		  { 0xc0010015, 1 << 24, true },
		  { 0xc0010055, 0, true },
		  { 0xc0011029, 2, true } };

	for (unsigned i = 0; i < ARRAY_SIZE(c); i++) {
		ck_assert_uint_eq(lab_msr(lab_v0, c[i].nr), c[i].val);
		ck_assert(lab_wrmsr(lab_v0, c[i].nr, c[i].val));
		ck_assert_int_eq(lab_wrmsr(lab_v0, c[i].nr, 0x8000), c[i].ignore);
		ck_assert_uint_eq(lab_msr(lab_v0, c[i].nr), c[i].val);
	}
	ck_assert_uint_eq(lab_msr(lab_v0, 0x1a0), 1);
	ck_assert(lab_wrmsr(lab_v0, 0x1a0, 0));
	ck_assert_uint_eq(lab_msr(lab_v0, 0x1a0), 0);
}
END_TEST

/* Reads of everything: what is not in docs/pc.md faults, and writing that changes nothing. */
START_TEST(all_others)
{
	unsigned known = 0;
	u64 val;

	for (u64 nr = 0; nr < 0x2000; nr++)
		known += lab_rdmsr(lab_v0, (u32)nr, &val);
	ck_assert_uint_eq(known, 11 + 1 + 28 + 1);
	for (u64 nr = 0x40000000; nr < 0x40000200; nr++)
		ck_assert(!lab_rdmsr(lab_v0, (u32)nr, &val));
	for (u32 nr = 0x4b564d02; nr < 0x4b564d10; nr++)
		ck_assert(!lab_rdmsr(lab_v0, nr, &val) && !lab_wrmsr(lab_v0, nr, 0));
	for (u32 nr = 0xc0000104; nr < 0xc0000200; nr++) {
		u64 before = lab_digest();

		ck_assert(!lab_rdmsr(lab_v0, nr, &val));
		ck_assert(!lab_wrmsr(lab_v0, nr, 0));
		lab_pc(lab_v0)->event = (struct um_pc_event){ 0 };
		before = lab_digest();
		ck_assert(!lab_wrmsr(lab_v0, nr, 1));
		lab_pc(lab_v0)->event = (struct um_pc_event){ 0 };
		ck_assert_uint_eq(lab_digest(), before);
	}
	ck_assert(!lab_wrmsr(lab_v0, 0xc0010117, 0)); /* VM_HSAVE_PA */
	ck_assert(!lab_wrmsr(lab_v0, 0x79, 0));
}
END_TEST

Suite *suite_pc_msr(void);
Suite *suite_pc_msr(void)
{
	return LAB_SUITE("pc_msr", those_of_the_port, memory_types, constants, all_others);
}
