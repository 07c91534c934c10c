// SPDX-License-Identifier: GPL-2.0-or-later
/* The one state object: what a fresh machine has, and that a reset forgets everything. */
#include <check.h>
#include <string.h>

#include "boot.h"
#include "panic.h"

START_TEST(fresh_machine)
{
	ck_assert_uint_eq(hv.ncpus, 4);
	for (unsigned i = 0; i < hv.ncpus; i++) {
		ck_assert_uint_eq(hv.cpu[i]->id, i);
		ck_assert_ptr_nonnull(hv.cpu[i]->trace);
		ck_assert(!hv.cpu[i]->online);
		ck_assert_uint_eq(hv.cpu[i]->sched.slot_ticks, UM_TICK_HZ / 1000 * HV_SLOT_MS);
		ck_assert_uint_eq(hv.cpu[i]->sched.n, 0);
	}
	ck_assert_ptr_eq(this_cpu(), hv.cpu[0]);
	ck_assert_uint_eq(hv.log.level, LOG_INFO);
	ck_assert(!hv.tracing && !hv.started);
	ck_assert_uint_eq(hv.nalive, 0);
}
END_TEST

START_TEST(reset_forgets)
{
	hv.tracing = true;
	hv.nalive = 3;
	hv.part[4] = (void *)&hv;
	log_info("something");
	hv_reset();
	ck_assert(!hv.tracing);
	ck_assert_uint_eq(hv.nalive, 0);
	ck_assert_ptr_null(hv.part[4]);
	ck_assert_ptr_null(hv.cpu[0]);
	ck_assert_uint_eq(hv.log.head, 0);
	lock_take(&hv.lock); /* usable at once */
	lock_drop(&hv.lock);
}
END_TEST

START_TEST(too_little_memory_is_a_panic)
{
	struct boot_info bi;

	um_setup(&(struct um_config){ .ncpus = 4, .ram = KIB(32) });
	hv_reset();
	arch_boot(&bi);
	ck_panics(hv_init(&bi), "no memory for the hypervisor's own data");
}
END_TEST

Suite *suite_hv(void);
Suite *suite_hv(void)
{
	Suite *s = suite_create("hv");
	TCase *t = tcase_create("hv");

	tcase_add_checked_fixture(t, boot, um_teardown);
	tcase_add_test(t, fresh_machine);
	tcase_add_test(t, reset_forgets);
	tcase_add_test(t, too_little_memory_is_a_panic);
	suite_add_tcase(s, t);
	return s;
}
