/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A good bundle in memory, as an editable tree, for test_manifest.c and test_manifest_check.c.
 * Each of them has its own copy.
 */
#ifndef RHYPE_MANIFEST_FIXTURE_H
#define RHYPE_MANIFEST_FIXTURE_H

#include <check.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "manifest_impl.h"
#include "sched.h"

#define TREE	  65536
#define KERNEL	  100u /* bytes of image data */
#define INITRD	  50u
#define INITRD_AT 4096u /* in the data area */
#define DATA	  (INITRD_AT + INITRD)

static const u64 alpha_segs[] = { 0x1000, 0,   100,	 0x2000,    0x10000, 0,
				  100,	  100, 0x200000, INITRD_AT, 50,	     50 };
static const u64 beta_segs[] = { 0, 0, 100, 0x10000 };

static struct {
	u8 *tree; /* TREE bytes, editable */
	u8 data[DATA];
	u8 *bundle;
	size_t len;
	struct manifest m;
	char err[200];
} t;

static void put_u64s(void *fdt, const char *name, const u64 *v, unsigned n)
{
	fdt64_t cells[4 * MANIFEST_SEGS];

	for (unsigned i = 0; i < n; i++)
		cells[i] = cpu_to_fdt64(v[i]);
	ck_assert_int_eq(fdt_property(fdt, name, cells, (int)(8 * n)), 0);
}

static void put_alpha(void *fdt)
{
	const u64 initrd[] = { 0x200000, INITRD };

	fdt_begin_node(fdt, "alpha");
	fdt_property_string(fdt, "machine", "papr");
	fdt_property_u32(fdt, "vcpus", 2);
	fdt_property_u64(fdt, "memory", MIB(16));
	fdt_property_u32(fdt, "share", 32);
	fdt_property_u32(fdt, "cpus", 3);
	fdt_property_string(fdt, "bootargs", "console=hvc0 quiet");
	fdt_property(fdt, "console", NULL, 0);
	fdt_property(fdt, "hold", NULL, 0);
	fdt_property(fdt, "restart", NULL, 0);
	fdt_property_u64(fdt, "entry", 0x1010);
	put_u64s(fdt, "segments", alpha_segs, ARRAY_SIZE(alpha_segs));
	put_u64s(fdt, "initrd", initrd, 2);
	fdt_end_node(fdt);
}

static void put_beta(void *fdt)
{
	fdt_begin_node(fdt, "beta");
	fdt_property_string(fdt, "machine", "pc");
	fdt_property_u32(fdt, "vcpus", 1);
	fdt_property_u64(fdt, "memory", MIB(1));
	fdt_property(fdt, "controller", NULL, 0);
	fdt_property_u64(fdt, "entry", 0);
	put_u64s(fdt, "segments", beta_segs, ARRAY_SIZE(beta_segs));
	fdt_end_node(fdt);
}

static void setup(void)
{
	u64 sum[2];

	for (unsigned i = 0; i < DATA; i++)
		t.data[i] = (u8)(i * 7 + (i >> 8));
	manifest_sum(t.data, DATA, sum);
	t.tree = malloc(TREE);
	ck_assert_int_eq(fdt_create(t.tree, TREE), 0);
	fdt_finish_reservemap(t.tree);
	fdt_begin_node(t.tree, "");
	fdt_property_string(t.tree, "compatible", BUNDLE_COMPATIBLE);
	fdt_property_u64(t.tree, "data-size", DATA);
	put_u64s(t.tree, "data-sum", sum, 2);
	fdt_begin_node(t.tree, "hypervisor");
	fdt_property_string(t.tree, "console", "framed");
	fdt_property_u32(t.tree, "slot-us", 2500);
	fdt_end_node(t.tree);
	fdt_begin_node(t.tree, "partitions");
	put_alpha(t.tree);
	put_beta(t.tree);
	fdt_end_node(t.tree);
	fdt_end_node(t.tree);
	ck_assert_int_eq(fdt_finish(t.tree), 0);
	ck_assert_int_eq(fdt_open_into(t.tree, t.tree, TREE), 0);
}

static void teardown(void)
{
	free(t.tree);
	free(t.bundle);
	memset(&t, 0, sizeof(t));
}

/* Tree and data as one block of exactly its size, so that valgrind and ASan see its end. */
static void assemble(void)
{
	size_t start;

	ck_assert_int_eq(fdt_pack(t.tree), 0);
	start = ALIGN_UP(fdt_totalsize(t.tree), BUNDLE_ALIGN);
	t.len = start + DATA;
	free(t.bundle);
	t.bundle = calloc(1, t.len);
	memcpy(t.bundle, t.tree, fdt_totalsize(t.tree));
	memcpy(t.bundle + start, t.data, DATA);
}

static inline err_t read_bundle(void)
{
	memset(&t.m, 0x5a, sizeof(t.m));
	memset(t.err, 0x5a, sizeof(t.err));
	return manifest_read(&t.m, t.bundle, t.len, t.err, sizeof(t.err));
}

#endif
