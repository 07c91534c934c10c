// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The boot order, and nothing else. Next: hv.c (what is set up), create.c (what is loaded),
 * loop.c (what runs then).
 */
#include "arch.h"
#include "cmdline.h"
#include "dispatch.h"
#include "hv.h"
#include "log.h"
#include "panic.h"

#define CPU_START_SECONDS 5

static void announce(const struct boot_info *bi)
{
	log_info("%u CPU%s, %llu MiB of memory in %u range%s, %llu pages free", hv.ncpus,
		 hv.ncpus == 1 ? "" : "s", (unsigned long long)(hv.palloc.ntotal >> 8), bi->nram,
		 bi->nram == 1 ? "" : "s", (unsigned long long)hv.palloc.nfree);
}

/* True when it runs. Whoever of the two sets `claimed` first decides whether it is too late. */
static bool start_cpu(struct cpu *c)
{
	u64 end = arch_now() + CPU_START_SECONDS * arch_tick_hz();

	if (arch_cpu_start(c->id))
		return false;
	while (!c->claimed && arch_now() < end)
		arch_relax();
	if (!atomic_exchange(&c->claimed, true))
		return false;
	while (!c->online && !c->failed)
		arch_relax();
	return c->online;
}

static void start_cpus(void)
{
	hv.cpu[0]->online = true;
	for (unsigned i = 1; i < hv.ncpus; i++)
		if (!start_cpu(hv.cpu[i]))
			log_warn("CPU %u does not start: not used", i);
}

/* Nobody asks for the images again: their memory is as good as any. */
static void free_bundle(const struct boot_info *bi)
{
	u64 first = ALIGN_DOWN(bi->bundle.v, HV_PAGE_SIZE);
	u64 end = ALIGN_UP(bi->bundle.v + bi->bundle_len, HV_PAGE_SIZE);

	palloc_adopt(&hv.palloc, PA(first), (end - first) >> HV_PAGE_SHIFT);
}

__attribute__((cold)) void hv_main(void)
{
	static struct boot_info bi;

	hv_reset();	/* 1. empty state */
	arch_boot(&bi); /* 2. what machine is this */
	hv_init(&bi);	/* 3. memory, CPU objects */
	cmdline_apply(bi.cmdline);
	announce(&bi);
	if (arch_cpu_init()) /* 4. this CPU, then the others */
		panic("CPU %u cannot run guests", arch_cpu_self());
	start_cpus();
	if (bi.bundle_len == 0) /* 5. the partitions */
		panic("no boot bundle: give one as the initrd (see docs/manifest.md)");
	if (hv_load_bundle(arch_va(bi.bundle), bi.bundle_len)) {
		log_error("the bundle was refused: nothing to run");
		console_finish();
		arch_poweroff(2);
	}
	if (!hv.manifest)
		free_bundle(&bi);
	cpu_loop(this_cpu()); /* 6. run them */
}

void cpu_main(unsigned cpu)
{
	struct cpu *c = hv.cpu[cpu];

	if (atomic_exchange(&c->claimed, true))
		arch_halt();
	if (arch_cpu_init()) {
		c->failed = true;
		arch_halt();
	}
	c->online = true;
	cpu_loop(c);
}
