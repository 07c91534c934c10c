// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * core/palloc.c: allocation, scrubbing, wrong frees; and long random runs against a model, with the
 * map checked after each step. How the map is built: test_palloc_boot.c.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "palloc.h"

#define HV_OWNER  \
	(lpid_t)  \
	{         \
		0 \
	}
#define GUEST     \
	(lpid_t)  \
	{         \
		7 \
	}

static struct palloc *pa = &hv.palloc;

static void ck_sound(void)
{
	const char *wrong = palloc_verify(pa);

	ck_assert_msg(!wrong, "%s", wrong);
}

static pa_t get(unsigned order, enum frame_use use, lpid_t owner)
{
	pa_t p = PA(~0ull);

	ck_assert_int_eq(palloc_get(pa, order, use, owner, true, &p), HV_OK);
	return p;
}

static bool all_bytes(pa_t p, u64 pages, u8 value)
{
	const u8 *b = um_phys(p);

	/* each byte is as the one before it */
	return !pages || (b[0] == value && !memcmp(b, b + 1, (pages << HV_PAGE_SHIFT) - 1));
}

/* ---- get and put ------------------------------------------------------------------------- */

START_TEST(every_order)
{
	u64 free = pa->nfree;

	for (unsigned order = 0; order < 11; order++) {
		pa_t p = get(order, FRAME_HV, HV_OWNER);
		u64 n = 1ull << order;

		ck_assert(IS_ALIGNED(p.v, n << HV_PAGE_SHIFT));
		ck_assert_uint_eq(pa->nfree, free - n);
		ck_assert(all_bytes(p, n, 0));
		for (u64 i = 0; i < n; i++) {
			struct frame *f = palloc_frame(pa, PA(p.v + (i << HV_PAGE_SHIFT)));

			ck_assert_uint_eq(f->use, FRAME_HV);
			ck_assert_uint_eq(f->owner, 0);
			ck_assert_uint_eq(f->flags, 0);
		}
		ck_sound();
		palloc_put(pa, p, n, FRAME_HV, HV_OWNER);
		ck_assert_uint_eq(pa->nfree, free);
		ck_sound();
	}
}
END_TEST

START_TEST(orders_that_do_not_exist)
{
	pa_t p;

	ck_assert_int_eq(palloc_get(pa, PALLOC_ORDERS, FRAME_HV, HV_OWNER, true, &p), HV_EINVAL);
	ck_assert_int_eq(palloc_get(pa, ~0u, FRAME_HV, HV_OWNER, true, &p), HV_EINVAL);
	/* exists, but not in 8 MiB */
	ck_assert_int_eq(palloc_get(pa, PALLOC_ORDERS - 1, FRAME_HV, HV_OWNER, true, &p),
			 HV_ENOMEM);
	ck_sound();
}
END_TEST

START_TEST(exhaustion_to_the_last_page)
{
	u64 n = pa->nfree, i;
	pa_t *p = calloc(n, sizeof(*p)), one;

	for (i = 0; i < n; i++)
		p[i] = get(0, FRAME_HV, HV_OWNER);
	ck_assert_uint_eq(pa->nfree, 0);
	ck_assert_int_eq(palloc_get(pa, 0, FRAME_HV, HV_OWNER, true, &one), HV_ENOMEM);
	ck_sound();
	for (i = 0; i < n; i += 2) /* nothing can join */
		palloc_put(pa, p[i], 1, FRAME_HV, HV_OWNER);
	ck_sound();
	for (i = 1; i < n; i += 2)
		palloc_put(pa, p[i], 1, FRAME_HV, HV_OWNER);
	ck_sound();
	ck_assert_uint_eq(pa->nfree, n);
	get(10, FRAME_HV, HV_OWNER); /* everything has joined again */
	free(p);
}
END_TEST

START_TEST(part_of_a_block_can_be_given_back)
{
	u64 free = pa->nfree;
	pa_t p = get(6, FRAME_HV, HV_OWNER);

	palloc_put(pa, PA(p.v + 5 * HV_PAGE_SIZE), 17, FRAME_HV, HV_OWNER);
	ck_sound();
	ck_assert_uint_eq(pa->nfree, free - 64 + 17);
	palloc_put(pa, p, 5, FRAME_HV, HV_OWNER);
	palloc_put(pa, PA(p.v + 22 * HV_PAGE_SIZE), 42, FRAME_HV, HV_OWNER);
	ck_sound();
	ck_assert_uint_eq(pa->nfree, free);
	palloc_put(pa, p, 0, FRAME_HV, HV_OWNER); /* nothing */
	ck_sound();
}
END_TEST

START_TEST(owner_and_use_are_noted)
{
	pa_t g = get(2, FRAME_GUEST, GUEST), t = get(0, FRAME_TABLE, GUEST);

	ck_assert_uint_eq(palloc_frame(pa, g)->use, FRAME_GUEST);
	ck_assert_uint_eq(palloc_frame(pa, t)->use, FRAME_TABLE);
	ck_assert_uint_eq(palloc_frame(pa, t)->owner, 7);
	ck_assert_uint_eq(palloc_count(pa, GUEST), 5);
	ck_assert_uint_eq(palloc_count(pa, (lpid_t){ 8 }), 0);
	palloc_put(pa, g, 4, FRAME_GUEST, GUEST);
	palloc_put(pa, t, 1, FRAME_TABLE, GUEST);
	ck_assert_uint_eq(palloc_count(pa, GUEST), 0);
}
END_TEST

START_TEST(port_knows_guest_pages)
{
	pa_t p = get(1, FRAME_GUEST, GUEST);

	ck_assert(um_page_guest(p));
	ck_assert(um_page_guest(PA(p.v + HV_PAGE_SIZE)));
	palloc_put(pa, p, 1, FRAME_GUEST, GUEST);
	ck_assert(!um_page_guest(p));
	ck_assert(um_page_guest(PA(p.v + HV_PAGE_SIZE)));
	palloc_put_scrubbed(pa, PA(p.v + HV_PAGE_SIZE), 1, FRAME_GUEST, GUEST);
	ck_assert(!um_page_guest(PA(p.v + HV_PAGE_SIZE)));
	ck_assert(!um_page_guest(get(0, FRAME_HV, HV_OWNER)));
}
END_TEST

START_TEST(addresses_that_are_not_ram)
{
	ck_assert_ptr_null(palloc_frame(pa, PA(0)));
	ck_assert_ptr_null(palloc_frame(pa, PA(UM_RAM_BASE - 1)));
	ck_assert_ptr_nonnull(palloc_frame(pa, PA(UM_RAM_BASE)));
	ck_assert_ptr_nonnull(palloc_frame(pa, PA(UM_RAM_BASE + MIB(8) - 1)));
	ck_assert_ptr_null(palloc_frame(pa, PA(UM_RAM_BASE + MIB(8))));
	ck_assert_ptr_null(palloc_frame(pa, PA(~0ull)));
}
END_TEST

/* ---- contents ---------------------------------------------------------------------------- */

START_TEST(next_owner_sees_zeros)
{
	pa_t p = get(3, FRAME_GUEST, GUEST), q;

	memset(um_phys(p), 's', 8 * HV_PAGE_SIZE);
	palloc_put(pa, p, 8, FRAME_GUEST, GUEST);
	ck_assert(all_bytes(p, 8, 's')); /* scrubbed late, when it is needed */
	q = get(3, FRAME_GUEST, (lpid_t){ 8 });
	ck_assert_uint_eq(q.v, p.v);
	ck_assert(all_bytes(q, 8, 0));
}
END_TEST

START_TEST(scrubbed_pages_are_not_scrubbed_again)
{
	pa_t p = get(3, FRAME_GUEST, GUEST), q;
	u8 *mem = um_phys(p);

	memset(mem, 's', 8 * HV_PAGE_SIZE);
	palloc_put_scrubbed(pa, p, 3, FRAME_GUEST, GUEST);
	ck_assert(all_bytes(p, 3, 0));
	palloc_put(pa, PA(p.v + 3 * HV_PAGE_SIZE), 5, FRAME_GUEST, GUEST);
	ck_sound();
	mem[0] = 1; /* behind the allocator's back: shows who writes */
	mem[3 * HV_PAGE_SIZE - 1] = 1;
	q = get(3, FRAME_GUEST, GUEST);
	ck_assert_uint_eq(q.v, p.v);
	ck_assert_int_eq(mem[0], 1);
	ck_assert_int_eq(mem[3 * HV_PAGE_SIZE - 1], 1);
	ck_assert(all_bytes(PA(p.v + 3 * HV_PAGE_SIZE), 5, 0));
}
END_TEST

START_TEST(use_makes_clean_pages_dirty)
{
	pa_t p = get(0, FRAME_GUEST, GUEST), q;

	palloc_put_scrubbed(pa, p, 1, FRAME_GUEST, GUEST);
	ck_assert_int_eq(palloc_get(pa, 0, FRAME_HV, HV_OWNER, false, &q), HV_OK);
	ck_assert_uint_eq(q.v, p.v);
	ck_assert_uint_eq(palloc_frame(pa, q)->flags, 0);
	memset(um_phys(p), 's', HV_PAGE_SIZE);
	palloc_put(pa, q, 1, FRAME_HV, HV_OWNER);
	q = get(0, FRAME_HV, HV_OWNER);
	ck_assert_uint_eq(q.v, p.v);
	ck_assert(all_bytes(q, 1, 0));
}
END_TEST

START_TEST(contents_may_be_left_alone)
{
	pa_t p;

	ck_assert_int_eq(palloc_get(pa, 0, FRAME_HV, HV_OWNER, false, &p), HV_OK);
	ck_assert(all_bytes(p, 1, 0xa5));
	/* but not what guests and tables see */
	ck_panics(palloc_get(pa, 0, FRAME_GUEST, GUEST, false, &p), "CHECK failed");
}
END_TEST

/* ---- failures ---------------------------------------------------------------------------- */

START_TEST(the_nth_allocation_fails)
{
	u64 free = pa->nfree;
	pa_t p;

	palloc_fail_nth(3);
	get(0, FRAME_HV, HV_OWNER);
	get(0, FRAME_HV, HV_OWNER);
	ck_assert_int_eq(palloc_get(pa, 0, FRAME_HV, HV_OWNER, true, &p), HV_ENOMEM);
	ck_assert_uint_eq(pa->nfree, free - 2);
	get(0, FRAME_HV, HV_OWNER); /* once */
	palloc_fail_nth(1);
	palloc_fail_nth(0);
	get(0, FRAME_HV, HV_OWNER);
	ck_sound();
}
END_TEST

START_TEST(wrong_frees_panic)
{
	pa_t p = get(2, FRAME_GUEST, GUEST);
	pa_t next = PA(p.v + HV_PAGE_SIZE);

	switch (_i) {
	case 0:
		ck_panics(palloc_put(pa, p, 1, FRAME_GUEST, (lpid_t){ 8 }), "owner");
		break;
	case 1:
		ck_panics(palloc_put(pa, p, 1, FRAME_TABLE, GUEST), "use == use");
		break;
	case 2:
		ck_panics(palloc_put(pa, p, 1, FRAME_FREE, GUEST), "use");
		break;
	case 3:
		ck_panics(palloc_put(pa, PA(p.v + 1), 1, FRAME_GUEST, GUEST), "IS_ALIGNED");
		break;
	case 4:
		palloc_put(pa, next, 1, FRAME_GUEST, GUEST);
		ck_panics(palloc_put(pa, next, 1, FRAME_GUEST, GUEST), "use == use");
		break;
	case 5: /* the run ends in somebody else's page */
		palloc_put(pa, PA(p.v + 3 * HV_PAGE_SIZE), 1, FRAME_GUEST, GUEST);
		ck_panics(palloc_put(pa, p, 4, FRAME_GUEST, GUEST), "use == use");
		break;
	case 6:
		palloc_frame(pa, next)->pins = 1;
		ck_panics(palloc_put(pa, p, 4, FRAME_GUEST, GUEST), "pins == 0");
		break;
	case 7:
		ck_panics(palloc_put(pa, PA(0), 1, FRAME_GUEST, GUEST), "nframes");
		break;
	case 8:
		ck_panics(palloc_put(pa, p, ~0ull, FRAME_GUEST, GUEST), "nframes");
		break;
	case 9:
		ck_panics(palloc_put(pa, p, 1, FRAME_USES, GUEST), "FRAME_USES");
		break;
	}
}
END_TEST

/* ---- a long random life ------------------------------------------------------------------ */

#define BLOCKS 64

struct block {
	pa_t p;
	u64 n;
	u8 use, mark;
	u16 owner;
};

/* Every block still has its own contents: no page was given twice. */
static void ck_block(const struct block *b)
{
	ck_assert(all_bytes(b->p, b->n, b->mark));
}

static void random_get(struct block *b, u64 *used)
{
	unsigned order = (unsigned)random() % 8;
	bool zero;

	b->use = (u8)(FRAME_HV + random() % 3);
	b->owner = (u16)(b->use == FRAME_HV ? 0 : 1 + random() % 3);
	zero = b->use != FRAME_HV || random() % 2;
	b->n = 0;
	if (palloc_get(pa, order, b->use, (lpid_t){ b->owner }, zero, &b->p)) {
		ck_assert_uint_lt(pa->nfree, 1500); /* else there were a block */
		return;
	}
	b->n = 1ull << order;
	ck_assert(IS_ALIGNED(b->p.v, b->n << HV_PAGE_SHIFT));
	if (zero)
		ck_assert(all_bytes(b->p, b->n, 0));
	b->mark = (u8)(1 + random() % 255);
	memset(um_phys(b->p), b->mark, b->n << HV_PAGE_SHIFT);
	*used += b->n;
}

/* Give back all of it, or its end. */
static void random_put(struct block *b, u64 *used)
{
	u64 n = random() % 2 ? b->n : 1 + (u64)random() % b->n;
	pa_t at = PA(b->p.v + ((b->n - n) << HV_PAGE_SHIFT));

	ck_block(b);
	if (random() % 2)
		palloc_put(pa, at, n, b->use, (lpid_t){ b->owner });
	else
		palloc_put_scrubbed(pa, at, n, b->use, (lpid_t){ b->owner });
	b->n -= n;
	*used -= n;
}

START_TEST(random_life)
{
	struct block b[BLOCKS] = { { .n = 0 } };
	u64 total, used = 0;

	srandom((unsigned)_i);
	boot_with(
		&(struct um_config){ .ram = MIB(8), .hole = _i % 2 ? 1 + (u64)random() % 300 : 0 });
	total = pa->nfree;
	for (unsigned step = 0; step < 1500; step++) {
		struct block *x = &b[random() % BLOCKS];

		if (x->n)
			random_put(x, &used);
		else
			random_get(x, &used);
		ck_sound();
		ck_assert_uint_eq(pa->nfree, total - used);
	}
	for (unsigned i = 0; i < BLOCKS; i++) {
		ck_block(&b[i]);
		palloc_put(pa, b[i].p, b[i].n, b[i].use, (lpid_t){ b[i].owner });
	}
	ck_sound();
	ck_assert_uint_eq(pa->nfree, total);
	for (u16 owner = 1; owner <= 3; owner++)
		ck_assert_uint_eq(palloc_count(pa, (lpid_t){ owner }), 0);
}
END_TEST

static TCase *cases(const char *name)
{
	TCase *t = tcase_create(name);

	tcase_add_checked_fixture(t, boot, um_teardown);
	return t;
}

/* No pages, and sizes that no list has. */
START_TEST(nothing_at_all)
{
	struct palloc *pa = &hv.palloc;
	u64 nfree;
	pa_t p;

	ck_assert_int_eq(palloc_get(pa, 0, FRAME_HV, HV_OWNER, true, &p), HV_OK);
	nfree = pa->nfree;
	palloc_put(pa, p, 0, FRAME_HV, HV_OWNER);
	palloc_put_scrubbed(pa, p, 0, FRAME_HV, HV_OWNER);
	ck_assert_uint_eq(pa->nfree, nfree);
	ck_assert_str_eq(palloc_verify(pa) ?: "", "");
	ck_assert_int_eq(palloc_get(pa, PALLOC_ORDERS, FRAME_HV, HV_OWNER, true, &p), HV_EINVAL);
	ck_assert_int_eq(palloc_get(pa, PALLOC_ORDERS - 1, FRAME_HV, HV_OWNER, true, &p),
			 HV_ENOMEM);
	ck_assert_uint_eq(pa->nfree, nfree);
}
END_TEST

Suite *suite_palloc(void);
Suite *suite_palloc(void)
{
	Suite *suite = suite_create("palloc");
	TCase *t = cases("get and put");
	tcase_add_test(t, every_order);
	tcase_add_test(t, orders_that_do_not_exist);
	tcase_add_test(t, nothing_at_all);
	tcase_add_test(t, exhaustion_to_the_last_page);
	tcase_add_test(t, part_of_a_block_can_be_given_back);
	tcase_add_test(t, owner_and_use_are_noted);
	tcase_add_test(t, port_knows_guest_pages);
	tcase_add_test(t, addresses_that_are_not_ram);
	tcase_add_test(t, next_owner_sees_zeros);
	tcase_add_test(t, scrubbed_pages_are_not_scrubbed_again);
	tcase_add_test(t, use_makes_clean_pages_dirty);
	tcase_add_test(t, contents_may_be_left_alone);
	tcase_add_test(t, the_nth_allocation_fails);
	tcase_add_loop_test(t, wrong_frees_panic, 0, 10);
	suite_add_tcase(suite, t);

	t = cases("random");
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, random_life, 1, 7);
	suite_add_tcase(suite, t);
	return suite;
}
