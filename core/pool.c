// SPDX-License-Identifier: GPL-2.0-or-later
/* A partition's budget of hypervisor pages (pool.h). The pages come from core/palloc.c. */
#include "arch.h"
#include "hv.h"
#include "panic.h"
#include "pool.h"

void pool_init(struct pool *p, lpid_t owner, u64 limit)
{
	*p = (struct pool){ .owner = owner, .limit = limit };
}

void *pool_get(struct pool *p, unsigned order, bool table)
{
	pa_t page;
	u64 n;

	if (order >= PALLOC_ORDERS)
		return NULL;
	n = 1ull << order;
	if (n > p->limit - p->used)
		return NULL;
	if (palloc_get(&hv.palloc, order, table ? FRAME_TABLE : FRAME_HV, p->owner, true, &page))
		return NULL;
	p->used += n;
	p->tables += table ? n : 0;
	p->peak = MAX(p->peak, p->used);
	return arch_va(page);
}

void pool_put(struct pool *p, void *v, unsigned order, bool table)
{
	u64 n;

	if (!v)
		return;
	CHECK(order < PALLOC_ORDERS);
	n = 1ull << order;
	CHECK(p->used >= n);
	palloc_put(&hv.palloc, arch_pa(v), n, table ? FRAME_TABLE : FRAME_HV, p->owner);
	p->used -= n;
	p->tables -= table ? n : 0;
}
