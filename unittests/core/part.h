/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A partition with memory but without a machine or vcpus, for tests of what it is made of. */
#ifndef TEST_PART_H
#define TEST_PART_H

#include <check.h>
#include <string.h>

#include "boot.h"
#include "gmem.h"
#include "partition.h"

static inline void part_init(struct partition *p, u16 id)
{
	memset(p, 0, sizeof(*p));
	p->id = (lpid_t){ id };
	p->state = PART_RUNNING;
	p->name[0] = (char)('a' + id - 1);
	lock_init(&p->lock, LOCK_PARTITION, "partition");
	pool_init(&p->pool, p->id, 64);
	vterm_init(&p->term, p->id);
	ck_assert_int_eq(arch_gspace_init(&p->gspace, p->id, &p->pool), HV_OK);
	hv.part[id] = p;
}

/* All its memory and tables go back. */
static inline void part_fini(struct partition *p)
{
	unsigned steps = 0;

	while (gmem_reap(p, 64) == HV_EAGAIN)
		ck_assert_uint_lt(++steps, 100000);
	arch_gspace_fini(&p->gspace);
	hv.part[p->id.v] = NULL;
	ck_assert_uint_eq(p->mem.n, 0);
	ck_assert_uint_eq(p->mem.bytes, 0);
	ck_assert_uint_eq(p->pool.used, 0);
	ck_assert_uint_eq(palloc_count(&hv.palloc, p->id), 0);
	ck_assert_ptr_null(palloc_verify(&hv.palloc));
}

#endif
