// SPDX-License-Identifier: GPL-2.0-or-later
/* core/console.c when the serial line is slow or stuck: nobody waits, and nothing gets mixed up. */
#include <stdio.h>
#include <stdlib.h>

#include "part.h"

static struct partition part[3];

static void console_of(enum console_mode mode)
{
	boot();
	console_init(&hv.console, mode);
	for (unsigned i = 0; i < 3; i++) {
		part_init(&part[i], (u16)(i + 1));
		console_partition(part[i].id, true);
	}
	um_output_clear();
}

static void lines(void)
{
	console_of(CONSOLE_LINES);
}

/* Partition (or 0) writes; this must appear, and no more. */
static void ck_write(u8 chan, const char *s, const char *want)
{
	um_output_clear();
	console_write(chan, s, strlen(s));
	ck_assert_str_eq(um_output(NULL), want);
}

/* Write to partition 2 until nothing is taken; how many bytes were. */
static size_t fill(void)
{
	size_t sum = 0, n;

	while ((n = console_write(2, "0123456789abcde\n", 16)) != 0) {
		ck_assert_uint_eq(n, 16);
		sum += n;
		ck_assert_uint_lt(sum, 100000);
	}
	return sum;
}

START_TEST(a_stuck_line_stops_nobody)
{
	char want[64];
	size_t taken, seen = 0;
	unsigned logged = 0;

	um_line_takes(0);
	taken = fill();
	ck_assert_uint_gt(taken, 100);
	ck_assert_uint_eq(console_write(3, "0123456789abcde\n", 16), 0);
	while (hv.console.lost < 3) { /* our own lines have some room of their own */
		u32 lost = hv.console.lost;
		size_t n = console_write(0, "rhype: important\n", 17);

		ck_assert_uint_eq(n, hv.console.lost == lost ? 17 : 0);
		ck_assert_uint_lt(++logged, 1000);
	}
	ck_assert_uint_gt(logged, 50);
	ck_assert_str_eq(um_output(NULL), "");
	um_line_takes(~0ul);
	for (unsigned i = 0; i < CONSOLE_RING / CONSOLE_BURST; i++)
		console_flush();
	for (const char *s = um_output(NULL); (s = strstr(s, "[b] 0123456789abcde\r\n")); s++)
		seen += 16;
	ck_assert_uint_eq(seen, taken);
	snprintf(want, sizeof(want), "rhype: %u lines are missing\r\nrhype: y\r\n", 3u);
	ck_write(0, "rhype: y\n", want);
	ck_write(0, "rhype: z\n", "rhype: z\r\n"); /* said once */
	ck_write(2, "again\n", "[b] again\r\n");
}
END_TEST

START_TEST(a_slow_line_keeps_order)
{
	um_line_takes(7);
	for (unsigned i = 0; i < 20; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%u\n", i);
		ck_assert_uint_eq(console_write(2, text, strlen(text)), strlen(text));
	}
	um_line_takes(~0ul);
	console_flush();
	for (unsigned i = 0, at = 0; i < 20; i++) {
		char line[32];

		snprintf(line, sizeof(line), "[b] %u\r\n", i);
		ck_assert(strncmp(um_output(NULL) + at, line, strlen(line)) == 0);
		at += (unsigned)strlen(line);
	}
}
END_TEST

START_TEST(another_writer_is_not_waited_for)
{
	hv.console.lock.word = 1 + 2; /* CPU 2 has it */
	ck_assert_uint_eq(console_write(2, "x\n", 2), 0);
	console_flush();
	hv.console.lock.word = 0;
	ck_assert_uint_eq(console_write(2, "x\n", 2), 2);
}
END_TEST

START_TEST(the_end_shows_what_waits)
{
	um_line_takes(0);
	console_write(2, "last words\n", 11);
	ck_assert_str_eq(um_output(NULL), "");
	console_finish();
	ck_assert_str_eq(um_output(NULL), "[b] last words\r\n");
}
END_TEST

START_TEST(a_stuck_line_of_frames)
{
	const char *out;
	size_t n;

	um_line_takes(0);
	while (hv.console.lost < 2)
		console_write(0, "rhype: important\n", 17);
	um_line_takes(~0ul);
	for (unsigned i = 0; i < CONSOLE_RING / CONSOLE_BURST; i++)
		console_flush();
	um_output_clear();
	console_write(0, "rhype: y\n", 9);
	out = um_output(&n);
	ck_assert_uint_eq(n, 3 + 27 + 3 + 9);
	ck_assert_mem_eq(out, "\x01\x00\x1brhype: 2 lines are missing\n\x01\x00\x09rhype: y\n", n);
	um_output_clear();
	console_write(0, "rhype: z\n", 9);
	um_output(&n);
	ck_assert_uint_eq(n, 3 + 9);
}
END_TEST

/* Unfinished lines are shown when there is room for them, and wait as long as there is none. */
START_TEST(flush_waits_for_room)
{
	console_write(3, "unfinished", 10);
	um_line_takes(0);
	fill();
	while (hv.console.lost < 1)
		console_write(0, "rhype: important\n", 17);
	um_advance(UM_TICK_HZ);
	console_flush();
	um_line_takes(~0ul);
	for (unsigned i = 0; i < CONSOLE_RING / CONSOLE_BURST; i++)
		console_flush();
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "[c] unfinished"));
	um_output_clear();
	um_advance(UM_TICK_HZ);
	console_flush();
	ck_assert_str_eq(um_output(NULL), "");
}
END_TEST

/* What waits goes round the end of the ring. */
START_TEST(the_end_goes_round)
{
	char line[65];

	memset(line, 'x', sizeof(line));
	line[64] = '\n';
	while (hv.console.head % CONSOLE_RING < CONSOLE_RING - 40)
		console_write(2, "0123456789\n", 11);
	um_output_clear();
	um_line_takes(0);
	console_write(3, line, sizeof(line));
	console_finish();
	ck_assert_uint_eq(hv.console.head, hv.console.tail);
	ck_assert_uint_eq(strlen(um_output(NULL)), 4 + 64 + 2);
	ck_assert(strncmp(um_output(NULL), "[c] xxxx", 8) == 0);
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "xxxx\r\n"));
}
END_TEST

static void frames(void)
{
	console_of(CONSOLE_FRAMED);
}

Suite *suite_console_slow(void);
Suite *suite_console_slow(void)
{
	Suite *s = suite_create("console_slow");
	TCase *t = tcase_create("lines");

	tcase_add_checked_fixture(t, lines, um_teardown);
	tcase_add_test(t, a_stuck_line_stops_nobody);
	tcase_add_test(t, a_slow_line_keeps_order);
	tcase_add_test(t, another_writer_is_not_waited_for);
	tcase_add_test(t, the_end_shows_what_waits);
	tcase_add_test(t, flush_waits_for_room);
	tcase_add_test(t, the_end_goes_round);
	suite_add_tcase(s, t);
	t = tcase_create("frames");
	tcase_add_checked_fixture(t, frames, um_teardown);
	tcase_add_test(t, a_stuck_line_of_frames);
	suite_add_tcase(s, t);
	return s;
}
