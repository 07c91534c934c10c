// SPDX-License-Identifier: GPL-2.0-or-later
/* The call table. */
#include "hcall.h"
#include "lab.h"

static s64 call(u64 nr, u64 a)
{
	u64 *gpr = lab_v0->arch.pc.gpr;

	gpr[PC_RAX] = nr;
	memset(&gpr[PC_CALL_ARGS], 0, 9 * sizeof(u64));
	gpr[PC_CALL_ARGS] = a;
	lab_exit(lab_v0, (struct vcpu_exit){ .kind = EXIT_HCALL,
					     .hcall = { nr, &gpr[PC_CALL_ARGS], &gpr[PC_RAX] } });
	return (s64)gpr[PC_RAX];
}

START_TEST(neutral_calls)
{
	const u64 *ret = &lab_v0->arch.pc.gpr[PC_CALL_ARGS];

	ck_assert_int_eq(call(HV_NULL, 0), H_SUCCESS);
	ck_assert_int_eq(call(HV_NULL, 1), H_PARAMETER);
	ck_assert_int_eq(call(HV_VERSION, 0), H_SUCCESS);
	ck_assert_uint_eq(ret[0], HV_ABI_VERSION);
	ck_assert_uint_eq(ret[1], lab_p->id.v);
	ck_assert_int_eq(call(HV_PARTITION_INFO, lab_p->id.v), H_SUCCESS);
	ck_assert_uint_eq(ret[0], PART_RUNNING);
	ck_assert_uint_eq(ret[1], LAB_MEM >> 12);
	ck_assert_uint_eq(ret[2], 2);
	ck_assert_int_eq(call(HV_MEMORY_INFO, 0), H_AUTHORITY);
	for (unsigned i = 0; i < pc_hcalls.nrows; i++)
		ck_assert_ptr_eq(hcall_find(&pc_hcalls, pc_hcalls.rows[i].nr), &pc_hcalls.rows[i]);
}
END_TEST

START_TEST(other_numbers)
{
	unsigned found = 0;

	for (u64 nr = 0; nr < 0x10000; nr++)
		found += hcall_find(&pc_hcalls, nr) != NULL;
	ck_assert_uint_eq(found, pc_hcalls.nrows);
	for (u64 nr = 0; nr < 16; nr++) /* KVM's own */
		ck_assert_int_eq(call(nr, 1), -1000);
	ck_assert_int_eq(call(H_CEDE, 0), -1000);
	ck_assert_int_eq(call(HV_RTAS, 0), H_FUNCTION);
	ck_assert_int_eq(call(HV_NULL + 1, 0), H_FUNCTION);
	ck_assert_int_eq(call(~0ull, 0), H_FUNCTION);
}
END_TEST

Suite *suite_pc_table(void);
Suite *suite_pc_table(void)
{
	return LAB_SUITE("pc_table", neutral_calls, other_numbers);
}
