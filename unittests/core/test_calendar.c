// SPDX-License-Identifier: GPL-2.0-or-later
/* Dates from seconds and back, against the C library. */
#include <check.h>
#include <stdlib.h>
#include <time.h>

#include "calendar.h"

static void same_as_libc(s64 t)
{
	time_t tt = (time_t)t;
	struct date d;
	struct tm tm;

	ck_assert(calendar_date(t, &d));
	ck_assert_ptr_ne(gmtime_r(&tt, &tm), NULL);
	ck_assert_int_eq(d.year, tm.tm_year + 1900);
	ck_assert_int_eq(d.month, tm.tm_mon + 1);
	ck_assert_int_eq(d.day, tm.tm_mday);
	ck_assert_int_eq(d.hour, tm.tm_hour);
	ck_assert_int_eq(d.minute, tm.tm_min);
	ck_assert_int_eq(d.second, tm.tm_sec);
	ck_assert_int_eq(calendar_weekday(&d), tm.tm_wday);
	if (d.year < CALENDAR_LAST) {
		ck_assert(calendar_valid(&d));
		ck_assert_int_eq(calendar_seconds(&d), t);
	}
}

START_TEST(every_day)
{
	for (s64 t = 86399; t < 13569465600; t += 5 * 86400 + 3607)
		same_as_libc(t);
	same_as_libc(0);
	same_as_libc(13569465599); /* the last second of 2399 */
}
END_TEST

START_TEST(outside)
{
	struct date d;

	ck_assert(!calendar_date(-1, &d));
	ck_assert(!calendar_date(13569465600, &d));
	ck_assert(!calendar_date(INT64_MAX, &d));
}
END_TEST

static bool valid(u32 y, u32 mo, u32 d, u32 h, u32 mi, u32 s)
{
	return calendar_valid(&(struct date){ y, mo, d, h, mi, s });
}

START_TEST(what_is_a_date)
{
	ck_assert(valid(1970, 1, 1, 0, 0, 0));
	ck_assert(valid(2000, 2, 29, 23, 59, 59));
	ck_assert(!valid(1969, 12, 31, 0, 0, 0));
	ck_assert(!valid(2399, 1, 1, 0, 0, 0));
	ck_assert(!valid(2100, 2, 29, 0, 0, 0));
	ck_assert(!valid(2023, 0, 1, 0, 0, 0));
	ck_assert(!valid(2023, 13, 1, 0, 0, 0));
	ck_assert(!valid(2023, 4, 31, 0, 0, 0));
	ck_assert(!valid(2023, 4, 0, 0, 0, 0));
	ck_assert(!valid(2023, 4, 1, 24, 0, 0));
	ck_assert(!valid(2023, 4, 1, 0, 60, 0));
	ck_assert(!valid(2023, 4, 1, 0, 0, 60));
}
END_TEST

Suite *suite_calendar(void);
Suite *suite_calendar(void)
{
	Suite *s = suite_create("calendar");
	TCase *tc = tcase_create("calendar");

	tcase_add_test(tc, every_day);
	tcase_add_test(tc, outside);
	tcase_add_test(tc, what_is_a_date);
	suite_add_tcase(s, tc);
	return s;
}
