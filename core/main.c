// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The boot order, and nothing else. Next: hv.c (what is set up), bundle.c (what is loaded),
 * dispatch.c (what runs then).
 */
#include "arch.h"
#include "cmdline.h"
#include "dispatch.h"
#include "hv.h"
#include "log.h"
#include "panic.h"

static void announce(const struct boot_info *bi)
{
	log_info("%u CPU%s, %llu MiB of memory in %u range%s, %llu pages free", hv.ncpus,
		 hv.ncpus == 1 ? "" : "s", (unsigned long long)(hv.palloc.ntotal >> 8), bi->nram,
		 bi->nram == 1 ? "" : "s", (unsigned long long)hv.palloc.nfree);
}

static void start_cpus(void)
{
	hv.cpu[0]->online = true;
	for (unsigned i = 1; i < hv.ncpus; i++) {
		if (arch_cpu_start(i)) {
			log_warn("CPU %u does not start: not used", i);
			continue;
		}
		while (!hv.cpu[i]->online && !hv.cpu[i]->failed)
			arch_relax();
	}
}

void hv_main(void)
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
		arch_poweroff(2);
	}
	cpu_loop(this_cpu()); /* 6. run them */
}

void cpu_main(unsigned cpu)
{
	struct cpu *c = hv.cpu[cpu];

	if (arch_cpu_init()) {
		log_warn("CPU %u cannot run guests: not used", cpu);
		c->failed = true;
		arch_halt();
	}
	c->online = true;
	cpu_loop(c);
}
