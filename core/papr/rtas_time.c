// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RTAS time of day. Each partition sets its own clock: the difference to the machine's is all that
 * is kept. Next: rtas.c.
 */
#include "papr.h"

#define DAY	   86400
#define YEAR_FIRST 1970
#define YEAR_LAST  2399

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
	static const u8 days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && leap(year));
}

static s64 now(const struct partition *p, err_t *err)
{
	u64 seconds = 0;

	*err = arch_rtc_read(&seconds);
	return (s64)seconds + papr_part(p)->rtc_offset;
}

/* get-time-of-day -> year, month, day, hour, minute, second, nanoseconds */
s32 rtas_get_time(struct vcpu *v, const u32 *in, u32 *out)
{
	u32 year = YEAR_FIRST, month = 1, day;
	s64 t;
	err_t err;

	(void)in;
	lock_take(&v->part->lock);
	t = now(v->part, &err);
	lock_drop(&v->part->lock);
	if (err || t < 0 || t / DAY > (YEAR_LAST - YEAR_FIRST + 1) * 366)
		return RTAS_HARDWARE;
	day = (u32)(t / DAY);
	for (; day >= days_of_year(year); year++)
		day -= days_of_year(year);
	if (year > YEAR_LAST)
		return RTAS_HARDWARE;
	for (; day >= days_of_month(year, month); month++)
		day -= days_of_month(year, month);
	out[0] = year;
	out[1] = month;
	out[2] = day + 1;
	out[3] = (u32)(t % DAY / 3600);
	out[4] = (u32)(t % 3600 / 60);
	out[5] = (u32)(t % 60);
	out[6] = 0;
	return RTAS_OK;
}

static bool valid(const u32 *in)
{
	return in[0] >= YEAR_FIRST && in[0] < YEAR_LAST && in[1] >= 1 && in[1] <= 12 &&
	       in[2] >= 1 && in[2] <= days_of_month(in[0], in[1]) && in[3] < 24 && in[4] < 60 &&
	       in[5] < 60 && in[6] < 1000000000;
}

/* set-time-of-day: the same fields */
s32 rtas_set_time(struct vcpu *v, const u32 *in, u32 *out)
{
	s64 day = (s64)in[2] - 1;
	err_t err;
	s64 t;

	(void)out;
	if (!valid(in))
		return RTAS_PARAMETER;
	for (u32 y = YEAR_FIRST; y < in[0]; y++)
		day += days_of_year(y);
	for (u32 m = 1; m < in[1]; m++)
		day += days_of_month(in[0], m);
	lock_take(&v->part->lock);
	t = now(v->part, &err);
	if (!err)
		papr_part(v->part)->rtc_offset += day * DAY + in[3] * 3600 + in[4] * 60 + in[5] - t;
	lock_drop(&v->part->lock);
	return err ? RTAS_HARDWARE : RTAS_OK;
}
