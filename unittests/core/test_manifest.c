// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The bundle reader on trees built in memory (manifest_fixture.h): what it accepts, and each
 * refusal with its exact text. test_manifest_check.c has random input.
 */
#include <stdio.h>

#include "manifest_fixture.h"

static void refused(const char *text)
{
	ck_assert_int_eq(read_bundle(), HV_EINVAL);
	ck_assert_str_eq(t.err, text);
}

static int node(const char *path)
{
	int n = fdt_path_offset(t.tree, path);

	ck_assert_int_ge(n, 0);
	return n;
}

/* ---- what is accepted ---------------------------------------------------------------------- */

START_TEST(reads_all_values)
{
	const struct manifest_part *a = &t.m.part[0], *b = &t.m.part[1];

	assemble();
	ck_assert_int_eq(read_bundle(), HV_OK);
	ck_assert_int_eq(t.m.console_mode, CONSOLE_FRAMED);
	ck_assert_uint_eq(t.m.slot_us, 2500);
	ck_assert_uint_eq(t.m.nparts, 2);
	ck_assert_uint_eq(t.m.data_len, DATA);
	ck_assert_mem_eq(t.m.data, t.data, DATA);
	ck_assert_str_eq(a->name, "alpha");
	ck_assert_str_eq(a->machine, "papr");
	ck_assert_str_eq(a->bootargs, "console=hvc0 quiet");
	ck_assert_uint_eq(a->vcpus, 2);
	ck_assert_uint_eq(a->memory, MIB(16));
	ck_assert_uint_eq(a->share, 32);
	ck_assert_uint_eq(a->cpus, 3);
	ck_assert(a->console && a->hold && a->restart && !a->controller);
	ck_assert_uint_eq(a->entry.v, 0x1010);
	ck_assert_uint_eq(a->nseg, 3);
	ck_assert_uint_eq(a->seg[0].dest.v, 0x1000);
	ck_assert_uint_eq(a->seg[0].memsz, 0x2000);
	ck_assert_uint_eq(a->seg[2].offset, INITRD_AT);
	ck_assert_uint_eq(a->seg[2].filesz, INITRD);
	ck_assert_uint_eq(a->initrd.v, 0x200000);
	ck_assert_uint_eq(a->initrd_size, INITRD);
	ck_assert_str_eq(b->name, "beta");
	ck_assert(!b->console && !b->hold && !b->restart && b->controller);
	ck_assert_uint_eq(b->share, 0);
	ck_assert_uint_eq(b->cpus, 0);
	ck_assert_uint_eq(b->initrd_size, 0);
	ck_assert_str_eq(b->bootargs, "");
}
END_TEST

START_TEST(hypervisor_node_is_optional)
{
	fdt_del_node(t.tree, node("/hypervisor"));
	assemble();
	ck_assert_int_eq(read_bundle(), HV_OK);
	ck_assert_int_eq(t.m.console_mode, CONSOLE_LINES);
	ck_assert_uint_eq(t.m.slot_us, 4000);
}
END_TEST

START_TEST(bytes_behind_the_bundle_do_no_harm)
{
	assemble();
	t.bundle = realloc(t.bundle, t.len + 512);
	memset(t.bundle + t.len, 0xa5, 512);
	t.len += 512;
	ck_assert_int_eq(read_bundle(), HV_OK);
	ck_assert_uint_eq(t.m.data_len, DATA);
}
END_TEST

START_TEST(limits_are_accepted)
{
	int a = node("/partitions/alpha");
	char longest[MANIFEST_ARGS];

	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = 0;
	fdt_setprop_string(t.tree, a, "bootargs", longest);
	fdt_setprop_u32(t.tree, a, "vcpus", MAX_VCPUS);
	fdt_setprop_u32(t.tree, a, "share", SCHED_SLOTS);
	fdt_setprop_u64(t.tree, a, "memory", MEMORY_MAX);
	fdt_set_name(t.tree, a, "A-1_2.b89012345678901234567890x");
	assemble();
	ck_assert_int_eq(read_bundle(), HV_OK);
	ck_assert_str_eq(t.m.part[0].bootargs, longest);
	ck_assert_uint_eq(t.m.part[0].vcpus, MAX_VCPUS);
	ck_assert_str_eq(t.m.part[0].name, "A-1_2.b89012345678901234567890x");
}
END_TEST

START_TEST(as_many_partitions_as_fit)
{
	int parts = node("/partitions");
	char name[8];

	for (unsigned i = 2; i <= MANIFEST_PARTS; i++) {
		const fdt64_t segs[] = { 0, 0, cpu_to_fdt64(1), cpu_to_fdt64(1) };
		int n;

		if (i == MANIFEST_PARTS) {
			assemble();
			ck_assert_int_eq(read_bundle(), HV_OK);
			ck_assert_uint_eq(t.m.nparts, MANIFEST_PARTS);
			fdt_open_into(t.tree, t.tree, TREE);
		}
		snprintf(name, sizeof(name), "p%u", i);
		n = fdt_add_subnode(t.tree, parts, name);
		ck_assert_int_ge(n, 0);
		fdt_setprop_string(t.tree, n, "machine", "papr");
		fdt_setprop_u32(t.tree, n, "vcpus", 1);
		fdt_setprop_u64(t.tree, n, "memory", 4096);
		fdt_setprop_u64(t.tree, n, "entry", 0);
		fdt_setprop(t.tree, n, "segments", segs, sizeof(segs));
	}
	assemble();
	refused("partitions: has more than 32 nodes");
}
END_TEST

/* ---- what is refused: one property changed -------------------------------------------------- */

#define GONE (-1)
#define CELL(x) \
	(u8[]){ (u8)((u32)(x) >> 24), (u8)((u32)(x) >> 16), (u8)((u32)(x) >> 8), (u8)(x) }, 4
#define B4(x)		(u8)((u64)(x) >> 24), (u8)((u64)(x) >> 16), (u8)((u64)(x) >> 8), (u8)(x)
#define B8(x)		B4((u64)(x) >> 32), B4(x)
#define WIDE(x)		(u8[]){ B8(x) }, 8
#define PAIR(x, y)	(u8[]){ B8(x), B8(y) }, 16
#define SEG(d, o, f, m) B8(d), B8(o), B8(f), B8(m)
#define SEG1(...)	(u8[]){ SEG(__VA_ARGS__) }, 32
#define SEG2(a, b)	(u8[]){ a, b }, 64
#define TEXT(s)		(const u8 *)(s), (int)sizeof(s)
#define CHARS(s)	(const u8 *)(s), (int)sizeof(s) - 1

static const char x33[] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
static const char x513[MANIFEST_ARGS + 1] = { [0 ... MANIFEST_ARGS - 1] = 'x' };
static const u8 segs17[17 * 32];

static const struct {
	const char *path, *prop;
	const u8 *val;
	int len;
	const char *err;
} bad[] = {
	{ "/", "compatible", NULL, GONE, "/: compatible: missing" },
	{ "/", "compatible", TEXT("rhype,manifest-v1"),
	  "/: compatible: must be \"rhype,bundle-v1\"" },
	{ "/", "compatible", TEXT(x33), "/: compatible: is longer than 31 characters" },
	{ "/", "data-size", NULL, GONE, "/: data-size: missing" },
	{ "/", "data-size", CELL(1), "/: data-size: must be 2 cells, has 4 bytes" },
	{ "/", "data-size", WIDE(DATA + 1),
	  "/: data-size: bundle is truncated: 4147 bytes, has 4146" },
	{ "/", "data-size", WIDE(~0ull),
	  "/: data-size: bundle is truncated: 18446744073709551615 bytes, has 4146" },
	{ "/", "data-sum", NULL, GONE, "/: data-sum: missing" },
	{ "/", "data-sum", PAIR(0, 0), "/: data-sum: image data is damaged" },
	{ "/", "data-sum", WIDE(0), "/: data-sum: must be 4 cells, has 8 bytes" },
	{ "/", "colour", CELL(1), "/: colour: unknown property" },
	{ "/hypervisor", "console", TEXT("loud"),
	  "hypervisor: console: must be \"lines\" or \"framed\"" },
	{ "/hypervisor", "console", TEXT("deafening"),
	  "hypervisor: console: is longer than 7 characters" },
	{ "/hypervisor", "slot-us", CELL(99), "hypervisor: slot-us: must be 100 .. 100000, is 99" },
	{ "/hypervisor", "slot-us", CELL(100001),
	  "hypervisor: slot-us: must be 100 .. 100000, is 100001" },
	{ "/hypervisor", "memory", WIDE(1), "hypervisor: memory: unknown property" },
	{ "/partitions", "vcpus", CELL(1), "partitions: vcpus: unknown property" },
	{ "/partitions/alpha", "vcpu", CELL(1), "partitions/alpha: vcpu: unknown property" },
	{ "/partitions/alpha", "v\001\377cpus", CELL(1),
	  "partitions/alpha: v??cpus: unknown property" },
	{ "/partitions/alpha", "kernel", TEXT("x"), "partitions/alpha: kernel: unknown property" },
	{ "/partitions/alpha", "machine", NULL, GONE, "partitions/alpha: machine: missing" },
	{ "/partitions/alpha", "machine", TEXT("sixteen letters!"),
	  "partitions/alpha: machine: is longer than 15 characters" },
	{ "/partitions/alpha", "machine", CHARS("papr"),
	  "partitions/alpha: machine: must be one string that ends in NUL" },
	{ "/partitions/alpha", "machine", TEXT("pa\0pr"),
	  "partitions/alpha: machine: must be one string that ends in NUL" },
	{ "/partitions/alpha", "machine", NULL, 0,
	  "partitions/alpha: machine: must be one string that ends in NUL" },
	{ "/partitions/alpha", "vcpus", NULL, GONE, "partitions/alpha: vcpus: missing" },
	{ "/partitions/alpha", "vcpus", CELL(0), "partitions/alpha: vcpus: must be 1 .. 16, is 0" },
	{ "/partitions/alpha", "vcpus", CELL(17),
	  "partitions/alpha: vcpus: must be 1 .. 16, is 17" },
	{ "/partitions/alpha", "vcpus", CELL(~0u),
	  "partitions/alpha: vcpus: must be 1 .. 16, is 4294967295" },
	{ "/partitions/alpha", "vcpus", WIDE(1),
	  "partitions/alpha: vcpus: must be 1 cell, has 8 bytes" },
	{ "/partitions/alpha", "memory", NULL, GONE, "partitions/alpha: memory: missing" },
	{ "/partitions/alpha", "memory", WIDE(0), "partitions/alpha: memory: must not be 0" },
	{ "/partitions/alpha", "memory", WIDE(MIB(16) + 1),
	  "partitions/alpha: memory: must be a multiple of 4096, is 16777217" },
	{ "/partitions/alpha", "memory", WIDE(MEMORY_MAX + 4096),
	  "partitions/alpha: memory: must be at most 281474976710656, is 281474976714752" },
	{ "/partitions/alpha", "memory", CELL(4096),
	  "partitions/alpha: memory: must be 2 cells, has 4 bytes" },
	{ "/partitions/alpha", "share", CELL(65),
	  "partitions/alpha: share: must be 0 .. 64, is 65" },
	{ "/partitions/alpha", "cpus", CELL(0),
	  "partitions/alpha: cpus: must be 1 .. 4294967295, is 0" },
	{ "/partitions/alpha", "hold", CELL(1), "partitions/alpha: hold: takes no value" },
	{ "/partitions/alpha", "restart", CELL(1), "partitions/alpha: restart: takes no value" },
	{ "/partitions/beta", "console", NULL, 0,
	  "partitions/beta: console: partition alpha has it already" },
	{ "/partitions/alpha", "bootargs", TEXT(x513),
	  "partitions/alpha: bootargs: is longer than 511 characters" },
	{ "/partitions/alpha", "entry", NULL, GONE, "partitions/alpha: entry: missing" },
	{ "/partitions/alpha", "entry", WIDE(0xfff),
	  "partitions/alpha: entry: 0xfff is in no segment" },
	{ "/partitions/alpha", "entry", WIDE(0x1064), /* the first byte behind the file's */
	  "partitions/alpha: entry: 0x1064 is in no segment" },
	{ "/partitions/alpha", "segments", NULL, GONE, "partitions/alpha: segments: missing" },
	{ "/partitions/alpha", "segments", PAIR(0, 0),
	  "partitions/alpha: segments: must be 8 cells each, has 16 bytes" },
	{ "/partitions/alpha", "segments", NULL, 0,
	  "partitions/alpha: segments: must be 1 .. 16 segments, has 0" },
	{ "/partitions/alpha", "segments", segs17, sizeof(segs17),
	  "partitions/alpha: segments: must be 1 .. 16 segments, has 17" },
	{ "/partitions/alpha", "segments", SEG1(0x1000, 0, 0, 0),
	  "partitions/alpha: segments: number 0 is empty" },
	{ "/partitions/alpha", "segments", SEG1(0x1000, 0, 100, 99),
	  "partitions/alpha: segments: number 0: 100 bytes do not fit in 99" },
	{ "/partitions/alpha", "segments", SEG1(0x1000, 0, 1, 0xfff001),
	  "partitions/alpha: segments: number 0 (0x1000 + 0xfff001) is outside memory "
	  "(0x1000000)" },
	{ "/partitions/alpha", "segments", SEG1(~0ull, 0, 1, 2),
	  "partitions/alpha: segments: number 0 (0xffffffffffffffff + 0x2) is outside memory "
	  "(0x1000000)" },
	{ "/partitions/alpha", "segments", SEG1(2, 0, 1, ~0ull),
	  "partitions/alpha: segments: number 0 (0x2 + 0xffffffffffffffff) is outside memory "
	  "(0x1000000)" },
	{ "/partitions/alpha", "segments", SEG1(0, DATA - 9, 10, 10),
	  "partitions/alpha: segments: number 0 (0x1029 + 0xa) is outside the data (0x1032)" },
	{ "/partitions/alpha", "segments", SEG1(0, ~0ull, 10, 10),
	  "partitions/alpha: segments: number 0 (0xffffffffffffffff + 0xa) is outside the data "
	  "(0x1032)" },
	{ "/partitions/alpha", "segments",
	  SEG2(SEG(0x1000, 0, 100, 0x2000), SEG(0x2fff, 0, 10, 10)),
	  "partitions/alpha: segments: number 1 overlaps number 0" },
	{ "/partitions/alpha", "segments",
	  SEG2(SEG(0x1000, 0, 100, 0x2000), SEG(0x200000, INITRD_AT, 49, 50)),
	  "partitions/alpha: initrd: 0x200000 + 0x32 is no segment" },
	{ "/partitions/alpha", "initrd", PAIR(0x200000, 51),
	  "partitions/alpha: initrd: 0x200000 + 0x33 is no segment" },
	{ "/partitions/alpha", "initrd", PAIR(0x200000, 0), "partitions/alpha: initrd: is empty" },
	{ "/partitions/alpha", "initrd", WIDE(0),
	  "partitions/alpha: initrd: must be 4 cells, has 8 bytes" },
};

START_TEST(bad_property_is_refused)
{
	int n = node(bad[_i].path);

	if (bad[_i].len == GONE)
		ck_assert_int_eq(fdt_delprop(t.tree, n, bad[_i].prop), 0);
	else
		ck_assert_int_eq(fdt_setprop(t.tree, n, bad[_i].prop, bad[_i].val, bad[_i].len), 0);
	assemble();
	refused(bad[_i].err);
}
END_TEST

/* ---- what is refused: nodes and the tree as a whole ----------------------------------------- */

static const struct {
	const char *parent, *name, *err;
} bad_node[] = {
	{ "/", "memory", "memory: unknown node" },
	{ "/", "a-node-with-a-name-that-never-wants-to-end",
	  "a-node-with-a-name-that-never-wants-to-: unknown node" },
	{ "/hypervisor", "x", "hypervisor/x: unknown node" },
	{ "/partitions/alpha", "x", "partitions/alpha/x: unknown node" },
	{ "/partitions", "gam\tma",
	  "partitions/gam?ma: name may have letters, digits, - _ . only" },
	{ "/partitions", "gamma@1",
	  "partitions/gamma@1: name may have letters, digits, - _ . only" },
	{ "/partitions", "12345678901234567890123456789012",
	  "partitions/12345678901234567890123456789012: name must have 1 .. 31 characters" },
	{ "/partitions", "gamma", "partitions/gamma: machine: missing" },
};

START_TEST(bad_node_is_refused)
{
	ck_assert_int_ge(fdt_add_subnode(t.tree, node(bad_node[_i].parent), bad_node[_i].name), 0);
	assemble();
	refused(bad_node[_i].err);
}
END_TEST

static const struct {
	const char *path, *name, *err;
} bad_name[] = {
	{ "/partitions/beta", "alpha", "partitions/alpha: two partitions have this name" },
	{ "/partitions/beta", "", "partitions/: name must have 1 .. 31 characters" },
	{ "/partitions", "hypervisor", "hypervisor: given twice" },
	{ "/partitions", "partition", "partition: unknown node" },
};

START_TEST(bad_name_is_refused)
{
	ck_assert_int_eq(fdt_set_name(t.tree, node(bad_name[_i].path), bad_name[_i].name), 0);
	assemble();
	refused(bad_name[_i].err);
}
END_TEST

START_TEST(partitions_are_needed)
{
	fdt_del_node(t.tree, node("/partitions/alpha"));
	fdt_del_node(t.tree, node("/partitions/beta"));
	assemble();
	refused("partitions: names no partition");
	fdt_open_into(t.tree, t.tree, TREE);
	fdt_del_node(t.tree, node("/partitions"));
	assemble();
	refused("partitions: missing");
}
END_TEST

START_TEST(property_given_twice_is_refused)
{
	int n = node("/partitions/alpha");
	struct fdt_property *twin;

	fdt_setprop_u32(t.tree, n, "twin", 1);
	twin = fdt_get_property_w(t.tree, n, "twin", NULL);
	twin->nameoff = fdt_get_property(t.tree, n, "vcpus", NULL)->nameoff;
	assemble();
	refused("partitions/alpha: vcpus: given twice");
}
END_TEST

START_TEST(no_tree_is_refused)
{
	assemble();
	memset(t.bundle, 0, 4);
	refused("bundle: no valid device tree: FDT_ERR_BADMAGIC");
	assemble();
	fdt_set_version(t.bundle, 16);
	refused("bundle: device tree has version 16, not 17");
	assemble();
	fdt_set_totalsize(t.bundle, (1 << 20) + 1);
	refused("bundle: device tree is larger than 1048576 bytes");
	assemble();
	t.len = 39;
	refused("bundle: truncated: has 39 bytes");
	t.len = 0;
	refused("bundle: truncated: has 0 bytes");
	assemble();
	t.len = fdt_totalsize(t.bundle) - 1;
	refused("bundle: no valid device tree: FDT_ERR_TRUNCATED");
}
END_TEST

START_TEST(message_fits_its_buffer)
{
	char err[64];

	fdt_setprop_u32(t.tree, node("/partitions/alpha"), "vcpus", 0);
	assemble();
	for (size_t n = 0; n <= sizeof(err); n++) {
		const char *whole = "partitions/alpha: vcpus: must be 1 .. 16, is 0";

		memset(err, '#', sizeof(err));
		ck_assert_int_eq(manifest_read(&t.m, t.bundle, t.len, err, n), HV_EINVAL);
		for (size_t i = n; i < sizeof(err); i++)
			ck_assert_int_eq(err[i], '#');
		if (n) {
			ck_assert_uint_eq(strlen(err), MIN(n - 1, strlen(whole)));
			ck_assert(!strncmp(err, whole, strlen(err)));
		}
	}
}
END_TEST

START_TEST(sum_sees_order_and_length)
{
	static const u8 ab[] = { 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3 };
	static const u8 ba[] = { 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3 };
	u64 x[2], y[2];

	manifest_sum(ab, sizeof(ab), x);
	ck_assert_uint_eq(x[0], 6);
	ck_assert_uint_eq(x[1], 1 + 3 + 6);
	manifest_sum(ba, sizeof(ba), y);
	ck_assert_uint_eq(y[0], 6);
	ck_assert_uint_eq(y[1], 2 + 3 + 6);
	manifest_sum(ab, 0, x);
	ck_assert(!x[0] && !x[1]);
}
END_TEST

Suite *suite_manifest(void);
Suite *suite_manifest(void)
{
	Suite *suite = suite_create("manifest");
	TCase *tc = tcase_create("manifest");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, reads_all_values);
	tcase_add_test(tc, hypervisor_node_is_optional);
	tcase_add_test(tc, bytes_behind_the_bundle_do_no_harm);
	tcase_add_test(tc, limits_are_accepted);
	tcase_add_test(tc, as_many_partitions_as_fit);
	tcase_add_loop_test(tc, bad_property_is_refused, 0, ARRAY_SIZE(bad));
	tcase_add_loop_test(tc, bad_node_is_refused, 0, ARRAY_SIZE(bad_node));
	tcase_add_loop_test(tc, bad_name_is_refused, 0, ARRAY_SIZE(bad_name));
	tcase_add_test(tc, partitions_are_needed);
	tcase_add_test(tc, property_given_twice_is_refused);
	tcase_add_test(tc, no_tree_is_refused);
	tcase_add_test(tc, message_fits_its_buffer);
	tcase_add_test(tc, sum_sees_order_and_length);
	suite_add_tcase(suite, tc);
	return suite;
}
