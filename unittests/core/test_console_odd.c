// SPDX-License-Identifier: GPL-2.0-or-later
/* core/console.c: what partitions seldom write. Next: test_console.c. */
#include <stdio.h>

#include "part.h"

static struct partition part[3];

static void lines(void)
{
	boot();
	console_init(&hv.console, CONSOLE_LINES);
	for (unsigned i = 0; i < 3; i++) {
		part_init(&part[i], (u16)(i + 1));
		console_partition(part[i].id, true);
	}
}

/* The partition writes; this must appear, and no more. */
static void ck_write(u8 chan, const char *s, const char *want)
{
	um_output_clear();
	console_write(chan, s, strlen(s));
	ck_assert_str_eq(um_output(NULL), want);
}

/* Sequences that are not of the usual form. */
START_TEST(short_and_odd_escape_sequences)
{
	ck_write(1, "\033Mx\n", "[a] \033Mx\r\n"); /* the focus has the screen */
	ck_write(2, "\033Mx\n", "[b] x\r\n");
	ck_write(2, "\033[1\x7fmy\n", "[b] y\r\n");
	ck_write(2, "\033[@z\033[~!\n", "[b] z!\r\n");
}
END_TEST

static void press_switch(void)
{
	um_input((char[]){ CONSOLE_SWITCH }, 1);
	console_poll(arch_now());
}

/* It exists, but takes no input any more; what it still had to say comes under its name. */
START_TEST(focus_passes_a_stopped_partition)
{
	ck_write(1, "unfinished", "[a] unfinished");
	um_output_clear();
	console_stopped(part[0].id);
	ck_assert_str_eq(um_output(NULL), "\r\nrhype: input goes to b\r\n");
	ck_write(1, " line\n", "[a]+ line\r\n");
	press_switch();
	ck_assert_uint_eq(hv.console.focus, 3);
	press_switch();
	ck_assert_uint_eq(hv.console.focus, 2);
	console_stopped(part[2].id);
	press_switch();
	ck_assert_uint_eq(hv.console.focus, 2);
	ck_write(1, "last", "");
	um_output_clear();
	console_partition(part[0].id, false);
	ck_assert_str_eq(um_output(NULL), "[a] last\r\n");
	console_partition(part[0].id, true);
	press_switch();
	ck_assert_uint_eq(hv.console.focus, 1);
}
END_TEST

/* Nobody has said who that is. */
START_TEST(a_number_for_a_name)
{
	console_partition((lpid_t){ 77 }, true);
	ck_write(77, "x\n", "[77] x\r\n");
}
END_TEST

Suite *suite_console_odd(void);
Suite *suite_console_odd(void)
{
	Suite *s = suite_create("console_odd");
	TCase *t = tcase_create("lines");

	tcase_add_checked_fixture(t, lines, um_teardown);
	tcase_add_test(t, short_and_odd_escape_sequences);
	tcase_add_test(t, focus_passes_a_stopped_partition);
	tcase_add_test(t, a_number_for_a_name);
	suite_add_tcase(s, t);
	return s;
}
