// SPDX-License-Identifier: GPL-2.0-or-later
/* core/trace.c: a ring per CPU that costs nothing when it is off. */
#include <check.h>
#include <string.h>

#include "boot.h"
#include "trace.h"

static struct trace_rec out[TRACE_RECORDS + 10];

static void setup(void)
{
	boot();
	hv.tracing = true;
}

START_TEST(off_writes_nothing)
{
	hv.tracing = false;
	trace_write(TRACE_EXIT, 1, 2, 3, 4, 5);
	ck_assert_uint_eq(trace_read(0, out, 10), 0);
}
END_TEST

START_TEST(record_has_everything)
{
	u64 now = arch_now();

	trace_write(TRACE_HCALL, 0x1234, 5, 0xabcdef01, 7, ~0ull);
	ck_assert_uint_eq(trace_read(0, out, 10), 1);
	ck_assert_uint_eq(out[0].kind, TRACE_HCALL);
	ck_assert_uint_eq(out[0].lpid, 0x1234);
	ck_assert_uint_eq(out[0].vcpu, 5);
	ck_assert_uint_eq(out[0].code, 0xabcdef01);
	ck_assert_uint_eq(out[0].a, 7);
	ck_assert_uint_eq(out[0].b, ~0ull);
	ck_assert_uint_eq(out[0].when, now);
}
END_TEST

START_TEST(newest_come_last)
{
	for (unsigned i = 0; i < 3 * TRACE_RECORDS + 17; i++) {
		unsigned have, want = MIN(i + 1, TRACE_RECORDS);

		trace_write(TRACE_EXIT, 1, 0, i, 0, 0);
		have = trace_read(0, out, ARRAY_SIZE(out));
		ck_assert_uint_eq(have, want);
		ck_assert_uint_eq(out[0].code, i + 1 - want);
		ck_assert_uint_eq(out[have - 1].code, i);
		ck_assert_uint_eq(trace_read(0, out, 1), 1);
		ck_assert_uint_eq(out[0].code, i);
	}
	ck_assert_uint_eq(trace_read(0, out, 0), 0);
}
END_TEST

START_TEST(rings_are_apart)
{
	trace_write(TRACE_EXIT, 1, 0, 10, 0, 0);
	um_set_cpu(3);
	trace_write(TRACE_EXIT, 1, 0, 13, 0, 0);
	ck_assert_uint_eq(trace_read(0, out, 5), 1);
	ck_assert_uint_eq(out[0].code, 10);
	ck_assert_uint_eq(trace_read(3, out, 5), 1);
	ck_assert_uint_eq(out[0].code, 13);
	ck_assert_uint_eq(trace_read(1, out, 5), 0);
}
END_TEST

START_TEST(cpus_that_do_not_exist)
{
	ck_assert_uint_eq(trace_read(4, out, 5), 0);
	ck_assert_uint_eq(trace_read(MAX_CPUS, out, 5), 0);
	ck_assert_uint_eq(trace_read(~0u, out, 5), 0);
	hv_reset(); /* early: no CPU has a ring */
	hv.tracing = true;
	trace_write(TRACE_EXIT, 1, 0, 10, 0, 0);
	ck_assert_uint_eq(trace_read(0, out, 5), 0);
}
END_TEST

/* A CPU without a ring, or without anything of the core's yet. */
START_TEST(no_ring)
{
	struct trace *ring = hv.cpu[0]->trace;
	struct cpu *c = hv.cpu[0];

	hv.cpu[0]->trace = NULL;
	trace_write(TRACE_EXIT, 1, 2, 3, 4, 5);
	ck_assert_uint_eq(trace_read(0, out, 10), 0);
	hv.cpu[0] = NULL;
	trace_write(TRACE_EXIT, 1, 2, 3, 4, 5);
	ck_assert_uint_eq(trace_read(0, out, 10), 0);
	hv.cpu[0] = c;
	c->trace = ring;
	ck_assert_uint_eq(trace_read(0, out, 10), 0);
	ck_assert_uint_eq(trace_read(MAX_CPUS, out, 10), 0);
}
END_TEST

Suite *suite_trace(void);
Suite *suite_trace(void)
{
	Suite *suite = suite_create("trace");
	TCase *t = tcase_create("trace");

	tcase_add_checked_fixture(t, setup, um_teardown);
	tcase_add_test(t, off_writes_nothing);
	tcase_add_test(t, record_has_everything);
	tcase_add_test(t, newest_come_last);
	tcase_add_test(t, rings_are_apart);
	tcase_add_test(t, cpus_that_do_not_exist);
	tcase_add_test(t, no_ring);
	suite_add_tcase(suite, t);
	return suite;
}
