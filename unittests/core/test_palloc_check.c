// SPDX-License-Identifier: GPL-2.0-or-later
/* core/palloc_check.c: the oracle must see every kind of damage, or other tests prove little. */
#include <check.h>
#include <string.h>

#include "boot.h"
#include "palloc.h"

static struct palloc *pa = &hv.palloc;
static struct frame *guest, *head; /* a guest's page; the first page of some free block */

static struct frame *first_of(unsigned order)
{
	ck_assert_uint_ne(pa->free_head[order], ~0u);
	return &pa->frames[pa->free_head[order]];
}

static void setup(void)
{
	pa_t p;

	boot();
	ck_assert_int_eq(palloc_get(pa, 0, FRAME_GUEST, (lpid_t){ 3 }, true, &p), HV_OK);
	guest = palloc_frame(pa, p);
	head = first_of(9);
	ck_assert_ptr_null(palloc_verify(pa));
}

static void ck_finds(const char *what)
{
	const char *wrong = palloc_verify(pa);

	ck_assert_ptr_nonnull(wrong);
	ck_assert_str_eq(wrong, what);
}

START_TEST(frames)
{
	switch (_i) {
	case 0:
		guest->use = FRAME_USES;
		ck_finds("frame of unknown use");
		break;
	case 1:
		head[5].owner = 3;
		ck_finds("page without an owner that has one");
		break;
	case 2:
		head[5].pins = 1;
		ck_finds("pin on a page that is no guest's");
		break;
	case 3:
		guest->flags |= FRAME_HEAD;
		ck_finds("used page that heads a free block");
		break;
	}
}
END_TEST

START_TEST(blocks)
{
	switch (_i) {
	case 0:
		head[5].use = FRAME_HV;
		ck_finds("used page inside a free block");
		break;
	case 1:
		head[5].flags |= FRAME_HEAD;
		ck_finds("free block inside a free block");
		break;
	case 2:
		head->order = 3;
		ck_finds("listed frame that is no block of that order");
		break;
	case 3:
		head->flags = 0;
		ck_finds("listed frame that is no block of that order");
		break;
	case 4: /* a block one page on, and too long */
		pa->free_head[9] = ~0u;
		head->flags = 0;
		head[1].flags = FRAME_HEAD;
		head[1].order = 9;
		head[1].prev = head[1].next = ~0u;
		pa->free_head[9] = (u32)(head + 1 - pa->frames);
		ck_finds("free block that is not aligned or too long");
		break;
	}
}
END_TEST

START_TEST(lists)
{
	switch (_i) {
	case 0:
		pa->free_head[9] = (u32)pa->nframes;
		ck_finds("link out of the map");
		break;
	case 1:
		head->prev = 0;
		ck_finds("links that disagree");
		break;
	case 2: /* a circle */
		head->next = (u32)(head - pa->frames);
		ck_finds("links that disagree");
		break;
	case 3:
		pa->free_head[9] = head->next;
		if (head->next != ~0u)
			pa->frames[head->next].prev = ~0u;
		ck_finds("free block that is in no list");
		break;
	case 4: /* the only page of a used block becomes free without a block */
		guest->use = FRAME_FREE;
		guest->owner = 0;
		ck_finds("free page that is in no block");
		break;
	case 5:
		pa->nfree++;
		ck_finds("wrong count of free pages");
		break;
	}
}
END_TEST

START_TEST(buddies_that_were_not_joined)
{
	struct frame *f = first_of(9), *half = f + 256;

	/* split one block of order 9 by hand */
	pa->free_head[9] = f->next;
	if (f->next != ~0u)
		pa->frames[f->next].prev = ~0u;
	f->order = half->order = 8;
	half->flags |= FRAME_HEAD;
	half->prev = (u32)(f - pa->frames);
	half->next = pa->free_head[8];
	if (half->next != ~0u)
		pa->frames[half->next].prev = (u32)(half - pa->frames);
	f->next = (u32)(half - pa->frames);
	f->prev = ~0u;
	pa->free_head[8] = (u32)(f - pa->frames);
	ck_finds("free buddies that were not joined");
}
END_TEST

START_TEST(lock_may_be_held)
{
	lock_take(&pa->lock);
	ck_assert_ptr_null(palloc_verify(pa));
	ck_assert_uint_eq(palloc_count(pa, (lpid_t){ 3 }), 1);
	ck_assert(lock_held(&pa->lock));
	lock_drop(&pa->lock);
	ck_assert_ptr_null(palloc_verify(pa));
	ck_assert(!lock_held(&pa->lock));
}
END_TEST

Suite *suite_palloc_check(void);
Suite *suite_palloc_check(void)
{
	Suite *suite = suite_create("palloc_check");
	TCase *t = tcase_create("palloc_check");

	tcase_add_checked_fixture(t, setup, um_teardown);
	tcase_add_loop_test(t, frames, 0, 4);
	tcase_add_loop_test(t, blocks, 0, 5);
	tcase_add_loop_test(t, lists, 0, 6);
	tcase_add_test(t, buddies_that_were_not_joined);
	tcase_add_test(t, lock_may_be_held);
	suite_add_tcase(suite, t);
	return suite;
}
