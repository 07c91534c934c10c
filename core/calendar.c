// SPDX-License-Identifier: GPL-2.0-or-later
/* The Gregorian calendar (calendar.h). Next: papr/rtas_time.c and pc/rtc.c, which use it. */
#include "calendar.h"

#define DAY 86400

static bool leap(u32 year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static u32 days_of_year(u32 year)
{
	return leap(year) ? 366 : 365;
}

static u32 days_of_month(u32 year, u32 month)
{
	static const u8 length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return length[month - 1] + (month == 2 && leap(year));
}

bool calendar_date(s64 t, struct date *d)
{
	u32 year = CALENDAR_FIRST, month = 1, day;

	if (t < 0 || t / DAY > (CALENDAR_LAST - CALENDAR_FIRST + 1) * (s64)366)
		return false;
	day = (u32)(t / DAY);
	for (; day >= days_of_year(year); year++)
		day -= days_of_year(year);
	if (year > CALENDAR_LAST)
		return false;
	for (; day >= days_of_month(year, month); month++)
		day -= days_of_month(year, month);
	*d = (struct date){ .year = year,
			    .month = month,
			    .day = day + 1,
			    .hour = (u32)(t % DAY / 3600),
			    .minute = (u32)(t % 3600 / 60),
			    .second = (u32)(t % 60) };
	return true;
}

bool calendar_valid(const struct date *d)
{
	return d->year >= CALENDAR_FIRST && d->year < CALENDAR_LAST && d->month >= 1 &&
	       d->month <= 12 && d->day >= 1 && d->day <= days_of_month(d->year, d->month) &&
	       d->hour < 24 && d->minute < 60 && d->second < 60;
}

static s64 days(const struct date *d)
{
	s64 day = (s64)d->day - 1;

	for (u32 y = CALENDAR_FIRST; y < d->year; y++)
		day += days_of_year(y);
	for (u32 m = 1; m < d->month; m++)
		day += days_of_month(d->year, m);
	return day;
}

s64 calendar_seconds(const struct date *d)
{
	return days(d) * DAY + (s64)d->hour * 3600 + (s64)d->minute * 60 + d->second;
}

u32 calendar_weekday(const struct date *d)
{
	return (u32)((days(d) + 4) % 7); /* 1970-01-01 was a Thursday */
}
