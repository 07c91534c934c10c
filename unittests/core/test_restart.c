// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A reboot that the guest asked for: memory, machine and vcpus are as after creation, in bounded
 * steps, whatever happened before and whatever happens on the way.
 */
#include "papr/lab.h"

#define IMAGE 40000u /* three copy steps */
#define DEST  0x10000u

static struct manifest m;
static struct manifest_part mp;
static u8 data[IMAGE];
static u8 *fresh; /* all of the partition's memory right after creation */

static void memory_of(u8 *to)
{
	for (u64 g = 0; g < LAB_MEM; g += GCOPY_MAX)
		ck_assert_int_eq(gcopy_from(lab_p, to + g, GPA(g), GCOPY_MAX), HV_OK);
}

static void setup(void)
{
	for (unsigned i = 0; i < IMAGE; i++)
		data[i] = (u8)(i * 31 + 7);
	m = (struct manifest){ .data = data, .data_len = IMAGE };
	mp = lab_manifest();
	mp.restart = true;
	mp.hold = false;
	mp.nseg = 2;
	mp.seg[0] = (struct manifest_seg){ GPA(DEST), 0, 30000, 60000 };
	mp.seg[1] = (struct manifest_seg){ GPA(0x40000), 30000, 10000, 10000 };
	lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(16), .rtc = LAB_RTC });
	hv.manifest = &m;
	ck_assert_int_eq(partition_create(&mp, &m, &lab_p), HV_OK);
	fresh = malloc(LAB_MEM);
	memory_of(fresh);
	lock_take(&hv.lock);
	ck_assert_int_eq(partition_start(lab_p), HV_OK);
	lock_drop(&hv.lock);
	lab_v0 = lab_p->vcpu[0];
	lab_v1 = lab_p->vcpu[1];
	ck_assert(cpu_load(hv.cpu[0], lab_v0));
}

static void teardown(void)
{
	free(fresh);
	lab_teardown();
}

/* Leave traces everywhere a guest can. */
static void live(void)
{
	static const u8 junk[4096] = { 1, 2, 3 };

	for (u64 g = 0; g < LAB_MEM; g += sizeof(junk))
		lab_put(g, junk, sizeof(junk));
	ck_assert_int_eq(lab_call(lab_v0, H_REGISTER_VPA, 1ull << 45, 0, 0x20000), H_PARAMETER);
	lab_set_be(0x20004, 2, 640);
	ck_assert_int_eq(lab_call(lab_v0, H_REGISTER_VPA, 1ull << 45, 0, 0x20000), H_SUCCESS);
	ck_assert_int_eq(lab_call(lab_v0, H_CPPR, 0xff), H_SUCCESS);
	ck_assert_int_eq(lab_call(lab_v0, H_IPI, 0, 3), H_SUCCESS);
	ck_assert_int_eq(lab_call(lab_v0, H_REGISTER_PROC_TBL, 0x1d, 0x100000, 0, 4), H_SUCCESS);
	ck_assert_int_eq(lab_call(lab_v0, H_SET_MODE, 1, 4, 0, 0), H_SUCCESS);
	papr_part(lab_p)->nvram[100] = 0x42;
	vterm_input(&lab_p->term, (const u8 *)"typed", 5);
	lab_v0->arch.papr.gpr[17] = 0x1717;
}

static void ask(enum stop_reason why)
{
	lock_take(&hv.lock);
	ck_assert_int_eq(partition_stop(lab_p, why), HV_OK);
	lock_drop(&hv.lock);
	cpu_unload(hv.cpu[0]);
}

START_TEST(starts_as_new)
{
	struct papr_regs r0 = lab_v1->arch.papr, *r = &lab_v0->arch.papr;
	u64 nfree = hv.palloc.nfree, used = lab_p->pool.used;
	u8 *now = malloc(LAB_MEM);
	unsigned steps = 1;

	live();
	ask(STOP_REBOOT);
	ck_assert_uint_eq(lab_p->state, PART_RESTART);
	ck_assert_uint_eq(lab_v0->se.state, SE_OFF);
	while (atomic_load(&hv.nreap)) {
		ck_assert(partition_reap());
		steps++;
	}
	ck_assert_uint_gt(steps, 10);
	ck_assert_uint_eq(lab_p->state, PART_RUNNING);
	ck_assert_uint_eq(lab_v0->se.state, SE_RUNNABLE);
	ck_assert(lab_v0->online && !lab_v1->online);
	memory_of(now);
	ck_assert_mem_eq(now, fresh, LAB_MEM);
	free(now);
	ck_assert_uint_eq(r->nip, LAB_ENTRY);
	ck_assert_uint_eq(r->gpr[3], papr_part(lab_p)->layout.fdt.v);
	ck_assert_uint_eq(r->gpr[17], 0);
	ck_assert_uint_eq(r->lpcr, 0);
	ck_assert_uint_eq(r->msr, r0.msr);
	ck_assert_uint_eq(papr_part(lab_p)->nvram[100], 0x42); /* that is what it is for */
	ck_assert_uint_eq(lab_p->gspace.proc_table_log2, 0);
	ck_assert_uint_eq(papr_vcpu(lab_v0)->icp.mfrr, XICS_MASKED);
	ck_assert_ptr_null(papr_vcpu(lab_v0)->vpa.base);
	ck_assert_uint_eq(lab_p->term.head, lab_p->term.tail);
	ck_assert_uint_eq(hv.palloc.nfree, nfree);
	ck_assert_uint_eq(lab_p->pool.used, used);
	ck_assert(cpu_load(hv.cpu[0], lab_v0));
	ck_assert_int_eq(lab_call(lab_v0, HV_NULL, 0), H_SUCCESS);
}
END_TEST

START_TEST(again_and_again)
{
	u64 nfree = hv.palloc.nfree;

	for (unsigned i = 0; i < 5; i++) {
		live();
		ask(STOP_REBOOT);
		while (atomic_load(&hv.nreap))
			ck_assert(partition_reap());
		ck_assert(cpu_load(hv.cpu[0], lab_v0));
	}
	ck_assert_uint_eq(hv.palloc.nfree, nfree);
}
END_TEST

START_TEST(not_before_it_is_off)
{
	lock_take(&hv.lock);
	ck_assert_int_eq(partition_stop(lab_p, STOP_REBOOT), HV_OK);
	lock_drop(&hv.lock);
	ck_assert(!partition_reap());
	ck_assert_uint_eq(lab_p->restart_done, 0);
	cpu_unload(hv.cpu[0]);
	ck_assert(partition_reap());
}
END_TEST

/* Stopped for good after k steps, for each k: destroyed like any other. */
START_TEST(stop_on_the_way)
{
	lpid_t id = lab_p->id;
	unsigned k = (unsigned)_i;

	live();
	ask(STOP_REBOOT);
	for (unsigned i = 0; i < k && lab_p->state == PART_RESTART; i++)
		ck_assert(partition_reap());
	lock_take(&hv.lock);
	ck_assert_int_eq(partition_stop(lab_p, STOP_ORDER), HV_OK);
	lock_drop(&hv.lock);
	ck_assert_uint_eq(lab_p->state, PART_DYING);
	while (atomic_load(&hv.nreap))
		ck_assert(partition_reap());
	ck_assert_ptr_null(hv.part[id.v]);
	ck_assert_uint_eq(palloc_count(&hv.palloc, id), 0);
	ck_assert_str_eq(palloc_verify(&hv.palloc) ?: "", "");
}
END_TEST

/* As for a machine with a hole, which the memory was built around. */
START_TEST(memory_behind_a_hole)
{
	struct machine holed = machine_papr;
	u8 junk[64], zero[64] = { 0 };

	memset(junk, 0xa5, sizeof(junk));
	holed.hole = LAB_MEM;
	holed.hole_end = 2 * LAB_MEM;
	ck_assert_int_eq(gmem_add(lab_p, GPA(holed.hole_end), KIB(512)), HV_OK);
	lab_p->machine = &holed;
	ck_assert_int_eq(gcopy_to(lab_p, GPA(holed.hole_end + KIB(512) - 64), junk, 64), HV_OK);
	live();
	ask(STOP_REBOOT);
	while (atomic_load(&hv.nreap))
		ck_assert(partition_reap());
	ck_assert_uint_eq(lab_p->state, PART_RUNNING);
	ck_assert_int_eq(gcopy_from(lab_p, junk, GPA(holed.hole_end + KIB(512) - 64), 64), HV_OK);
	ck_assert_mem_eq(junk, zero, 64);
	lab_p->machine = &machine_papr;
}
END_TEST

START_TEST(without_images_a_reboot_is_an_end)
{
	lab_p->boot = NULL;
	ask(STOP_REBOOT);
	ck_assert_uint_eq(lab_p->state, PART_DYING);
	ck_assert_uint_eq(lab_p->reason, STOP_REBOOT);
}
END_TEST

START_TEST(a_crash_is_no_reboot)
{
	ask(STOP_CRASH);
	ck_assert_uint_eq(lab_p->state, PART_DYING);
}
END_TEST

Suite *suite_restart(void);
Suite *suite_restart(void)
{
	const TTest *const tests[] = { starts_as_new,
				       again_and_again,
				       not_before_it_is_off,
				       without_images_a_reboot_is_an_end,
				       a_crash_is_no_reboot,
				       memory_behind_a_hole,
				       NULL };
	Suite *s = suite_create("restart");
	TCase *tc = tcase_create("restart");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	for (const TTest *const *test = tests; *test; test++)
		tcase_add_test(tc, *test);
	tcase_add_loop_test(tc, stop_on_the_way, 0, 16);
	suite_add_tcase(s, tc);
	return s;
}
