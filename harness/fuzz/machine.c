// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The machine under the fuzzer: boot in the process, two partitions, and at the end nothing may be
 * left of them. Next to read: ops.c.
 */
#include "console.h"
#include "fuzz.h"
#include "hvstring.h"
#include "manifest.h"
#include "um.h"

static u64 free_at_boot;

static void name_it(char *name, unsigned slot)
{
	memcpy(name, "part-0", 7);
	name[5] = (char)('0' + slot);
}

/* Build a partition in a free slot; what it needs may be missing. */
static err_t create(struct fuzz *f, unsigned slot, unsigned flags, unsigned vcpus, u64 memory)
{
	static const u8 image[4096];
	static struct manifest m; /* one entry for each slot: a restart reads it again */
	struct manifest_part *mp = &m.part[slot];
	struct partition *p;
	err_t err;

	memset(mp, 0, sizeof(*mp));
	m.nparts = SLOTS;
	m.data = image;
	m.data_len = sizeof(image);
	hv.manifest = &m;
	name_it(mp->name, slot);
	memcpy(mp->machine, flags & CREATE_PC ? "pc" : "papr", flags & CREATE_PC ? 3 : 5);
	mp->vcpus = vcpus;
	mp->memory = memory;
	mp->share = 4;
	mp->console = flags & CREATE_CONSOLE;
	mp->controller = flags & CREATE_CONTROLLER;
	mp->hold = flags & CREATE_HOLD;
	mp->restart = flags & CREATE_RESTART;
	mp->entry = GPA(0x4000);
	mp->nseg = 1;
	mp->seg[0] = (struct manifest_seg){ GPA(0x4000), 0, 4096, 8192 };
	err = partition_create(mp, &m, &p);
	if (err)
		return err;
	f->slot[slot] = p;
	f->id[slot] = p->id;
	console_partition(p->id, true);
	return HV_OK;
}

void fuzz_boot(struct fuzz *f)
{
	static struct boot_info bi;

	um_setup(&(struct um_config){ .ncpus = NCPUS, .ram = MIB(4) });
	um_lock_count = lock_count;
	hv_reset();
	arch_boot(&bi);
	hv_init(&bi);
	console_init(&hv.console, CONSOLE_LINES);
	for (unsigned i = 0; i < NCPUS; i++)
		hv.cpu[i]->online = true;
	free_at_boot = hv.palloc.nfree;
	if (create(f, 0, CREATE_CONTROLLER | CREATE_CONSOLE, 2, MIB(1)) ||
	    create(f, 1, CREATE_HOLD, 2, MIB(1)))
		fuzz_abort("the first two partitions cannot be created");
	lock_take(&hv.lock);
	for (unsigned i = 0; i < 2; i++) {
		struct partition *p = f->slot[i];

		if (partition_start(p))
			fuzz_abort("partition %u cannot be started", i);
		lock_take(&p->lock);
		vcpu_online(p->vcpu[1]);
		lock_drop(&p->lock);
	}
	lock_drop(&hv.lock);
	palloc_fail_nth(f->inject);
}

void fuzz_create(struct fuzz *f, unsigned slot, unsigned flags, unsigned vcpus, u64 memory)
{
	u64 free = hv.palloc.nfree, before;

	if (fuzz_partition(f, slot))
		return;
	before = oracle_digest(f->deep);
	if (!create(f, slot, flags, vcpus, memory))
		return;
	if (hv.palloc.nfree != free)
		fuzz_abort("a failed create keeps %lld pages", (long long)(free - hv.palloc.nfree));
	if (oracle_digest(f->deep) != before)
		fuzz_abort("a failed create changed something");
}

struct partition *fuzz_partition(struct fuzz *f, unsigned slot)
{
	lpid_t id = f->id[slot % SLOTS];
	struct partition *p = id.v ? hv.part[id.v] : NULL;

	/* another one may have taken the number, and the page */
	if (!p || p != f->slot[slot % SLOTS])
		return NULL;
	return p;
}

void fuzz_end(struct fuzz *f)
{
	unsigned steps = 0;

	f->failed = f->inject && !hv.palloc.fail_nth;
	palloc_fail_nth(0);
	for (unsigned i = 0; i < NCPUS; i++) {
		um_set_cpu(i);
		cpu_unload(hv.cpu[i]);
	}
	lock_take(&hv.lock);
	for (unsigned i = 1; i <= MAX_PARTITIONS; i++) {
		struct partition *p = partition_find(i);

		if (!p)
			continue;
		p->hold = true; /* so that it is destroyed here, once */
		partition_stop(p, STOP_ORDER);
		partition_destroy(p);
	}
	lock_drop(&hv.lock);
	while (hv.nreap && steps++ < 100000)
		partition_reap();
	oracle_check(true);
	if (hv.nalive || hv.nreap)
		fuzz_abort("%u partitions, %u dying are left", hv.nalive, hv.nreap);
	if (hv.palloc.nfree != free_at_boot)
		fuzz_abort("%llu pages are free, %llu were", (unsigned long long)hv.palloc.nfree,
			   (unsigned long long)free_at_boot);
	hv_reset();
}
