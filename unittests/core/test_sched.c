// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The slot scheduler as a pure function: no machine is booted, only struct sched and a clock.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "hv.h"
#include "sched.h"
#include "vcpu.h"

#define SLOT 100u

static struct sched s;
static struct vcpu *v[SCHED_MAX + 1];

static void setup(void)
{
	hv_reset();
	sched_init(&s, 0, SLOT);
	for (unsigned i = 0; i <= SCHED_MAX; i++) {
		v[i] = calloc(1, sizeof(*v[i]));
		v[i]->index = i;
	}
}

static void teardown(void)
{
	for (unsigned i = 0; i <= SCHED_MAX; i++)
		free(v[i]);
}

static void admit(unsigned i, unsigned nslots)
{
	ck_assert_int_eq(sched_admit(&s, v[i], nslots), HV_OK);
}

static unsigned owned(unsigned i)
{
	unsigned n = 0;

	for (unsigned k = 0; k < SCHED_SLOTS; k++)
		n += s.slot[k] == v[i]->index_on_cpu;
	return n;
}

START_TEST(empty_cpu_waits_for_ever)
{
	u64 until = 0;

	ck_assert_ptr_null(sched_pick(&s, 5, &until));
	ck_assert_uint_eq(until, TIME_NEVER);
}
END_TEST

START_TEST(admission_counts_slots)
{
	admit(0, 32);
	admit(1, 16);
	ck_assert_uint_eq(owned(0), 32);
	ck_assert_uint_eq(owned(1), 16);
	ck_assert_int_eq(sched_admit(&s, v[2], 17), HV_ENOMEM);
	ck_assert_int_eq(sched_admit(&s, v[2], SCHED_SLOTS + 1), HV_EINVAL);
	ck_assert_uint_eq(s.n, 2);
	admit(2, 16);
	ck_assert_int_eq(sched_admit(&s, v[3], 1), HV_ENOMEM);
	admit(3, 0);
	ck_assert_uint_eq(owned(3), 0);
}
END_TEST

START_TEST(admission_is_bounded)
{
	for (unsigned i = 0; i < SCHED_MAX; i++)
		admit(i, 1);
	ck_assert_int_eq(sched_admit(&s, v[SCHED_MAX], 0), HV_ENOMEM);
	sched_remove(&s, v[7]);
	admit(SCHED_MAX, 1);
	ck_assert_uint_eq(v[SCHED_MAX]->index_on_cpu, 7);
}
END_TEST

START_TEST(slots_are_spread)
{
	unsigned gap = 0, longest = 0;

	admit(0, 8);
	for (unsigned k = 0; k < 2 * SCHED_SLOTS; k++) {
		gap = s.slot[k % SCHED_SLOTS] == 0 ? 0 : gap + 1;
		longest = MAX(longest, gap);
	}
	ck_assert_uint_eq(longest, 7);
}
END_TEST

/* Count who runs in each slot over some rounds. */
static void run_rounds(unsigned rounds, unsigned count[], unsigned n)
{
	memset(count, 0, n * sizeof(*count));
	for (u64 t = 0; t < rounds * SCHED_SLOTS; t++) {
		u64 until;
		struct vcpu *p = sched_pick(&s, t * SLOT + 1, &until);

		ck_assert_uint_eq(until, (t + 1) * SLOT);
		ck_assert_ptr_nonnull(p);
		count[p->index]++;
	}
}

START_TEST(shares_hold_and_slack_is_fair)
{
	unsigned count[3];

	admit(0, 32);
	admit(1, 8);
	admit(2, 0);
	for (unsigned i = 0; i < 3; i++)
		sched_on(&s, v[i], 0);
	run_rounds(9, count, 3);
	/* 24 slack slots a round, three runnable: 8 each */
	ck_assert_uint_eq(count[0], 9 * (32 + 8));
	ck_assert_uint_eq(count[1], 9 * (8 + 8));
	ck_assert_uint_eq(count[2], 9 * 8);
}
END_TEST

START_TEST(idle_owner_gives_slots_away)
{
	unsigned count[2];

	admit(0, 64);
	admit(1, 0);
	sched_on(&s, v[0], 0);
	sched_on(&s, v[1], 0);
	ck_assert(sched_block(&s, v[0], TIME_NEVER, 0));
	run_rounds(2, count, 2);
	ck_assert_uint_eq(count[1], 128);
	ck_assert(sched_wake(&s, v[0], 0));
	run_rounds(2, count, 2);
	ck_assert_uint_eq(count[0], 128);
}
END_TEST

START_TEST(slack_keeps_its_runner_within_a_slot)
{
	u64 until;
	struct vcpu *first;

	admit(0, 0);
	admit(1, 0);
	sched_on(&s, v[0], 0);
	sched_on(&s, v[1], 0);
	first = sched_pick(&s, 10, &until);
	for (u64 t = 11; t < SLOT; t++)
		ck_assert_ptr_eq(sched_pick(&s, t, &until), first);
	ck_assert_ptr_ne(sched_pick(&s, SLOT, &until), first);
}
END_TEST

START_TEST(block_until_a_time)
{
	u64 until;

	admit(0, 64);
	sched_on(&s, v[0], 0);
	ck_assert(sched_block(&s, v[0], 250, 10));
	ck_assert_ptr_null(sched_pick(&s, 20, &until));
	ck_assert_uint_eq(until, 250);
	ck_assert_ptr_null(sched_pick(&s, 249, &until));
	ck_assert_ptr_eq(sched_pick(&s, 250, &until), v[0]);
	ck_assert_uint_eq(until, 300);
}
END_TEST

START_TEST(owner_takes_its_slot_back_when_it_wakes)
{
	u64 until;

	admit(0, 64);
	admit(1, 0);
	sched_on(&s, v[0], 0);
	sched_on(&s, v[1], 0);
	ck_assert(sched_block(&s, v[0], 30, 0));
	ck_assert_ptr_eq(sched_pick(&s, 5, &until), v[1]);
	ck_assert_uint_eq(until, 30);
	ck_assert_ptr_eq(sched_pick(&s, 30, &until), v[0]);
}
END_TEST

START_TEST(block_in_the_past_or_after_an_event_returns)
{
	admit(0, 64);
	sched_on(&s, v[0], 0);
	ck_assert(!sched_block(&s, v[0], 10, 10));
	ck_assert(!sched_wake(&s, v[0], 10));
	ck_assert(!sched_block(&s, v[0], TIME_NEVER, 10));
	ck_assert(sched_block(&s, v[0], TIME_NEVER, 10));
}
END_TEST

START_TEST(unblock_wakes_and_is_forgotten)
{
	admit(0, 64);
	ck_assert(!sched_unblock(&s, v[0], 0));
	ck_assert_int_eq(v[0]->se.state, SE_OFF);
	sched_on(&s, v[0], 0);
	ck_assert(!sched_unblock(&s, v[0], 10));
	ck_assert(sched_block(&s, v[0], TIME_NEVER, 10));
	ck_assert(sched_unblock(&s, v[0], 20));
	ck_assert_int_eq(v[0]->se.state, SE_RUNNABLE);
	ck_assert_uint_eq(v[0]->se.since, 20);
}
END_TEST

START_TEST(events_do_not_start_what_is_off)
{
	u64 until;

	admit(0, 64);
	ck_assert(!sched_wake(&s, v[0], 0));
	ck_assert_ptr_null(sched_pick(&s, 1, &until));
	sched_on(&s, v[0], 0);
	ck_assert(sched_block(&s, v[0], TIME_NEVER, 0));
	sched_off(&s, v[0], 0);
	ck_assert(!sched_wake(&s, v[0], 0));
	ck_assert_ptr_null(sched_pick(&s, 1, &until));
	ck_assert_uint_eq(until, TIME_NEVER);
}
END_TEST

START_TEST(yield_gives_the_rest_of_the_slot)
{
	u64 until;

	admit(0, 64);
	admit(1, 0);
	admit(2, 0);
	for (unsigned i = 0; i < 3; i++)
		sched_on(&s, v[i], 0);
	ck_assert_ptr_eq(sched_pick(&s, 1, &until), v[0]);
	sched_pass(&s, v[0], v[2], 2);
	ck_assert_ptr_eq(sched_pick(&s, 3, &until), v[2]);
	ck_assert_uint_eq(until, SLOT);
	ck_assert_ptr_eq(sched_pick(&s, SLOT, &until), v[0]);
	sched_pass(&s, v[0], NULL, SLOT + 1);
	ck_assert_ptr_ne(sched_pick(&s, SLOT + 2, &until), v[0]);
}
END_TEST

/* Slack given away is still slack: the owner of the slot takes it back when it wakes. */
START_TEST(a_gift_of_slack_yields_to_the_owner)
{
	u64 until;

	admit(0, 64);
	admit(1, 0);
	admit(2, 0);
	for (unsigned i = 0; i < 3; i++)
		sched_on(&s, v[i], 0);
	ck_assert(sched_block(&s, v[0], 50, 1));
	ck_assert_ptr_ne(sched_pick(&s, 2, &until), v[0]);
	sched_pass(&s, v[1], v[2], 3);
	ck_assert_ptr_eq(sched_pick(&s, 4, &until), v[2]);
	ck_assert_uint_eq(until, 50);
	ck_assert_ptr_eq(sched_pick(&s, 50, &until), v[0]);
	sched_pass(&s, v[1], v[1], 51); /* to itself, over and over */
	ck_assert_ptr_eq(sched_pick(&s, 52, &until), v[0]);
}
END_TEST

START_TEST(yield_alone_keeps_running)
{
	u64 until;

	admit(0, 0);
	sched_on(&s, v[0], 0);
	ck_assert_ptr_eq(sched_pick(&s, 1, &until), v[0]);
	sched_pass(&s, v[0], NULL, 2);
	ck_assert_ptr_eq(sched_pick(&s, 3, &until), v[0]);
}
END_TEST

START_TEST(remove_forgets_everything)
{
	u64 until;

	admit(0, 10);
	admit(1, 0);
	sched_on(&s, v[1], 0);
	sched_pass(&s, v[1], v[0], 0);
	sched_remove(&s, v[0]);
	ck_assert_uint_eq(s.n, 1);
	for (unsigned k = 0; k < SCHED_SLOTS; k++)
		ck_assert_uint_eq(s.slot[k], SCHED_NOBODY);
	ck_assert_ptr_eq(sched_pick(&s, 1, &until), v[1]);
}
END_TEST

/* The round of slack goes on where it was, unless its last one is gone. */
START_TEST(remove_keeps_the_round_of_slack)
{
	u64 until;

	for (unsigned i = 0; i < 4; i++)
		admit(i, 0);
	for (unsigned i = 0; i < 3; i++)
		sched_on(&s, v[i], 0);
	ck_assert_ptr_eq(sched_pick(&s, 1, &until), v[0]);
	ck_assert_ptr_eq(sched_pick(&s, SLOT + 1, &until), v[1]);
	sched_remove(&s, v[3]); /* somebody else */
	ck_assert_uint_eq(s.last_slack, v[1]->index_on_cpu);
	ck_assert_ptr_eq(sched_pick(&s, 2 * SLOT + 1, &until), v[2]);
	sched_off(&s, v[2], 2 * SLOT + 2);
	sched_remove(&s, v[2]);
	ck_assert_uint_eq(s.last_slack, SCHED_NOBODY);
	sched_pass(&s, v[0], v[1], 2 * SLOT + 3);
	ck_assert_uint_eq(s.gift, v[1]->index_on_cpu);
	sched_off(&s, v[0], 2 * SLOT + 4);
	sched_remove(&s, v[0]);
	ck_assert_uint_eq(s.gift, v[1]->index_on_cpu);
	ck_assert_ptr_eq(sched_pick(&s, 2 * SLOT + 5, &until), v[1]);
}
END_TEST

START_TEST(time_is_charged)
{
	admit(0, 1);
	admit(1, 0);
	sched_on(&s, v[0], 0);
	sched_on(&s, v[1], 0);
	lock_take(&s.lock);
	sched_charge_locked(&s, v[0], 10, 60);
	ck_assert_uint_eq(v[0]->se.used, 50);
	ck_assert_uint_eq(v[0]->se.slack, 0);
	ck_assert_uint_eq(v[0]->se.steal, 10);
	sched_charge_locked(&s, v[1], 100, 130);
	lock_drop(&s.lock);
	ck_assert_uint_eq(v[1]->se.used, 30);
	ck_assert_uint_eq(v[1]->se.slack, 30);
	ck_assert_uint_eq(v[1]->se.steal, 100);
}
END_TEST

Suite *suite_sched(void);
Suite *suite_sched(void)
{
	Suite *suite = suite_create("sched");
	TCase *t = tcase_create("sched");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, empty_cpu_waits_for_ever);
	tcase_add_test(t, admission_counts_slots);
	tcase_add_test(t, admission_is_bounded);
	tcase_add_test(t, slots_are_spread);
	tcase_add_test(t, shares_hold_and_slack_is_fair);
	tcase_add_test(t, idle_owner_gives_slots_away);
	tcase_add_test(t, slack_keeps_its_runner_within_a_slot);
	tcase_add_test(t, block_until_a_time);
	tcase_add_test(t, owner_takes_its_slot_back_when_it_wakes);
	tcase_add_test(t, block_in_the_past_or_after_an_event_returns);
	tcase_add_test(t, unblock_wakes_and_is_forgotten);
	tcase_add_test(t, events_do_not_start_what_is_off);
	tcase_add_test(t, yield_gives_the_rest_of_the_slot);
	tcase_add_test(t, a_gift_of_slack_yields_to_the_owner);
	tcase_add_test(t, yield_alone_keeps_running);
	tcase_add_test(t, remove_forgets_everything);
	tcase_add_test(t, remove_keeps_the_round_of_slack);
	tcase_add_test(t, time_is_charged);
	suite_add_tcase(suite, t);
	return suite;
}
