// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logical address space of a partition (gmem.h): the ranges here, the tables in the port. Pages
 * come from core/palloc.c; who reads guest memory through this: core/gcopy.c, core/gpin.c.
 */
#include "gmem.h"
#include "hv.h"
#include "hvstring.h"
#include "panic.h"
#include "partition.h"

#define NOWHERE GMEM_RANGES

static u64 range_end(const struct grange *r)
{
	return r->g.v + r->size; /* 0 when it ends at the top */
}

static bool range_has(const struct grange *r, u64 g)
{
	return g - r->g.v < r->size;
}

/* Index of the range that holds g, or NOWHERE. Most of all look-ups hit the first range. */
static unsigned lookup(const struct gmem *m, u64 g)
{
	unsigned lo = 0, hi = m->n;

	if (hi && range_has(&m->r[0], g))
		return 0;
	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;

		if (range_has(&m->r[mid], g))
			return mid;
		if (m->r[mid].g.v < g)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NOWHERE;
}

static bool overlaps(const struct gmem *m, u64 g, u64 size)
{
	for (unsigned i = 0; i < m->n; i++)
		if (range_has(&m->r[i], g) || m->r[i].g.v - g < size)
			return true;
	return false;
}

/* b continues a, in logical and in machine addresses. */
static bool continues(const struct grange *a, const struct grange *b)
{
	return range_end(a) == b->g.v && a->p.v + a->size == b->p.v && a->prot == b->prot &&
	       a->type == b->type;
}

static void remove_range(struct gmem *m, unsigned i)
{
	m->n--;
	memmove(&m->r[i], &m->r[i + 1], (m->n - i) * sizeof(m->r[0]));
}

/* Insert, or lengthen the range before. HV_ENOMEM when the array is full. */
static err_t insert_range(struct gmem *m, struct grange new)
{
	unsigned i = 0;

	while (i < m->n && m->r[i].g.v < new.g.v)
		i++;
	if (i > 0 && continues(&m->r[i - 1], &new)) {
		m->r[i - 1].size += new.size;
		return HV_OK;
	}
	if (m->n == GMEM_RANGES)
		return HV_ENOMEM;
	memmove(&m->r[i + 1], &m->r[i], (m->n - i) * sizeof(m->r[0]));
	m->r[i] = new;
	m->n++;
	return HV_OK;
}

/* After an addition in front of existing memory. */
static void join_ranges(struct gmem *m)
{
	for (unsigned i = 1; i < m->n;)
		if (continues(&m->r[i - 1], &m->r[i])) {
			m->r[i - 1].size += m->r[i].size;
			remove_range(m, i);
		} else {
			i++;
		}
}

/* The largest block that is aligned at page number gfn and not longer than n > 0 pages. */
static unsigned best_order(u64 gfn, u64 n)
{
	unsigned order = 63 - (unsigned)__builtin_clzll(n);

	if (gfn)
		order = MIN(order, (unsigned)__builtin_ctzll(gfn));
	return MIN(order, PALLOC_ORDERS - 1u);
}

/*
 * Find pages for [g, g + size) and enter them as ranges. Large blocks first, aligned in both
 * addresses, so that the port can use large pages. *got: bytes from g on that have pages now.
 */
static err_t take_blocks(struct partition *p, gpa_t g, u64 size, u64 *got)
{
	unsigned largest = PALLOC_ORDERS - 1; /* that the machine may still have */

	for (*got = 0; *got < size;) {
		u64 at = g.v + *got, left = size - *got;
		unsigned order =
			MIN(largest, best_order(at >> HV_PAGE_SHIFT, left >> HV_PAGE_SHIFT));
		struct grange new = { .g = GPA(at), .prot = PROT_RWX, .type = MT_NORMAL };

		while (palloc_get(&hv.palloc, order, FRAME_GUEST, p->id, true, &new.p)) {
			if (order == 0)
				return HV_ENOMEM;
			largest = --order;
		}
		new.size = HV_PAGE_SIZE << order;
		if (insert_range(&p->mem, new)) {
			palloc_put(&hv.palloc, new.p, 1ull << order, FRAME_GUEST, p->id);
			return HV_ENOMEM;
		}
		*got += new.size;
	}
	return HV_OK;
}

/* Undo take_blocks: nothing behind g + got was joined with it yet. */
static void give_back(struct partition *p, gpa_t g, u64 got)
{
	while (got) {
		unsigned i = lookup(&p->mem, g.v + got - 1);
		struct grange *r = &p->mem.r[i];
		u64 n;

		CHECK(i != NOWHERE && range_end(r) == g.v + got);
		n = MIN(r->size, got);
		palloc_put(&hv.palloc, PA(r->p.v + r->size - n), n >> HV_PAGE_SHIFT, FRAME_GUEST,
			   p->id);
		r->size -= n;
		got -= n;
		if (!r->size)
			remove_range(&p->mem, i);
	}
}

/* Map [g, g + size), which has pages. *mapped: bytes from g on that are mapped now. */
static err_t map_ranges(struct partition *p, gpa_t g, u64 size, u64 *mapped)
{
	for (*mapped = 0; *mapped < size;) {
		u64 at = g.v + *mapped, done = 0;
		const struct grange *r = &p->mem.r[lookup(&p->mem, at)];
		u64 n = MIN(r->size - (at - r->g.v), size - *mapped);
		err_t err = arch_gspace_map(&p->gspace, GPA(at), PA(r->p.v + (at - r->g.v)), n,
					    r->prot, (enum memtype)r->type, &done);

		*mapped += err ? done : n;
		if (err && (err != HV_EAGAIN || !done))
			return err;
	}
	return HV_OK;
}

static void unmap_all(struct partition *p, gpa_t g, u64 size)
{
	while (size) {
		u64 done = 0;
		err_t err = arch_gspace_unmap(&p->gspace, g, size, &done);

		if (!err)
			return;
		CHECK(err == HV_EAGAIN && done && done <= size); /* nothing needs splitting */
		g.v += done;
		size -= done;
	}
}

err_t gmem_add(struct partition *p, gpa_t g, u64 size)
{
	u64 got = 0, mapped = 0;
	err_t err;

	if (!size || !IS_ALIGNED(g.v | size, HV_PAGE_SIZE))
		return HV_EINVAL;
	if (g.v + (size - 1) < g.v)
		return HV_ERANGE;
	if (overlaps(&p->mem, g.v, size))
		return HV_EEXIST;
	err = take_blocks(p, g, size, &got);
	if (!err)
		err = map_ranges(p, g, size, &mapped);
	if (err) {
		unmap_all(p, g, mapped);
		give_back(p, g, got);
		return err;
	}
	join_ranges(&p->mem);
	p->mem.bytes += size;
	return HV_OK;
}

/*
 * Nothing of p is loaded and nothing will be, so a translation that some CPU still remembers is
 * never used: an id is flushed everywhere before it is reused (arch_gspace_init).
 */
err_t gmem_reap(struct partition *p, u64 budget)
{
	struct gmem *m = &p->mem;
	struct grange *r;
	u64 n, done = 0;

	if (!m->n)
		return HV_OK;
	r = &m->r[m->n - 1];
	if (m->unmapped < r->size) { /* one step of the port's */
		err_t err = arch_gspace_unmap(&p->gspace, GPA(r->g.v + m->unmapped),
					      r->size - m->unmapped, &done);

		CHECK(err == HV_OK || err == HV_EAGAIN);
		m->unmapped = err ? m->unmapped + done : r->size;
		return HV_EAGAIN;
	}
	n = MIN(r->size, MAX(budget, 1ull) << HV_PAGE_SHIFT);
	palloc_put_scrubbed(&hv.palloc, PA(r->p.v + r->size - n), n >> HV_PAGE_SHIFT, FRAME_GUEST,
			    p->id);
	r->size -= n;
	m->bytes -= n;
	if (!r->size) {
		m->n--;
		m->unmapped = 0;
	}
	return m->n ? HV_EAGAIN : HV_OK;
}

err_t gmem_translate(const struct partition *p, gpa_t g, unsigned prot, pa_t *pa, u64 *run)
{
	unsigned i = lookup(&p->mem, g.v);
	const struct grange *r = &p->mem.r[i];

	if (i == NOWHERE)
		return HV_ERANGE;
	if ((r->prot & prot) != prot)
		return HV_EPERM;
	*pa = PA(r->p.v + (g.v - r->g.v));
	*run = r->size - (g.v - r->g.v);
	return HV_OK;
}

bool gmem_contains(const struct partition *p, gpa_t g, u64 size)
{
	u64 at = g.v;

	if (!size || g.v + (size - 1) < g.v)
		return false;
	for (;;) { /* at most GMEM_RANGES turns */
		unsigned i = lookup(&p->mem, at);
		u64 run;

		if (i == NOWHERE)
			return false;
		run = p->mem.r[i].size - (at - p->mem.r[i].g.v);
		if (run >= size)
			return true;
		at += run;
		size -= run;
	}
}
