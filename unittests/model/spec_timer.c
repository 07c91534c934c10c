// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The local APIC's timer and the time stamp counter (SDM 3, 11.5.4 and 18.17): the timer counts
 * ticks of the counter, divided, once or again and again; or it waits for a value of the counter.
 */
#include "model_pc.h"

#define MASKED	 (1u << 16)
#define DEADLINE 2u
#define PERIODIC 1u
#define SHORTEST (M_HZ / 20000) /* period: a guest gets something done in between */

static u64 mode(const struct mp_vcpu *v)
{
	return v->lvt[MP_TIMER] >> 17 & 3;
}

/* Bits 0, 1 and 3 as a number: by 2, 4, 8 ... 128; 7: by 1. */
static u64 divider(const struct mp_vcpu *v)
{
	u64 code = (v->divide & 3) + (v->divide & 8) / 2;

	return code == 7 ? 1 : 2ull << code;
}

/* What it shows: the count goes down at the end of each divided tick; 0 is the end. */
u64 mp_count(const struct model *m, const struct mp_vcpu *v)
{
	u64 left;

	if (mode(v) == DEADLINE || v->fires == M_NEVER || v->fires <= m->now)
		return 0;
	left = v->fires - m->now;
	return (left + divider(v) - 1) / divider(v);
}

/* A write of the initial count; not looked at in deadline mode. */
void mp_start_timer(struct model *m, struct mp_vcpu *v, u64 count)
{
	if (mode(v) == DEADLINE)
		return;
	v->initial = count;
	v->fires = count ? m->now + count * divider(v) : M_NEVER;
}

/* The count stays what it is, and goes on at the new rate. */
void mp_divide(struct model *m, struct mp_vcpu *v, u64 code)
{
	u64 count = mp_count(m, v);

	v->divide = code;
	if (count)
		v->fires = m->now + count * divider(v);
}

void mp_set_deadline(struct model *m, struct mp_vcpu *v, u64 tsc)
{
	u64 now = mp_tsc(m, v), left = tsc > now ? tsc - now : 0;

	if (mode(v) != DEADLINE)
		return;
	v->deadline = tsc;
	/* the far end is never (SDM 3, 11.5.4.1: compared as unsigned numbers) */
	v->fires = !tsc || left > M_NEVER - m->now ? M_NEVER : m->now + left;
}

/* Its entry in the vector table was written: to and from deadline mode the timer is disarmed. */
void mp_timer_mode(struct mp_vcpu *v, u64 old)
{
	if (((old ^ v->lvt[MP_TIMER]) >> 17 & DEADLINE) == 0)
		return;
	v->initial = 0;
	v->deadline = 0;
	v->fires = M_NEVER;
}

/* Its moment has come. Periods that nobody was there for are left out. */
void mp_fire(struct model *m, unsigned lp, unsigned vc)
{
	struct mp_vcpu *v = &m->pc[lp].vcpu[vc];
	u64 period = MAX(v->initial * divider(v), SHORTEST);

	v->fires = mode(v) == PERIODIC ? MAX(v->fires + period, m->now + period / 2) : M_NEVER;
	v->deadline = 0;
	if (!(v->lvt[MP_TIMER] & MASKED))
		mp_accept(m, lp, vc, v->lvt[MP_TIMER] & 0xff, false);
}

u64 mp_tsc(const struct model *m, const struct mp_vcpu *v)
{
	return m->now + v->tsc;
}

/* TSC_ADJUST moves with the counter; a deadline stays a value of the counter. */
void mp_set_tsc(struct mp_call *c, u64 offset)
{
	c->v->tsc_adjust += offset - c->v->tsc;
	c->v->tsc = offset;
	if (c->v->deadline)
		mp_set_deadline(c->m, c->v, c->v->deadline);
}
