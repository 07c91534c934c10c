// SPDX-License-Identifier: GPL-2.0-or-later
/* The bench of hvtest.h. Next to read: um/test_system.c, which uses all of it. */
#include "hvtest.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "arch_papr.h"
#include "digest.h"
#include "dispatch.h"
#include "um_guest.h"

static u64 free_pages;
static bool running; /* CPUs run the core's loop; the test is none of them */

void hvt_boot_with(const struct um_config *c)
{
	struct boot_info bi;

	um_setup(c);
	um_lock_count = lock_count;
	running = false;
	hv_reset();
	arch_boot(&bi);
	hv_init(&bi);
	console_init(&hv.console, CONSOLE_LINES);
	ck_assert_int_eq(arch_cpu_init(), HV_OK);
	for (unsigned i = 0; i < hv.ncpus; i++)
		hv.cpu[i]->online = true; /* may be a vcpu's home */
	free_pages = hv.palloc.nfree;
}

void hvt_boot(unsigned cpus, u64 ram)
{
	hvt_boot_with(&(struct um_config){ .ncpus = cpus, .ram = ram ? ram : MIB(16) });
}

u64 hvt_free_pages(void)
{
	return free_pages;
}

/* ---- partitions -------------------------------------------------------------------------- */

struct manifest_part hvt_manifest(const char *name, u64 memory, unsigned vcpus)
{
	struct manifest_part mp = {
		.machine = "papr",
		.vcpus = vcpus,
		.memory = memory,
		.share = 4,
		.entry = GPA(HVT_ENTRY),
	};

	snprintf(mp.name, sizeof(mp.name), "%s", name);
	return mp;
}

struct partition *hvt_create(const struct manifest_part *from, const char *program, err_t *err)
{
	struct manifest_part mp = *from;
	char image[UM_MAGIC_LEN + UM_NAME_MAX + 1] = UM_MAGIC;
	struct manifest m = { .data = (const u8 *)image, .data_len = sizeof(image) };
	struct partition *p = NULL;

	if (program) {
		snprintf(image + UM_MAGIC_LEN, UM_NAME_MAX, "%s", program);
		mp.seg[mp.nseg++] =
			(struct manifest_seg){ GPA(HVT_ENTRY), 0, sizeof(image), sizeof(image) };
	}
	*err = partition_create(&mp, &m, &p);
	return *err ? NULL : p;
}

struct partition *hvt_partition(const char *name, u64 memory, unsigned vcpus, const char *program)
{
	struct manifest_part mp = hvt_manifest(name, memory, vcpus);
	struct partition *p;
	err_t err;

	p = hvt_create(&mp, program, &err);
	ck_assert_int_eq(err, HV_OK);
	return p;
}

void hvt_start(struct partition *p)
{
	lock_take(&hv.lock);
	ck_assert_int_eq(partition_start(p), HV_OK);
	lock_drop(&hv.lock);
}

err_t hvt_destroy(struct partition *p)
{
	err_t err;

	p->hold = false;
	lock_take(&hv.lock);
	err = p->state == PART_STOPPED ? partition_destroy(p) : partition_stop(p, STOP_ORDER);
	lock_drop(&hv.lock);
	return err;
}

/* Every CPU lets go of what it has loaded, as its loop would. */
static void unload_all(void)
{
	for (unsigned i = 0; i < hv.ncpus; i++) {
		if (!hv.cpu[i]->loaded)
			continue;
		um_set_cpu(i);
		cpu_unload(hv.cpu[i]);
	}
	um_set_cpu(0);
}

void hvt_reap(void)
{
	unload_all();
	for (unsigned i = 0; hv.nreap; i++) {
		ck_assert_msg(i < 1000000, "a partition never dies");
		partition_reap();
	}
}

/* ---- calls ------------------------------------------------------------------------------- */

void hvt_enter(struct vcpu *v)
{
	struct cpu *c = hv.cpu[v->cpu];

	ck_assert_msg(!running, "the CPUs run by themselves");
	if (arch_cpu_self() != v->cpu)
		um_set_cpu(v->cpu);
	ck_assert_int_eq(arch_cpu_init(), HV_OK);
	if (c->loaded != v)
		ck_assert_msg(cpu_load(c, v), "the vcpu's partition does not run");
}

static void set_args(u64 *gpr, u64 nr, const u64 *args, unsigned n)
{
	ck_assert_uint_le(n, HCALL_MAX_ARGS);
	gpr[3] = nr;
	memset(&gpr[4], 0, HCALL_MAX_ARGS * sizeof(u64));
	memcpy(&gpr[4], args, n * sizeof(u64));
}

s64 hvt_call_n(struct vcpu *v, u64 nr, const u64 *args, unsigned n)
{
	const struct hcall_row *row = hcall_find(v->part->machine->hcalls, nr);
	struct papr_regs *r = &v->arch.papr, before;

	hvt_enter(v);
	set_args(r->gpr, nr, args, n);
	before = *r;
	hcall_dispatch(v, nr, &r->gpr[4], &r->gpr[3]);
	ck_assert_uint_eq(lock_count(), 0);
	ck_assert_uint_eq(um_windows(arch_cpu_self()), 0);
	ck_assert_uint_eq(this_cpu()->windows, 0);
	for (unsigned i = 4 + (row ? row->nrets : 0); i < 32; i++)
		ck_assert_msg(r->gpr[i] == before.gpr[i], "call 0x%x changed gpr[%u]", (unsigned)nr,
			      i);
	return (s64)r->gpr[3];
}

u64 hvt_ret(const struct vcpu *v, unsigned i)
{
	return v->arch.papr.gpr[4 + i];
}

bool hvt_light(struct vcpu *v, u64 nr, const u64 *args, unsigned n, s64 *status)
{
	struct papr_regs *r = &v->arch.papr;

	hvt_enter(v);
	set_args(r->gpr, nr, args, n);
	if (!hcall_light(&v->arch, r))
		return false;
	*status = (s64)r->gpr[3];
	return true;
}

/* ---- digest ------------------------------------------------------------------------------ */

static void mix_vcpu(u64 *h, const struct vcpu *v)
{
	struct vcpu c = *v;

	memset(&c.arch.papr.gpr[3], 0, (1 + HCALL_MAX_ARGS) * sizeof(u64));
	memset(c.nexits, 0, sizeof(c.nexits));
	c.nhcalls = 0;
	digest_mix(h, &c, sizeof(c));
}

static void mix_memory(u64 *h, const struct partition *p)
{
	for (unsigned i = 0; i < p->mem.n; i++) {
		const struct grange *r = &p->mem.r[i];

		digest_mix(h, um_phys(r->p), r->size);
		for (u64 at = 0; at < r->size; at += HV_PAGE_SIZE) {
			unsigned open = um_page_open(PA(r->p.v + at));

			digest_mix(h, &open, sizeof(open));
		}
	}
}

/* The pages of an address space's tables, wherever they are. */
static void mix_tables(u64 *h)
{
	for (u64 i = 0; i < hv.palloc.nframes; i++)
		if (hv.palloc.frames[i].use == FRAME_TABLE)
			digest_mix(h, um_phys(PA((hv.palloc.base + i) << HV_PAGE_SHIFT)),
				   HV_PAGE_SIZE);
}

static void mix_cpu(u64 *h, const struct cpu *c)
{
	struct cpu copy = *c;

	copy.idle_ticks = 0;
	copy.nlocks = 0;
	memset(copy.held, 0, sizeof(copy.held));
	digest_mix(h, &copy, sizeof(copy));
}

u64 hvt_digest(void)
{
	u64 h = 1;

	digest_mix(&h, hv.part, sizeof(hv.part));
	digest_mix(&h, &hv.nalive, sizeof(hv.nalive));
	digest_mix(&h, &hv.nreap, sizeof(hv.nreap));
	digest_mix(&h, &hv.started, sizeof(hv.started));
	digest_mix(&h, &hv.console.focus, sizeof(hv.console.focus));
	digest_mix(&h, hv.palloc.frames, hv.palloc.nframes * sizeof(struct frame));
	digest_mix(&h, hv.palloc.free_head, sizeof(hv.palloc.free_head));
	digest_mix(&h, &hv.palloc.nfree, sizeof(hv.palloc.nfree));
	mix_tables(&h);
	for (unsigned i = 0; i < hv.ncpus; i++)
		mix_cpu(&h, hv.cpu[i]);
	for (unsigned i = 1; i <= MAX_PARTITIONS; i++) {
		const struct partition *p = hv.part[i];

		if (!p)
			continue;
		digest_mix(&h, p, sizeof(*p));
		digest_mix(&h, p->mach, HV_PAGE_SIZE);
		mix_memory(&h, p);
		for (unsigned k = 0; k < p->nvcpus; k++)
			mix_vcpu(&h, p->vcpu[k]);
	}
	return h;
}

/* ---- running by itself, the end ---------------------------------------------------------- */

static bool quiet(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < hv.ncpus; i++)
		if (hv.cpu[i]->nlocks)
			return false;
	return true;
}

bool hvt_run(u64 max_steps, bool (*done)(void *), void *arg)
{
	enum um_stop why;

	if (!running) {
		unload_all();
		for (unsigned i = 0; i < hv.ncpus; i++)
			um_start_cpu(i, cpu_main);
		running = true;
	}
	why = um_run(max_steps, 0, done, arg);
	if (why != UM_POWEROFF)
		ck_assert_int_eq(um_run(1000000, 0, quiet, NULL), UM_DONE);
	return why == UM_DONE;
}

static bool nothing_alive(void *arg)
{
	(void)arg;
	return hv.nalive == 0;
}

/* Tell every partition to go; those that go already are left to it. */
static void destroy_all(void)
{
	for (unsigned i = 1; i <= MAX_PARTITIONS; i++)
		if (hv.part[i] && hv.part[i]->state != PART_DYING)
			hvt_destroy(hv.part[i]);
}

void hvt_shutdown(void)
{
	const char *wrong;

	hv.started = false; /* an empty machine does not end by itself */
	if (running) {
		destroy_all();
		ck_assert_msg(hvt_run(50000000, nothing_alive, NULL), "a partition never dies");
	} else {
		unload_all();
		destroy_all();
		hvt_reap();
	}
	ck_assert_uint_eq(hv.nalive, 0);
	ck_assert_uint_eq(hv.palloc.nfree, free_pages);
	wrong = palloc_verify(&hv.palloc);
	ck_assert_msg(!wrong, "%s", wrong ? wrong : "");
	um_teardown();
}
