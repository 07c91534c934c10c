// SPDX-License-Identifier: GPL-2.0-or-later
/* Spinlocks with ranks (lock.h; the order is explained in docs/locking.md). Next: core/panic.c. */
#include "arch.h"
#include "hv.h"
#include "lock.h"
#include "panic.h"

/* Several locks of these ranks may be held at once, taken in order of address. */
static bool by_address(u8 rank)
{
	return rank == LOCK_PARTITION || rank == LOCK_VCPU || rank == LOCK_SCHED;
}

static u32 my_word(void)
{
	return 1 + arch_cpu_self();
}

/* Debug: may this CPU, holding what it holds, wait for l? */
static void check_order(const struct lock *l)
{
	const struct cpu *c = this_cpu();

	if (lock_held(l))
		panic("lock %s: taken twice", l->name);
	if (!c)
		return; /* early boot: nobody to compete with */
	for (unsigned i = 0; i < c->nlocks; i++) {
		const struct lock *h = c->held[i];

		if (h->rank < l->rank || (h->rank == l->rank && by_address(l->rank) && h < l))
			continue;
		panic("lock %s (rank %u) wanted while %s (rank %u) is held", l->name, l->rank,
		      h->name, h->rank);
	}
}

static void note_taken(struct lock *l)
{
	struct cpu *c = this_cpu();

	if (!c)
		return;
	if (c->nlocks == ARRAY_SIZE(c->held))
		panic("lock %s: too many locks held", l->name);
	c->held[c->nlocks++] = l;
}

static void note_dropped(const struct lock *l)
{
	struct cpu *c = this_cpu();
	unsigned i = 0;

	if (!c)
		return;
	while (i < c->nlocks && c->held[i] != l)
		i++;
	if (i == c->nlocks)
		return; /* taken before this CPU's part existed */
	for (c->nlocks--; i < c->nlocks; i++)
		c->held[i] = c->held[i + 1];
}

void lock_init(struct lock *l, enum lock_rank rank, const char *name)
{
	atomic_store_explicit(&l->word, 0, memory_order_relaxed);
	l->rank = (u8)rank;
	l->name = name;
}

static bool grab(struct lock *l)
{
	u32 free = 0;

	return atomic_compare_exchange_strong_explicit(&l->word, &free, my_word(),
						       memory_order_acquire, memory_order_relaxed);
}

UNCHECKED_LOCKS void lock_take(struct lock *l)
{
	arch_lock_point();
	if (HV_DEBUG)
		check_order(l);
	while (!grab(l))
		while (atomic_load_explicit(&l->word, memory_order_relaxed)) {
			if (atomic_load_explicit(&hv.panicked, memory_order_relaxed))
				arch_halt(); /* its holder will never drop it */
			arch_relax();
		}
	if (HV_DEBUG)
		note_taken(l);
}

UNCHECKED_LOCKS bool lock_try(struct lock *l)
{
	arch_lock_point();
	if (!grab(l))
		return false;
	if (HV_DEBUG)
		note_taken(l);
	return true;
}

UNCHECKED_LOCKS void lock_drop(struct lock *l)
{
	if (HV_DEBUG) {
		if (!lock_held(l))
			panic("lock %s: dropped by a CPU that does not hold it", l->name);
		note_dropped(l);
	}
	atomic_store_explicit(&l->word, 0, memory_order_release);
	arch_lock_point();
}

bool lock_held(const struct lock *l)
{
	return atomic_load_explicit(&l->word, memory_order_relaxed) == my_word();
}

unsigned lock_count(void)
{
	const struct cpu *c = this_cpu();

	return c ? c->nlocks : 0;
}
