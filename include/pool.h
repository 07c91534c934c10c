/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A partition's budget of hypervisor pages: tables, vcpu areas, machine state. Every page is
 * charged to the partition, so that no guest can exhaust the hypervisor (core/pool.c).
 */
#ifndef RHYPE_POOL_H
#define RHYPE_POOL_H

#include "palloc.h"
#include "types.h"

struct pool {
	lpid_t owner;
	u64 limit; /* pages */
	u64 used;
	u64 tables; /* of these, second-stage tables */
	u64 peak;
};

/* Empty pool of at most `limit` pages. */
void pool_init(struct pool *p, lpid_t owner, u64 limit);

/*
 * 2^order zeroed, naturally aligned pages of hypervisor memory, FRAME_TABLE when `table`, else
 * FRAME_HV. NULL when the limit or the machine's memory is reached. The partition's lock is held,
 * or the partition is not published yet. Takes LOCK_FRAMES.
 */
void *pool_get(struct pool *p, unsigned order, bool table);

/* Give back what pool_get(order, table) returned. NULL is ignored. Same locks. */
void pool_put(struct pool *p, void *v, unsigned order, bool table);

#endif
