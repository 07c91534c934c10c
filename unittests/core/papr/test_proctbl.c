// SPDX-License-Identifier: GPL-2.0-or-later
/* H_REGISTER_PROC_TBL. */
#include "lab.h"

#define KEEP   0x05 /* radix, own invalidations */
#define REMOVE 0x15
#define NEW    0x1d

static s64 reg(u64 flags, u64 base, u64 page_size, u64 size)
{
	return lab_call(lab_v0, H_REGISTER_PROC_TBL, flags, base, page_size, size);
}

START_TEST(registers_and_withdraws)
{
	const struct arch_gspace *gs = &lab_p->gspace;

	lab_v1->loaded = true;
	ck_assert_int_eq(reg(NEW, 0x10000, 0, 4), H_SUCCESS);
	ck_assert(gs->radix && gs->gtse);
	ck_assert_uint_eq(gs->proc_table, 0x10000);
	ck_assert_uint_eq(gs->proc_table_log2, 16);
	ck_assert(um_kicked(1));
	ck_assert_int_eq(reg(KEEP, 0, 0, 0), H_SUCCESS);
	ck_assert_uint_eq(gs->proc_table, 0x10000);
	ck_assert_int_eq(reg(NEW | 2, 0x100000, 0, 8), H_SUCCESS); /* 2 says nothing beside radix */
	ck_assert_uint_eq(gs->proc_table, 0x100000);
	ck_assert_uint_eq(gs->proc_table_log2, 20);
	ck_assert_int_eq(reg(REMOVE, 0x77, 0x77, 0x77), H_SUCCESS);
	ck_assert(!gs->radix);
	ck_assert_uint_eq(gs->proc_table, 0);
}
END_TEST

START_TEST(errors)
{
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_PROC_TBL, NEW | 0x20, 0x10000, 0, 4);
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_PROC_TBL, NEW | 1ull << 63, 0x10000, 0, 4);
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_PROC_TBL, NEW & ~4, 0x10000, 0, 4); /* hash */
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_PROC_TBL, 0x1a, 0x10000, 0, 4);
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_PROC_TBL, NEW & ~1, 0x10000, 0, 4);
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_PROC_TBL, 0, 0, 0, 0);
	lab_error(H_P2, lab_v0, H_REGISTER_PROC_TBL, NEW, 0x10800, 0, 4);
	lab_error(H_P3, lab_v0, H_REGISTER_PROC_TBL, NEW, 0x10000, 1, 4);
	lab_error(H_P4, lab_v0, H_REGISTER_PROC_TBL, NEW, 0x10000, 0, 13);
	lab_error(H_P4, lab_v0, H_REGISTER_PROC_TBL, NEW, 0x10000, 0, 64);
	lab_error(H_P4, lab_v0, H_REGISTER_PROC_TBL, NEW, 0x10000, 0, ~0ull);
	lab_error(H_P2, lab_v0, H_REGISTER_PROC_TBL, NEW, LAB_MEM, 0, 0);
	lab_error(H_P2, lab_v0, H_REGISTER_PROC_TBL, NEW, LAB_MEM - 4096, 0, 1);
	lab_error(H_P2, lab_v0, H_REGISTER_PROC_TBL, NEW, 1ull << 60, 0, 0);
	lab_error(H_P2, lab_v0, H_REGISTER_PROC_TBL, NEW, ~0xfffull, 0, 0);
	lab_error(H_P2, lab_v0, H_REGISTER_PROC_TBL, NEW, 0x1000, 0,
		  4); /* not aligned to its size */
}
END_TEST

Suite *suite_papr_proctbl(void);
Suite *suite_papr_proctbl(void)
{
	return LAB_SUITE("papr_proctbl", registers_and_withdraws, errors);
}
