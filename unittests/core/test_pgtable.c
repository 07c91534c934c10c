// SPDX-License-Identifier: GPL-2.0-or-later
/* core/pgtable.c: second-stage tables in two formats, against an array, page by page. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "pgtable.h"
#include "pool.h"

#define OWNER  ((lpid_t){ 5 })
#define PAGE   HV_PAGE_SIZE
#define LEAF   0x101ull
#define LIMIT  60
#define LARGE  MIB(2)
#define NPAGES 2048 /* of the array: four large pages */

static struct pool pool;
static struct pgtable tree;
static u64 nfree, nflush, flush_hole;

/* The old translation is gone, the new ones are not there, and the count says why. */
static void flush(struct pgtable *t)
{
	u64 e;
	pa_t p;

	nflush++;
	ck_assert_uint_eq(t->splits, 1);
	ck_assert_int_eq(pgtable_query(t, GPA(flush_hole), &p, &e), HV_ENOENT);
}

/* A page and a table differ by a bit on all levels but the lowest; or on all; then a large root. */
static const struct pgtable_format formats[] = {
	{ .addr = 0xffffffffff000, .table = 7, .large = 0x80, .leaf_level = 1, .flush = flush },
	{ .addr = 0xffffffffff000, .table = 7, .large = 0x80, .leaf_level = 2, .flush = flush },
	{ .addr = 0x1fffffffffff000,
	  .table = 1ull << 63,
	  .large = 1ull << 62,
	  .small = 1ull << 62,
	  .root_order = 4,
	  .leaf_level = 2,
	  .flush = flush },
};
#define NFORMATS ((int)ARRAY_SIZE(formats))

static void init(int format)
{
	pool_init(&pool, OWNER, LIMIT);
	nflush = 0;
	ck_assert_int_eq(pgtable_init(&tree, &formats[format], &pool), HV_OK);
	ck_assert_uint_eq(pool.used, 1u << formats[format].root_order);
}

static void fini(void)
{
	pgtable_fini(&tree);
	pgtable_fini(&tree);
	ck_assert_uint_eq(pool.used, 0);
	ck_assert_uint_eq(hv.palloc.nfree, nfree);
}

static void setup(void)
{
	boot();
	nfree = hv.palloc.nfree;
}

/* In as many calls as it takes. */
static err_t map(u64 g, u64 p, u64 size)
{
	u64 at = 0, done;
	err_t err;

	do {
		err = pgtable_map(&tree, GPA(g + at), PA(p + at), size - at, LEAF, &done);
		ck_assert(done <= size - at && (err != HV_EAGAIN || done > 0));
		at += done;
	} while (err == HV_EAGAIN);
	return err;
}

static err_t unmap(u64 g, u64 size)
{
	u64 at = 0, done;
	err_t err;

	do {
		err = pgtable_unmap(&tree, GPA(g + at), size - at, &done);
		ck_assert(done <= size - at && (err != HV_EAGAIN || done > 0));
		at += done;
	} while (err == HV_EAGAIN);
	return err;
}

/* What the entry of g has beside its address, or ~0: nothing there. */
static u64 bits_at(u64 g, u64 want)
{
	u64 e;
	pa_t p;

	if (pgtable_query(&tree, GPA(g), &p, &e))
		return ~0ull;
	ck_assert_uint_eq(p.v, want);
	return e & ~tree.format->addr;
}

START_TEST(one_page)
{
	const struct pgtable_format *f = &formats[_i];

	init(_i);
	ck_assert_int_eq(map(0x5000, 0x1234000, PAGE), HV_OK);
	ck_assert_uint_eq(bits_at(0x5000, 0x1234000), LEAF | f->small);
	ck_assert_uint_eq(bits_at(0x5fff, 0x1234fff), LEAF | f->small);
	ck_assert_uint_eq(bits_at(0x4fff, 0), ~0ull);
	ck_assert_uint_eq(bits_at(0x6000, 0), ~0ull);
	ck_assert_uint_eq(pool.tables, (1u << f->root_order) + 3u);
	ck_assert_int_eq(unmap(0x5000, PAGE), HV_OK);
	ck_assert_uint_eq(bits_at(0x5000, 0), ~0ull);
	ck_assert_uint_eq(nflush, 0);
	fini();
}
END_TEST

/* Each entry has the byte order of the port, also those of a page that was split. */
START_TEST(entries_in_memory)
{
	const struct pgtable_format *f = &formats[_i];
	u64 *t = NULL;

	init(_i);
	ck_assert_int_eq(map(0, LARGE, LARGE), HV_OK);
	flush_hole = PAGE;
	ck_assert_int_eq(unmap(0, PAGE), HV_OK);
	t = tree.root;
	for (unsigned level = 3; level > 0; level--) {
		u64 e = arch_pgtable_entry(t[0]);

		ck_assert_uint_eq(e & ~f->addr, f->table);
		t = arch_va(PA(e & f->addr));
	}
	ck_assert_uint_eq(t[0], 0);
	ck_assert_uint_eq(arch_pgtable_entry(t[1]), (LARGE + PAGE) | LEAF | f->small);
	ck_assert_uint_eq(arch_pgtable_entry(t[511]), (2 * LARGE - PAGE) | LEAF | f->small);
	fini();
}
END_TEST

START_TEST(large_pages)
{
	const struct pgtable_format *f = &formats[_i];
	unsigned root = 1u << f->root_order;

	init(_i);
	ck_assert_int_eq(map(GIB(2), GIB(5), GIB(1) + LARGE + PAGE), HV_OK);
	ck_assert_uint_eq(bits_at(GIB(2), GIB(5)), LEAF | f->large);
	ck_assert_uint_eq(bits_at(GIB(3) + 5, GIB(6) + 5), LEAF | f->large);
	ck_assert_uint_eq(bits_at(GIB(3) + LARGE, GIB(6) + LARGE), LEAF | f->small);
	/* below the root: one of 1 GiB entries, those of 2 MiB, the last of 4 KiB */
	ck_assert_uint_eq(pool.tables, root + (f->leaf_level == 2 ? 3 : 4));
	/* a page in the middle: one table of 2 MiB entries, if they were not there, one of 4 KiB */
	flush_hole = GIB(2) + MIB(100);
	ck_assert_int_eq(unmap(flush_hole, PAGE), HV_OK);
	ck_assert_uint_eq(nflush, f->leaf_level);
	ck_assert_uint_eq(bits_at(flush_hole, 0), ~0ull);
	ck_assert_uint_eq(bits_at(flush_hole + PAGE, GIB(5) + MIB(100) + PAGE), LEAF | f->small);
	ck_assert_uint_eq(bits_at(flush_hole + LARGE, GIB(5) + MIB(102)), LEAF | f->large);
	ck_assert_uint_eq(bits_at(GIB(3) - 1, GIB(6) - 1), LEAF | f->large);
	ck_assert_uint_eq(tree.splits, 0);
	/* not aligned to each other: small pages */
	ck_assert_int_eq(map(GIB(8), GIB(8) + PAGE, LARGE), HV_OK);
	ck_assert_uint_eq(bits_at(GIB(8), GIB(8) + PAGE), LEAF | f->small);
	ck_assert_int_eq(unmap(0, GIB(16)), HV_OK);
	ck_assert_uint_eq(bits_at(GIB(2), 0), ~0ull);
	fini();
}
END_TEST

START_TEST(refusals)
{
	const struct pgtable_format *f = &formats[_i];
	u64 end = 1ull << (48 + f->root_order), used, done = 1;

	init(_i);
	ck_assert_int_eq(map(0x1001, 0, PAGE), HV_EINVAL);
	ck_assert_int_eq(map(0x1000, 1, PAGE), HV_EINVAL);
	ck_assert_int_eq(map(0x1000, 0, PAGE + 1), HV_EINVAL);
	ck_assert_int_eq(map(end, 0, PAGE), HV_ERANGE);
	ck_assert_int_eq(map(end - PAGE, 0, 2 * PAGE), HV_ERANGE);
	ck_assert_int_eq(map(0, 0, 2 * end), HV_ERANGE);
	ck_assert_int_eq(map(0, 0 - 2 * PAGE, 4 * PAGE), HV_ERANGE);
	ck_assert_int_eq(map(0, f->addr, 2 * PAGE), HV_ERANGE);
	ck_assert_uint_eq(pool.tables, 1u << f->root_order);
	ck_assert_int_eq(map(end - PAGE, f->addr, PAGE), HV_OK);
	ck_assert_uint_eq(bits_at(end - 1, f->addr + PAGE - 1), LEAF | f->small);
	ck_assert(!pgtable_reaches(&tree, GPA(end), 1));
	ck_assert_int_eq(unmap(end, PAGE), HV_OK);
	ck_assert_int_eq(unmap(~0ull - PAGE + 1, PAGE), HV_OK);
	ck_assert_uint_eq(bits_at(end, 0), ~0ull);
	ck_assert_int_eq(unmap(end - PAGE, 2 * PAGE), HV_OK);
	ck_assert_uint_eq(bits_at(end - 1, 0), ~0ull);
	/* an overlap behind a hole, with what is small and what is large, changes nothing */
	ck_assert_int_eq(map(LARGE, 0, PAGE), HV_OK);
	ck_assert_int_eq(map(2 * LARGE, LARGE, LARGE), HV_OK);
	used = pool.used;
	ck_assert_int_eq(pgtable_map(&tree, GPA(0), PA(0), 2 * LARGE, LEAF, &done), HV_EEXIST);
	ck_assert_uint_eq(done, 0);
	ck_assert_int_eq(map(2 * LARGE + MIB(1), 0, PAGE), HV_EEXIST);
	ck_assert_uint_eq(bits_at(0, 0), ~0ull);
	ck_assert_uint_eq(pool.used, used);
	fini();
}
END_TEST

/* In steps; without memory for a table, what was done stays; without one to split, nothing is. */
START_TEST(steps_and_no_memory)
{
	u64 done, root = 1u << formats[_i].root_order;

	init(_i);
	ck_assert_int_eq(pgtable_map(&tree, GPA(0), PA(PAGE), 40 * PAGE, LEAF, &done), HV_EAGAIN);
	ck_assert_uint_eq(done, ARCH_MAP_STEP * PAGE);
	ck_assert_int_eq(pgtable_unmap(&tree, GPA(0), 40 * PAGE, &done), HV_EAGAIN);
	ck_assert_uint_eq(done, ARCH_MAP_STEP * PAGE);
	pgtable_fini(&tree);

	pool_init(&pool, OWNER, root + 3);
	ck_assert_int_eq(pgtable_init(&tree, &formats[_i], &pool), HV_OK);
	ck_assert_int_eq(pgtable_map(&tree, GPA(LARGE - PAGE), PA(PAGE), 2 * PAGE, LEAF, &done),
			 HV_ENOMEM);
	ck_assert_uint_eq(done, PAGE);
	ck_assert_uint_eq(bits_at(LARGE - PAGE, PAGE), LEAF | formats[_i].small);
	ck_assert_int_eq(map(LARGE, 0, LARGE), HV_OK);
	ck_assert_int_eq(unmap(LARGE, PAGE), HV_ENOMEM);
	ck_assert_uint_eq(bits_at(LARGE, 0), LEAF | formats[_i].large);
	ck_assert_uint_eq(nflush, 0);
	pgtable_fini(&tree);
	pool_init(&pool, OWNER, root - 1);
	ck_assert_int_eq(pgtable_init(&tree, &formats[_i], &pool), HV_ENOMEM);
	fini();
}
END_TEST

static u64 to[NPAGES]; /* machine address + 1, or 0 */

static void random_step(void)
{
	bool large = random() % 2, overlap = false;
	u64 unit = large ? 512 : 1, n = unit * (1 + (u64)random() % (large ? 2 : 600));
	u64 at = (u64)random() % (NPAGES - n + 1) / unit * unit;
	u64 p = (u64)random() % 4096 / unit * unit * PAGE;

	for (u64 i = at; i < at + n; i++)
		overlap = overlap || to[i];
	if (random() % 2) {
		ck_assert_int_eq(unmap(at * PAGE, n * PAGE), HV_OK);
		memset(&to[at], 0, n * sizeof(to[0]));
	} else {
		ck_assert_int_eq(map(at * PAGE, p, n * PAGE), overlap ? HV_EEXIST : HV_OK);
		for (u64 i = 0; i < n && !overlap; i++)
			to[at + i] = p + i * PAGE + 1;
	}
	for (u64 i = 0; i < NPAGES; i++)
		ck_assert_int_eq(bits_at(i * PAGE, to[i] - 1) != ~0ull, to[i] != 0);
}

/* A table stays, so a tree has large pages only in its youth: many trees. */
START_TEST(random_against_an_array)
{
	u64 splits = 0;

	flush_hole = ~0ull;
	srandom(7);
	for (unsigned life = 0; life < 30; life++) {
		init(_i);
		memset(to, 0, sizeof(to));
		for (unsigned step = 0; step < 12; step++)
			random_step();
		splits += nflush;
		fini();
	}
	ck_assert_uint_gt(splits, 10);
}
END_TEST

Suite *suite_pgtable(void);
Suite *suite_pgtable(void)
{
	Suite *suite = suite_create("pgtable");
	TCase *t = tcase_create("pgtable");

	tcase_add_checked_fixture(t, setup, um_teardown);
	tcase_add_loop_test(t, one_page, 0, NFORMATS);
	tcase_add_loop_test(t, entries_in_memory, 0, NFORMATS);
	tcase_add_loop_test(t, large_pages, 0, NFORMATS);
	tcase_add_loop_test(t, refusals, 0, NFORMATS);
	tcase_add_loop_test(t, steps_and_no_memory, 0, NFORMATS);
	tcase_add_loop_test(t, random_against_an_array, 0, NFORMATS);
	suite_add_tcase(suite, t);
	return suite;
}
