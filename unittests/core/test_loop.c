// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loop of a CPU with real guests (C functions on the process port): sharing, preemption,
 * waiting, and partitions that stop while they run.
 */
#include <stdio.h>

#include "papr/lab.h"

#include "um_guest.h"

#define GUESTS	3
#define MS(n)	((u64)(n) * (UM_TICK_HZ / 1000))
#define ENTRY	0x4000u
#define COUNTER 0x8000u
#define COMPUTE 20000u

static struct partition *part[GUESTS];
static unsigned share[GUESTS];
static const char *program;
static unsigned nparts, cpus_mask;

/* Counts in its memory, in pieces, for ever. */
UM_PROGRAM(lt_count)
{
	for (u64 n = 1;; n++) {
		um_compute(COMPUTE);
		um_st64(COUNTER, n);
	}
}

static void tick(u64 vec)
{
	(void)vec;
	um_clear_dec();
}

/* Works a little, then cedes until its decrementer fires. */
UM_PROGRAM(lt_sleep)
{
	um_vector(VEC_DECREMENTER, tick);
	for (u64 n = 1;; n++) {
		um_st64(COUNTER, n);
		um_set_dec(MS(3));
		um_hcall(H_CEDE, NULL, 0, NULL, 0);
	}
}

/* Uses a register file of its own: what others do to it would show. */
UM_PROGRAM(lt_registers)
{
	u64 mine = um_ld64(COUNTER + 8);

	for (unsigned i = 0; i < 8; i++)
		um_set_spr(i, mine + i);
	for (u64 n = 1;; n++) {
		um_compute(COMPUTE);
		for (unsigned i = 0; i < 8; i++)
			if (um_spr(i) != mine + i)
				um_st64(COUNTER + 16, i + 1);
		um_st64(COUNTER, n);
	}
}

UM_PROGRAM(lt_poweroff)
{
	u64 self[2];

	um_compute(MS(10));
	um_hcall(HV_VERSION, NULL, 0, self, 2);
	um_hcall(HV_PARTITION_STOP, &self[1], 1, NULL, 0);
	um_st64(COUNTER, 0xdead);
	um_stop();
}

static u64 counter(unsigned i, unsigned off)
{
	u64 v;

	ck_assert_int_eq(gcopy_from(part[i], &v, GPA(COUNTER + off), 8), HV_OK);
	return v;
}

static void cpu_n(unsigned n)
{
	ck_assert_int_eq(arch_cpu_init(), HV_OK);
	cpu_loop(hv.cpu[n]);
}

static void make(unsigned i)
{
	struct manifest_part mp = { .machine = "papr",
				    .vcpus = 1,
				    .memory = MIB(1),
				    .share = share[i],
				    .cpus = cpus_mask,
				    .entry = GPA(ENTRY) };
	u8 image[UM_MAGIC_LEN + UM_NAME_MAX] = UM_MAGIC;
	u64 mine = 0x1111ull * (i + 1);

	snprintf(mp.name, sizeof(mp.name), "p%u", i);
	snprintf((char *)image + UM_MAGIC_LEN, UM_NAME_MAX, "%s", program);
	ck_assert_int_eq(partition_create(&mp, NULL, &part[i]), HV_OK);
	ck_assert_int_eq(gcopy_load(part[i], GPA(ENTRY), image, sizeof(image)), HV_OK);
	ck_assert_int_eq(gcopy_load(part[i], GPA(COUNTER + 8), &mine, 8), HV_OK);
	lock_take(&hv.lock);
	ck_assert_int_eq(partition_start(part[i]), HV_OK);
	lock_drop(&hv.lock);
}

static void cpu_0(unsigned n)
{
	for (unsigned i = 0; i < nparts; i++)
		make(i);
	cpu_loop(hv.cpu[n]);
}

/* A machine with `n` partitions of that program runs for `ms`. */
static enum um_stop run_for(unsigned n, const char *prog, unsigned ncpus, unsigned ms)
{
	lab_boot(&(struct um_config){ .ncpus = ncpus, .ram = MIB(16) });
	nparts = n;
	program = prog;
	memset(part, 0, sizeof(part));
	um_start_cpu(0, cpu_0);
	for (unsigned c = 1; c < ncpus; c++)
		um_start_cpu(c, cpu_n);
	return um_run(0, arch_now() + MS(ms), NULL, NULL);
}

START_TEST(slots_decide)
{
	u64 a, b;

	share[0] = 48;
	share[1] = 16;
	ck_assert_int_eq(run_for(2, "lt_count", 1, 2600), UM_TIME);
	a = counter(0, 0);
	b = counter(1, 0);
	ck_assert_uint_gt(b, 1000);
	ck_assert_msg(a > b * 29 / 10 && a < b * 31 / 10, "%llu to %llu, not 3 to 1",
		      (unsigned long long)a, (unsigned long long)b);
}
END_TEST

START_TEST(slack_is_shared_fairly)
{
	share[0] = share[1] = share[2] = 0;
	ck_assert_int_eq(run_for(3, "lt_count", 1, 1200), UM_TIME);
	for (unsigned i = 1; i < 3; i++)
		ck_assert_msg(counter(i, 0) > counter(0, 0) * 9 / 10 &&
				      counter(i, 0) < counter(0, 0) * 11 / 10,
			      "%llu and %llu", (unsigned long long)counter(0, 0),
			      (unsigned long long)counter(i, 0));
}
END_TEST

START_TEST(registers_stay_private)
{
	share[0] = share[1] = share[2] = 8;
	ck_assert_int_eq(run_for(3, "lt_registers", 1, 300), UM_TIME);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_uint_gt(counter(i, 0), 100);
		ck_assert_uint_eq(counter(i, 16), 0);
		ck_assert_uint_gt(part[i]->vcpu[0]->nexits[EXIT_PREEMPT], 5);
	}
}
END_TEST

START_TEST(an_idle_machine_waits)
{
	share[0] = share[1] = 8;
	ck_assert_int_eq(run_for(2, "lt_sleep", 1, 300), UM_TIME);
	for (unsigned i = 0; i < 2; i++)
		ck_assert_msg(counter(i, 0) >= 95 && counter(i, 0) <= 102, "woke %llu times",
			      (unsigned long long)counter(i, 0));
	ck_assert_uint_gt(hv.cpu[0]->idle_ticks, MS(290));
	ck_assert_uint_lt(hv.cpu[0]->idle_ticks, arch_now());
}
END_TEST

START_TEST(every_cpu_works)
{
	share[0] = share[1] = 32;
	ck_assert_int_eq(run_for(2, "lt_count", 2, 500), UM_TIME);
	ck_assert_uint_ne(part[0]->vcpu[0]->cpu, part[1]->vcpu[0]->cpu);
	ck_assert_uint_gt(counter(0, 0), MS(500) / COMPUTE * 95 / 100);
	ck_assert_uint_gt(counter(1, 0), MS(500) / COMPUTE * 95 / 100);
}
END_TEST

START_TEST(stops_from_inside_and_machine_goes_on)
{
	share[0] = share[1] = 8;
	ck_assert_int_eq(run_for(2, "lt_poweroff", 2, 400), UM_TIME);
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "partition p0 is gone"));
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "partition p1 is gone"));
	ck_assert_uint_eq(hv.nalive, 0);
	ck_assert_uint_eq(palloc_count(&hv.palloc, (lpid_t){ 1 }), 0);
	ck_assert_uint_eq(palloc_count(&hv.palloc, (lpid_t){ 2 }), 0);
	ck_assert_ptr_null(hv.cpu[0]->loaded);
	ck_assert_ptr_null(hv.cpu[1]->loaded);
}
END_TEST

static bool second_counted(void *arg)
{
	(void)arg;
	return part[1] && part[1]->vcpu[0] && counter(1, 0) > 50;
}

/* Stopped by another CPU in the middle of its work. */
START_TEST(stops_from_outside)
{
	struct partition *victim;

	share[0] = share[1] = 8;
	lab_boot(&(struct um_config){ .ncpus = 3, .ram = MIB(16), .seed = (u64)_i + 1 });
	nparts = 2;
	program = "lt_count";
	memset(part, 0, sizeof(part)); /* without fork, those of the test before stand there */
	cpus_mask = 3;
	um_start_cpu(0, cpu_0);
	um_start_cpu(1, cpu_n);
	um_set_cpu(2);
	ck_assert_int_eq(um_run(0, 0, second_counted, NULL), UM_DONE);
	victim = part[1];
	lock_take(&hv.lock);
	ck_assert_int_eq(partition_stop(victim, STOP_ORDER), HV_OK);
	lock_drop(&hv.lock);
	ck_assert_int_eq(um_run(0, arch_now() + MS(100), NULL, NULL), UM_TIME);
	ck_assert_ptr_null(hv.part[2]);
	ck_assert_uint_eq(palloc_count(&hv.palloc, (lpid_t){ 2 }), 0);
	ck_assert_uint_eq(hv.part[1]->state, PART_RUNNING);
	ck_assert_uint_gt(counter(0, 0), 100);
	cpus_mask = 0;
}
END_TEST

/* ---- a CPU that is slow between choosing a vcpu and loading it ------------------------------ */

static struct machine slow;
static bool armed, in_put, kept;

static void slow_put(struct vcpu *v)
{
	machine_papr.before_put(v);
	if (!armed)
		return;
	armed = false;
	in_put = true;
	for (unsigned i = 0; i < 20000 && hv.part[2]; i++)
		arch_relax();
	kept = hv.part[2] != NULL; /* its vcpu is the one chosen: it must not go away yet */
}

static bool is_in_put(void *arg)
{
	(void)arg;
	return in_put;
}

START_TEST(what_was_chosen_stays)
{
	share[0] = share[1] = 0;
	cpus_mask = 1;
	armed = in_put = kept = false;
	memset(part, 0, sizeof(part));
	lab_boot(&(struct um_config){ .ncpus = 3, .ram = MIB(16), .seed = (u64)_i + 1 });
	nparts = 2;
	program = "lt_count";
	um_start_cpu(0, cpu_0);
	um_start_cpu(1, cpu_n);
	um_set_cpu(2);
	ck_assert_int_eq(um_run(0, 0, second_counted, NULL), UM_DONE);
	slow = machine_papr;
	slow.before_put = slow_put;
	/* the next switch from p0 to p1 is slow, and p1 is stopped meanwhile */
	while (hv.cpu[0]->loaded != part[0]->vcpu[0])
		um_run(um_steps() + 10, 0, NULL, NULL);
	armed = true;
	part[0]->machine = &slow;
	ck_assert_int_eq(um_run(0, arch_now() + MS(50), is_in_put, NULL), UM_DONE);
	lock_take(&hv.lock);
	ck_assert_int_eq(partition_stop(part[1], STOP_ORDER), HV_OK);
	lock_drop(&hv.lock);
	arch_cpu_kick(1); /* it would reap */
	ck_assert_int_eq(um_run(0, arch_now() + MS(100), NULL, NULL), UM_TIME);
	ck_assert(kept);
	ck_assert_ptr_null(hv.part[2]);
	ck_assert_uint_gt(counter(0, 0), 100);
	cpus_mask = 0;
}
END_TEST

/* ---- who is woken by what happens before an entry ------------------------------------------- */

static unsigned looks;
static u64 exits_before;
static bool entered;

static u64 exits(const struct vcpu *v)
{
	u64 n = 0;

	for (unsigned i = 0; i < EXIT_KINDS; i++)
		n += v->nexits[i];
	return n;
}

static void waking_before_run(struct vcpu *v)
{
	machine_papr.before_run(v);
	if (!armed)
		return;
	if (looks++ == 0) {
		exits_before = exits(v);
		this_cpu()->resched = true; /* as vcpu_wake does for a neighbour */
		return;
	}
	entered = exits(v) != exits_before;
	armed = false;
}

static bool has_looked_twice(void *arg)
{
	(void)arg;
	return looks == 2;
}

START_TEST(who_is_woken_before_an_entry_is_asked_for)
{
	share[0] = 0;
	cpus_mask = 1;
	armed = entered = false;
	looks = 0;
	memset(part, 0, sizeof(part));
	lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(16) });
	nparts = 1;
	program = "lt_count";
	um_start_cpu(0, cpu_0);
	um_set_cpu(1);
	um_run(0, arch_now() + MS(20), NULL, NULL);
	slow = machine_papr;
	slow.before_run = waking_before_run;
	part[0]->machine = &slow;
	armed = true;
	ck_assert_int_eq(um_run(0, arch_now() + MS(500), has_looked_twice, NULL), UM_DONE);
	ck_assert(!entered);
	ck_assert_uint_gt(exits(part[0]->vcpu[0]), 0);
	cpus_mask = 0;
}
END_TEST

/* What a turn answers, and what it lets go of. */
START_TEST(single_turns)
{
	struct manifest_part mp = lab_manifest();
	struct cpu *c;

	um_teardown();
	lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(16) });
	lab_start(&mp);
	c = hv.cpu[1];
	um_set_cpu(1);
	um_advance(0);
	ck_assert(!cpu_step(c)); /* nobody: it waited */
	lock_take(&lab_p->lock);
	vcpu_online(lab_v1);
	lock_drop(&lab_p->lock);
	ck_assert(cpu_load(c, lab_v1));
	lock_take(&lab_p->lock);
	vcpu_offline(lab_v1);
	lock_drop(&lab_p->lock);
	ck_assert(!cpu_step(c));
	ck_assert_ptr_null(c->loaded); /* off, and so no longer on this CPU */
	lock_take(&lab_p->lock);
	vcpu_online(lab_v1);
	lock_drop(&lab_p->lock);
	ck_assert(cpu_load(c, lab_v1));
	lock_take(&hv.lock);
	partition_stop(lab_p, STOP_ORDER);
	lock_drop(&hv.lock);
	ck_assert(!cpu_step(c));
	ck_assert_ptr_null(c->loaded);
}
END_TEST

START_TEST(a_panic_stops_the_other_cpus)
{
	um_teardown();
	lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(16) });
	um_set_cpu(1);
	atomic_store(&hv.panicked, 1);
	ck_assert_int_eq(um_catch(cpu_step(hv.cpu[1])), UM_HALT);
}
END_TEST

Suite *suite_loop(void);
Suite *suite_loop(void)
{
	Suite *s = suite_create("loop");
	TCase *tc = tcase_create("loop");

	tcase_add_checked_fixture(tc, NULL, um_teardown);
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, single_turns);
	tcase_add_test(tc, a_panic_stops_the_other_cpus);
	tcase_add_test(tc, who_is_woken_before_an_entry_is_asked_for);
	tcase_add_test(tc, slots_decide);
	tcase_add_test(tc, slack_is_shared_fairly);
	tcase_add_test(tc, registers_stay_private);
	tcase_add_test(tc, an_idle_machine_waits);
	tcase_add_test(tc, every_cpu_works);
	tcase_add_test(tc, stops_from_inside_and_machine_goes_on);
	tcase_add_loop_test(tc, stops_from_outside, 0, 10);
	tcase_add_loop_test(tc, what_was_chosen_stays, 0, 5);
	suite_add_tcase(s, tc);
	return s;
}
