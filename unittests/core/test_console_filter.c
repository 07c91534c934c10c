// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * core/console_filter.c: a partition without the focus cannot make the terminal write over lines of
 * others. Partitions are a (the focus) and b.
 */
#include "part.h"

static struct partition part[2];

static void lines(void)
{
	boot();
	console_init(&hv.console, CONSOLE_LINES);
	for (unsigned i = 0; i < 2; i++) {
		part_init(&part[i], (u16)(i + 1));
		console_partition(part[i].id, true);
	}
	um_output_clear();
}

static void ck_write(u8 chan, const char *s, const char *want)
{
	um_output_clear();
	console_write(chan, s, strlen(s));
	ck_assert_str_eq(um_output(NULL), want);
}

START_TEST(control_characters_of_others)
{
	char s[4] = "xyz\n";

	ck_write(2, "a\b\b\b\b\brhype: PANIC\n", "[b] a?????rhype: PANIC\r\n");
	ck_write(2, "a\tb\n", "[b] a\tb\r\n");
	for (char c = 1; c < ' '; c++) {
		if (c == '\n' || c == '\r' || c == '\t' || c == '\033')
			continue;
		s[1] = c;
		um_output_clear();
		console_write(2, s, sizeof(s));
		ck_assert_str_eq(um_output(NULL), "[b] x?z\r\n");
	}
	ck_write(2, "\177\n", "[b] ?\r\n");
	ck_write(1, "a\bb\a\n", "[a] a\bb\a\r\n"); /* the focus has the screen to itself */
}
END_TEST

START_TEST(eight_bit_controls)
{
	ck_write(2, "\2332J\n", "[b] ?2J\r\n");
	ck_write(2, "x\205\233\n", "[b] x??\r\n");
	ck_write(2, "\302\233A\302\205\n", "[b] \302?A\302?\r\n");
	ck_write(2, "\303\234\342\202\254\302\240\n", "[b] \303\234\342\202\254\302\240\r\n");
}
END_TEST

START_TEST(a_sequence_within_one)
{
	ck_write(2, "x\033[\033[1Gy\n", "[b] xy\r\n");
	ck_write(2, "\033\033[2\033[2Jz\n", "[b] z\r\n");
	ck_write(1, "\033[\033[1m!", "[a] \033[\033[1m!");
	ck_write(2, "\n", "\r\n[b] \r\n[a] \033[\033[1m!");
}
END_TEST

START_TEST(an_unfinished_sequence_is_not_shown)
{
	ck_write(2, "x\033[2", "");
	um_advance(UM_TICK_HZ);
	um_output_clear();
	console_flush();
	ck_assert_str_eq(um_output(NULL), "[b] x\r\n");
	ck_write(2, "Jy\n", "[b]+y\r\n");
	ck_write(2, "\033[2", "");
	um_advance(UM_TICK_HZ);
	console_flush();
	ck_assert_str_eq(um_output(NULL), "");
	ck_write(2, "J\n", "[b] \r\n");
	/* and when the partition goes away in the middle of one */
	ck_write(2, "x\033[2", "");
	console_partition(part[1].id, false);
	ck_assert_str_eq(um_output(NULL), "[b] x\r\n");
}
END_TEST

Suite *suite_console_filter(void);
Suite *suite_console_filter(void)
{
	Suite *s = suite_create("console_filter");
	TCase *t = tcase_create("lines");

	tcase_add_checked_fixture(t, lines, um_teardown);
	tcase_add_test(t, control_characters_of_others);
	tcase_add_test(t, eight_bit_controls);
	tcase_add_test(t, a_sequence_within_one);
	tcase_add_test(t, an_unfinished_sequence_is_not_shown);
	suite_add_tcase(s, t);
	return s;
}
