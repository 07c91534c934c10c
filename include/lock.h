/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Spinlocks with ranks. A CPU may take a lock only while every lock it holds has a lower rank, or
 * the same rank and a lower address where the rank says so; debug builds check it. The order is
 * written here and explained in docs/locking.md. Implementation: core/lock.c.
 */
#ifndef RHYPE_LOCK_H
#define RHYPE_LOCK_H

#include <stdatomic.h>

#include "lock_check.h"
#include "types.h"

enum lock_rank {
	LOCK_HV = 1,	/* hv.lock: the table of partitions, life-cycle changes */
	LOCK_PARTITION, /* one partition: its address space, its machine state; by address */
	LOCK_VCPU,	/* one vcpu's presentation state (ICP, VPA); by address */
	LOCK_VTERM,	/* one virtual terminal */
	LOCK_SCHED,	/* one CPU's run queue; by address */
	LOCK_FRAMES,	/* ownership map and physical allocator */
	LOCK_CONSOLE,	/* console multiplexer */
	LOCK_LOG,
	LOCK_RANKS
};

struct LOCK_TYPE lock {
	_Atomic u32 word; /* 0 free, else 1 + CPU */
	u8 rank;
	const char *name;
};

#define LOCK_INIT(r, n)                             \
	{                                           \
		.word = 0, .rank = (r), .name = (n) \
	}

/* Before first use; any context. */
void lock_init(struct lock *l, enum lock_rank rank, const char *name);

/* Wait for the lock and take it. Panics in debug builds on a rank violation or a second take. */
void lock_take(struct lock *l) ACQUIRES(l);

/* Take it if free; true on success. Rank rules apply only to a later lock_take. */
bool lock_try(struct lock *l) TRY_ACQUIRES(l);

/* Give it back. Panics in debug builds when this CPU does not hold it. */
void lock_drop(struct lock *l) RELEASES(l);

/* This CPU holds it (exact in all builds). */
bool lock_held(const struct lock *l);

/* How many locks this CPU holds: debug builds count, release builds return 0. */
unsigned lock_count(void);

#endif
