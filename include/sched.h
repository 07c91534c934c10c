/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The slot scheduler of one physical CPU: a pure function of its state and the time
 * (core/sched.c). A ring of SCHED_SLOTS time slots; an entity owns some of them. In its own slot
 * it runs if it can; a slot whose owner cannot run, or that nobody owns, is slack and goes round
 * robin to whoever can.
 */
#ifndef RHYPE_SCHED_H
#define RHYPE_SCHED_H

#include "lock.h"
#include "types.h"

#define SCHED_SLOTS  64
#define SCHED_NOBODY 0xff
#define SCHED_MAX    64 /* entities on one CPU */

struct vcpu;

/* Why an entity can or cannot run. Guarded by the lock of its sched. */
enum sched_state {
	SE_OFF, /* not started, stopped, or partition not running */
	SE_RUNNABLE,
	SE_BLOCKED, /* waits for an event, or for `wake` */
};

struct sched_ent {
	u8 state; /* enum sched_state */
	u8 nslots;
	bool event; /* woken since it last blocked: the next block returns at once */
	u64 wake;   /* ticks; when BLOCKED: becomes runnable by itself; TIME_NEVER */
	u64 used;   /* ticks it ran */
	u64 slack;  /* of these, in slots of others */
	u64 steal;  /* ticks it was runnable and did not run */
	u64 since;  /* when it last became runnable or stopped running */
};

struct sched {
	struct lock lock;
	u64 epoch; /* start of slot 0 of round 0 */
	u64 slot_ticks;
	u8 slot[SCHED_SLOTS];	     /* index into ent[], or SCHED_NOBODY */
	struct vcpu *ent[SCHED_MAX]; /* NULL = free */
	u64 taken;		     /* one bit for each ent that is not */
	u64 waits;		     /* those of them that may be SE_BLOCKED */
	unsigned n;
	u8 last_slack; /* whose turn it was last: round robin continues behind it */
	u8 slack;      /* who has the slack of slot number slack_slot */
	u64 slack_slot;
	u8 gift;	 /* directed yield: this entity gets the rest of the slot */
	u64 gift_slot;	 /* the slot number the gift belongs to */
	bool gift_owned; /* its giver owned that slot: the owner does not take it back */
};

void sched_init(struct sched *s, u64 now, u64 slot_ticks);

/*
 * Admit v with nslots slots of this CPU, spread evenly over the ring. HV_ENOMEM when fewer are
 * free or the CPU has no room; HV_EINVAL for more than SCHED_SLOTS. nslots 0: slack only.
 * Takes the lock. v->index_on_cpu is set.
 */
err_t sched_admit(struct sched *s, struct vcpu *v, unsigned nslots);

/* Forget v, which is SE_OFF. Takes the lock. */
void sched_remove(struct sched *s, struct vcpu *v);

/*
 * Who runs at `now`, or NULL, and until when at most (*until, ticks): the end of the slot, or the
 * time a better candidate wakes; with NULL the next time something may become runnable
 * (TIME_NEVER when only an event can). Wakes entities whose time has come. Takes the lock.
 */
struct vcpu *sched_pick(struct sched *s, u64 now, u64 *until);

/* The same with the lock held, so that the caller can hold on to the vcpu before it is dropped. */
struct vcpu *sched_pick_locked(struct sched *s, u64 now, u64 *until) REQUIRES(&s->lock);

/* SE_OFF -> SE_RUNNABLE. Takes the lock. */
void sched_on(struct sched *s, struct vcpu *v, u64 now);

/*
 * An event for v: a blocked v becomes runnable, a runnable one remembers it, SE_OFF ignores it.
 * True when it became runnable: its CPU should look. Takes the lock.
 */
bool sched_wake(struct sched *s, struct vcpu *v, u64 now);

/* The same for an event that v looks for itself before it blocks: a runnable v forgets it. */
bool sched_unblock(struct sched *s, struct vcpu *v, u64 now);

/*
 * v waits for an event until `wake`. False (and stays runnable) when an event came since it last
 * blocked. Takes the lock.
 */
bool sched_block(struct sched *s, struct vcpu *v, u64 wake, u64 now);

/* Take v out of consideration (SE_OFF), from any state. Takes the lock. */
void sched_off(struct sched *s, struct vcpu *v, u64 now);

/* v ran from `from` to `to` (ticks): its time, and the others' steal. The lock is held. */
void sched_charge_locked(struct sched *s, struct vcpu *v, u64 from, u64 to) REQUIRES(&s->lock);

/* The running v gives the rest of the current slot to `to` (same CPU), or to anybody if NULL. */
void sched_pass(struct sched *s, struct vcpu *v, struct vcpu *to, u64 now);

#endif
