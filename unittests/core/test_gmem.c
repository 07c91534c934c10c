// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * core/gmem.c: giving memory, looking it up, taking it back; what ranges, port and ownership map
 * say must agree at all times, also after each way to fail.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "part.h"

#define PAGE	 HV_PAGE_SIZE
#define PAGES(n) ((u64)(n) << HV_PAGE_SHIFT)

static struct partition part;
static u64 nfree;

static void setup(void)
{
	boot();
	nfree = hv.palloc.nfree;
	part_init(&part, 3);
}

static void teardown(void)
{
	um_teardown();
}

static bool page_sound(const struct grange *r, u64 at)
{
	const struct frame *f = palloc_frame(&hv.palloc, PA(r->p.v + at));
	unsigned prot;
	pa_t p;

	return f->use == FRAME_GUEST && f->owner == 3 &&
	       arch_gspace_query(&part.gspace, GPA(r->g.v + at), &p, &prot) == HV_OK &&
	       p.v == r->p.v + at && prot == PROT_RWX;
}

/* The ranges are in order, apart and joined; every page is ours, mapped as the range says. */
static void ck_sound(void)
{
	const struct gmem *m = &part.mem;
	u64 bytes = 0;

	ck_assert_uint_le(m->n, GMEM_RANGES);
	for (unsigned i = 0; i < m->n; i++) {
		const struct grange *r = &m->r[i], *prev = i ? r - 1 : NULL;

		ck_assert_uint_gt(r->size, 0);
		ck_assert(IS_ALIGNED(r->g.v | r->p.v | r->size, PAGE));
		ck_assert(!prev || prev->g.v + prev->size <= r->g.v);
		ck_assert(!prev || prev->g.v + prev->size != r->g.v ||
			  prev->p.v + prev->size != r->p.v);
		for (u64 at = 0; at < r->size; at += PAGE)
			if (!page_sound(r, at))
				ck_abort_msg("range %u is wrong at 0x%x", i, (unsigned)at);
		bytes += r->size;
	}
	ck_assert_uint_eq(m->bytes, bytes);
	ck_assert_uint_eq(palloc_count(&hv.palloc, part.id), part.pool.used + (bytes / PAGE));
	ck_assert_ptr_null(palloc_verify(&hv.palloc));
}

static bool mapped(u64 g)
{
	unsigned prot;
	pa_t p;

	return arch_gspace_query(&part.gspace, GPA(g), &p, &prot) == HV_OK;
}

static bool all_zero(pa_t p, u64 n)
{
	const u8 *b = um_phys(p);

	for (u64 i = 0; i < n; i++)
		if (b[i])
			return false;
	return true;
}

static void add(u64 g, u64 size)
{
	ck_assert_int_eq(gmem_add(&part, GPA(g), size), HV_OK);
	ck_sound();
}

/* Fails with `want` and leaves everything as it was, except for tables the port keeps. */
static void ck_refused(u64 g, u64 size, err_t want)
{
	struct gmem before = part.mem;
	u64 owned = palloc_count(&hv.palloc, part.id) - part.pool.used;

	ck_assert_int_eq(gmem_add(&part, GPA(g), size), want);
	ck_assert_uint_eq(part.mem.n, before.n);
	ck_assert_mem_eq(part.mem.r, before.r, before.n * sizeof(before.r[0]));
	ck_assert_uint_eq(part.mem.bytes, before.bytes);
	ck_assert_uint_eq(palloc_count(&hv.palloc, part.id) - part.pool.used, owned);
	ck_sound();
}

/* ---- add --------------------------------------------------------------------------------- */

START_TEST(memory_is_zero_and_mapped)
{
	add(0, MIB(2));
	for (u64 at = 0; at < MIB(2); at += PAGE) {
		u64 run;
		pa_t p;

		ck_assert_int_eq(gmem_translate(&part, GPA(at), PROT_RWX, &p, &run), HV_OK);
		ck_assert(all_zero(p, PAGE));
		ck_assert(um_page_guest(p));
	}
	ck_assert(!mapped(MIB(2)));
	part_fini(&part);
	ck_assert_uint_eq(hv.palloc.nfree, nfree);
}
END_TEST

START_TEST(large_blocks_where_both_addresses_allow)
{
	u64 run;
	pa_t p;

	/* page by page up to the first aligned address, then whole blocks */
	add(MIB(2) - PAGE, MIB(2) + 2 * PAGE);
	ck_assert_int_eq(gmem_translate(&part, GPA(MIB(2)), PROT_R, &p, &run), HV_OK);
	ck_assert(IS_ALIGNED(p.v, MIB(2)));
	ck_assert_uint_ge(run, MIB(2));
	part_fini(&part);
}
END_TEST

START_TEST(neighbours_are_joined)
{
	add(0, MIB(4)); /* its halves are buddies */
	ck_assert_uint_le(part.mem.n, 2);
	part_fini(&part);

	part_init(&part, 3);
	add(PAGES(1), PAGE);
	add(PAGES(0), PAGE); /* in front: joined when the machine addresses follow, too */
	ck_assert_uint_le(part.mem.n, 2);
	add(PAGES(3), PAGE);
	add(PAGES(2), PAGE); /* between two */
	ck_assert_uint_eq(part.mem.bytes, PAGES(4));
	part_fini(&part);
}
END_TEST

START_TEST(arguments)
{
	add(MIB(1), PAGES(4));
	ck_refused(0, 0, HV_EINVAL);
	ck_refused(1, PAGE, HV_EINVAL);
	ck_refused(0, PAGE + 1, HV_EINVAL);
	ck_refused(0, 1, HV_EINVAL);
	ck_refused(~0ull << HV_PAGE_SHIFT, PAGES(2), HV_ERANGE);
	ck_refused(PAGE, ~0ull << HV_PAGE_SHIFT, HV_EEXIST); /* all but one page */
	ck_refused(GIB(512), PAGE, HV_ERANGE);		     /* beyond the port's space */
	ck_refused(~0ull << HV_PAGE_SHIFT, PAGE, HV_ERANGE);
	part_fini(&part);
}
END_TEST

START_TEST(overlaps)
{
	add(MIB(1), PAGES(4));
	add(MIB(1) + PAGES(8), PAGES(4));
	ck_refused(MIB(1), PAGE, HV_EEXIST);
	ck_refused(MIB(1) - PAGE, PAGES(2), HV_EEXIST);
	ck_refused(MIB(1) + PAGES(3), PAGES(2), HV_EEXIST);
	ck_refused(MIB(1) + PAGES(4), PAGES(5), HV_EEXIST);
	ck_refused(MIB(1) - PAGE, PAGES(20), HV_EEXIST);
	add(MIB(1) + PAGES(4), PAGES(4)); /* fits exactly */
	add(MIB(1) - PAGE, PAGE);
	part_fini(&part);
}
END_TEST

START_TEST(more_than_the_machine_has)
{
	ck_refused(0, MIB(16), HV_ENOMEM);
	ck_refused(0, PAGES(nfree), HV_ENOMEM); /* tables need some */
	ck_assert(!mapped(0));
	part_fini(&part);
	ck_assert_uint_eq(hv.palloc.nfree, nfree);
}
END_TEST

START_TEST(small_pieces_when_nothing_large_is_free)
{
	u64 n = nfree, k = 0;
	pa_t *p = calloc(n, sizeof(*p));

	/* leave pairs of pages */
	while (palloc_get(&hv.palloc, 0, FRAME_HV, (lpid_t){ 0 }, false, &p[k]) == HV_OK)
		k++;
	for (u64 i = 0; i < k; i++)
		if (palloc_frame(&hv.palloc, p[i]) && (p[i].v >> HV_PAGE_SHIFT) % 8 < 2)
			palloc_put(&hv.palloc, p[i], 1, FRAME_HV, (lpid_t){ 0 });
	add(0, PAGES(40));
	ck_assert_uint_ge(part.mem.n, 20);
	ck_refused(MIB(1), PAGES(100), HV_ENOMEM); /* enough pages, but not ranges */
	part_fini(&part);
	free(p);
}
END_TEST

/* Whichever allocation fails, of pages or of tables: all is undone, or a way round is found. */
START_TEST(every_allocation_may_fail)
{
	unsigned failed = 0, n = 0;
	err_t err;

	add(MIB(6), PAGES(3));
	do {
		struct gmem before = part.mem;

		palloc_fail_nth(++n);
		err = gmem_add(&part, GPA(MIB(2) - PAGES(3)), PAGES(7));
		if (err) {
			ck_assert_int_eq(err, HV_ENOMEM);
			ck_assert_uint_eq(part.mem.n, before.n);
			ck_assert_uint_eq(part.mem.bytes, before.bytes);
			ck_assert(!mapped(MIB(2) - PAGE));
			failed++;
		} else {
			ck_assert(mapped(MIB(2) - PAGE));
		}
		ck_sound();
		if (!err && hv.palloc.fail_nth == 0) { /* it found a way round: again without */
			part_fini(&part);
			part_init(&part, 3);
			add(MIB(6), PAGES(3));
		}
	} while (err || hv.palloc.fail_nth == 0);
	palloc_fail_nth(0);
	ck_assert_uint_ge(failed, 3); /* a single page, and tables */
	ck_assert_uint_ge(n, 5);
	part_fini(&part);
	ck_assert_uint_eq(hv.palloc.nfree, nfree);
}
END_TEST

START_TEST(tables_are_the_partitions_own)
{
	pool_init(&part.pool, part.id, 1);
	part.pool.used = 1; /* the root */
	ck_refused(0, PAGES(8), HV_ENOMEM);
	ck_assert_uint_eq(palloc_count(&hv.palloc, part.id), 1);
	part.pool.limit = 64;
	add(0, PAGES(8));
	part_fini(&part);
}
END_TEST

/* ---- look-up ----------------------------------------------------------------------------- */

START_TEST(translate)
{
	u64 run;
	pa_t p, q;

	ck_assert_int_eq(gmem_translate(&part, GPA(0), PROT_R, &p, &run), HV_ERANGE);
	add(MIB(1), PAGES(4));
	add(MIB(3), PAGES(4));
	ck_assert_int_eq(gmem_translate(&part, GPA(MIB(1)), PROT_R, &p, &run), HV_OK);
	ck_assert_uint_eq(run, PAGES(4));
	ck_assert_int_eq(gmem_translate(&part, GPA(MIB(1) + 5), PROT_RWX, &q, &run), HV_OK);
	ck_assert_uint_eq(q.v, p.v + 5);
	ck_assert_uint_eq(run, PAGES(4) - 5);
	ck_assert_int_eq(gmem_translate(&part, GPA(MIB(3) + PAGES(4) - 1), 0, &q, &run), HV_OK);
	ck_assert_uint_eq(run, 1);
	ck_assert_int_eq(gmem_translate(&part, GPA(MIB(1) - 1), PROT_R, &q, &run), HV_ERANGE);
	ck_assert_int_eq(gmem_translate(&part, GPA(MIB(1) + PAGES(4)), PROT_R, &q, &run),
			 HV_ERANGE);
	ck_assert_int_eq(gmem_translate(&part, GPA(MIB(3) + PAGES(4)), PROT_R, &q, &run),
			 HV_ERANGE);
	ck_assert_int_eq(gmem_translate(&part, GPA(0), PROT_R, &q, &run), HV_ERANGE);
	ck_assert_int_eq(gmem_translate(&part, GPA(~0ull), PROT_R, &q, &run), HV_ERANGE);
	part.mem.r[1].prot = PROT_R;
	ck_assert_int_eq(gmem_translate(&part, GPA(MIB(3)), PROT_R, &q, &run), HV_OK);
	ck_assert_int_eq(gmem_translate(&part, GPA(MIB(3)), PROT_R | PROT_W, &q, &run), HV_EPERM);
	part_fini(&part);
}
END_TEST

START_TEST(contains)
{
	add(MIB(1), PAGES(4));
	add(MIB(1) + PAGES(8), PAGES(4));
	ck_assert(gmem_contains(&part, GPA(MIB(1)), PAGES(4)));
	ck_assert(gmem_contains(&part, GPA(MIB(1) + 1), 1));
	ck_assert(!gmem_contains(&part, GPA(MIB(1)), PAGES(4) + 1));
	ck_assert(!gmem_contains(&part, GPA(MIB(1) - 1), 2));
	ck_assert(!gmem_contains(&part, GPA(MIB(1)), PAGES(12)));
	ck_assert(!gmem_contains(&part, GPA(MIB(1)), 0));
	ck_assert(!gmem_contains(&part, GPA(MIB(1)), ~0ull));
	ck_assert(!gmem_contains(&part, GPA(~0ull), 2));
	ck_assert(!gmem_contains(&part, GPA(0), 1));
	add(MIB(1) + PAGES(4), PAGES(4));
	ck_assert(gmem_contains(&part, GPA(MIB(1)), PAGES(12)));
	ck_assert(!gmem_contains(&part, GPA(MIB(1)), PAGES(12) + 1));
	part_fini(&part);
}
END_TEST

/* ---- taking back ------------------------------------------------------------------------- */

START_TEST(reap_is_bounded_and_complete)
{
	unsigned steps = 0;
	err_t err;

	add(0, MIB(2));
	add(MIB(4), PAGES(100));
	do {
		u64 before = palloc_count(&hv.palloc, part.id);

		err = gmem_reap(&part, 16);
		ck_assert(err == HV_OK || err == HV_EAGAIN);
		ck_assert_uint_le(before - palloc_count(&hv.palloc, part.id), 16);
		ck_assert_ptr_null(palloc_verify(&hv.palloc));
		ck_assert_uint_lt(++steps, 200);
		ck_assert_uint_eq(part.mem.bytes / PAGE,
				  palloc_count(&hv.palloc, part.id) - part.pool.used);
	} while (err == HV_EAGAIN);
	ck_assert_uint_ge(steps, (512 + 100) / 16);
	ck_assert(!mapped(0));
	ck_assert(!mapped(MIB(4)));
	ck_assert_int_eq(gmem_reap(&part, 16), HV_OK); /* again: nothing to do */
	part_fini(&part);
	ck_assert_uint_eq(hv.palloc.nfree, nfree);
}
END_TEST

START_TEST(pages_are_unmapped_before_they_are_free)
{
	err_t err;

	add(0, PAGES(300)); /* more than one step of the port's */
	do {
		err = gmem_reap(&part, 7);
		for (u64 at = 0; at < PAGES(300); at += PAGE) {
			unsigned prot;
			pa_t p;

			if (arch_gspace_query(&part.gspace, GPA(at), &p, &prot) == HV_OK)
				ck_assert_uint_eq(palloc_frame(&hv.palloc, p)->use, FRAME_GUEST);
		}
	} while (err == HV_EAGAIN);
	part_fini(&part);
}
END_TEST

START_TEST(contents_do_not_outlive_the_partition)
{
	u64 run;
	pa_t p;

	add(0, PAGES(8));
	ck_assert_int_eq(gmem_translate(&part, GPA(0), PROT_R, &p, &run), HV_OK);
	memset(um_phys(p), 's', run);
	part_fini(&part);
	ck_assert(all_zero(p, run));
}
END_TEST

START_TEST(a_budget_of_nothing_still_ends)
{
	unsigned steps = 0;

	add(0, PAGES(3));
	while (gmem_reap(&part, 0) == HV_EAGAIN)
		ck_assert_uint_lt(++steps, 10);
	part_fini(&part);
}
END_TEST

START_TEST(a_pin_that_is_left_panics)
{
	u64 run;
	pa_t p;

	add(0, PAGES(3));
	ck_assert_int_eq(gmem_translate(&part, GPA(0), PROT_R, &p, &run), HV_OK);
	palloc_frame(&hv.palloc, p)->pins = 1;
	ck_panics(part_fini(&part), "pins == 0");
}
END_TEST

/* ---- random ------------------------------------------------------------------------------ */

#define SPAN 1024 /* pages of logical space that the run uses */

START_TEST(random_life)
{
	bool owned[SPAN];

	srandom((unsigned)_i);
	for (unsigned life = 0; life < 2; life++) {
		memset(owned, 0, sizeof(owned));
		for (unsigned step = 0; step < 40; step++) {
			u64 g = (u64)random() % SPAN,
			    n = 1 + (u64)random() % (random() % 4 ? 8 : 300);
			bool clash = false;
			err_t err;

			n = MIN(n, SPAN - g);
			for (u64 i = g; i < g + n; i++)
				clash |= owned[i];
			if (random() % 4 == 0)
				palloc_fail_nth(1 + (unsigned)random() % 4);
			err = gmem_add(&part, GPA(PAGES(g)), PAGES(n));
			palloc_fail_nth(0);
			ck_assert_int_eq(err == HV_EEXIST, clash);
			ck_assert(!err || clash || err == HV_ENOMEM);
			for (u64 i = g; i < g + n && !err; i++)
				owned[i] = true;
			ck_sound();
			for (u64 i = 0; i < SPAN; i++)
				if (mapped(PAGES(i)) != owned[i] ||
				    gmem_contains(&part, GPA(PAGES(i)), PAGE) != owned[i])
					ck_abort_msg("step %u: wrong at page %u", step,
						     (unsigned)i);
		}
		part_fini(&part);
		ck_assert_uint_eq(hv.palloc.nfree, nfree);
		part_init(&part, 3);
	}
}
END_TEST

Suite *suite_gmem(void);
Suite *suite_gmem(void)
{
	Suite *suite = suite_create("gmem");
	TCase *t = tcase_create("gmem");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, memory_is_zero_and_mapped);
	tcase_add_test(t, large_blocks_where_both_addresses_allow);
	tcase_add_test(t, neighbours_are_joined);
	tcase_add_test(t, arguments);
	tcase_add_test(t, overlaps);
	tcase_add_test(t, more_than_the_machine_has);
	tcase_add_test(t, small_pieces_when_nothing_large_is_free);
	tcase_add_test(t, every_allocation_may_fail);
	tcase_add_test(t, tables_are_the_partitions_own);
	tcase_add_test(t, translate);
	tcase_add_test(t, contains);
	tcase_add_test(t, reap_is_bounded_and_complete);
	tcase_add_test(t, pages_are_unmapped_before_they_are_free);
	tcase_add_test(t, contents_do_not_outlive_the_partition);
	tcase_add_test(t, a_budget_of_nothing_still_ends);
	tcase_add_test(t, a_pin_that_is_left_panics);
	tcase_add_loop_test(t, random_life, 1, 6);
	suite_add_tcase(suite, t);
	return suite;
}
