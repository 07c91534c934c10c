// SPDX-License-Identifier: GPL-2.0-or-later
/* core/log.c: levels, form, ring, and text that must not fake a line. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "log.h"

static char ring[LOG_RING + 1];

static const char *ring_text(void)
{
	ck_assert_uint_eq(log_read(ring, sizeof(ring)), strlen(ring));
	return ring;
}

START_TEST(one_line_to_console_and_ring)
{
	log_info("partition %s has %u vcpus", "a", 2u);
	ck_assert_str_eq(um_output(NULL), "rhype: partition a has 2 vcpus\r\n");
	ck_assert_str_eq(ring_text(), "partition a has 2 vcpus\n");
}
END_TEST

START_TEST(level_filters_both)
{
	hv.log.level = LOG_WARN;
	log_debug("debug");
	log_info("info");
	ck_assert_str_eq(um_output(NULL), "");
	ck_assert_str_eq(ring_text(), "");
	log_warn("warn");
	log_error("error");
	ck_assert_str_eq(ring_text(), "warn\nerror\n");
	hv.log.level = LOG_DEBUG;
	log_debug("debug");
	ck_assert_str_eq(ring_text(), "warn\nerror\ndebug\n");
	ck_assert_str_eq(um_output(NULL), "rhype: warn\r\nrhype: error\r\nrhype: debug\r\n");
}
END_TEST

START_TEST(fresh_machine_shows_info_not_debug)
{
	log_info("i");
	log_debug("d");
	ck_assert_str_eq(ring_text(), "i\n");
}
END_TEST

START_TEST(long_line_is_cut)
{
	for (unsigned n = LOG_LINE - 1; n <= LOG_LINE + 100; n++) {
		char text[LOG_LINE + 101], want[LOG_LINE + 2];

		memset(text, 'x', n);
		text[n] = 0;
		memset(want, 'x', sizeof(want));
		memcpy(want + MIN(n, LOG_LINE), "\n", 2);
		hv.log.head = 0;
		log_info("%s", text);
		ck_assert_str_eq(ring_text(), want);
	}
}
END_TEST

START_TEST(guest_text_cannot_make_lines)
{
	log_info("guest says: %s", "x\r\nrhype: PANIC\x1b[2J\t\x7f\xff");
	ck_assert_str_eq(ring_text(), "guest says: x..rhype: PANIC.[2J...\n");
	ck_assert_str_eq(um_output(NULL), "rhype: guest says: x..rhype: PANIC.[2J...\r\n");
}
END_TEST

START_TEST(ring_keeps_the_newest)
{
	static char all[3 * LOG_RING];
	size_t len = 0;

	for (unsigned i = 0; len < 2 * LOG_RING + 100; i++) {
		log_info("line %u of many", i);
		len += (size_t)snprintf(all + len, sizeof(all) - len, "line %u of many\n", i);
		if (i % 100 == 0)
			ck_assert_str_eq(ring_text(), all + (len > LOG_RING ? len - LOG_RING : 0));
	}
	ck_assert_uint_eq(log_read(ring, sizeof(ring)), LOG_RING);
	ck_assert_str_eq(ring, all + len - LOG_RING);
}
END_TEST

START_TEST(read_into_small_buffers)
{
	char buf[8] = "#######";

	log_info("0123456789");
	ck_assert_uint_eq(log_read(buf, 0), 0);
	ck_assert_int_eq(buf[0], '#');
	ck_assert_uint_eq(log_read(buf, 1), 0);
	ck_assert_mem_eq(buf, "\0######", 8);
	ck_assert_uint_eq(log_read(buf, 5), 4);
	ck_assert_mem_eq(buf, "789\n\0##", 8);
}
END_TEST

/* Ranks below LOCK_LOG may be held; under the console's own lock the line goes to the ring only. */
START_TEST(locks_may_be_held)
{
	lock_take(&hv.lock);
	lock_take(&hv.palloc.lock);
	log_info("a");
	ck_assert_str_eq(um_output(NULL), "rhype: a\r\n");
	lock_take(&hv.console.lock);
	log_info("b");
	lock_drop(&hv.console.lock);
	lock_drop(&hv.palloc.lock);
	lock_drop(&hv.lock);
	ck_assert_str_eq(um_output(NULL), "rhype: a\r\n");
	ck_assert_str_eq(ring_text(), "a\nb\n");
	ck_assert_uint_eq(lock_count(), 0);
}
END_TEST

START_TEST(works_before_the_boot_steps)
{
	hv_reset();
	log_info("early");
	ck_assert_str_eq(um_output(NULL), "rhype: early\r\n");
	ck_assert_str_eq(ring_text(), "early\n");
}
END_TEST

Suite *suite_log(void);
Suite *suite_log(void)
{
	Suite *suite = suite_create("log");
	TCase *t = tcase_create("log");

	tcase_add_checked_fixture(t, boot, um_teardown);
	tcase_add_test(t, one_line_to_console_and_ring);
	tcase_add_test(t, level_filters_both);
	tcase_add_test(t, fresh_machine_shows_info_not_debug);
	tcase_add_test(t, long_line_is_cut);
	tcase_add_test(t, guest_text_cannot_make_lines);
	tcase_add_test(t, ring_keeps_the_newest);
	tcase_add_test(t, read_into_small_buffers);
	tcase_add_test(t, locks_may_be_held);
	tcase_add_test(t, works_before_the_boot_steps);
	suite_add_tcase(suite, t);
	return suite;
}
