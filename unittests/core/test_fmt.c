// SPDX-License-Identifier: GPL-2.0-or-later
/* core/fmt.c against the host's snprintf, and where the two differ on purpose. */
#include <check.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmt.h"

#define N      96
#define ROUNDS 40000

static unsigned below(unsigned n)
{
	return (unsigned)random() % n;
}

/* Values with many or few digits, and the extremes. */
static u64 number(void)
{
	static const u64 edge[] = {
		0, 1, 9, 10, INT_MAX, (u64)INT_MIN, UINT_MAX, LLONG_MAX, (u64)LLONG_MIN, ~0ull
	};
	u64 v = (u64)random() << 42 ^ (u64)random() << 21 ^ (u64)random();

	return below(4) ? v >> below(64) : edge[below(ARRAY_SIZE(edge))];
}

static void make_format(char *f, const char *size, char conv)
{
	static const char *const before[] = { "", "a", "%%", "x: " }, *const after[] = { "",
											 "z\n" };
	static const char *const flags[] = { "", "-", "0", "-0", "0-" };
	const char *flag = flags[strchr("dux", conv) ? below(5) : below(2)];
	char width[12] = "";

	if (below(2))
		snprintf(width, sizeof(width), "%u", 1 + below(40));
	snprintf(f, N, "%s%%%s%s%s%c%s", before[below(4)], flag, width, size, conv,
		 after[below(2)]);
}

/* Format one argument with both; equal text, length and nothing written behind the buffer. */
#define COMPARE(...)                                                                               \
	do {                                                                                       \
		size_t n = below(2) ? N : below(N), ours;                                          \
		char a[N + 1], b[N + 1];                                                           \
		int theirs;                                                                        \
                                                                                                   \
		memset(a, '#', sizeof(a));                                                         \
		memset(b, '#', sizeof(b));                                                         \
		theirs = snprintf(b, n, __VA_ARGS__);                                              \
		ours = fmt_print(a, n, __VA_ARGS__);                                               \
		ck_assert_msg(ours == (size_t)theirs && !memcmp(a, b, N + 1),                      \
			      "format '%s', n %zu: %d '%.*s', not %zu '%.*s'", f, n, theirs, N, b, \
			      ours, N, a);                                                         \
	} while (0)

static void compare_one(void)
{
	static const char *const text[] = { "", "a", "some text", "%d",
					    "0123456789012345678901234567" };
	const char *t = text[below(ARRAY_SIZE(text))];
	u64 v = number();
	char f[N];

	switch (below(9)) { /* COMPARE evaluates its arguments twice */
	case 0:
		make_format(f, "", "dux"[below(3)]);
		COMPARE(f, (unsigned)v);
		break;
	case 1:
		make_format(f, "l", "dux"[below(3)]);
		COMPARE(f, (unsigned long)v);
		break;
	case 2:
		make_format(f, "ll", "dux"[below(3)]);
		COMPARE(f, (unsigned long long)v);
		break;
	case 3:
		make_format(f, "z", "dux"[below(3)]);
		COMPARE(f, (size_t)v);
		break;
	case 4:
		make_format(f, "", 'c');
		COMPARE(f, (int)(1 + v % 255));
		break;
	case 5:
		make_format(f, "", 'p');
		COMPARE(f, (void *)(uintptr_t)(v | 1));
		break;
	default:
		make_format(f, "", 's');
		COMPARE(f, t);
	}
}

START_TEST(equals_snprintf)
{
	srandom(1);
	for (unsigned i = 0; i < ROUNDS; i++)
		compare_one();
}
END_TEST

START_TEST(several_arguments)
{
	const char *f = "all";
	u64 big = ~0ull;

	COMPARE("%s %d%c%u [%5d|%-5d|%05d] %x %lx %llu %zu %p %%", "abc", -1, 'x', 2u, 3, -4, 5,
		0xabu, (unsigned long)big, (unsigned long long)big, (size_t)7, (void *)f);
}
END_TEST

static void ck_format(const char *want, const char *f, ...)
{
	char buf[N];
	va_list ap;

	va_start(ap, f);
	ck_assert_uint_eq(fmt_vprint(buf, sizeof(buf), f, ap), strlen(want));
	va_end(ap);
	ck_assert_str_eq(buf, want);
}

START_TEST(unknown_conversions_stand)
{
	ck_format("100%", "100%");
	ck_format("%q 1", "%q %d", 1);
	ck_format("%5", "%5");
	ck_format("%-", "%-");
	ck_format("%l", "%l");
	ck_format("%ls", "%ls");
	ck_format("%lld", "%%lld");
	ck_format("%llld 2", "%llld %d", 2);
	ck_format("%hd", "%hd");
	ck_format("%.3s", "%.3s");
	ck_format("%*d", "%*d");
}
END_TEST

START_TEST(null_text)
{
	ck_format("(null)", "%s", NULL);
	ck_format("  (null)", "%8s", NULL);
	ck_format("0x0", "%p", NULL);
}
END_TEST

START_TEST(buffer_sizes)
{
	char buf[8] = "#######";

	ck_assert_uint_eq(fmt_print(NULL, 0, "%d", 12345), 5);
	ck_assert_uint_eq(fmt_print(buf, 0, "%d", 12345), 5);
	ck_assert_int_eq(buf[0], '#');
	ck_assert_uint_eq(fmt_print(buf, 1, "%d", 12345), 5);
	ck_assert_mem_eq(buf, "\0######", 8);
	ck_assert_uint_eq(fmt_print(buf, 6, "%d", 12345), 5);
	ck_assert_mem_eq(buf, "12345\0#", 8);
	ck_assert_uint_eq(fmt_print(buf, 5, "%d", 12345), 5);
	ck_assert_str_eq(buf, "1234");
}
END_TEST

START_TEST(width_is_bounded)
{
	const char *volatile f = "%999999999999d"; /* the compiler knows better */

	ck_assert_uint_eq(fmt_print(NULL, 0, f, 1), 4096);
}
END_TEST

Suite *suite_fmt(void);
Suite *suite_fmt(void)
{
	Suite *suite = suite_create("fmt");
	TCase *t = tcase_create("fmt");

	tcase_add_test(t, equals_snprintf);
	tcase_add_test(t, several_arguments);
	tcase_add_test(t, unknown_conversions_stand);
	tcase_add_test(t, null_text);
	tcase_add_test(t, buffer_sizes);
	tcase_add_test(t, width_is_bounded);
	suite_add_tcase(suite, t);
	return suite;
}
