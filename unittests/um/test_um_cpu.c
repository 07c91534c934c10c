// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The process port by itself: how simulated CPUs take turns, and time. No core is booted. Next:
 * test_um_guest.c.
 */
#include <check.h>
#include <string.h>

#include "hv.h"
#include "um.h"

#define MS(n) ((u64)(n) * (UM_TICK_HZ / 1000))

/* The port reports a bug whose text contains `text`. */
#define ck_bug(text, stmt)                                                                  \
	do {                                                                                \
		ck_assert_int_eq(um_catch(stmt), UM_BUG);                                   \
		ck_assert_msg(strstr(um_bug_text(), text) != NULL, "no '%s' in '%s'", text, \
			      um_bug_text());                                               \
	} while (0)

/* ---- time and turns ---------------------------------------------------------------------- */

static char trail[4000];
static unsigned at;

static void leave_trail(unsigned cpu)
{
	for (unsigned i = 0; i < 40; i++) {
		trail[at++] = (char)('0' + cpu);
		um_point();
	}
}

static const char *run_trail(u64 seed)
{
	at = 0;
	memset(trail, 0, sizeof(trail));
	um_setup(&(struct um_config){ .ncpus = 3, .ram = MIB(1), .seed = seed });
	for (unsigned i = 0; i < 3; i++)
		um_start_cpu(i, leave_trail);
	ck_assert_int_eq(um_run(0, 0, NULL, NULL), UM_NOTHING);
	ck_assert_uint_eq(at, 120);
	return trail;
}

START_TEST(same_seed_same_run)
{
	char first[sizeof(trail)];
	unsigned different = 0;

	for (u64 seed = 0; seed < 20; seed++) {
		memcpy(first, run_trail(seed), sizeof(trail));
		ck_assert_str_eq(run_trail(seed), first);
		different += strcmp(first, run_trail(seed + 1)) != 0;
	}
	ck_assert_uint_eq(different, 20);
}
END_TEST

static unsigned turns;

static void count_turns(enum um_event e, unsigned cpu, u64 a, u64 b)
{
	turns += e == UM_EV_TURN && a != cpu && b <= arch_now();
}

static unsigned run_turns(unsigned turn, unsigned stall)
{
	at = 0;
	turns = 0;
	um_setup(&(struct um_config){
		.ncpus = 3, .ram = MIB(1), .seed = 5, .turn = turn, .stall = stall });
	um_trace = count_turns;
	for (unsigned i = 0; i < 3; i++)
		um_start_cpu(i, leave_trail);
	ck_assert_int_eq(um_run(0, 0, NULL, NULL), UM_NOTHING);
	ck_assert_uint_eq(at, 120); /* whoever was stalled went on in the end */
	um_trace = NULL;
	return turns;
}

/* How often the seed changes the CPU, and that it can keep one away for long. */
START_TEST(turns_and_stalls)
{
	const unsigned never = 1u << 31;

	ck_assert_uint_gt(run_turns(2, 0), 40);
	ck_assert_uint_lt(run_turns(60, 0), 10);
	ck_assert_uint_le(run_turns(never, 0), 3);
	ck_assert_uint_gt(run_turns(never, 10), run_turns(never, 0));
}
END_TEST

START_TEST(seed_zero_runs_to_completion)
{
	char want[121];

	run_trail(0);
	memset(want, '0', 40);
	memset(want + 40, '1', 40);
	memset(want + 80, '2', 40);
	want[120] = 0;
	ck_assert_str_eq(trail, want);
}
END_TEST

static void leave_two_trails(unsigned cpu)
{
	leave_trail(cpu);
	for (;;) {
		trail[at++] = (char)('a' + cpu);
		arch_relax();
	}
}

static bool trail_is_long(void *arg)
{
	return at >= *(unsigned *)arg;
}

START_TEST(limits_of_a_run)
{
	unsigned n = 100;
	u64 steps, limit;

	at = 0;
	um_setup(&(struct um_config){ .ncpus = 2, .ram = MIB(1) });
	um_start_cpu(0, leave_two_trails);
	um_start_cpu(1, leave_two_trails);
	ck_assert_int_eq(um_run(0, 0, trail_is_long, &n), UM_DONE);
	ck_assert_uint_eq(at, 100);
	steps = um_steps();
	ck_assert_int_eq(um_run(33, 0, NULL, NULL), UM_STEPS);
	ck_assert_uint_eq(um_steps(), steps + 33);
	limit = arch_now() + 10 * UM_POINT_TICKS;
	ck_assert_int_eq(um_run(0, limit, NULL, NULL), UM_TIME);
	ck_assert_uint_eq(arch_now(), limit);
	/* relax hands the turn over: the letters alternate */
	ck_assert(trail[at - 1] != trail[at - 2] && trail[at - 1] == trail[at - 3]);
	um_next_cpu(trail[at - 1] == 'a' ? 0 : 1);
	um_run(2, 0, NULL, NULL);
	ck_assert(trail[at - 1] == trail[at - 2] || trail[at - 2] == trail[at - 3]);
}
END_TEST

static u64 woke[4];

static void sleeper(unsigned cpu)
{
	arch_alarm(MS(1000) + MS(10) * (4 - cpu));
	arch_cpu_idle();
	woke[cpu] = arch_now();
	if (cpu == 3)
		arch_cpu_kick(0);
	arch_alarm(TIME_NEVER);
	arch_cpu_idle();
	woke[cpu] = arch_now();
}

START_TEST(idle_time_jumps_to_the_next_alarm)
{
	memset(woke, 0, sizeof(woke));
	um_setup(&(struct um_config){ .ncpus = 4, .ram = MIB(1) });
	for (unsigned i = 0; i < 4; i++)
		um_start_cpu(i, sleeper);
	ck_assert_int_eq(um_run(0, 0, NULL, NULL), UM_NOTHING);
	/* CPU 3 first, whose kick ended CPU 0's idle early; the others slept on their alarms */
	for (unsigned i = 1; i < 4; i++) {
		ck_assert_uint_ge(woke[i], MS(1000) + MS(10) * (4 - i));
		ck_assert_uint_lt(woke[i], MS(1001) + MS(10) * (4 - i));
	}
	ck_assert_uint_lt(woke[0], MS(1012));
	ck_assert_uint_gt(woke[0], MS(1000));
	/* only a kick helps now */
	arch_cpu_kick(2);
	ck_assert(um_kicked(2));
	ck_assert_int_eq(um_run(0, 0, NULL, NULL), UM_NOTHING);
	ck_assert(!um_kicked(2));
}
END_TEST

static void power_off(unsigned cpu)
{
	arch_relax();
	arch_poweroff((int)cpu + 40);
}

static void halt(unsigned cpu)
{
	(void)cpu;
	arch_halt();
}

START_TEST(the_end_of_a_run)
{
	um_setup(&(struct um_config){ .ncpus = 3, .ram = MIB(1) });
	um_start_cpu(0, halt);
	um_start_cpu(1, halt);
	ck_assert_int_eq(um_run(0, 0, NULL, NULL), UM_NOTHING);
	um_start_cpu(2, power_off);
	ck_assert_int_eq(um_run(0, 0, NULL, NULL), UM_POWEROFF);
	ck_assert_int_eq(um_poweroff_code(), 42);
	ck_assert_int_eq(um_run(0, 0, NULL, NULL), UM_POWEROFF);
}
END_TEST

/* The test is CPU 0 itself, and CPU 1 ends the machine in one of its turns. */
START_TEST(another_cpu_ends_the_callers_machine)
{
	um_setup(&(struct um_config){ .ncpus = 2, .ram = MIB(1) });
	um_start_cpu(1, power_off);
	ck_assert_int_eq(um_catch({
				 for (;;)
					 arch_relax();
			 }),
			 41);
}
END_TEST

static void answer_kicks(unsigned cpu)
{
	for (;;) {
		arch_cpu_idle();
		woke[cpu]++;
	}
}

START_TEST(caller_and_started_cpus_share)
{
	memset(woke, 0, sizeof(woke));
	um_setup(&(struct um_config){ .ncpus = 2, .ram = MIB(1) });
	um_start_cpu(1, answer_kicks);
	ck_bug("runs already", um_start_cpu(1, answer_kicks));
	ck_bug("not free", um_set_cpu(1));
	for (unsigned i = 1; i <= 5; i++) {
		arch_relax();
		ck_assert_uint_eq(woke[1], i - 1);
		arch_cpu_kick(1);
		arch_relax();
		ck_assert_uint_eq(woke[1], i);
	}
	/* nobody has an alarm: the caller's idle returns early rather than never */
	arch_cpu_idle();
	ck_bug("there is no CPU 2", um_start_cpu(2, answer_kicks));
}
END_TEST

static struct lock stopped_lock;

static void stop_with_lock(unsigned cpu)
{
	(void)cpu;
	lock_take(&stopped_lock);
	for (;;)
		um_point();
}

START_TEST(a_lock_of_a_stopped_cpu_is_no_endless_wait)
{
	um_setup(&(struct um_config){ .ncpus = 2, .ram = MIB(1) });
	hv_reset();
	lock_init(&stopped_lock, LOCK_VCPU, "stopped");
	um_start_cpu(0, halt);
	um_start_cpu(1, stop_with_lock);
	um_run(1000, 0, NULL, NULL);
	ck_bug("a stopped CPU holds", lock_take(&stopped_lock));
}
END_TEST

Suite *suite_um_cpu(void);
Suite *suite_um_cpu(void)
{
	const TTest *const tests[] = {
		same_seed_same_run,
		turns_and_stalls,
		seed_zero_runs_to_completion,
		limits_of_a_run,
		idle_time_jumps_to_the_next_alarm,
		the_end_of_a_run,
		another_cpu_ends_the_callers_machine,
		caller_and_started_cpus_share,
		a_lock_of_a_stopped_cpu_is_no_endless_wait,
	};
	Suite *s = suite_create("um_cpu");
	TCase *tc = tcase_create("um_cpu");

	tcase_add_checked_fixture(tc, NULL, um_teardown);
	for (unsigned i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	return s;
}
