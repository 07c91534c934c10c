// SPDX-License-Identifier: GPL-2.0-or-later
/* core/console_input.c: keys and bytes in line mode, frames in framed mode, noise in both. */
#include <stdlib.h>

#include "part.h"

static struct partition part[2];
static unsigned told[3]; /* calls of term_input, by lpid */

static void term_input(struct partition *p)
{
	told[p->id.v]++;
}

static const struct machine machine = { .name = "test", .term_input = term_input };

static void console_of(enum console_mode mode)
{
	boot();
	console_init(&hv.console, mode);
	memset(told, 0, sizeof(told));
	for (unsigned i = 0; i < 2; i++) {
		part_init(&part[i], (u16)(i + 1));
		part[i].machine = &machine;
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

static void type(const char *s, size_t n)
{
	um_input(s, n);
	for (size_t i = 0; i <= n / 64; i++) /* one poll reads a bounded number of bytes */
		console_poll(arch_now());
	ck_assert_uint_eq(lock_count(), 0);
}

static void ck_got(unsigned i, const char *want)
{
	char buf[VTERM_IN + 1];

	buf[vterm_read(&part[i].term, (u8 *)buf, VTERM_IN)] = 0;
	ck_assert_str_eq(buf, want);
}

/* ---- line mode --------------------------------------------------------------------------- */

START_TEST(bytes_go_to_the_focus)
{
	type("ls\r", 3);
	ck_got(0, "ls\r");
	ck_got(1, "");
	ck_assert_uint_eq(told[1], 1); /* once for all three */
	ck_assert_uint_eq(told[2], 0);
	console_poll(arch_now()); /* nothing waits */
	ck_assert_uint_eq(told[1], 1);
	ck_assert_str_eq(um_output(NULL), ""); /* echo is the guest's business */
}
END_TEST

START_TEST(switch_key_splits_the_input)
{
	type("for a\x1d"
	     "for b\x1d"
	     "a",
	     13);
	ck_got(0, "for aa");
	ck_got(1, "for b");
	ck_assert_str_eq(um_output(NULL), "rhype: input goes to b\r\nrhype: input goes to a\r\n");
}
END_TEST

START_TEST(end_key_ends_the_machine)
{
	um_input("x\x1cy", 3);
	ck_assert_int_eq(um_catch(console_poll(arch_now())), 0);
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "rhype: the end key"));
}
END_TEST

START_TEST(control_characters_are_the_guests)
{
	type("\x01\x02\x03\x1b\x7f\xff", 6);
	ck_got(0, "\x01\x02\x03\x1b\x7f\xff");
}
END_TEST

START_TEST(one_poll_is_bounded)
{
	char text[200];

	memset(text, 'x', sizeof(text));
	um_input(text, sizeof(text));
	console_poll(arch_now());
	ck_assert_uint_eq(part[0].term.head - part[0].term.tail, 64);
}
END_TEST

START_TEST(too_much_is_dropped)
{
	char text[VTERM_IN + 64];

	memset(text, 'x', sizeof(text));
	type(text, sizeof(text));
	ck_assert_uint_eq(part[0].term.dropped, 64);
	type("\x1d", 1); /* the keys still work */
	ck_assert_uint_eq(hv.console.focus, 2);
}
END_TEST

START_TEST(nobody_to_take_it)
{
	console_partition(part[0].id, false);
	console_partition(part[1].id, false);
	type("lost", 4);
	ck_got(0, "");
	ck_got(1, "");
}
END_TEST

static const enum part_state deaf[] = { PART_CREATED, PART_STOPPED, PART_DYING };

START_TEST(partitions_that_do_not_run_get_nothing)
{
	part[0].state = deaf[_i];
	type("lost", 4);
	ck_got(0, "");
	ck_assert_uint_eq(told[1], 0);
	part[0].state = PART_READY; /* waits for its start */
	type("kept", 4);
	ck_got(0, "kept");
	hv.part[1] = NULL; /* gone a moment ago, the console was not told yet */
	type("lost", 4);
	ck_got(0, "");
}
END_TEST

/* ---- framed mode ------------------------------------------------------------------------- */

START_TEST(frames_name_their_channel)
{
	type("\x01\x02\x03xyz\x01\x01\x01q\x01\x02\x02\x1d\x1c", 15);
	ck_got(0, "q");
	ck_got(1, "xyz\x1d\x1c"); /* in a frame these are no keys */
	ck_assert_uint_eq(hv.console.focus, 1);
}
END_TEST

START_TEST(frames_in_pieces)
{
	const char in[] = "\x01\x02\x03xyz\x01\x01\x01q";

	for (unsigned i = 0; i < sizeof(in) - 1; i++)
		type(in + i, 1);
	ck_got(0, "q");
	ck_got(1, "xyz");
}
END_TEST

START_TEST(noise_between_frames)
{
	type("noise\x1c\x1d\n\x01\x02\x01x--\x01\x02\x00\x01\x02\x01y", 21);
	ck_got(0, "");
	ck_got(1, "xy"); /* also around an empty frame */
}
END_TEST

START_TEST(frames_for_nobody)
{
	type("\x01\x63\x04lost\x01\xff\x04lost\x01\x02\x04kept", 21);
	ck_got(0, "");
	ck_got(1, "kept");
}
END_TEST

START_TEST(longest_frame)
{
	char in[3 + 255] = "\x01\x02\xff";

	memset(in + 3, 'x', 255);
	type(in, sizeof(in));
	ck_assert_uint_eq(part[1].term.head - part[1].term.tail, 255);
	type("\x01\x02\x01y", 4);
	ck_assert_uint_eq(part[1].term.head - part[1].term.tail, 256);
}
END_TEST

START_TEST(channel_0_is_keys)
{
	type("\x01\x00\x02x\x1d", 5);
	ck_assert_uint_eq(hv.console.focus, 2);
	um_input("\x01\x00\x01\x1c", 4);
	ck_assert_int_eq(um_catch(console_poll(arch_now())), 0);
}
END_TEST

/* Whatever comes in, a frame after enough silence of SOF bytes gets through. */
START_TEST(random_noise)
{
	char in[4096];

	srandom((unsigned)_i);
	for (unsigned i = 0; i < sizeof(in); i++) {
		in[i] = (char)(random() % 3 ? random() % 4 : random() % 256);
		if (in[i] == CONSOLE_END || in[i] == CONSOLE_SWITCH)
			in[i] = 'x';
	}
	type(in, sizeof(in));
	memset(in, 'x', 300); /* the longest frame ends */
	type(in, 300);
	vterm_init(&part[1].term, part[1].id);
	type("\x01\x02\x04"
	     "back",
	     7);
	ck_got(1, "back");
}
END_TEST

Suite *suite_console_input(void);
Suite *suite_console_input(void)
{
	Suite *suite = suite_create("console_input");
	TCase *t = tcase_create("lines");

	tcase_add_checked_fixture(t, lines, um_teardown);
	tcase_add_test(t, bytes_go_to_the_focus);
	tcase_add_test(t, switch_key_splits_the_input);
	tcase_add_test(t, end_key_ends_the_machine);
	tcase_add_test(t, control_characters_are_the_guests);
	tcase_add_test(t, one_poll_is_bounded);
	tcase_add_test(t, too_much_is_dropped);
	tcase_add_test(t, nobody_to_take_it);
	tcase_add_loop_test(t, partitions_that_do_not_run_get_nothing, 0, ARRAY_SIZE(deaf));
	suite_add_tcase(suite, t);

	t = tcase_create("frames");
	tcase_add_checked_fixture(t, frames, um_teardown);
	tcase_add_test(t, frames_name_their_channel);
	tcase_add_test(t, frames_in_pieces);
	tcase_add_test(t, noise_between_frames);
	tcase_add_test(t, frames_for_nobody);
	tcase_add_test(t, longest_frame);
	tcase_add_test(t, channel_0_is_keys);
	tcase_add_loop_test(t, random_noise, 1, 6);
	suite_add_tcase(suite, t);
	return suite;
}
