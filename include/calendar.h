/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seconds since 1970-01-01 UTC as a date and back (core/calendar.c), for clocks of guests. */
#ifndef RHYPE_CALENDAR_H
#define RHYPE_CALENDAR_H

#include "types.h"

#define CALENDAR_FIRST 1970
#define CALENDAR_LAST  2399

struct date {
	u32 year, month, day; /* month and day from 1 */
	u32 hour, minute, second;
};

/* False when it is before the first or after the last year. Any context. */
bool calendar_date(s64 seconds, struct date *d);

/* d is a date, and before the last year. */
bool calendar_valid(const struct date *d);

/* Of a valid date. */
s64 calendar_seconds(const struct date *d);

/* 0 = Sunday. Of a valid date. */
u32 calendar_weekday(const struct date *d);

#endif
