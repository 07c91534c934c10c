// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual CPUs: look-up, the ways they start, wait and wake, and who is kicked for it. */
#include "papr/lab.h"

START_TEST(find)
{
	ck_assert_ptr_eq(vcpu_find(lab_p, 0), lab_v0);
	ck_assert_ptr_eq(vcpu_find(lab_p, 1), lab_v1);
	ck_assert_ptr_null(vcpu_find(lab_p, 2));
	ck_assert_ptr_null(vcpu_find(lab_p, MAX_VCPUS));
	ck_assert_ptr_null(vcpu_find(lab_p, ~0ull));
}
END_TEST

START_TEST(online_and_offline)
{
	ck_assert(!um_kicked(1));
	vcpu_online(lab_v1);
	ck_assert(lab_v1->online);
	ck_assert_uint_eq(lab_v1->se.state, SE_RUNNABLE);
	ck_assert(um_kicked(1));
	vcpu_offline(lab_v0);
	ck_assert(!lab_v0->online);
	ck_assert_uint_eq(lab_v0->se.state, SE_OFF);
	ck_assert(hv.cpu[0]->resched);
	vcpu_wake(lab_v0); /* an event starts nobody */
	ck_assert_uint_eq(lab_v0->se.state, SE_OFF);
	ck_assert_int_eq(um_catch(vcpu_online(lab_v1)), 1); /* twice: our own bug */
}
END_TEST

START_TEST(block_and_wake_here)
{
	vcpu_block(lab_v0, TIME_NEVER);
	ck_assert_uint_eq(lab_v0->se.state, SE_BLOCKED);
	ck_assert(hv.cpu[0]->resched);
	hv.cpu[0]->resched = false;
	vcpu_wake(lab_v0);
	ck_assert_uint_eq(lab_v0->se.state, SE_RUNNABLE);
	ck_assert(hv.cpu[0]->resched);
	ck_assert(!um_kicked(0));
}
END_TEST

START_TEST(an_event_before_the_block_is_not_lost)
{
	vcpu_wake(lab_v0);
	ck_assert(!hv.cpu[0]->resched); /* it runs */
	vcpu_block(lab_v0, TIME_NEVER);
	ck_assert_uint_eq(lab_v0->se.state, SE_RUNNABLE);
	vcpu_block(lab_v0, TIME_NEVER);
	ck_assert_uint_eq(lab_v0->se.state, SE_BLOCKED);
}
END_TEST

START_TEST(wake_elsewhere_kicks_once)
{
	vcpu_online(lab_v1);
	um_set_cpu(1);
	ck_assert_int_eq(arch_cpu_init(), HV_OK);
	vcpu_block(lab_v1, TIME_NEVER);
	um_set_cpu(0);
	ck_assert_uint_eq(lab_v1->se.state, SE_BLOCKED);
	vcpu_wake(lab_v1);
	ck_assert(um_kicked(1));
	ck_assert_uint_eq(lab_v1->se.state, SE_RUNNABLE);
}
END_TEST

START_TEST(kick_goes_to_others_only)
{
	vcpu_kick(lab_v0);
	ck_assert(!um_kicked(0));
	vcpu_kick(lab_v1); /* it does not run: nobody is disturbed */
	ck_assert(!um_kicked(1));
	lab_v1->loaded = true;
	vcpu_kick(lab_v1);
	ck_assert(um_kicked(1));
}
END_TEST

static struct partition *target;

static void setup_unloaded(void)
{
	lab_setup();
	cpu_unload(hv.cpu[0]);
	target = lab_p;
}

START_TEST(destroy_and_create_again)
{
	u64 used = target->pool.used, nfree = hv.palloc.nfree;
	unsigned cpu = lab_v1->cpu;

	target->nvcpus--;
	vcpu_destroy(lab_v1);
	ck_assert_uint_lt(target->pool.used, used);
	ck_assert_int_eq(vcpu_create(target, 1, cpu, 65), HV_EINVAL);
	ck_assert_int_eq(vcpu_create(target, 1, cpu, 64), HV_OK);
	ck_assert_uint_eq(target->pool.used, used);
	ck_assert_uint_eq(hv.palloc.nfree, nfree);
	ck_assert_uint_eq(target->vcpu[1]->se.state, SE_OFF);
	ck_assert_uint_eq(target->vcpu[1]->index, 1);
	target->nvcpus++;
}
END_TEST

START_TEST(failed_create_leaves_nothing)
{
	u64 used, nfree;
	unsigned k = 0;
	err_t err;

	target->nvcpus--;
	vcpu_destroy(lab_v1);
	used = target->pool.used;
	nfree = hv.palloc.nfree;
	do {
		palloc_fail_nth(++k);
		err = vcpu_create(target, 1, 1, 8);
		palloc_fail_nth(0);
		if (!err)
			break;
		ck_assert_int_eq(err, HV_ENOMEM);
		ck_assert_uint_eq(target->pool.used, used);
		ck_assert_uint_eq(hv.palloc.nfree, nfree);
		ck_assert_uint_eq(hv.cpu[1]->sched.n, 0);
		ck_assert_ptr_null(target->vcpu[1]);
	} while (k < 100);
	ck_assert_int_eq(err, HV_OK);
	ck_assert_uint_gt(k, 1);
	target->nvcpus++;
}
END_TEST

Suite *suite_vcpu(void);
Suite *suite_vcpu(void)
{
	Suite *s = LAB_SUITE("vcpu", find, online_and_offline, block_and_wake_here,
			     an_event_before_the_block_is_not_lost, wake_elsewhere_kicks_once,
			     kick_goes_to_others_only);
	TCase *tc = tcase_create("create");

	tcase_add_checked_fixture(tc, setup_unloaded, lab_teardown);
	tcase_add_test(tc, destroy_and_create_again);
	tcase_add_test(tc, failed_create_leaves_nothing);
	suite_add_tcase(s, tc);
	return s;
}
