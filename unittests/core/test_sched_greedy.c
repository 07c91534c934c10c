// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The slot scheduler against vcpus that want more than their part of the slack: whoever is next in
 * the round has not had its turn when it was given a moment. core/sched.c as a pure function.
 */
#include <check.h>
#include <stdlib.h>

#include "hv.h"
#include "sched.h"
#include "vcpu.h"

#define SLOT  100u
#define SLOTS 64u

static struct sched s;
static struct vcpu *v[3];

static void setup(void)
{
	hv_reset();
	sched_init(&s, 0, SLOT);
	for (unsigned i = 0; i < 3; i++)
		v[i] = calloc(1, sizeof(*v[i]));
}

static void teardown(void)
{
	for (unsigned i = 0; i < 3; i++)
		free(v[i]);
}

static void on(unsigned i, unsigned nslots)
{
	ck_assert_int_eq(sched_admit(&s, v[i], nslots), HV_OK);
	sched_on(&s, v[i], 0);
}

/*
 * v[0] stops `spare` ticks before the end of each slot that it gets: blocked until the next slot,
 * or with a yield. What v[1] has had after a round.
 */
static u64 beside_one_that_stops(u64 spare, bool yields)
{
	u64 had = 0, until;

	on(0, 0);
	on(1, 0);
	for (u64 t = 0; t < SLOTS * SLOT;) {
		struct vcpu *p = sched_pick(&s, t, &until);
		u64 end = t / SLOT * SLOT + SLOT;

		if (p == v[0] && end - t > spare) {
			t = end - spare;
			if (yields)
				sched_pass(&s, v[0], NULL, t);
			else
				ck_assert(sched_block(&s, v[0], end, t));
			continue;
		}
		had += p == v[1] ? end - t : 0;
		t = end;
	}
	return had;
}

START_TEST(a_moment_before_the_end_is_no_turn)
{
	ck_assert_uint_ge(beside_one_that_stops(1, false), SLOTS * SLOT / 2);
}
END_TEST

START_TEST(a_moment_that_was_given_is_no_turn)
{
	ck_assert_uint_ge(beside_one_that_stops(1, true), SLOTS * SLOT / 2);
}
END_TEST

START_TEST(nor_is_the_half)
{
	ck_assert_uint_ge(beside_one_that_stops(SLOT / 2, false), SLOTS * SLOT / 2);
}
END_TEST

/* Two that pass their own slots on to each other do not use up the turns of the third. */
START_TEST(yields_in_own_slots_are_no_turns)
{
	unsigned had = 0;
	u64 until;

	on(0, SLOTS / 2);
	on(1, 0);
	on(2, 0);
	for (u64 t = 0; t < SLOTS * SLOT; t += SLOT) {
		if (s.slot[t / SLOT] == SCHED_NOBODY) {
			had += sched_pick(&s, t, &until) == v[2];
			continue;
		}
		ck_assert_ptr_eq(sched_pick(&s, t, &until), v[0]);
		sched_pass(&s, v[0], NULL, t + 1);
		ck_assert_ptr_eq(sched_pick(&s, t + 2, &until), v[1]);
		sched_pass(&s, v[1], NULL, t + 3);
		sched_pick(&s, t + 4, &until);
	}
	ck_assert_uint_ge(had, SLOTS / 2 / 3);
}
END_TEST

Suite *suite_sched_greedy(void);
Suite *suite_sched_greedy(void)
{
	Suite *suite = suite_create("sched_greedy");
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_moment_before_the_end_is_no_turn);
	tcase_add_test(t, a_moment_that_was_given_is_no_turn);
	tcase_add_test(t, nor_is_the_half);
	tcase_add_test(t, yields_in_own_slots_are_no_turns);
	suite_add_tcase(suite, t);
	return suite;
}
