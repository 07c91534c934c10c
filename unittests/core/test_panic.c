// SPDX-License-Identifier: GPL-2.0-or-later
/* core/panic.c: the message gets out, the others stop, the machine ends with code 1. */
#include <check.h>
#include <string.h>

#include "boot.h"
#include "panic.h"

START_TEST(message_and_end)
{
	ck_assert_int_eq(um_catch(panic("frame %u is %s", 7u, "bad")), 1);
	ck_assert_str_eq(um_output(NULL), "\r\nrhype: PANIC: frame 7 is bad\r\n");
	ck_assert_uint_eq(hv.panicked, 1);
	ck_assert(hv.console.quiet);
}
END_TEST

START_TEST(message_in_a_frame)
{
	const char want[] = "\x01\x00\x15rhype: PANIC: bad 1\r\n";
	size_t n;

	console_init(&hv.console, CONSOLE_FRAMED);
	ck_assert_int_eq(um_catch(panic("bad %d", 1)), 1);
	ck_assert_mem_eq(um_output(&n), want, sizeof(want) - 1);
	ck_assert_uint_eq(n, sizeof(want) - 1);
}
END_TEST

START_TEST(long_message_is_cut)
{
	char text[600];
	size_t n;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = 0;
	console_init(&hv.console, _i ? CONSOLE_FRAMED : CONSOLE_LINES);
	ck_assert_int_eq(um_catch(panic("%s", text)), 1);
	um_output(&n);
	ck_assert_uint_ge(n, 200);
	ck_assert_uint_le(n, 3 + 255);
	ck_assert_mem_eq(um_output(NULL) + n - 4, "xx\r\n", 4);
}
END_TEST

/* Nothing is waited for: the panicking CPU, or another one, may hold these. */
START_TEST(locks_do_not_matter)
{
	um_set_cpu(1);
	lock_take(&hv.console.lock);
	um_set_cpu(0);
	lock_take(&hv.log.lock);
	ck_assert_int_eq(um_catch(panic("here")), 1);
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "PANIC: here"));
}
END_TEST

START_TEST(online_cpus_are_kicked)
{
	hv.cpu[0]->online = true;
	hv.cpu[1]->online = true;
	hv.cpu[3]->online = true;
	ck_assert_int_eq(um_catch(panic("here")), 1);
	ck_assert(!um_kicked(0));
	ck_assert(um_kicked(1));
	ck_assert(!um_kicked(2));
	ck_assert(um_kicked(3));
}
END_TEST

START_TEST(panic_of_a_second_cpu_only_stops_it)
{
	hv.panicked = 2;
	ck_assert_int_eq(um_catch(panic("second")), UM_HALT);
	ck_assert_str_eq(um_output(NULL), "");
	ck_assert_uint_eq(hv.panicked, 2);
}
END_TEST

START_TEST(panic_inside_a_panic_ends_at_once)
{
	hv.panicked = 1;
	ck_assert_int_eq(um_catch(panic("again")), 1);
	ck_assert_str_eq(um_output(NULL), "");
}
END_TEST

START_TEST(before_boot)
{
	hv_reset();
	ck_assert_int_eq(um_catch(panic("early")), 1);
	ck_assert_str_eq(um_output(NULL), "\r\nrhype: PANIC: early\r\n");
}
END_TEST

START_TEST(hardware_error)
{
	ck_panics(machine_check("checkstop", 0x1234, 0xff),
		  "hardware error: checkstop, address 0x1234, status 0xff");
}
END_TEST

START_TEST(check_names_the_place)
{
	int one = 1;

	ck_assert_int_eq(um_catch(CHECK(one == 1)), UM_NO_END);
	ck_panics(CHECK(one == 2), "test_panic.c:");
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "CHECK failed: one == 2"));
}
END_TEST

START_TEST(debug_builds_assert)
{
	int one = 1;

	ck_assert_int_eq(um_catch(ASSERT(one == 1)), UM_NO_END);
	ck_panics(ASSERT(one == 2), "one == 2");
}
END_TEST

START_TEST(what_is_written_afterwards_still_gets_out)
{
	hv.console.quiet = true;
	um_set_cpu(1);
	lock_take(&hv.console.lock);
	um_set_cpu(0);
	console_write(0, "last\n", 5);
	ck_assert_str_eq(um_output(NULL), "last\r\n");
}
END_TEST

START_TEST(a_trace_is_shown)
{
	hv.cpu[0]->trace->next = 0;
	ck_panics(panic("untraced"), "untraced");
	ck_assert_ptr_null(strstr(um_output(NULL), "trace:"));
	boot();
	hv.tracing = true;
	for (unsigned i = 0; i < 20; i++)
		trace_write(TRACE_HCALL, 7, 1, 0x100 + i, 0xaa, 0xbb);
	ck_panics(panic("traced"), "lpid 7 vcpu 1 kind 2 code 0x113 0xaa 0xbb");
	ck_assert_ptr_null(strstr(um_output(NULL), "code 0x103")); /* the newest 16 */
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "code 0x104"));
}
END_TEST

Suite *suite_panic(void);
Suite *suite_panic(void)
{
	Suite *suite = suite_create("panic");
	TCase *t = tcase_create("panic");

	tcase_add_checked_fixture(t, boot, um_teardown);
	tcase_add_test(t, message_and_end);
	tcase_add_test(t, a_trace_is_shown);
	tcase_add_test(t, message_in_a_frame);
	tcase_add_loop_test(t, long_message_is_cut, 0, 2);
	tcase_add_test(t, locks_do_not_matter);
	tcase_add_test(t, online_cpus_are_kicked);
	tcase_add_test(t, panic_of_a_second_cpu_only_stops_it);
	tcase_add_test(t, panic_inside_a_panic_ends_at_once);
	tcase_add_test(t, before_boot);
	tcase_add_test(t, hardware_error);
	tcase_add_test(t, check_names_the_place);
	tcase_add_test(t, debug_builds_assert);
	tcase_add_test(t, what_is_written_afterwards_still_gets_out);
	suite_add_tcase(suite, t);
	return suite;
}
