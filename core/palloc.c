// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ownership map and buddy allocator (palloc.h). A free block is named by its first frame, which is
 * FRAME_HEAD and linked into the list of its order; blocks are aligned by machine address. Next:
 * core/pool.c (budgets), core/gmem.c (guest memory), core/palloc_check.c (the oracle).
 */
#include "arch.h"
#include "hv.h"
#include "palloc.h"
#include "panic.h"

#define NO_FRAME (~0u)

BUILD_ASSERT(sizeof(struct frame) == 16, "the map is paid for every page of the machine");

static u64 block_pages(unsigned order)
{
	return 1ull << order;
}

static pa_t frame_pa(const struct palloc *pa, u64 i)
{
	return PA((pa->base + i) << HV_PAGE_SHIFT);
}

/* The largest order of a block that may begin at page number pfn and has at most n > 0 pages. */
static unsigned best_order(u64 pfn, u64 n)
{
	unsigned order = 63 - (unsigned)__builtin_clzll(n);

	if (pfn)
		order = MIN(order, (unsigned)__builtin_ctzll(pfn));
	return MIN(order, PALLOC_ORDERS - 1u);
}

/* ---- free lists; LOCK_FRAMES is held ----------------------------------------------------- */

static void list_add(struct palloc *pa, u64 i, unsigned order) REQUIRES(&pa->lock)
{
	struct frame *f = &pa->frames[i];
	u32 first = pa->free_head[order];

	f->flags |= FRAME_HEAD;
	f->order = (u8)order;
	f->prev = NO_FRAME;
	f->next = first;
	if (first != NO_FRAME)
		pa->frames[first].prev = (u32)i;
	pa->free_head[order] = (u32)i;
}

static void list_del(struct palloc *pa, u64 i) REQUIRES(&pa->lock)
{
	struct frame *f = &pa->frames[i];

	if (f->prev == NO_FRAME)
		pa->free_head[f->order] = f->next;
	else
		pa->frames[f->prev].next = f->next;
	if (f->next != NO_FRAME)
		pa->frames[f->next].prev = f->prev;
	f->flags &= (u8)~FRAME_HEAD;
}

/* Put a block whose frames are FRAME_FREE into the lists, joined with its free buddies. */
static void free_block(struct palloc *pa, u64 i, unsigned order) REQUIRES(&pa->lock)
{
	for (; order < PALLOC_ORDERS - 1; order++) {
		u64 buddy = ((pa->base + i) ^ block_pages(order)) - pa->base;

		if (buddy >= pa->nframes) /* also when it lies below the base */
			break;
		const struct frame *b = &pa->frames[buddy];

		if (b->use != FRAME_FREE || !(b->flags & FRAME_HEAD) || b->order != order)
			break;
		list_del(pa, buddy);
		i = MIN(i, buddy);
	}
	list_add(pa, i, order);
}

/* The same for any run of frames. */
static void free_run(struct palloc *pa, u64 i, u64 n) REQUIRES(&pa->lock)
{
	pa->nfree += n;
	while (n) {
		unsigned order = best_order(pa->base + i, n);

		free_block(pa, i, order);
		i += block_pages(order);
		n -= block_pages(order);
	}
}

/* Take a block out of the lists; halves that are not needed go back. NO_FRAME when none is left. */
static u32 take_block(struct palloc *pa, unsigned order) REQUIRES(&pa->lock)
{
	unsigned have = order;
	u32 i;

	while (have < PALLOC_ORDERS && pa->free_head[have] == NO_FRAME)
		have++;
	if (have == PALLOC_ORDERS)
		return NO_FRAME;
	i = pa->free_head[have];
	list_del(pa, i);
	while (have > order) {
		have--;
		list_add(pa, i + block_pages(have), have);
	}
	pa->nfree -= block_pages(order);
	return i;
}

static void set_owner(struct frame *f, u64 n, enum frame_use use, lpid_t owner, u8 keep_flags)
{
	for (u64 i = 0; i < n; i++) {
		f[i].use = (u8)use;
		f[i].flags &= keep_flags;
		f[i].owner = owner.v;
	}
}

/* ---- boot -------------------------------------------------------------------------------- */

static u64 range_pages(const struct mem_range *r)
{
	return r->size >> HV_PAGE_SHIFT;
}

static const struct mem_range *largest(const struct boot_info *bi)
{
	const struct mem_range *best = &bi->ram[0];

	for (unsigned i = 1; i < bi->nram; i++)
		if (bi->ram[i].size > best->size)
			best = &bi->ram[i];
	return best;
}

/*
 * Choose the pages of the map, from that end of the largest range which is less aligned, so that
 * the large blocks stay whole. Returns the first page number.
 */
static u64 place_map(const struct boot_info *bi, u64 npages)
{
	const struct mem_range *r = largest(bi);
	u64 first = r->base.v >> HV_PAGE_SHIFT, end = first + range_pages(r);

	if (range_pages(r) <= npages)
		panic("no memory for the page map: %llu pages of %llu in the largest range",
		      (unsigned long long)npages, (unsigned long long)range_pages(r));
	if (first == 0 || __builtin_ctzll(first) > __builtin_ctzll(end))
		return end - npages;
	return first;
}

static void fill(struct frame *f, u64 n, struct frame value)
{
	for (u64 i = 0; i < n; i++)
		f[i] = value;
}

/* Every frame of the map: RAM of the ranges is free, all else is not ours. */
static void build_map(struct palloc *pa, const struct boot_info *bi)
{
	const struct frame free = { .use = FRAME_FREE }, none = { .use = FRAME_NONE };
	u64 at = 0;

	for (unsigned r = 0; r < bi->nram; r++) {
		u64 first = (bi->ram[r].base.v >> HV_PAGE_SHIFT) - pa->base;

		fill(pa->frames + at, first - at, none);
		at = first + range_pages(&bi->ram[r]);
		fill(pa->frames + first, at - first, free);
	}
}

/* Boot needs no lock: all RAM goes into the lists, except the map's own pages. */
UNCHECKED_LOCKS static void free_ranges(struct palloc *pa, const struct boot_info *bi, u64 map,
					u64 nmap)
{
	for (unsigned r = 0; r < bi->nram; r++) {
		u64 first = (bi->ram[r].base.v >> HV_PAGE_SHIFT) - pa->base;
		u64 end = first + range_pages(&bi->ram[r]);

		if (map >= first && map < end) {
			free_run(pa, first, map - first);
			first = map + nmap;
		}
		free_run(pa, first, end - first);
	}
}

void palloc_init(struct palloc *pa, const struct boot_info *bi)
{
	const struct mem_range *last;
	u64 map, nmap;

	if (!bi->nram)
		panic("the machine has no memory");
	last = &bi->ram[bi->nram - 1];
	*pa = (struct palloc){ .base = bi->ram[0].base.v >> HV_PAGE_SHIFT };
	lock_init(&pa->lock, LOCK_FRAMES, "frames");
	for (unsigned o = 0; o < PALLOC_ORDERS; o++)
		pa->free_head[o] = NO_FRAME;
	pa->nframes = (last->base.v >> HV_PAGE_SHIFT) + range_pages(last) - pa->base;
	if (pa->nframes >= NO_FRAME)
		panic("memory is spread too far: %llu pages", (unsigned long long)pa->nframes);

	nmap = ALIGN_UP(pa->nframes * sizeof(struct frame), HV_PAGE_SIZE) >> HV_PAGE_SHIFT;
	map = place_map(bi, nmap);
	pa->frames = arch_va(PA(map << HV_PAGE_SHIFT));
	build_map(pa, bi);
	map -= pa->base;
	set_owner(pa->frames + map, nmap, FRAME_HV, (lpid_t){ 0 }, 0);
	free_ranges(pa, bi, map, nmap);
	pa->ntotal = pa->nfree;
}

u64 palloc_adopt(struct palloc *pa, pa_t page, u64 n)
{
	u64 first = MAX(page.v >> HV_PAGE_SHIFT, pa->base);
	u64 end = MIN((page.v >> HV_PAGE_SHIFT) + n, pa->base + pa->nframes);

	if (first >= end)
		return 0;
	first -= pa->base;
	n = end - pa->base - first;
	for (u64 i = first; i < first + n; i++)
		CHECK(pa->frames[i].use == FRAME_NONE);
	lock_take(&pa->lock);
	fill(&pa->frames[first], n, (struct frame){ .use = FRAME_FREE });
	free_run(pa, first, n);
	pa->ntotal += n;
	lock_drop(&pa->lock);
	return n;
}

/* ---- use --------------------------------------------------------------------------------- */

struct frame *palloc_frame(struct palloc *pa, pa_t p)
{
	u64 i = (p.v >> HV_PAGE_SHIFT) - pa->base;

	if (i >= pa->nframes || pa->frames[i].use == FRAME_NONE)
		return NULL;
	return &pa->frames[i];
}

/* Scrub those of the n pages from frame i on that are not known to be zero; ours already. */
static void make_zero(struct palloc *pa, u64 i, u64 n)
{
	u64 end = i + n;

	while (i < end) {
		u64 from;

		while (i < end && (pa->frames[i].flags & FRAME_CLEAN))
			pa->frames[i++].flags = 0;
		from = i;
		while (i < end && !(pa->frames[i].flags & FRAME_CLEAN))
			i++;
		if (i > from)
			arch_scrub(frame_pa(pa, from), i - from);
	}
}

static bool must_fail(struct palloc *pa)
{
	return unlikely(pa->fail_nth) && --pa->fail_nth == 0;
}

err_t palloc_get(struct palloc *pa, unsigned order, enum frame_use use, lpid_t owner, bool zero,
		 pa_t *page)
{
	u32 i = NO_FRAME;

	if (order >= PALLOC_ORDERS)
		return HV_EINVAL;
	ASSERT(use == FRAME_HV || ((use == FRAME_TABLE || use == FRAME_GUEST) && zero));

	lock_take(&pa->lock);
	if (!must_fail(pa))
		i = take_block(pa, order);
	if (i != NO_FRAME)
		set_owner(&pa->frames[i], block_pages(order), use, owner, zero ? FRAME_CLEAN : 0);
	lock_drop(&pa->lock);
	if (i == NO_FRAME)
		return HV_ENOMEM;

	*page = frame_pa(pa, i);
	if (zero)
		make_zero(pa, i, block_pages(order));
	if (use == FRAME_GUEST)
		arch_guest_pages(*page, block_pages(order), true);
	return HV_OK;
}

/* The first half of a free: it is all the caller's. Returns the first frame. */
static u64 check_free(struct palloc *pa, pa_t page, u64 n, enum frame_use use, lpid_t owner)
{
	u64 first = (page.v >> HV_PAGE_SHIFT) - pa->base;

	CHECK(IS_ALIGNED(page.v, HV_PAGE_SIZE));
	CHECK(use > FRAME_FREE && use < FRAME_USES);
	CHECK(first < pa->nframes && n <= pa->nframes - first);
	for (u64 i = first; i < first + n; i++) {
		CHECK(pa->frames[i].use == use);
		CHECK(pa->frames[i].owner == owner.v);
		CHECK(pa->frames[i].pins == 0);
	}
	return first;
}

static void put_pages(struct palloc *pa, pa_t page, u64 n, enum frame_use use, lpid_t owner,
		      bool scrub)
{
	u64 i = check_free(pa, page, n, use, owner);

	if (!n)
		return;
	if (use == FRAME_GUEST)
		arch_guest_pages(page, n, false);
	if (scrub)
		arch_scrub(page, n);
	lock_take(&pa->lock);
	fill(&pa->frames[i], n,
	     (struct frame){ .use = FRAME_FREE, .flags = scrub ? FRAME_CLEAN : 0 });
	free_run(pa, i, n);
	lock_drop(&pa->lock);
}

void palloc_put(struct palloc *pa, pa_t page, u64 n, enum frame_use use, lpid_t owner)
{
	put_pages(pa, page, n, use, owner, false);
}

void palloc_put_scrubbed(struct palloc *pa, pa_t page, u64 n, enum frame_use use, lpid_t owner)
{
	put_pages(pa, page, n, use, owner, true);
}

void palloc_fail_nth(unsigned n)
{
	hv.palloc.fail_nth = n;
}
