/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What firmware's device tree says. No hardware is touched, so that the reader can be fuzzed in a
 * process. Next: devtree.c.
 */
#ifndef RHYPE_PPC64_DEVTREE_H
#define RHYPE_PPC64_DEVTREE_H

#include "arch.h"
#include "arch_papr.h"

/* Beyond struct boot_info. */
struct platform {
	struct papr_cpu_desc cpu;
	u32 pir[MAX_CPUS]; /* one thread of each core; [0] is the boot CPU */
	unsigned ncpus;
	u64 tima;	/* XIVE thread management area */
	bool l1d_flush; /* between partitions, by TRIG2 */
};
extern struct platform platform;

extern u64 opal_entry[2]; /* address, base */

/* Boot only. Find firmware's entry point: all before this is silent. */
err_t devtree_opal(const void *fdt);

/*
 * Boot only, on a processor with that number and version: fill platform and bi, except that bi->ram
 * is all RAM not reserved by firmware. Panics.
 */
void devtree_read(const void *fdt, u32 pir, u32 pvr, struct boot_info *bi);

#endif
