// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RTAS time of day. Each partition sets its own clock: the difference to the machine's is all that
 * is kept. Next: rtas.c.
 */
#include "papr.h"

#include "calendar.h"

static s64 now(const struct partition *p, err_t *err)
{
	u64 seconds = 0;

	*err = arch_rtc_read(&seconds);
	return (s64)seconds + papr_part(p)->rtc_offset;
}

/* get-time-of-day -> year, month, day, hour, minute, second, nanoseconds */
s32 rtas_get_time(struct vcpu *v, const u32 *in, u32 *out)
{
	struct date d;
	s64 t;
	err_t err;

	(void)in;
	lock_take(&v->part->lock);
	t = now(v->part, &err);
	lock_drop(&v->part->lock);
	if (err || !calendar_date(t, &d))
		return RTAS_HARDWARE;
	out[0] = d.year;
	out[1] = d.month;
	out[2] = d.day;
	out[3] = d.hour;
	out[4] = d.minute;
	out[5] = d.second;
	out[6] = 0;
	return RTAS_OK;
}

/* set-time-of-day: the same fields */
s32 rtas_set_time(struct vcpu *v, const u32 *in, u32 *out)
{
	const struct date d = { in[0], in[1], in[2], in[3], in[4], in[5] };
	err_t err;
	s64 t;

	(void)out;
	if (!calendar_valid(&d) || in[6] >= 1000000000)
		return RTAS_PARAMETER;
	lock_take(&v->part->lock);
	t = now(v->part, &err);
	if (!err)
		papr_part(v->part)->rtc_offset += calendar_seconds(&d) - t;
	lock_drop(&v->part->lock);
	return err ? RTAS_HARDWARE : RTAS_OK;
}
