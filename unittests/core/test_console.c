// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * core/console.c: what stands on the wire, byte for byte, in line mode and in framed mode, and
 * where the input focus goes. Partitions are a (lpid 1, the first focus), b and c.
 */
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

static void frames(void)
{
	console_of(CONSOLE_FRAMED);
}

/* Partition (or 0) writes; this must appear, and no more. */
static void ck_write(u8 chan, const char *s, const char *want)
{
	um_output_clear();
	console_write(chan, s, strlen(s));
	ck_assert_str_eq(um_output(NULL), want);
}

static void ck_flush(const char *want)
{
	um_output_clear();
	console_flush();
	ck_assert_str_eq(um_output(NULL), want);
}

static void some_time_passes(void)
{
	um_advance(UM_TICK_HZ);
}

/* ---- line mode --------------------------------------------------------------------------- */

START_TEST(whole_lines_of_others)
{
	ck_write(2, "hel", "");
	ck_write(2, "lo\n", "[b] hello\r\n");
	ck_write(3, "1\n2\n", "[c] 1\r\n[c] 2\r\n");
	ck_write(2, "\n", "[b] \r\n");
	ck_write(2, "", "");
}
END_TEST

START_TEST(focus_byte_by_byte)
{
	ck_write(1, "log", "[a] log");
	ck_write(1, "in: ", "in: ");
	ck_write(1, "\n", "\r\n");
	ck_write(1, "a\nb", "[a] a\r\n[a] b");
	ck_write(1, "\n\n", "\r\n[a] \r\n");
}
END_TEST

START_TEST(line_of_another_between)
{
	ck_write(1, "login: ", "[a] login: ");
	ck_write(2, "hello\n", "\r\n[b] hello\r\n[a] login: ");
	ck_write(1, "root", "root");
	ck_write(2, "1\n2\n3", "\r\n[b] 1\r\n[b] 2\r\n[a] login: root");
	ck_write(0, "rhype: x\n", "\r\nrhype: x\r\n[a] login: root");
	ck_write(1, "\n", "\r\n");
	ck_write(2, "\n", "[b] 3\r\n"); /* nothing to show again */
}
END_TEST

START_TEST(line_ends_of_guests)
{
	ck_write(2, "x\r\n", "[b] x\r\n");
	ck_write(2, "x\r\r\n", "[b] x\r\n");
	ck_write(2, "x\r", "");
	ck_write(2, "\ny\n", "[b] x\r\n[b] y\r\n");
	ck_write(1, "x\r\n", "[a] x\r\n");
	ck_write(1, "x\r", "[a] x");
	ck_write(1, "\n", "\r\n");
	ck_write(1, "\r\n", "[a] \r\n");
}
END_TEST

START_TEST(line_written_anew)
{
	ck_write(1, "10%", "[a] 10%");
	ck_write(1, "\r20%", "\r[a] 20%");
	ck_write(2, "x\n", "\r\n[b] x\r\n[a] 20%");
	ck_write(1, "\n", "\r\n");
	ck_write(2, "10%\r20%\r30%\r\n", "[b] 30%\r\n"); /* as it would look on a screen */
	ck_write(1, "\rx\n", "[a] x\r\n");		 /* nothing to go back over */
}
END_TEST

START_TEST(escape_sequences_of_the_focus_pass)
{
	ck_write(1, "\x1b[1mx\x1b[0m\b\n", "[a] \x1b[1mx\x1b[0m\b\r\n");
	ck_write(2, "\x1b[1mx\x1b[0m\n", "[b] x\r\n"); /* it could write over others */
	ck_write(2, "x\x1b[\n", "[b] x\r\n");
	ck_write(2, "\x1b\n", "[b] \r\n");
	um_output_clear();
	console_write(1, "a\0b\n", 4);
	ck_assert_str_eq(um_output(NULL), "[a] ab\r\n");
}
END_TEST

/* "Where is the cursor?": the terminal types its answer, so only the focus asks, and once. */
START_TEST(questions_to_the_terminal_are_not_repeated)
{
	ck_write(1, "a# \033[6n", "[a] a# \033[6n");
	ck_write(2, "x\n", "\r\n[b] x\r\n[a] a# ");
	ck_write(1, "\033[1mls\033[0m", "\033[1mls\033[0m");
	ck_write(2, "y\n", "\r\n[b] y\r\n[a] a# \033[1mls\033[0m");
	ck_write(1, "\033", "\033");
	ck_write(1, "[", "[");
	ck_write(1, "0c\n", "0c\r\n");
	ck_write(2, "b# \033[6n\033[5n\033[c\033]n\n", "[b] b# n\r\n");
	ck_write(1, "\033[6n\n", "[a] \033[6n\r\n");
}
END_TEST

START_TEST(no_part_of_an_escape_sequence_of_others_is_shown)
{
	char line[CONSOLE_LINE], want[CONSOLE_LINE + 16];

	ck_write(2, "\033[3", "");
	some_time_passes();
	ck_flush("");
	ck_write(2, "1mx", "");
	some_time_passes();
	ck_flush("[b] x\r\n");

	ck_write(2, "v\033[3\033[4mw\n", "[b]+vw\r\n");

	/* a line that is full in the middle of one */
	memset(line, 'y', sizeof(line));
	memcpy(line + CONSOLE_LINE - 3, "\033[", 3);
	snprintf(want, sizeof(want), "[c] %.*s\r\n", CONSOLE_LINE - 3, line);
	ck_write(3, line, "");
	ck_write(3, "2J", want);
	ck_write(3, "z\n", "[c]+z\r\n");
	ck_write(3, "\033[3", "");
	um_output_clear();
	console_partition((lpid_t){ 3 }, false);
	ck_assert_str_eq(um_output(NULL), "");
}
END_TEST

START_TEST(long_line_in_pieces)
{
	char text[2 * CONSOLE_LINE + 11], want[3 * CONSOLE_LINE];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = 0;
	snprintf(want, sizeof(want), "[b] %.*s\r\n[b]+%.*s\r\n", CONSOLE_LINE, text, CONSOLE_LINE,
		 text);
	ck_write(2, text, want);
	ck_write(2, "y\n", "[b]+xxxxxxxxxxy\r\n");
	ck_write(2, "z\n", "[b] z\r\n");
	/* exactly full */
	snprintf(want, sizeof(want), "[b] %.*s\r\n", CONSOLE_LINE, text);
	ck_write(2, text + sizeof(text) - 1 - CONSOLE_LINE, "");
	ck_write(2, "\n", want);
}
END_TEST

START_TEST(long_line_of_the_focus_is_not_cut)
{
	char text[2 * CONSOLE_LINE + 11], want[3 * CONSOLE_LINE];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = 0;
	snprintf(want, sizeof(want), "[a] %s", text);
	ck_write(1, text, want);
	/* only its end is kept to be shown again */
	ck_write(2, "y\n", "\r\n[b] y\r\n[a]+xxxxxxxxxx");
	ck_write(1, "z\n", "z\r\n");
	ck_write(1, "z\n", "[a] z\r\n");
}
END_TEST

START_TEST(the_hypervisors_own_lines)
{
	ck_write(0, "rhype: x\n", "rhype: x\r\n");
	ck_write(0, "rhype: x\nrhype: y\n", "rhype: x\r\nrhype: y\r\n");
	ck_write(0, "no end", "no end\r\n");
	ck_write(0, "", "");
}
END_TEST

START_TEST(silent_unfinished_lines_are_shown)
{
	ck_write(2, "login: ", "");
	ck_flush(""); /* not yet */
	some_time_passes();
	ck_flush("[b] login: \r\n");
	ck_flush(""); /* once */
	some_time_passes();
	ck_flush("");
	ck_write(2, "root\n", "[b]+root\r\n");
	ck_write(2, "x", "");
	some_time_passes();
	ck_flush("[b] x\r\n");
	ck_write(2, "\n", ""); /* all of it was shown */
	ck_write(2, "y\n", "[b] y\r\n");
}
END_TEST

START_TEST(flush_keeps_the_line_of_the_focus)
{
	ck_write(1, "login: ", "[a] login: ");
	ck_write(2, "p2", "");
	ck_write(3, "p3", "");
	some_time_passes();
	ck_write(3, "!", ""); /* not silent */
	ck_flush("\r\n[b] p2\r\n[a] login: ");
	ck_write(3, "\n", "\r\n[c] p3!\r\n[a] login: ");
}
END_TEST

/* ---- focus ------------------------------------------------------------------------------- */

static void ck_switch(const char *want)
{
	um_output_clear();
	um_input("\x1d", 1);
	console_poll(arch_now());
	ck_assert_str_eq(um_output(NULL), want);
}

START_TEST(switch_goes_round)
{
	ck_assert_uint_eq(hv.console.focus, 1);
	ck_switch("rhype: input goes to b\r\n");
	ck_assert_uint_eq(hv.console.focus, 2);
	ck_switch("rhype: input goes to c\r\n");
	ck_switch("rhype: input goes to a\r\n");
	ck_assert_uint_eq(hv.console.focus, 1);
}
END_TEST

START_TEST(switch_shows_the_prompt)
{
	ck_write(1, "a> ", "[a] a> ");
	ck_write(2, "b> ", "");
	ck_switch("\r\nrhype: input goes to b\r\n[b] b> ");
	ck_write(2, "ls\n", "ls\r\n");
	ck_write(2, "b> ", "[b] b> ");
	ck_write(1, "more\n", "\r\n[a]+more\r\n[b] b> "); /* the beginning was on the screen */
	ck_write(1, "a> ", "");
	some_time_passes();
	ck_flush("\r\n[a] a> \r\n[b] b> ");
	ck_switch("\r\nrhype: input goes to c\r\n");
	ck_switch("rhype: input goes to a\r\n[a] a> ");
}
END_TEST

START_TEST(switch_of_one_or_none)
{
	console_partition(part[1].id, false);
	console_partition(part[2].id, false);
	ck_switch("rhype: input goes to a\r\n");
	console_partition(part[0].id, false);
	ck_assert_uint_eq(hv.console.focus, 0);
	ck_switch("");
	ck_assert_uint_eq(hv.console.focus, 0);
}
END_TEST

START_TEST(focus_leaves_a_dead_partition)
{
	ck_write(1, "a> ", "[a] a> ");
	ck_write(2, "b> ", "");
	ck_write(3, "unfinished", "");
	um_output_clear();
	console_partition(part[2].id, false);
	ck_assert_str_eq(um_output(NULL), "\r\n[c] unfinished\r\n[a] a> ");
	um_output_clear();
	console_partition(part[0].id, false);
	ck_assert_str_eq(um_output(NULL), "\r\nrhype: input goes to b\r\n[b] b> ");
	um_output_clear();
	console_partition(part[1].id, false);
	ck_assert_str_eq(um_output(NULL), "\r\n");
	ck_assert_uint_eq(hv.console.focus, 0);
	console_partition(part[1].id, false); /* again: nothing */
	console_partition((lpid_t){ 0 }, false);
	console_partition((lpid_t){ 256 }, true);
	ck_assert_str_eq(um_output(NULL), "\r\n");
	console_partition(part[2].id, true);
	ck_assert_uint_eq(hv.console.focus, 3);
	ck_write(3, "new\n", "[c] new\r\n"); /* nothing of its former life */
}
END_TEST

START_TEST(last_lpid_is_as_good)
{
	struct partition last;

	part_init(&last, 255);
	memcpy(last.name, "0123456789012345678901234567890", PART_NAME_LEN);
	console_partition(last.id, true);
	ck_write(255, "x\n", "[0123456789012345678901234567890] x\r\n");
	ck_switch("rhype: input goes to b\r\n");
	ck_switch("rhype: input goes to c\r\n");
	ck_switch("rhype: input goes to 0123456789012345678901234567890\r\n");
	ck_write(255, "x", "[0123456789012345678901234567890] x");
	ck_write(1, "y\n", "\r\n[a] y\r\n[0123456789012345678901234567890] x");
	some_time_passes();
	ck_flush("");
	console_partition(last.id, false);
	ck_assert_uint_eq(hv.console.focus, 1);
}
END_TEST

/* ---- framed mode ------------------------------------------------------------------------- */

/* Take the wire apart again, as tools/splitcon does: what each channel got. */
static void split(char got[4][2000])
{
	size_t n, len[4] = { 0 };
	const char *s = um_output(&n), *end = s + n;

	while (s < end) {
		unsigned chan = (u8)s[1], size = (u8)s[2];

		ck_assert_int_eq(s[0], CONSOLE_SOF);
		ck_assert_uint_lt(chan, 4);
		ck_assert_uint_ge(size, 1);
		ck_assert(s + 3 + size <= end);
		memcpy(got[chan] + len[chan], s + 3, size);
		len[chan] += size;
		s += 3 + size;
	}
	for (unsigned i = 0; i < 4; i++)
		got[i][len[i]] = 0;
}

START_TEST(frames_carry_every_byte)
{
	char got[4][2000], text[1000];

	for (unsigned i = 0; i < sizeof(text) - 1; i++)
		text[i] = (char)(1 + i % 255);
	text[sizeof(text) - 1] = 0;
	console_write(0, "rhype: x\n", 9);
	console_write(2, text, sizeof(text) - 1);
	console_write(1, "a\r\n", 3);
	console_write(2, "end", 3);
	console_write(3, "", 0);
	split(got);
	ck_assert_str_eq(got[0], "rhype: x\n");
	ck_assert_str_eq(got[1], "a\r\n");
	ck_assert_mem_eq(got[2], text, sizeof(text) - 1);
	ck_assert_str_eq(got[2] + sizeof(text) - 1, "end");
	ck_assert_str_eq(got[3], "");
}
END_TEST

START_TEST(frames_need_no_flush)
{
	size_t n;

	console_write(2, "unfinished", 10);
	um_output_clear();
	some_time_passes();
	console_flush();
	console_partition(part[0].id, false);
	um_output(&n);
	ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(quiet_frames)
{
	char got[4][2000];

	hv.console.quiet = true;
	console_write(2, "x", 1);
	split(got);
	ck_assert_str_eq(got[2], "x");
}
END_TEST

/* ---- random ------------------------------------------------------------------------------ */

/* What b and c write comes out complete and in order, whatever a and the log do in between. */
static void ck_nothing_lost(const char *out, const char *mark, const char *sent)
{
	char got[8000];
	size_t n = 0, skip = strlen(mark);

	while (*out) {
		size_t len = strcspn(out, "\r\n");

		if (!strncmp(out, mark, skip)) {
			memcpy(got + n, out + skip, len - skip);
			n += len - skip;
			got[n++] = '\n';
		}
		out += len + strspn(out + len, "\r\n");
	}
	got[n] = 0;
	ck_assert_str_eq(got, sent);
}

START_TEST(random_writers)
{
	char sent[4][8000];
	size_t len[4] = { 0 };

	srandom((unsigned)_i);
	um_output_clear();
	for (unsigned step = 0; step < 600; step++) {
		u8 chan = (u8)(1 + random() % 3);
		char piece[8];
		size_t n = 1 + (size_t)random() % 6;

		for (size_t i = 0; i < n; i++)
			piece[i] = "abcdefg\n"[random() % 8];
		memcpy(sent[chan] + len[chan], piece, n);
		len[chan] += n;
		console_write(chan, piece, n);
		if (random() % 10 == 0)
			console_write(0, "rhype: log\n", 11);
	}
	for (u8 chan = 1; chan <= 3; chan++) {
		console_write(chan, "\n", 1);
		sent[chan][len[chan]++] = '\n';
		sent[chan][len[chan]] = 0;
	}
	ck_nothing_lost(um_output(NULL), "[b] ", sent[2]);
	ck_nothing_lost(um_output(NULL), "[c] ", sent[3]);
}
END_TEST

Suite *suite_console(void);
Suite *suite_console(void)
{
	Suite *suite = suite_create("console");
	TCase *t = tcase_create("lines");

	tcase_add_checked_fixture(t, lines, um_teardown);
	tcase_add_test(t, whole_lines_of_others);
	tcase_add_test(t, focus_byte_by_byte);
	tcase_add_test(t, line_of_another_between);
	tcase_add_test(t, line_ends_of_guests);
	tcase_add_test(t, line_written_anew);
	tcase_add_test(t, escape_sequences_of_the_focus_pass);
	tcase_add_test(t, questions_to_the_terminal_are_not_repeated);
	tcase_add_test(t, no_part_of_an_escape_sequence_of_others_is_shown);
	tcase_add_test(t, long_line_in_pieces);
	tcase_add_test(t, long_line_of_the_focus_is_not_cut);
	tcase_add_test(t, the_hypervisors_own_lines);
	tcase_add_test(t, silent_unfinished_lines_are_shown);
	tcase_add_test(t, flush_keeps_the_line_of_the_focus);
	tcase_add_test(t, switch_goes_round);
	tcase_add_test(t, switch_shows_the_prompt);
	tcase_add_test(t, switch_of_one_or_none);
	tcase_add_test(t, focus_leaves_a_dead_partition);
	tcase_add_test(t, last_lpid_is_as_good);
	tcase_add_loop_test(t, random_writers, 1, 11);
	suite_add_tcase(suite, t);

	t = tcase_create("frames");
	tcase_add_checked_fixture(t, frames, um_teardown);
	tcase_add_test(t, frames_carry_every_byte);
	tcase_add_test(t, frames_need_no_flush);
	tcase_add_test(t, quiet_frames);
	suite_add_tcase(suite, t);
	return suite;
}
