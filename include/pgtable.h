/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Second-stage page tables: a tree of four levels from logical to machine addresses, in which the
 * formats of the processors differ by a few bits. Tables live until the tree ends, so that reading
 * them needs no lock. A port's gspace.c is made of it (core/pgtable.c).
 */
#ifndef RHYPE_PGTABLE_H
#define RHYPE_PGTABLE_H

#include "types.h"

struct pgtable;
struct pool;

struct pgtable_format {
	u64 addr;	     /* the bits of an entry that hold an address */
	u64 table;	     /* what an entry has that leads to a table */
	u64 large;	     /* what a page's entry has on a level above 0, and a table's has not */
	u64 small;	     /* what a page's entry has on level 0: may be the same */
	unsigned root_order; /* pages of the root */
	unsigned leaf_level; /* the largest page: 0 is 4 KiB, each next one 512 times as much */
	/* No CPU uses a translation that was removed before. May be called with a lock held. */
	void (*flush)(struct pgtable *t);
};

struct pgtable {
	const struct pgtable_format *format;
	u64 *root;
	struct pool *pool;
	_Atomic u32 splits; /* large pages being split now: faults are retried */
};

/* Empty tree; its pages come from the pool. May fail: HV_ENOMEM. */
err_t pgtable_init(struct pgtable *t, const struct pgtable_format *format, struct pool *pool);

/* Give all tables back. Nobody walks the tree. Twice is fine. */
void pgtable_fini(struct pgtable *t);

/*
 * As arch_gspace_map (arch.h). Each entry is `leaf`, the address, and the format's bits of a page
 * of its size.
 */
err_t pgtable_map(struct pgtable *t, gpa_t g, pa_t p, u64 size, u64 leaf, u64 *done);

/* As arch_gspace_unmap. */
err_t pgtable_unmap(struct pgtable *t, gpa_t g, u64 size, u64 *done);

/* Where g leads, and the entry that says so. HV_ENOENT when nowhere. Needs no lock. */
err_t pgtable_query(const struct pgtable *t, gpa_t g, pa_t *p, u64 *entry);

/* Does [g, g + size) have addresses that the tree can translate? */
static inline bool pgtable_reaches(const struct pgtable *t, gpa_t g, u64 size)
{
	u64 end = 1ull << (48 + t->format->root_order);

	return size <= end && g.v <= end - size;
}

#endif
