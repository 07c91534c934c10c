// SPDX-License-Identifier: GPL-2.0-or-later
/* Is the ownership map sound? For tests and debug builds (palloc.h); core/palloc.c keeps it so. */
#include "palloc.h"

#define NO_FRAME (~0u)

struct tally {
	u64 use[FRAME_USES];
	u64 heads;  /* frames that claim to begin a free block */
	u64 listed; /* free blocks in the lists */
	u64 pages;  /* pages of these */
};

static const char *check_frame(const struct frame *f)
{
	if (f->use >= FRAME_USES)
		return "frame of unknown use";
	if (f->use <= FRAME_FREE && f->owner)
		return "page without an owner that has one";
	if (f->use != FRAME_GUEST && f->pins)
		return "pin on a page that is no guest's";
	if (f->use != FRAME_FREE && (f->flags & FRAME_HEAD))
		return "used page that heads a free block";
	return NULL;
}

static const char *check_block(const struct palloc *pa, u64 i, unsigned order)
{
	const struct frame *f = pa->frames;
	u64 n = 1ull << order, buddy = ((pa->base + i) ^ n) - pa->base;

	if (((pa->base + i) & (n - 1)) || n > pa->nframes - i)
		return "free block that is not aligned or too long";
	for (u64 k = 0; k < n; k++) {
		if (f[i + k].use != FRAME_FREE)
			return "used page inside a free block";
		if (k && (f[i + k].flags & FRAME_HEAD))
			return "free block inside a free block";
	}
	if (order < PALLOC_ORDERS - 1 && buddy < pa->nframes && f[buddy].use == FRAME_FREE &&
	    (f[buddy].flags & FRAME_HEAD) && f[buddy].order == order)
		return "free buddies that were not joined";
	return NULL;
}

static const char *check_list(const struct palloc *pa, unsigned order, struct tally *t)
{
	u32 prev = NO_FRAME, i = pa->free_head[order];

	for (; i != NO_FRAME; prev = i, i = pa->frames[i].next) {
		const char *wrong;

		if (i >= pa->nframes)
			return "link out of the map";
		if (!(pa->frames[i].flags & FRAME_HEAD) || pa->frames[i].order != order)
			return "listed frame that is no block of that order";
		if (pa->frames[i].prev != prev)
			return "links that disagree";
		wrong = check_block(pa, i, order);
		if (wrong)
			return wrong;
		t->listed++;
		t->pages += 1ull << order;
		if (t->listed > t->heads)
			return "more listed blocks than heads";
	}
	return NULL;
}

static const char *check_all(const struct palloc *pa)
{
	struct tally t = { .heads = 0 };
	const char *wrong = NULL;

	for (u64 i = 0; i < pa->nframes && !wrong; i++) {
		const struct frame *f = &pa->frames[i];

		wrong = check_frame(f);
		if (wrong)
			break;
		t.use[f->use]++;
		t.heads += f->use == FRAME_FREE && (f->flags & FRAME_HEAD);
	}
	for (unsigned order = 0; order < PALLOC_ORDERS && !wrong; order++)
		wrong = check_list(pa, order, &t);
	if (wrong)
		return wrong;
	if (t.listed != t.heads)
		return "free block that is in no list";
	if (t.pages != t.use[FRAME_FREE])
		return "free page that is in no block";
	if (t.pages != pa->nfree)
		return "wrong count of free pages";
	return NULL;
}

/* Both are also called with the lock held. */
UNCHECKED_LOCKS const char *palloc_verify(struct palloc *pa)
{
	bool mine = lock_held(&pa->lock);
	const char *wrong;

	if (!mine)
		lock_take(&pa->lock);
	wrong = check_all(pa);
	if (!mine)
		lock_drop(&pa->lock);
	return wrong;
}

UNCHECKED_LOCKS u64 palloc_count(struct palloc *pa, lpid_t owner)
{
	bool mine = lock_held(&pa->lock);
	u64 n = 0;

	if (!mine)
		lock_take(&pa->lock);
	for (u64 i = 0; i < pa->nframes; i++)
		n += pa->frames[i].use > FRAME_FREE && pa->frames[i].owner == owner.v;
	if (!mine)
		lock_drop(&pa->lock);
	return n;
}
