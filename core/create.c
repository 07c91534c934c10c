// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a partition is built from its manifest entry, and how a whole bundle is. Next: partition.c
 * (its life afterwards), manifest.c (where the entry comes from).
 */
#include "console.h"
#include "gcopy.h"
#include "hv.h"
#include "hvstring.h"
#include "log.h"
#include "manifest.h"
#include "panic.h"
#include "partition.h"
#include "vcpu.h"

/* Hypervisor pages a partition may use: tables (most when memory is in small pieces), vcpus. */
static u64 pool_limit(const struct manifest_part *mp)
{
	return 64 + 16 * (u64)mp->vcpus + (mp->memory >> HV_PAGE_SHIFT) / 256;
}

const struct machine *machine_find(const char *name)
{
	for (unsigned i = 0; machines[i]; i++)
		if (strcmp(machines[i]->name, name) == 0)
			return machines[i];
	return NULL;
}

static err_t take_slot(struct partition **out)
{
	struct partition *p;
	unsigned id = 1;
	pa_t page;
	err_t err;

	while (id <= MAX_PARTITIONS && hv.part[id])
		id++;
	if (id > MAX_PARTITIONS)
		return HV_ENOMEM;
	err = palloc_get(&hv.palloc, 0, FRAME_HV, (lpid_t){ 0 }, true, &page);
	if (err)
		return err;
	BUILD_ASSERT(sizeof(struct partition) <= HV_PAGE_SIZE, "a partition object is one page");
	p = arch_va(page);
	p->id = (lpid_t){ (u16)id };
	p->state = PART_CREATED;
	lock_init(&p->lock, LOCK_PARTITION, "partition");
	hv.part[id] = p;
	hv.nalive++;
	*out = p;
	return HV_OK;
}

/*
 * The CPU for the next vcpu of p: one that has none of p's yet if possible, then the one with the
 * most free slots, then the one with the fewest vcpus.
 */
static int choose_cpu(const struct partition *p, u64 mask, unsigned share)
{
	u64 best_cost = ~0ull;
	int best = -1;

	for (unsigned c = 0; c < hv.ncpus; c++) {
		const struct sched *s = &hv.cpu[c]->sched;
		u64 used = 0, mine = 0, cost;

		if (!hv.cpu[c]->online || (mask && !(mask >> c & 1)))
			continue;
		for (unsigned i = 0; i < SCHED_SLOTS; i++)
			used += s->slot[i] != SCHED_NOBODY;
		for (unsigned i = 0; i < p->nvcpus; i++)
			mine += p->vcpu[i]->cpu == c;
		if (used + share > SCHED_SLOTS || s->n == SCHED_MAX)
			continue;
		cost = mine << 32 | used << 16 | s->n;
		if (cost < best_cost) {
			best_cost = cost;
			best = (int)c;
		}
	}
	return best;
}

static bool any_online(u64 mask)
{
	for (unsigned c = 0; c < hv.ncpus; c++)
		if (hv.cpu[c]->online && (mask >> c & 1))
			return true;
	return false;
}

static err_t add_vcpus(struct partition *p, const struct manifest_part *mp)
{
	if (mp->cpus && !any_online(mp->cpus)) {
		log_error("%s: cpus: none of 0x%x is there", mp->name, mp->cpus);
		return HV_EINVAL;
	}
	for (unsigned i = 0; i < mp->vcpus; i++) {
		int cpu = choose_cpu(p, mp->cpus, mp->share);
		err_t err;

		if (cpu < 0) {
			log_error("%s: share: no CPU has %u free slots of %u for vcpu %u", mp->name,
				  mp->share, SCHED_SLOTS, i);
			return HV_ENOMEM;
		}
		err = vcpu_create(p, i, (unsigned)cpu, mp->share);
		if (err) {
			log_error("%s: vcpus: no memory for vcpu %u", mp->name, i);
			return err;
		}
		p->nvcpus = i + 1;
	}
	return HV_OK;
}

static err_t load_images(struct partition *p, const struct manifest_part *mp,
			 const struct manifest *m)
{
	for (unsigned i = 0; i < mp->nseg; i++) {
		const struct manifest_seg *seg = &mp->seg[i];
		err_t err = gcopy_load(p, seg->dest, m->data + seg->offset, seg->filesz);

		if (err) {
			log_error("%s: segments: segment %u does not fit its memory", mp->name, i);
			return err;
		}
	}
	return HV_OK;
}

/* Memory from logical address 0 on, around the machine's hole. */
static err_t add_memory(struct partition *p, u64 size)
{
	u64 low = p->machine->hole ? MIN(size, p->machine->hole) : size;
	err_t err = gmem_add(p, GPA(0), low);

	if (!err && size > low)
		err = gmem_add(p, GPA(p->machine->hole_end), size - low);
	return err;
}

/* Everything that can fail, in order; partition_destroy_now undoes any prefix of it. */
static err_t build(struct partition *p, const struct manifest_part *mp, const struct manifest *m)
{
	err_t err = p->machine->part_init(p);

	if (!err)
		err = add_memory(p, mp->memory);
	if (err)
		log_error("%s: memory: %llu KiB are not to be had (%llu KiB free)", mp->name,
			  (unsigned long long)(mp->memory >> 10),
			  (unsigned long long)(hv.palloc.nfree << 2));
	if (!err)
		err = add_vcpus(p, mp);
	if (!err)
		err = load_images(p, mp, m);
	if (!err)
		err = p->machine->load(p, mp);
	return err;
}

err_t partition_create(const struct manifest_part *mp, const struct manifest *m,
		       struct partition **out)
{
	const struct machine *machine = machine_find(mp->machine);
	struct partition *p;
	err_t err;

	if (!machine) {
		log_error("%s: machine: this hypervisor has no \"%s\"", mp->name, mp->machine);
		return HV_ENOTSUP;
	}
	if (mp->vcpus == 0 || mp->vcpus > MAX_VCPUS || mp->memory == 0) {
		log_error("%s: vcpus or memory out of range", mp->name);
		return HV_EINVAL;
	}
	err = take_slot(&p);
	if (err) {
		log_error("%s: no room for another partition", mp->name);
		return err;
	}
	memcpy(p->name, mp->name, sizeof(p->name));
	p->machine = machine;
	p->controller = mp->controller;
	p->hold = mp->hold;
	p->boot = mp->restart ? mp : NULL;
	pool_init(&p->pool, p->id, pool_limit(mp));
	vterm_init(&p->term, p->id);
	err = arch_gspace_init(&p->gspace, p->id, &p->pool);
	if (err) {
		log_error("%s: no memory for its address space", mp->name);
		partition_abandon(p);
		return err;
	}
	err = build(p, mp, m);
	p->state = PART_READY;
	if (err) {
		lock_take(&hv.lock);
		partition_destroy_now(p);
		lock_drop(&hv.lock);
		return err;
	}
	p->pages_at_start = p->pool.used + (p->mem.bytes >> HV_PAGE_SHIFT);
	*out = p;
	return HV_OK;
}

static void announce(const struct partition *p)
{
	u64 state = p->pool.used - p->pool.tables + 1; /* and the object itself */

	log_info("partition %s: lpid %u, %u vcpu%s, %llu MiB%s; %llu KiB of state, %llu of tables",
		 p->name, p->id.v, p->nvcpus, p->nvcpus == 1 ? "" : "s",
		 (unsigned long long)(p->mem.bytes >> 20), p->controller ? ", controller" : "",
		 (unsigned long long)(state << (HV_PAGE_SHIFT - 10)),
		 (unsigned long long)(p->pool.tables << (HV_PAGE_SHIFT - 10)));
}

static err_t create_all(const struct manifest *m)
{
	for (unsigned i = 0; i < m->nparts; i++) {
		struct partition *p;
		err_t err = partition_create(&m->part[i], m, &p);

		if (err)
			return err;
		announce(p);
		console_partition(p->id, true);
	}
	return HV_OK;
}

static void start_all(void)
{
	lock_take(&hv.lock);
	for (unsigned i = 1; i <= MAX_PARTITIONS; i++)
		if (partition_find(i))
			CHECK(partition_start(partition_find(i)) == HV_OK);
	hv.started = true;
	lock_drop(&hv.lock);
}

static void destroy_all(void)
{
	lock_take(&hv.lock);
	for (unsigned i = 1; i <= MAX_PARTITIONS; i++)
		if (partition_find(i))
			partition_destroy_now(partition_find(i));
	lock_drop(&hv.lock);
}

static err_t load(const struct manifest *m)
{
	err_t err;

	console_init(&hv.console, m->console_mode);
	for (unsigned i = 0; m->slot_us && i < hv.ncpus; i++) {
		lock_take(&hv.cpu[i]->sched.lock);
		hv.cpu[i]->sched.slot_ticks = arch_tick_hz() / 1000000 * m->slot_us;
		lock_drop(&hv.cpu[i]->sched.lock);
	}
	err = create_all(m);
	if (err)
		destroy_all();
	else
		start_all();
	return err;
}

/* The manifest object is for boot only, unless some partition may restart. */
err_t hv_load_bundle(const void *bundle, u64 len)
{
	unsigned order = palloc_order(sizeof(struct manifest));
	char why[160];
	struct manifest *m;
	bool keep = false;
	pa_t page;
	err_t err;

	err = palloc_get(&hv.palloc, order, FRAME_HV, (lpid_t){ 0 }, true, &page);
	if (err) {
		log_error("bundle refused: no memory to read its manifest");
		return err;
	}
	m = arch_va(page);
	err = manifest_read(m, bundle, len, why, sizeof(why));
	if (err) {
		log_error("bundle refused: %s", why);
	} else {
		for (unsigned i = 0; i < m->nparts; i++)
			keep = keep || m->part[i].restart;
		if (keep)
			hv.manifest = m;
		err = load(m);
	}
	if (err || !keep) {
		hv.manifest = NULL;
		palloc_put(&hv.palloc, page, 1ull << order, FRAME_HV, (lpid_t){ 0 });
	}
	return err;
}
