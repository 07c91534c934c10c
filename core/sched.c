// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The slot scheduler of one CPU: who runs now, and until when. A pure function of struct sched and
 * the time it is given. Next: loop.c, which asks it.
 */
#include "sched.h"

#include "arch.h"
#include "hvstring.h"
#include "panic.h"
#include "vcpu.h"

void sched_init(struct sched *s, u64 now, u64 slot_ticks)
{
	memset(s, 0, sizeof(*s));
	lock_init(&s->lock, LOCK_SCHED, "sched");
	s->epoch = now;
	s->slot_ticks = slot_ticks;
	memset(s->slot, SCHED_NOBODY, sizeof(s->slot));
	s->gift = SCHED_NOBODY;
	s->last_slack = SCHED_NOBODY;
	s->slack = SCHED_NOBODY;
}

static unsigned free_slots(const struct sched *s)
{
	unsigned n = 0;

	for (unsigned i = 0; i < SCHED_SLOTS; i++)
		n += s->slot[i] == SCHED_NOBODY;
	return n;
}

/* Give entity e n slots, each the first free one at or after its even share of the ring. */
static void spread(struct sched *s, u8 e, unsigned n)
{
	for (unsigned k = 0; k < n; k++) {
		unsigned i = k * SCHED_SLOTS / n;

		while (s->slot[i] != SCHED_NOBODY)
			i = (i + 1) % SCHED_SLOTS;
		s->slot[i] = e;
	}
}

err_t sched_admit(struct sched *s, struct vcpu *v, unsigned nslots)
{
	err_t err = HV_ENOMEM;

	if (nslots > SCHED_SLOTS)
		return HV_EINVAL;
	lock_take(&s->lock);
	if (s->n < SCHED_MAX && free_slots(s) >= nslots) {
		u8 e = 0;

		while (s->ent[e])
			e++;
		s->ent[e] = v;
		s->taken |= 1ull << e;
		s->n++;
		v->index_on_cpu = e;
		v->se = (struct sched_ent){ .state = SE_OFF,
					    .nslots = (u8)nslots,
					    .wake = TIME_NEVER };
		spread(s, e, nslots);
		err = HV_OK;
	}
	lock_drop(&s->lock);
	return err;
}

void sched_remove(struct sched *s, struct vcpu *v)
{
	lock_take(&s->lock);
	CHECK(s->ent[v->index_on_cpu] == v && v->se.state == SE_OFF);
	for (unsigned i = 0; i < SCHED_SLOTS; i++)
		if (s->slot[i] == v->index_on_cpu)
			s->slot[i] = SCHED_NOBODY;
	if (s->gift == v->index_on_cpu)
		s->gift = SCHED_NOBODY;
	if (s->last_slack == v->index_on_cpu)
		s->last_slack = SCHED_NOBODY;
	if (s->slack == v->index_on_cpu)
		s->slack = SCHED_NOBODY;
	s->ent[v->index_on_cpu] = NULL;
	s->taken &= ~(1ull << v->index_on_cpu);
	s->waits &= s->taken;
	s->n--;
	lock_drop(&s->lock);
}

static void set_runnable(struct sched_ent *se, u64 now)
{
	se->state = SE_RUNNABLE;
	se->wake = TIME_NEVER;
	se->since = now;
}

/* Wake those whose time has come; returns the earliest wake time of the others. */
static u64 wake_due(struct sched *s, u64 now) REQUIRES(&s->lock)
{
	u64 next = TIME_NEVER;

	for (u64 among = s->waits; among; among &= among - 1) {
		struct sched_ent *se = &s->ent[__builtin_ctzll(among)]->se;

		if (se->state == SE_BLOCKED && se->wake > now) {
			next = MIN(next, se->wake);
			continue;
		}
		s->waits &= ~(among & -among);
		if (se->state == SE_BLOCKED)
			set_runnable(se, se->wake);
	}
	return next;
}

static bool runnable(const struct sched *s, u8 e)
{
	return e != SCHED_NOBODY && s->ent[e] && s->ent[e]->se.state == SE_RUNNABLE;
}

BUILD_ASSERT(SCHED_MAX == 64, "one bit each in sched.taken");

static u8 first_runnable(const struct sched *s, u64 among) REQUIRES(&s->lock)
{
	for (; among; among &= among - 1) {
		u8 e = (u8)__builtin_ctzll(among);

		if (runnable(s, e))
			return e;
	}
	return SCHED_NOBODY;
}

/* The first behind e in the round that can run: e itself when there is no other, or nobody. */
static u8 next_behind(const struct sched *s, u8 e) REQUIRES(&s->lock)
{
	u64 up_to = e == SCHED_NOBODY ? 0 : (2ull << e) - 1;
	u8 next = first_runnable(s, s->taken & ~up_to);

	return next == SCHED_NOBODY ? first_runnable(s, s->taken & up_to) : next;
}

/*
 * Round robin, once per slot as long as the chosen one can run. Less than half of a slot, which
 * another one left over, is no turn: it would be easy to leave others moments only.
 */
static u8 pick_slack(struct sched *s, u64 slotno, u64 now) REQUIRES(&s->lock)
{
	bool again = s->slack_slot == slotno && s->slack != SCHED_NOBODY;
	u8 e;

	if (again && runnable(s, s->slack))
		return s->slack;
	e = next_behind(s, again ? s->slack : s->last_slack);
	if (e == SCHED_NOBODY)
		return e;
	s->slack = e;
	s->slack_slot = slotno;
	if ((now - s->epoch) % s->slot_ticks <= s->slot_ticks / 2)
		s->last_slack = e;
	return e;
}

struct vcpu *sched_pick_locked(struct sched *s, u64 now, u64 *until)
{
	struct vcpu *v = NULL;
	u64 slotno, end, wake;
	bool gift;
	u8 e;

	slotno = (now - s->epoch) / s->slot_ticks;
	end = s->epoch + (slotno + 1) * s->slot_ticks;
	wake = wake_due(s, now);
	e = s->slot[slotno % SCHED_SLOTS];
	gift = s->gift_slot == slotno && runnable(s, s->gift);
	if (gift && s->gift_owned) {
		e = s->gift;
	} else if (!runnable(s, e)) {
		/* the owner takes its slot back when it wakes */
		if (e != SCHED_NOBODY && s->ent[e]->se.state == SE_BLOCKED)
			end = MIN(end, s->ent[e]->se.wake);
		e = gift ? s->gift : pick_slack(s, slotno, now);
	}
	if (e != SCHED_NOBODY)
		v = s->ent[e];
	*until = v ? end : wake;
	return v;
}

struct vcpu *sched_pick(struct sched *s, u64 now, u64 *until)
{
	struct vcpu *v;

	lock_take(&s->lock);
	v = sched_pick_locked(s, now, until);
	lock_drop(&s->lock);
	return v;
}

void sched_on(struct sched *s, struct vcpu *v, u64 now)
{
	lock_take(&s->lock);
	CHECK(v->se.state == SE_OFF);
	v->se.event = false;
	set_runnable(&v->se, now);
	lock_drop(&s->lock);
}

bool sched_wake(struct sched *s, struct vcpu *v, u64 now)
{
	bool woke = false;

	lock_take(&s->lock);
	if (v->se.state == SE_BLOCKED) {
		set_runnable(&v->se, now);
		woke = true;
	} else if (v->se.state == SE_RUNNABLE) {
		v->se.event = true;
	}
	lock_drop(&s->lock);
	return woke;
}

bool sched_unblock(struct sched *s, struct vcpu *v, u64 now)
{
	bool woke = false;

	lock_take(&s->lock);
	if (v->se.state == SE_BLOCKED) {
		set_runnable(&v->se, now);
		woke = true;
	}
	lock_drop(&s->lock);
	return woke;
}

bool sched_block(struct sched *s, struct vcpu *v, u64 wake, u64 now)
{
	bool blocked = false;

	lock_take(&s->lock);
	if (v->se.state == SE_RUNNABLE && !v->se.event && wake > now) {
		v->se.state = SE_BLOCKED;
		v->se.wake = wake;
		s->waits |= 1ull << v->index_on_cpu;
		blocked = true;
	}
	v->se.event = false;
	lock_drop(&s->lock);
	return blocked;
}

void sched_off(struct sched *s, struct vcpu *v, u64 now)
{
	lock_take(&s->lock);
	v->se.state = SE_OFF;
	v->se.wake = TIME_NEVER;
	v->se.since = now;
	lock_drop(&s->lock);
}

void sched_charge_locked(struct sched *s, struct vcpu *v, u64 from, u64 to)
{
	u64 ran = to - from;

	v->se.used += ran;
	if (s->slot[(from - s->epoch) / s->slot_ticks % SCHED_SLOTS] != v->index_on_cpu)
		v->se.slack += ran;
	if (from > v->se.since)
		v->se.steal += from - v->se.since;
	v->se.since = to;
}

void sched_pass(struct sched *s, struct vcpu *v, struct vcpu *to, u64 now)
{
	u64 slotno = (now - s->epoch) / s->slot_ticks;

	lock_take(&s->lock);
	/* or to whoever is next in the round: a gift, not a turn */
	s->gift = to ? to->index_on_cpu : next_behind(s, v->index_on_cpu);
	s->gift_slot = slotno;
	s->gift_owned = s->slot[slotno % SCHED_SLOTS] == v->index_on_cpu;
	lock_drop(&s->lock);
}
