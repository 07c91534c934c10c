// SPDX-License-Identifier: GPL-2.0-or-later
/* core/vio/vterm.c: the FIFO of input, its limit, and output to the console. */
#include <stdlib.h>

#include "part.h"
#include "vterm.h"

static struct partition part;
static struct vterm *t = &part.term;

static void setup(void)
{
	boot();
	part_init(&part, 1);
	console_init(&hv.console, CONSOLE_FRAMED);
	console_partition(part.id, true);
}

static void input(const char *s)
{
	vterm_input(t, (const u8 *)s, (unsigned)strlen(s));
}

static void ck_read(unsigned n, const char *want)
{
	u8 buf[600];

	memset(buf, '#', sizeof(buf));
	ck_assert_uint_eq(vterm_read(t, buf, n), strlen(want));
	ck_assert_mem_eq(buf, want, strlen(want));
	ck_assert_uint_eq(buf[strlen(want)], '#');
}

START_TEST(first_in_first_out)
{
	ck_read(16, "");
	input("hello");
	input(", you");
	ck_read(0, "");
	ck_read(4, "hell");
	ck_read(16, "o, you");
	ck_read(16, "");
	ck_assert_uint_eq(t->nread, 10);
	ck_assert_uint_eq(t->dropped, 0);
}
END_TEST

START_TEST(what_does_not_fit_is_dropped_and_counted)
{
	u8 in[VTERM_IN + 30], buf[sizeof(in)];

	for (unsigned i = 0; i < sizeof(in); i++)
		in[i] = (u8)i;
	vterm_input(t, in, 10);
	vterm_input(t, in + 10, sizeof(in) - 10);
	ck_assert_uint_eq(t->dropped, 30);
	vterm_input(t, in, 0);
	ck_assert_uint_eq(t->dropped, 30);
	ck_assert_uint_eq(vterm_read(t, buf, sizeof(buf)), VTERM_IN);
	ck_assert_mem_eq(buf, in, VTERM_IN);
	input("z"); /* room again */
	ck_read(16, "z");
}
END_TEST

START_TEST(random_traffic)
{
	u8 sent = 0, got = 0;
	u64 dropped = 0, waiting = 0, wrong = 0;

	srandom(1);
	t->head = t->tail = ~0u - 1000; /* the counters wrap on the way */
	for (unsigned i = 0; i < 3000; i++) {
		unsigned n = (unsigned)random() % 100, room = VTERM_IN - (unsigned)waiting, k;
		u8 buf[100];

		if (random() % 2) {
			for (k = 0; k < n; k++)
				buf[k] = k < room ? sent++ : 0;
			vterm_input(t, buf, n);
			dropped += n > room ? n - room : 0;
			waiting += MIN(n, room);
		} else {
			k = vterm_read(t, buf, n);
			ck_assert_uint_eq(k, MIN(n, waiting));
			waiting -= k;
			for (n = 0; n < k; n++)
				wrong += buf[n] != got++;
		}
		ck_assert_uint_eq(t->dropped, dropped);
		ck_assert_uint_eq(t->head - t->tail, waiting);
	}
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_gt(dropped, 0);
}
END_TEST

START_TEST(output_goes_to_the_console)
{
	const char want[] = "\x01\x01\x05hello";
	size_t n;

	ck_assert_uint_eq(vterm_write(t, (const u8 *)"hello", 5), 5);
	ck_assert_mem_eq(um_output(&n), want, sizeof(want) - 1);
	ck_assert_uint_eq(n, sizeof(want) - 1);
	ck_assert_uint_eq(t->nwritten, 5);
	ck_assert_uint_eq(vterm_write(t, (const u8 *)"x", 0), 0);
	um_output(&n);
	ck_assert_uint_eq(n, sizeof(want) - 1);
}
END_TEST

START_TEST(one_write_is_bounded)
{
	u8 buf[1000] = { 0 };

	ck_assert_uint_eq(vterm_write(t, buf, sizeof(buf)), 64);
	ck_assert_uint_eq(t->nwritten, 64);
}
END_TEST

START_TEST(locks_of_the_caller_may_be_held)
{
	lock_take(&part.lock);
	input("a");
	ck_read(1, "a");
	ck_assert_uint_eq(vterm_write(t, (const u8 *)"b", 1), 1);
	lock_drop(&part.lock);
	ck_assert_uint_eq(lock_count(), 0);
}
END_TEST

Suite *suite_vterm(void);
Suite *suite_vterm(void)
{
	Suite *suite = suite_create("vterm");
	TCase *t_ = tcase_create("vterm");

	tcase_add_checked_fixture(t_, setup, um_teardown);
	tcase_add_test(t_, first_in_first_out);
	tcase_add_test(t_, what_does_not_fit_is_dropped_and_counted);
	tcase_add_test(t_, random_traffic);
	tcase_add_test(t_, output_goes_to_the_console);
	tcase_add_test(t_, one_write_is_bounded);
	tcase_add_test(t_, locks_of_the_caller_may_be_held);
	suite_add_tcase(suite, t_);
	return suite;
}
