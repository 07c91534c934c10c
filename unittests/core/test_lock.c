// SPDX-License-Identifier: GPL-2.0-or-later
/* core/lock.c: exclusion between CPUs, and every rule that debug builds check. */
#include <check.h>
#include <string.h>

#include "boot.h"
#include "lock.h"

#define CPUS  4
#define TURNS 50

static struct lock l, m;
static unsigned shared, waiting;

static void setup(void)
{
	boot();
	lock_init(&l, LOCK_PARTITION, "test-l");
	lock_init(&m, LOCK_SCHED, "test-m");
}

START_TEST(take_and_drop)
{
	ck_assert(!lock_held(&l));
	lock_take(&l);
	ck_assert(lock_held(&l));
	ck_assert_uint_eq(lock_count(), 1);
	lock_take(&m);
	ck_assert_uint_eq(lock_count(), 2);
	lock_drop(&l); /* any order */
	ck_assert(!lock_held(&l));
	ck_assert(lock_held(&m));
	ck_assert_uint_eq(lock_count(), 1);
	lock_drop(&m);
	ck_assert_uint_eq(lock_count(), 0);
	lock_take(&l);
	lock_drop(&l);
}
END_TEST

START_TEST(held_means_by_this_cpu)
{
	um_set_cpu(2);
	lock_take(&l);
	um_set_cpu(1);
	ck_assert(!lock_held(&l));
	ck_assert_uint_eq(lock_count(), 0);
	ck_assert(!lock_try(&l));
	ck_assert_uint_eq(lock_count(), 0);
	um_set_cpu(2);
	ck_assert(lock_held(&l));
	lock_drop(&l);
	um_set_cpu(1);
	ck_assert(lock_try(&l));
	ck_assert(lock_held(&l));
	ck_assert(!lock_try(&l)); /* also when it is ours */
	ck_assert_uint_eq(lock_count(), 1);
	lock_drop(&l);
}
END_TEST

START_TEST(second_take_panics)
{
	lock_take(&l);
	ck_panics(lock_take(&l), "test-l: taken twice");
}
END_TEST

START_TEST(lower_rank_panics)
{
	lock_take(&m);
	ck_panics(lock_take(&l), "test-l (rank 2) wanted while test-m (rank 5) is held");
}
END_TEST

START_TEST(rank_is_checked_against_all_that_are_held)
{
	struct lock log = LOCK_INIT(LOCK_LOG, "test-log"), hvl = LOCK_INIT(LOCK_HV, "test-hv");

	lock_take(&log);
	ck_assert(lock_try(&hvl)); /* no rule for a try */
	ck_panics(lock_take(&l), "test-l (rank 2) wanted while test-log");
}
END_TEST

START_TEST(try_counts_for_a_later_take)
{
	ck_assert(lock_try(&m));
	ck_panics(lock_take(&l), "test-l (rank 2) wanted while test-m");
}
END_TEST

static const enum lock_rank address_ranks[] = { LOCK_PARTITION, LOCK_VCPU, LOCK_SCHED };

START_TEST(same_rank_in_address_order)
{
	struct lock two[2];

	lock_init(&two[0], address_ranks[_i], "low");
	lock_init(&two[1], address_ranks[_i], "high");
	lock_take(&two[0]);
	lock_take(&two[1]);
	lock_drop(&two[0]);
	ck_panics(lock_take(&two[0]), "lock low");
}
END_TEST

static const enum lock_rank single_ranks[] = { LOCK_HV, LOCK_VTERM, LOCK_FRAMES, LOCK_CONSOLE,
					       LOCK_LOG };

START_TEST(same_rank_without_an_order)
{
	struct lock two[2];

	lock_init(&two[0], single_ranks[_i], "low");
	lock_init(&two[1], single_ranks[_i], "high");
	lock_take(&two[0]);
	ck_panics(lock_take(&two[1]), "lock high");
}
END_TEST

START_TEST(drop_of_a_free_lock_panics)
{
	ck_panics(lock_drop(&l), "test-l: dropped by a CPU that does not hold it");
}
END_TEST

START_TEST(drop_by_another_cpu_panics)
{
	lock_take(&l);
	um_set_cpu(1);
	ck_panics(lock_drop(&l), "test-l: dropped by a CPU that does not hold it");
}
END_TEST

START_TEST(too_many_locks_panic)
{
	struct lock many[LOCK_RANKS + 1];

	for (unsigned i = 0; i <= LOCK_RANKS; i++)
		lock_init(&many[i], LOCK_VCPU, "many");
	for (unsigned i = 0; i < LOCK_RANKS; i++)
		lock_take(&many[i]);
	ck_panics(lock_take(&many[LOCK_RANKS]), "too many locks held");
}
END_TEST

START_TEST(works_before_the_cpus_are_known)
{
	hv_reset();
	lock_take(&m);
	ck_assert(lock_held(&m));
	lock_take(&l); /* nothing is counted, so ranks are not checked */
	ck_assert_uint_eq(lock_count(), 0);
	lock_drop(&l);
	lock_drop(&m);
	lock_take(&l);
	ck_panics(lock_take(&l), "taken twice");
}
END_TEST

/* A read, others' turns, a write: only a lock makes that an increment. */
static void increment(bool locked)
{
	for (unsigned i = 0; i < TURNS; i++) {
		unsigned old;

		if (locked)
			lock_take(&l);
		old = shared;
		arch_lock_point();
		arch_relax();
		shared = old + 1;
		if (locked)
			lock_drop(&l);
	}
}

static void with_lock(unsigned cpu)
{
	(void)cpu;
	increment(true);
}

static void without_lock(unsigned cpu)
{
	(void)cpu;
	increment(false);
}

static unsigned race(u64 seed, void (*fn)(unsigned cpu))
{
	boot_with(&(struct um_config){ .ncpus = CPUS, .ram = MIB(8), .seed = seed });
	lock_init(&l, LOCK_PARTITION, "test-l");
	shared = 0;
	for (unsigned i = 0; i < CPUS; i++)
		um_start_cpu(i, fn);
	ck_assert_int_eq(um_run(0, 0, NULL, NULL), UM_NOTHING);
	return shared;
}

START_TEST(one_cpu_at_a_time)
{
	for (u64 seed = 0; seed < 30; seed++) {
		ck_assert_uint_eq(race(seed, with_lock), CPUS * TURNS);
		ck_assert_uint_lt(race(seed, without_lock), CPUS * TURNS); /* it does matter */
	}
}
END_TEST

static void wait_for_lock(unsigned cpu)
{
	(void)cpu;
	waiting = 1;
	lock_take(&l);
	waiting = 2;
}

START_TEST(waits_until_dropped)
{
	lock_take(&l);
	um_start_cpu(1, wait_for_lock);
	for (unsigned i = 0; i < 20; i++)
		arch_relax();
	ck_assert_uint_eq(waiting, 1);
	lock_drop(&l);
	arch_relax();
	ck_assert_uint_eq(waiting, 2);
}
END_TEST

START_TEST(waiter_stops_after_a_panic)
{
	lock_take(&l);
	um_start_cpu(1, wait_for_lock);
	arch_relax();
	hv.panicked = 1;
	arch_relax();
	lock_drop(&l);
	for (unsigned i = 0; i < 20; i++)
		arch_relax();
	ck_assert_uint_eq(waiting, 1);
}
END_TEST

Suite *suite_lock(void);
Suite *suite_lock(void)
{
	Suite *suite = suite_create("lock");
	TCase *t = tcase_create("lock");

	tcase_add_checked_fixture(t, setup, um_teardown);
	tcase_add_test(t, take_and_drop);
	tcase_add_test(t, held_means_by_this_cpu);
	tcase_add_test(t, second_take_panics);
	tcase_add_test(t, lower_rank_panics);
	tcase_add_test(t, rank_is_checked_against_all_that_are_held);
	tcase_add_test(t, try_counts_for_a_later_take);
	tcase_add_loop_test(t, same_rank_in_address_order, 0, ARRAY_SIZE(address_ranks));
	tcase_add_loop_test(t, same_rank_without_an_order, 0, ARRAY_SIZE(single_ranks));
	tcase_add_test(t, drop_of_a_free_lock_panics);
	tcase_add_test(t, drop_by_another_cpu_panics);
	tcase_add_test(t, too_many_locks_panic);
	tcase_add_test(t, works_before_the_cpus_are_known);
	tcase_add_test(t, one_cpu_at_a_time);
	tcase_add_test(t, waits_until_dropped);
	tcase_add_test(t, waiter_stops_after_a_panic);
	suite_add_tcase(suite, t);
	return suite;
}
