// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of a partition, and the calls on it: a controller on vcpu 0 (the bench of papr/lab.h)
 * and partitions beside it.
 */
#include <stdio.h>

#include "papr/lab.h"

static struct partition *other;
static u64 free_before;

static struct partition *make(const char *name, u64 memory, bool hold)
{
	struct manifest_part mp = { .machine = "papr",
				    .vcpus = 2,
				    .memory = memory,
				    .share = 4,
				    .entry = GPA(0x100),
				    .hold = hold };
	struct partition *p;

	snprintf(mp.name, sizeof(mp.name), "%s", name);
	ck_assert_int_eq(partition_create(&mp, NULL, &p), HV_OK);
	return p;
}

static void setup(void)
{
	struct manifest_part mp = lab_manifest();

	mp.controller = true;
	lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(32), .rtc = LAB_RTC });
	lab_start(&mp);
	free_before = hv.palloc.nfree;
	other = make("other", MIB(1), false);
	um_output_clear();
}

static void setup_user(void)
{
	lab_setup();
	free_before = hv.palloc.nfree;
	other = make("other", MIB(1), false);
	um_output_clear();
}

static err_t locked(err_t (*verb)(struct partition *), struct partition *p)
{
	err_t err;

	lock_take(&hv.lock);
	err = verb(p);
	lock_drop(&hv.lock);
	return err;
}

static struct partition *find(u64 lpid)
{
	struct partition *p;

	lock_take(&hv.lock);
	p = partition_find(lpid);
	lock_drop(&hv.lock);
	return p;
}

/* Reap to the end; the number of steps. */
static unsigned reap_all(void)
{
	unsigned n = 0;

	while (atomic_load(&hv.nreap) && partition_reap())
		n++;
	ck_assert_uint_eq(atomic_load(&hv.nreap), 0);
	return n;
}

START_TEST(find_knows_live_partitions_only)
{
	ck_assert_ptr_eq(find(lab_p->id.v), lab_p);
	ck_assert_ptr_eq(find(other->id.v), other);
	ck_assert_ptr_null(find(0));
	ck_assert_ptr_null(find(3));
	ck_assert_ptr_null(find(MAX_PARTITIONS + 1));
	ck_assert_ptr_null(find(~0ull));
	other->state = PART_CREATED;
	ck_assert_ptr_null(find(other->id.v));
	other->state = PART_READY;
}
END_TEST

START_TEST(start_once)
{
	ck_assert_int_eq(lab_call(lab_v0, HV_PARTITION_START, other->id.v), H_SUCCESS);
	ck_assert_uint_eq(other->state, PART_RUNNING);
	ck_assert(other->vcpu[0]->online && !other->vcpu[1]->online);
	ck_assert_uint_eq(other->vcpu[0]->se.state, SE_RUNNABLE);
	ck_assert_uint_eq(other->vcpu[1]->se.state, SE_OFF);
	lab_error(H_BAD_MODE, lab_v0, HV_PARTITION_START, other->id.v);
	lab_error(H_PARAMETER, lab_v0, HV_PARTITION_START, 77);
	lab_error(H_PARAMETER, lab_v0, HV_PARTITION_START, 0);
	lab_error(H_PARAMETER, lab_v0, HV_PARTITION_START, 1ull << 32 | other->id.v);
}
END_TEST

START_TEST(destroy_returns_every_page)
{
	lpid_t id = other->id;

	ck_assert_uint_lt(hv.palloc.nfree, free_before);
	ck_assert_int_eq(lab_call(lab_v0, HV_PARTITION_START, id.v), H_SUCCESS);
	ck_assert_int_eq(lab_call(lab_v0, HV_PARTITION_DESTROY, id.v), H_SUCCESS);
	ck_assert_uint_eq(other->state, PART_DYING);
	lab_error(H_BAD_MODE, lab_v0, HV_PARTITION_DESTROY, id.v);
	lab_error(H_BAD_MODE, lab_v0, HV_PARTITION_START, id.v);
	lab_error(H_BAD_MODE, lab_v0, HV_PARTITION_STOP, id.v);
	ck_assert_uint_gt(reap_all(), MIB(1) / HV_PAGE_SIZE / 64); /* in bounded steps */
	ck_assert_ptr_null(find(id.v));
	ck_assert_uint_eq(hv.palloc.nfree, free_before);
	ck_assert_uint_eq(palloc_count(&hv.palloc, id), 0);
	ck_assert_str_eq(palloc_verify(&hv.palloc) ?: "", "");
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "partition other is gone: "));
	lab_error(H_PARAMETER, lab_v0, HV_PARTITION_INFO, id.v);
}
END_TEST

START_TEST(numbers_are_reused)
{
	lpid_t id = other->id;

	lab_call(lab_v0, HV_PARTITION_DESTROY, id.v);
	reap_all();
	other = make("again", MIB(2), false);
	ck_assert_uint_eq(other->id.v, id.v);
	ck_assert_int_eq(lab_call(lab_v0, HV_PARTITION_INFO, id.v), H_SUCCESS);
	ck_assert_uint_eq(lab_ret(lab_v0, 0), PART_READY);
	ck_assert_uint_eq(lab_ret(lab_v0, 1), MIB(2) / HV_PAGE_SIZE);
	ck_assert_uint_eq(lab_ret(lab_v0, 2), 2);
}
END_TEST

START_TEST(stop_keeps_what_is_held)
{
	struct partition *held = make("held", MIB(1), true);

	ck_assert_int_eq(lab_call(lab_v0, HV_PARTITION_START, held->id.v), H_SUCCESS);
	ck_assert_int_eq(lab_call(lab_v0, HV_PARTITION_STOP, held->id.v), H_SUCCESS);
	ck_assert_uint_eq(held->state, PART_STOPPED);
	ck_assert_uint_eq(held->reason, STOP_ORDER);
	ck_assert_uint_eq(held->vcpu[0]->se.state, SE_OFF);
	lab_error(H_BAD_MODE, lab_v0, HV_PARTITION_STOP, held->id.v);
	lab_error(H_BAD_MODE, lab_v0, HV_PARTITION_START, held->id.v);
	ck_assert_uint_eq(atomic_load(&hv.nreap), 0);
	ck_assert_int_eq(lab_call(lab_v0, HV_PARTITION_DESTROY, held->id.v), H_SUCCESS);
	reap_all();
	ck_assert_int_eq(lab_call(lab_v0, HV_PARTITION_STOP, other->id.v), H_SUCCESS);
	ck_assert_uint_eq(other->state, PART_DYING);
	reap_all();
	ck_assert_uint_eq(hv.palloc.nfree, free_before);
}
END_TEST

static err_t stop_it(struct partition *p)
{
	return partition_stop(p, STOP_ORDER);
}

START_TEST(nothing_is_freed_while_loaded)
{
	struct vcpu *v = other->vcpu[other->vcpu[0]->cpu == 1 ? 0 : 1];

	ck_assert_int_eq(locked(partition_start, other), HV_OK);
	cpu_unload(hv.cpu[0]);
	um_set_cpu(1);
	ck_assert_int_eq(arch_cpu_init(), HV_OK);
	if (!v->online)
		vcpu_online(v);
	ck_assert(cpu_load(hv.cpu[1], v));
	ck_assert(v->loaded);
	ck_assert_int_eq(locked(stop_it, other), HV_OK);
	ck_assert_uint_eq(other->state, PART_DYING);
	ck_assert(!partition_reap());
	ck_assert_uint_eq(other->nvcpus, 2);
	cpu_unload(hv.cpu[1]);
	ck_assert(!v->loaded);
	reap_all();
	ck_assert_uint_eq(hv.palloc.nfree, free_before);
}
END_TEST

START_TEST(stopped_partitions_are_not_loaded)
{
	struct vcpu *v = other->vcpu[0];

	lab_call(lab_v0, HV_PARTITION_START, other->id.v);
	lab_call(lab_v0, HV_PARTITION_STOP, other->id.v);
	cpu_unload(hv.cpu[0]);
	v->cpu = 0;
	ck_assert(!cpu_load(hv.cpu[0], v));
	ck_assert_uint_eq(atomic_load(&other->nloaded), 0);
	ck_assert_ptr_null(hv.cpu[0]->loaded);
}
END_TEST

START_TEST(users_may_ask_about_themselves_only)
{
	ck_assert_int_eq(lab_call(lab_v0, HV_PARTITION_INFO, lab_p->id.v), H_SUCCESS);
	ck_assert_uint_eq(lab_ret(lab_v0, 0), PART_RUNNING);
	lab_error(H_AUTHORITY, lab_v0, HV_PARTITION_INFO, other->id.v);
	lab_error(H_AUTHORITY, lab_v0, HV_PARTITION_START, other->id.v);
	lab_error(H_AUTHORITY, lab_v0, HV_PARTITION_STOP, other->id.v);
	lab_error(H_AUTHORITY, lab_v0, HV_PARTITION_DESTROY, other->id.v);
	lab_error(H_AUTHORITY, lab_v0, HV_PARTITION_DESTROY, lab_p->id.v);
	lab_error(H_AUTHORITY, lab_v0, HV_PARTITION_INFO, 0);
	lab_error(H_AUTHORITY, lab_v0, HV_MEMORY_INFO, 0);
}
END_TEST

START_TEST(a_partition_may_stop_itself)
{
	ck_assert_int_eq(lab_call(lab_v0, HV_PARTITION_STOP, lab_p->id.v), H_SUCCESS);
	ck_assert_uint_eq(lab_p->state, PART_STOPPED);
	ck_assert(hv.cpu[0]->resched);
	ck_assert(um_kicked(1)); /* vcpu 1 lives there */
}
END_TEST

START_TEST(kill_reports_and_stops)
{
	lab_v0->arch.papr.nip = 0x123456789abcull;
	partition_kill(lab_v0, "it did what cannot be", 0x77);
	ck_assert_uint_eq(lab_p->state, PART_STOPPED);
	ck_assert_uint_eq(lab_p->reason, STOP_KILLED);
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "partition lab vcpu 0 killed: it did what "
						      "cannot be (0x77)"));
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "123456789abc"));
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "partition lab was killed"));
}
END_TEST

/* What kills it comes again before a kick is seen: its CPU must think again by itself. */
START_TEST(killed_when_already_stopped)
{
	lock_take(&hv.lock);
	ck_assert_int_eq(partition_stop(lab_p, STOP_ORDER), HV_OK);
	lock_drop(&hv.lock);
	hv.cpu[0]->resched = false; /* as if that had been done by another CPU */
	partition_kill(lab_v0, "it ends", 0);
	ck_assert(hv.cpu[0]->resched);
	ck_assert_uint_eq(lab_p->reason, STOP_ORDER);
	hv.cpu[0]->resched = false;
	partition_stop_self(lab_v0, STOP_POWEROFF);
	ck_assert(hv.cpu[0]->resched);
}
END_TEST

static void destroy_now(struct partition *p)
{
	lpid_t id = p->id;

	lock_take(&hv.lock);
	partition_destroy_now(p);
	lock_drop(&hv.lock);
	ck_assert_ptr_null(hv.part[id.v]);
	ck_assert_uint_eq(palloc_count(&hv.palloc, id), 0);
	ck_assert_uint_eq(atomic_load(&hv.nreap), 0);
}

/* From any state that a partition has when nothing of it is loaded. */
START_TEST(destroyed_at_once)
{
	static const enum part_state from[] = { PART_READY, PART_STOPPED, PART_DYING };

	lock_take(&hv.lock);
	if (from[_i] >= PART_STOPPED) {
		other->hold = true;
		ck_assert_int_eq(partition_stop(other, STOP_ORDER), HV_OK);
	}
	if (from[_i] == PART_DYING)
		ck_assert_int_eq(partition_destroy(other), HV_OK);
	lock_drop(&hv.lock);
	ck_assert_uint_eq(other->state, from[_i]);
	destroy_now(other);
}
END_TEST

/* One that only stopped may be started again by nobody; one that runs may. */
START_TEST(the_machine_ends_only_when_nothing_runs)
{
	int code;

	hv.started = true;
	cpu_unload(hv.cpu[0]);
	lock_take(&hv.lock);
	ck_assert_int_eq(partition_stop(lab_p, STOP_ORDER), HV_OK); /* held: stays */
	partition_destroy(lab_p);
	lock_drop(&hv.lock);
	code = um_catch(reap_all());
	ck_assert_int_eq(code, UM_NO_END); /* the other one is there */
	ck_assert_uint_eq(hv.nalive, 1);
}
END_TEST

START_TEST(the_last_one_ends_the_machine)
{
	int code;

	hv.started = true;
	lab_p->hold = false;
	lab_call(lab_v0, HV_PARTITION_DESTROY, other->id.v);
	reap_all();
	lab_call(lab_v0, HV_PARTITION_STOP, lab_p->id.v);
	ck_assert(!partition_reap()); /* still loaded here */
	cpu_unload(hv.cpu[0]);
	um_line_takes(0); /* the last words get out also on a slow line */
	code = um_catch(reap_all());
	ck_assert_int_eq(code, 0);
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "no partition is left"));
	ck_assert_uint_eq(hv.nalive, 0);
}
END_TEST

/* Whether the held one stops before the others are gone or after: nobody can start it again. */
START_TEST(a_held_one_ends_the_machine_too)
{
	hv.started = true;
	lab_call(lab_v0, HV_PARTITION_DESTROY, other->id.v);
	reap_all();
	partition_machine_ends(); /* not yet */
	lab_p->hold = true;
	console_partition(lab_p->id, true);
	lab_call(lab_v0, HV_PARTITION_STOP, lab_p->id.v);
	ck_assert_uint_eq(lab_p->state, PART_STOPPED);
	ck_assert_uint_eq(hv.console.focus, 0);
	ck_assert_int_eq(um_catch(cpu_step(hv.cpu[0])), 0);
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "no partition is left"));
	ck_assert_uint_eq(hv.nalive, 1);
}
END_TEST

START_TEST(memory_info)
{
	ck_assert_int_eq(lab_call(lab_v0, HV_MEMORY_INFO, 0), H_SUCCESS);
	ck_assert_uint_eq(lab_ret(lab_v0, 0), hv.palloc.nfree);
	ck_assert_uint_eq(lab_ret(lab_v0, 1), hv.palloc.ntotal);
}
END_TEST

START_TEST(yield)
{
	struct vcpu *to = other->vcpu[0]->cpu == 0 ? other->vcpu[0] : other->vcpu[1];
	struct manifest_part far = { .name = "far",
				     .machine = "papr",
				     .vcpus = 1,
				     .cpus = 2,
				     .memory = MIB(1),
				     .entry = GPA(0x100) };
	struct partition *p;
	u64 until;

	lab_error(H_PARAMETER, lab_v0, HV_YIELD, 9);
	ck_assert_int_eq(partition_create(&far, NULL, &p), HV_OK);
	lab_error(H_NOT_AVAILABLE, lab_v0, HV_YIELD, p->id.v);
	ck_assert(!hv.cpu[0]->resched);
	lab_call(lab_v0, HV_PARTITION_START, other->id.v);
	if (to == other->vcpu[1])
		vcpu_online(to);
	hv.cpu[0]->resched = false;
	ck_assert_int_eq(lab_call(lab_v0, HV_YIELD, other->id.v), H_SUCCESS);
	ck_assert(hv.cpu[0]->resched);
	ck_assert_ptr_eq(sched_pick(&hv.cpu[0]->sched, arch_now(), &until), to);
	ck_assert_int_eq(lab_call(lab_v0, HV_YIELD, 0), H_SUCCESS);
}
END_TEST

START_TEST(names)
{
	ck_assert_str_eq(part_state_name(PART_RUNNING), "running");
	ck_assert_str_eq(part_state_name(PART_RESTART), "restarting");
	ck_assert_str_eq(part_state_name(99), "?");
	ck_assert_str_eq(stop_reason_name(STOP_CRASH), "crashed");
	ck_assert_str_eq(stop_reason_name(99), "?");
	ck_assert_str_ne(stop_reason_name(STOP_ORDER), "?");
	ck_assert_str_eq(stop_reason_name(STOP_ORDER + 1), "?");
	ck_assert_str_ne(part_state_name(PART_RESTART), "?");
	ck_assert_str_eq(part_state_name(PART_RESTART + 1), "?");
	ck_assert_int_eq(locked(partition_destroy, other), HV_ESTATE);
}
END_TEST

Suite *suite_partition(void);
Suite *suite_partition(void)
{
	const TTest *const as_controller[] = {
		find_knows_live_partitions_only,
		start_once,
		destroy_returns_every_page,
		numbers_are_reused,
		stop_keeps_what_is_held,
		nothing_is_freed_while_loaded,
		stopped_partitions_are_not_loaded,
		a_partition_may_stop_itself,
		kill_reports_and_stops,
		killed_when_already_stopped,
		the_machine_ends_only_when_nothing_runs,
		the_last_one_ends_the_machine,
		a_held_one_ends_the_machine_too,
		memory_info,
		yield,
		names,
		NULL,
	};
	Suite *s = lab_suite("partition", setup, as_controller);
	TCase *tc = tcase_create("as a user");

	tcase_add_checked_fixture(tc, setup_user, lab_teardown);
	tcase_add_test(tc, users_may_ask_about_themselves_only);
	suite_add_tcase(s, tc);
	tc = tcase_create("at once");
	tcase_add_checked_fixture(tc, setup, lab_teardown);
	tcase_add_loop_test(tc, destroyed_at_once, 0, 3);
	suite_add_tcase(s, tc);
	return s;
}
