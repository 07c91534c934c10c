/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who owns each machine page, and the allocator of free ones (core/palloc.c). One struct frame per
 * page of RAM; free pages form buddy blocks. Every page has exactly one owner.
 */
#ifndef RHYPE_PALLOC_H
#define RHYPE_PALLOC_H

#include "lock.h"
#include "types.h"

enum frame_use {
	FRAME_NONE, /* not RAM, or not ours to use */
	FRAME_FREE,
	FRAME_HV,    /* hypervisor data; owner 0, or the partition it is charged to */
	FRAME_TABLE, /* second-stage table page, charged to owner */
	FRAME_GUEST, /* a partition's memory */
	FRAME_USES
};

#define FRAME_CLEAN 0x01 /* known to be all zero */
#define FRAME_HEAD  0x02 /* first page of a free block; `order` is valid */

struct frame {
	u8 use; /* enum frame_use */
	u8 flags;
	u8 order;
	u8 pad;
	u16 owner;	/* lpid, 0 = the hypervisor */
	u16 pins;	/* live pins (core/gpin.c) */
	u32 next, prev; /* free list links: frame index */
};

#define PALLOC_ORDERS 19 /* blocks of 4 KiB .. 1 GiB */

struct palloc {
	struct lock lock;
	struct frame *frames; /* frames[i] is page (base + i) */
	u64 base;	      /* page number of frames[0] */
	u64 nframes;
	u64 nfree;		      /* pages free now */
	u64 ntotal;		      /* pages handed to the allocator at boot */
	u32 free_head[PALLOC_ORDERS]; /* frame index, ~0 when empty */
	unsigned fail_nth;	      /* test control: see palloc_fail_nth */
};

/* The smallest block that holds `size` bytes. */
static inline unsigned palloc_order(u64 size)
{
	unsigned order = 0;

	while ((HV_PAGE_SIZE << order) < size)
		order++;
	return order;
}

struct boot_info;

/*
 * Boot CPU, once: build the map over bi->ram (the map itself lives in the largest range) and free
 * all RAM of it. Panics when there is no RAM for the map.
 */
void palloc_init(struct palloc *pa, const struct boot_info *bi);

/*
 * n pages that boot_info left out (the bundle, once nobody needs it) become free memory, as far as
 * the map reaches: returns how many. Not RAM of any range, used by nobody. Takes LOCK_FRAMES.
 */
u64 palloc_adopt(struct palloc *pa, pa_t page, u64 n);

/*
 * Take 2^order contiguous, naturally aligned pages for `use` and `owner`. The block is zero when
 * `zero`, which may be false for FRAME_HV only. Returns HV_ENOMEM when none is left (or a test made
 * this allocation fail), HV_EINVAL for an order that does not exist. Takes LOCK_FRAMES.
 */
err_t palloc_get(struct palloc *pa, unsigned order, enum frame_use use, lpid_t owner, bool zero,
		 pa_t *page);

/*
 * Give n pages back (any run of them, as long as all belong to owner with that use). Contents
 * count as dirty: they are scrubbed before their next owner sees them. Takes LOCK_FRAMES. CHECKs
 * ownership and that no pin is left: a wrong free is our own corruption.
 */
void palloc_put(struct palloc *pa, pa_t page, u64 n, enum frame_use use, lpid_t owner);

/* As palloc_put, but scrubs the pages first, so that their next owner does not wait for it. */
void palloc_put_scrubbed(struct palloc *pa, pa_t page, u64 n, enum frame_use use, lpid_t owner);

/* The frame of a page, or NULL when p is not RAM we know. No lock; fields need LOCK_FRAMES. */
struct frame *palloc_frame(struct palloc *pa, pa_t p);

/* How many pages belong to `owner` (all uses but free). Walks the map: tests and debug. */
u64 palloc_count(struct palloc *pa, lpid_t owner);

/* Check free lists, counts and owners against each other; NULL or what is wrong. Tests, debug. */
const char *palloc_verify(struct palloc *pa);

/*
 * Test control: the n-th palloc_get from now fails with HV_ENOMEM (1 = the next one); 0 = off.
 */
void palloc_fail_nth(unsigned n);

#endif
