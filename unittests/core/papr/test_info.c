// SPDX-License-Identifier: GPL-2.0-or-later
/* Answers about the partition's share of the machine. */
#include "lab.h"

START_TEST(performance_parameters)
{
	u64 before = lab_digest();

	ck_assert_int_eq(lab_call(lab_v0, H_GET_PPP, 0), H_SUCCESS);
	ck_assert_uint_eq(lab_ret(lab_v0, 0), 2 * 8 * 100 / 64); /* two vcpus, 8 slots of 64 each */
	ck_assert_uint_eq(lab_ret(lab_v0, 1), 0);
	ck_assert_uint_eq(lab_ret(lab_v0, 2), 0);
	ck_assert_uint_eq(lab_ret(lab_v0, 3), 128ull << 40 | 2 << 16 | 2);
	ck_assert_uint_eq(lab_digest(), before);
}
END_TEST

START_TEST(utilization)
{
	u64 first;

	ck_assert_int_eq(lab_call(lab_v0, H_PURR, 0), H_SUCCESS);
	first = lab_ret(lab_v0, 0);
	um_advance(10000);
	lab_call(lab_v0, H_PURR, 0);
	ck_assert_uint_ge(lab_ret(lab_v0, 0) - first, 10000);
	ck_assert_uint_lt(lab_ret(lab_v0, 0) - first, 11000);
	/* time without a processor does not count */
	cpu_unload(hv.cpu[0]);
	first = lab_ret(lab_v0, 0);
	um_advance(1000000);
	cpu_load(hv.cpu[0], lab_v0);
	lab_call(lab_v0, H_PURR, 0);
	ck_assert_uint_ge(lab_ret(lab_v0, 0), first);
	ck_assert_uint_lt(lab_ret(lab_v0, 0) - first, 2000);
}
END_TEST

START_TEST(no_background_work)
{
	u64 before = lab_digest();

	ck_assert_int_eq(lab_call(lab_v0, H_POLL_PENDING, 0), H_SUCCESS);
	ck_assert_uint_eq(lab_digest(), before);
}
END_TEST

START_TEST(time_base)
{
	ck_assert_uint_eq(arch_papr_cpu()->timebase_hz, arch_tick_hz());
	ck_assert_uint_eq(papr_timebase(12345), 12345);
}
END_TEST

Suite *suite_papr_info(void);
Suite *suite_papr_info(void)
{
	return LAB_SUITE("papr_info", performance_parameters, utilization, no_background_work,
			 time_base);
}
