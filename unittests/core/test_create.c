// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Building partitions: each refusal with its message and nothing left behind, failure of every
 * allocation in turn, placement on CPUs, whole bundles.
 */
#include <stdio.h>

#include "papr/lab.h"

#include "manifest_fixture.h"

static struct manifest_part mp;
static u64 nfree, hv_pages;

static void boot_two(void)
{
	lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(64) });
	mp = lab_manifest();
	nfree = hv.palloc.nfree;
	um_output_clear();
}

static unsigned slots_used(unsigned cpu)
{
	unsigned n = 0;

	for (unsigned i = 0; i < SCHED_SLOTS; i++)
		n += hv.cpu[cpu]->sched.slot[i] != SCHED_NOBODY;
	return n;
}

static void nothing_left(void)
{
	const char *bad = palloc_verify(&hv.palloc);

	ck_assert_msg(!bad, "%s", bad);
	ck_assert_uint_eq(hv.palloc.nfree, nfree);
	ck_assert_uint_eq(hv.nalive, 0);
	ck_assert_uint_eq(atomic_load(&hv.nreap), 0);
	for (unsigned i = 0; i <= MAX_PARTITIONS; i++)
		ck_assert_ptr_null(hv.part[i]);
	for (unsigned c = 0; c < hv.ncpus; c++) {
		ck_assert_uint_eq(hv.cpu[c]->sched.n, 0);
		ck_assert_uint_eq(slots_used(c), 0);
	}
}

static void refused(err_t err, const char *text)
{
	struct partition *p;

	um_output_clear();
	ck_assert_int_eq(partition_create(&mp, NULL, &p), err);
	ck_assert_msg(strstr(um_output(NULL), text) != NULL, "not \"%s\" but: %s", text,
		      um_output(NULL));
	nothing_left();
}

START_TEST(refusals_name_the_reason)
{
	snprintf(mp.machine, sizeof(mp.machine), "pdp11");
	refused(HV_ENOTSUP, "lab: machine: this hypervisor has no \"pdp11\"");
	mp = lab_manifest();
	mp.vcpus = 0;
	refused(HV_EINVAL, "lab: vcpus or memory out of range");
	mp.vcpus = MAX_VCPUS + 1;
	refused(HV_EINVAL, "lab: vcpus or memory out of range");
	mp = lab_manifest();
	mp.memory = 0;
	refused(HV_EINVAL, "lab: vcpus or memory out of range");
	mp.memory = GIB(1);
	refused(HV_ENOMEM, "lab: memory: 1048576 KiB are not to be had");
	mp = lab_manifest();
	mp.share = 65;
	refused(HV_ENOMEM, "lab: share: no CPU has 65 free slots of 64 for vcpu 0");
	mp.share = 33; /* the third vcpu finds two half-full CPUs */
	mp.vcpus = 3;
	refused(HV_ENOMEM, "lab: share: no CPU has 33 free slots of 64 for vcpu 2");
	mp = lab_manifest();
	mp.cpus = 4;
	refused(HV_EINVAL, "lab: cpus: none of 0x4 is there");
	mp = lab_manifest();
	mp.entry = GPA(LAB_MEM);
	refused(HV_EINVAL, "lab: entry: 0x200000 is not in its memory");
}
END_TEST

START_TEST(images_must_fit)
{
	static struct manifest m;
	static u8 data[4096];
	struct partition *p;

	m.data = data;
	m.data_len = sizeof(data);
	mp.nseg = 1;
	mp.seg[0] = (struct manifest_seg){ .dest = GPA(LAB_MEM - 10), .filesz = 11, .memsz = 11 };
	um_output_clear();
	ck_assert_int_eq(partition_create(&mp, &m, &p), HV_ERANGE);
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "lab: segments: segment 0 does not fit"));
	nothing_left();
}
END_TEST

/* The k-th allocation fails, for every k there is: all of it is undone each time. */
START_TEST(every_allocation_may_fail)
{
	unsigned k = 0, failed = 0;
	bool reached;

	mp.restart = true;
	do {
		struct partition *p;
		err_t err;

		palloc_fail_nth(++k);
		err = partition_create(&mp, NULL, &p);
		reached = hv.palloc.fail_nth == 0;
		palloc_fail_nth(0);
		failed += err != HV_OK;
		if (err) {
			ck_assert_int_eq(err, HV_ENOMEM);
		} else { /* a large block fell back to smaller ones */
			lock_take(&hv.lock);
			partition_destroy_now(p);
			lock_drop(&hv.lock);
		}
		nothing_left();
		ck_assert_uint_lt(k, 2000);
	} while (reached);
	ck_assert_uint_gt(failed, 5);
}
END_TEST

START_TEST(ready_partition)
{
	struct partition *p;

	ck_assert_int_eq(partition_create(&mp, NULL, &p), HV_OK);
	ck_assert_uint_eq(p->id.v, 1);
	ck_assert_str_eq(p->name, "lab");
	ck_assert_uint_eq(p->state, PART_READY);
	ck_assert_uint_eq(p->nvcpus, 2);
	ck_assert_uint_eq(p->mem.bytes, LAB_MEM);
	ck_assert_uint_eq(p->pool.limit, 64 + 16 * 2 + 512 / 256);
	ck_assert(p->hold && !p->controller && !p->boot);
	ck_assert_uint_eq(p->pages_at_start + 1, palloc_count(&hv.palloc, p->id) + 1);
	ck_assert_uint_eq(nfree - hv.palloc.nfree, p->pages_at_start + 1);
	ck_assert_uint_eq(p->vcpu[0]->arch.papr.nip, LAB_ENTRY);
	lock_take(&hv.lock);
	partition_destroy_now(p);
	lock_drop(&hv.lock);
	nothing_left();
}
END_TEST

START_TEST(vcpus_spread_over_cpus)
{
	struct partition *p, *q;

	mp.vcpus = 4;
	ck_assert_int_eq(partition_create(&mp, NULL, &p), HV_OK);
	ck_assert_uint_eq(slots_used(0), 16);
	ck_assert_uint_eq(slots_used(1), 16);
	ck_assert_uint_ne(p->vcpu[0]->cpu, p->vcpu[1]->cpu);
	mp.vcpus = 1;
	mp.cpus = 2;
	snprintf(mp.name, sizeof(mp.name), "pinned");
	ck_assert_int_eq(partition_create(&mp, NULL, &q), HV_OK);
	ck_assert_uint_eq(q->vcpu[0]->cpu, 1);
	mp.cpus = 0; /* the emptier one */
	snprintf(mp.name, sizeof(mp.name), "free");
	ck_assert_int_eq(partition_create(&mp, NULL, &q), HV_OK);
	ck_assert_uint_eq(q->vcpu[0]->cpu, 0);
}
END_TEST

START_TEST(offline_cpus_get_nothing)
{
	struct partition *p;

	hv.cpu[1]->online = false;
	ck_assert_int_eq(partition_create(&mp, NULL, &p), HV_OK);
	ck_assert_uint_eq(p->vcpu[0]->cpu, 0);
	ck_assert_uint_eq(p->vcpu[1]->cpu, 0);
}
END_TEST

START_TEST(numbers_run_out)
{
	struct partition *p;
	unsigned n = 0;
	err_t err;

	mp.vcpus = 1;
	mp.share = 0;
	mp.memory = KIB(256);
	mp.entry = GPA(0);
	while (!(err = partition_create(&mp, NULL, &p)))
		ck_assert_uint_eq(p->id.v, ++n);
	ck_assert_int_eq(err, HV_ENOMEM);
	ck_assert_uint_eq(n, 2 * SCHED_MAX); /* each CPU serves that many */
	ck_assert_uint_eq(hv.nalive, n);
}
END_TEST

/* One for each number there is, and not one more. */
START_TEST(every_number_is_used)
{
	struct partition *p;
	unsigned n = 0;
	err_t err;

	um_teardown();
	lab_boot(&(struct um_config){ .ncpus = 5, .ram = MIB(96) });
	mp.vcpus = 1;
	mp.share = 0;
	mp.memory = KIB(128);
	mp.entry = GPA(0);
	while (!(err = partition_create(&mp, NULL, &p)))
		ck_assert_uint_eq(p->id.v, ++n);
	ck_assert_int_eq(err, HV_ENOMEM);
	ck_assert_uint_eq(n, MAX_PARTITIONS);
	ck_assert(strstr(um_output(NULL), "no room for another partition") != NULL);
	lock_take(&hv.lock);
	partition_destroy_now(hv.part[MAX_PARTITIONS / 2]);
	lock_drop(&hv.lock);
	ck_assert_int_eq(partition_create(&mp, NULL, &p), HV_OK);
	ck_assert_uint_eq(p->id.v, MAX_PARTITIONS / 2);
}
END_TEST

START_TEST(masks_name_cpus_that_are_there)
{
	struct partition *p;

	mp.vcpus = 1;
	mp.cpus = 6; /* 1 and 2, and there is no 2 */
	ck_assert_int_eq(partition_create(&mp, NULL, &p), HV_OK);
	ck_assert_uint_eq(p->vcpu[0]->cpu, 1);
	lock_take(&hv.lock);
	partition_destroy_now(p);
	lock_drop(&hv.lock);
	hv.cpu[1]->online = false;
	refused(HV_EINVAL, "lab: cpus: none of 0x6 is there");
}
END_TEST

/* A machine that cannot make a vcpu: everything is undone. */
static err_t no_vcpu(struct vcpu *v)
{
	(void)v;
	return HV_ENOTSUP;
}

START_TEST(the_machine_may_refuse_a_vcpu)
{
	struct machine m = machine_papr;
	struct partition *p;
	u64 used;

	ck_assert_int_eq(partition_create(&mp, NULL, &p), HV_OK);
	m.vcpu_init = no_vcpu;
	p->machine = &m;
	used = p->pool.used;
	ck_assert_int_eq(vcpu_create(p, 2, 0, 4), HV_ENOTSUP);
	ck_assert_uint_eq(p->pool.used, used);
	ck_assert_ptr_null(p->vcpu[2]);
	ck_assert_uint_eq(hv.cpu[0]->sched.n, 1);
	ck_assert_uint_eq(slots_used(0), 8);
	p->machine = &machine_papr;
}
END_TEST

/* ---- bundles --------------------------------------------------------------------------------- */

static void boot_bundle(void)
{
	setup();
	lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(64) });
	nfree = hv.palloc.nfree;
	hv_pages = palloc_count(&hv.palloc, (lpid_t){ 0 });
	um_output_clear();
}

static void end_bundle(void)
{
	lab_teardown();
	teardown();
}

static void set_machine(const char *part, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/partitions/%s", part);
	ck_assert_int_eq(fdt_setprop_string(t.tree, fdt_path_offset(t.tree, path), "machine", name),
			 0);
}

static err_t load_bundle(void)
{
	assemble();
	return hv_load_bundle(t.bundle, t.len);
}

START_TEST(bundle_starts_all)
{
	u8 copy[KERNEL];

	set_machine("beta", "papr");
	ck_assert_int_eq(load_bundle(), HV_OK);
	ck_assert_uint_eq(hv.nalive, 2);
	ck_assert(hv.started);
	ck_assert_uint_eq(hv.part[1]->state, PART_RUNNING);
	ck_assert_uint_eq(hv.part[2]->state, PART_RUNNING);
	ck_assert(hv.part[2]->controller);
	ck_assert_uint_eq(hv.console.mode, CONSOLE_FRAMED);
	ck_assert_uint_eq(hv.cpu[0]->sched.slot_ticks, UM_TICK_HZ / 1000000 * 2500);
	ck_assert_int_eq(gcopy_from(hv.part[1], copy, GPA(0x1000), KERNEL), HV_OK);
	ck_assert_mem_eq(copy, t.data, KERNEL);
	ck_assert_ptr_nonnull(hv.manifest); /* alpha may restart */
	ck_assert_ptr_nonnull(hv.part[1]->boot);
	ck_assert_ptr_null(hv.part[2]->boot);
}
END_TEST

/* The usual length of a slot; and the manifest goes when no partition restarts. */
START_TEST(bundle_with_less_in_it)
{
	u64 ticks = hv.cpu[0]->sched.slot_ticks;

	set_machine("beta", "papr");
	fdt_delprop(t.tree, fdt_path_offset(t.tree, "/hypervisor"), "slot-us");
	fdt_delprop(t.tree, fdt_path_offset(t.tree, "/partitions/alpha"), "restart");
	ck_assert_int_eq(load_bundle(), HV_OK);
	ck_assert_uint_eq(hv.cpu[0]->sched.slot_ticks, ticks);
	ck_assert_uint_eq(hv.cpu[1]->sched.slot_ticks, ticks);
	ck_assert_ptr_null(hv.manifest);
	ck_assert_str_eq(palloc_verify(&hv.palloc) ?: "", "");
	ck_assert_uint_eq(palloc_count(&hv.palloc, (lpid_t){ 0 }), hv_pages + 2);
}
END_TEST

START_TEST(bundle_is_all_or_nothing)
{
	set_machine("beta", "pdp11");
	ck_assert_int_eq(load_bundle(), HV_ENOTSUP);
	ck_assert(!hv.started);
	ck_assert_ptr_null(hv.manifest);
	nothing_left();
}
END_TEST

START_TEST(bad_bundle_is_refused_with_its_reason)
{
	assemble();
	t.bundle[t.len - 1] ^= 1;
	ck_assert_int_eq(hv_load_bundle(t.bundle, t.len), HV_EINVAL);
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "bundle refused: /: data-sum: "));
	nothing_left();
	ck_assert_int_eq(hv_load_bundle(t.bundle, 10), HV_EINVAL);
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "bundle refused: bundle: truncated"));
	nothing_left();
}
END_TEST

START_TEST(bundle_allocations_may_fail)
{
	err_t err;
	unsigned k = 0;

	set_machine("beta", "papr");
	do {
		palloc_fail_nth(++k);
		err = load_bundle();
		palloc_fail_nth(0);
		if (err)
			nothing_left();
		ck_assert_uint_lt(k, 1000);
	} while (err);
	ck_assert_uint_gt(k, 1);
}
END_TEST

Suite *suite_create_partition(void);
Suite *suite_create_partition(void)
{
	Suite *s = suite_create("create");
	TCase *tc = tcase_create("partition"), *tb = tcase_create("bundle");

	tcase_add_checked_fixture(tc, boot_two, lab_teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, refusals_name_the_reason);
	tcase_add_test(tc, images_must_fit);
	tcase_add_test(tc, every_allocation_may_fail);
	tcase_add_test(tc, ready_partition);
	tcase_add_test(tc, vcpus_spread_over_cpus);
	tcase_add_test(tc, offline_cpus_get_nothing);
	tcase_add_test(tc, numbers_run_out);
	tcase_add_test(tc, every_number_is_used);
	tcase_add_test(tc, masks_name_cpus_that_are_there);
	tcase_add_test(tc, the_machine_may_refuse_a_vcpu);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(tb, boot_bundle, end_bundle);
	tcase_set_timeout(tb, 120);
	tcase_add_test(tb, bundle_starts_all);
	tcase_add_test(tb, bundle_with_less_in_it);
	tcase_add_test(tb, bundle_is_all_or_nothing);
	tcase_add_test(tb, bad_bundle_is_refused_with_its_reason);
	tcase_add_test(tb, bundle_allocations_may_fail);
	suite_add_tcase(s, tb);
	return s;
}
