// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Boots a bundle as hv_main does. Refused: with a reason, and the machine is as it was before.
 * Accepted: every partition runs, and when they are destroyed the machine is as it was before.
 */
#include <string.h>

#include "bundle.h"
#include "fuzz.h"
#include "manifest.h"
#include "um.h"

#define BUNDLE_CPUS 2

static void machine(u64 ram, const void *data, size_t len, struct boot_info *bi)
{
	um_setup(&(struct um_config){
		.ncpus = BUNDLE_CPUS, .ram = ram, .bundle = data, .bundle_len = len });
	um_lock_count = lock_count;
	hv_reset();
	arch_boot(bi);
	hv_init(bi);
	for (unsigned i = 0; i < BUNDLE_CPUS; i++)
		hv.cpu[i]->online = true;
	um_output_clear();
}

static void check_refusal(void)
{
	const char *why = strstr(um_output(NULL), "rhype: ");

	if (!why || strlen(why) < 20)
		fuzz_abort("a bundle was refused without a reason");
	if (hv.manifest)
		fuzz_abort("the manifest of a refused bundle is kept");
}

static void destroy_all(void)
{
	lock_take(&hv.lock);
	for (unsigned i = 1; i <= MAX_PARTITIONS; i++) {
		if (!partition_find(i))
			continue;
		if (hv.part[i]->state != PART_RUNNING)
			fuzz_abort("partition %u was accepted and does not run", i);
		hv.part[i]->hold = true;
		partition_stop(hv.part[i], STOP_ORDER);
		partition_destroy(hv.part[i]);
	}
	hv.started = false; /* or the machine ends with its last partition */
	lock_drop(&hv.lock);
	while (partition_reap())
		;
}

static void run(struct bundle_boot *b, const void *data, size_t len)
{
	struct boot_info bi;
	u64 before, kept = 0;

	machine(b->ram, data, len, &bi);
	before = hv.palloc.nfree;
	palloc_fail_nth(b->fail);
	b->booted = hv_load_bundle(arch_va(bi.bundle), bi.bundle_len) == HV_OK;
	b->failed = b->fail && !hv.palloc.fail_nth;
	palloc_fail_nth(0);
	if (!b->booted)
		check_refusal();
	else
		destroy_all();
	if (hv.manifest)
		kept = 1ull << palloc_order(sizeof(struct manifest));
	oracle_check(true);
	if (hv.nalive || hv.nreap)
		fuzz_abort("%u partitions are left", hv.nalive);
	if (hv.palloc.nfree + kept != before)
		fuzz_abort("%lld pages are lost", (long long)(before - kept - hv.palloc.nfree));
	for (unsigned i = 0; i < hv.ncpus; i++)
		if (hv.cpu[i]->sched.n)
			fuzz_abort("CPU %u has %u vcpus of nobody", i, hv.cpu[i]->sched.n);
}

void bundle_boot(struct bundle_boot *b, const void *data, size_t len)
{
	int code = um_catch(run(b, data, len));

	if (code != UM_NO_END)
		fuzz_abort("the machine ended with code %d: %s", code,
			   code == UM_BUG ? um_bug_text() : "see the console");
	um_teardown();
}
