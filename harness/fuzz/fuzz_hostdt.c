// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the reader of firmware's device tree on POWER: whatever a whole tree says, nothing outside
 * it is read, and what comes of it is within its bounds. Next to read: arch/ppc64/devtree.c.
 *
 * Input: the flattened tree; its magic and its size are put right. A tree that is not whole
 * (manifest_tree_check) is no input.
 */
#include "../../arch/ppc64/devtree.h"

#include <libfdt.h>

#include "hv.h"
#include "manifest_impl.h"
#include "parser.h"
#include "um.h"

#define BOOT_CPU 8
#define VERSION	 0x4e1200

struct platform platform;
u64 opal_entry[2];

static struct boot_info bi;

static void not_ram(u64 from, u64 size)
{
	u64 to = from + size < from ? ~0ull : from + size;

	for (unsigned i = 0; i < bi.nram; i++) {
		u64 base = bi.ram[i].base.v, end = base + bi.ram[i].size;

		promise(from == to || to <= base || from >= end, "what is reserved is no RAM");
	}
}

static void check_ram(const void *fdt)
{
	u64 last = 0, base, size;

	promise(bi.nram <= MAX_RAM_RANGES, "the list has room");
	for (unsigned i = 0; i < bi.nram; i++) {
		base = bi.ram[i].base.v;
		size = bi.ram[i].size;
		promise(size && base + size > base, "a range has pages");
		promise(IS_ALIGNED(base | size, HV_PAGE_SIZE), "ranges are whole pages");
		promise(i == 0 || base > last, "ranges are in order, and apart");
		last = base + size;
	}
	for (int i = 0; i < fdt_num_mem_rsv(fdt); i++)
		if (!fdt_get_mem_rsv(fdt, i, &base, &size) && base + size >= base)
			not_ram(base, size);
	not_ram((u64)fdt, fdt_totalsize(fdt));
}

static void check_processors(void)
{
	const struct papr_cpu_desc *d = &platform.cpu;

	promise(platform.ncpus >= 1 && platform.ncpus <= MAX_CPUS, "processors have room");
	promise(platform.pir[0] == BOOT_CPU, "the first one is ours");
	for (unsigned i = 1; i < platform.ncpus; i++)
		promise(platform.pir[i] != BOOT_CPU, "and there once");
	promise(d->pvr == VERSION && d->timebase_hz, "the processor is described");
	promise(memchr(d->name, 0, 32), "its name is text");
	promise(d->pa_features_len <= sizeof(d->pa_features), "features have room");
	promise(d->nradix_ap >= 1 && d->nradix_ap <= ARRAY_SIZE(d->radix_ap), "page sizes too");
}

/* Of its exact size, for the sanitizer. */
static void *tree(const u8 *data, size_t size)
{
	u8 *fdt = size < sizeof(struct fdt_header) ? NULL : malloc(size);

	if (!fdt)
		return NULL;
	memcpy(fdt, data, size);
	fdt_set_magic(fdt, FDT_MAGIC);
	fdt_set_totalsize(fdt, (u32)size);
	if (!manifest_tree_check(fdt, size))
		return fdt;
	free(fdt);
	return NULL;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	void *fdt = tree(data, size);
	int code;

	if (!fdt)
		return 0;
	um_setup(&(struct um_config){ .ram = MIB(1) });
	hv_reset();
	memset(&bi, 0, sizeof(bi)); /* as bss is */
	memset(&platform, 0, sizeof(platform));
	if (!devtree_opal(fdt)) {
		code = um_catch(devtree_read(fdt, BOOT_CPU, VERSION, &bi));
		promise(code == UM_NO_END || code == 1, "an end is a panic");
		if (code == UM_NO_END) {
			check_ram(fdt);
			check_processors();
			promise(memchr(bi.cmdline, 0, sizeof(bi.cmdline)), "the line is text");
		}
	}
	um_teardown();
	free(fdt);
	return 0;
}
