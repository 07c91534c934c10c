// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What must hold after each step, whatever the guests did: nobody holds a lock or a window, every
 * page has the owner that the partitions' own books say. Next to read: digest.c, machine.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "console.h"
#include "fuzz.h"
#include "um.h"

void fuzz_abort(const char *f, ...)
{
	va_list ap;
	size_t n;
	const char *out = um_output(&n);

	fprintf(stderr, "fuzz: ");
	va_start(ap, f);
	vfprintf(stderr, f, ap);
	va_end(ap);
	fprintf(stderr, "\nfuzz: end of the console:\n%s\n", out + (n > 2000 ? n - 2000 : 0));
	abort();
}

/* Each page of p's ranges is p's, and the hardware's view says the same. */
static u64 check_ranges(struct partition *p)
{
	u64 pages = 0;

	for (unsigned i = 0; i < p->mem.n; i++) {
		const struct grange *r = &p->mem.r[i];

		for (u64 off = 0; off < r->size; off += HV_PAGE_SIZE, pages++) {
			struct frame *fr = palloc_frame(&hv.palloc, PA(r->p.v + off));
			unsigned prot;
			pa_t pa;

			if (!fr || fr->use != FRAME_GUEST || fr->owner != p->id.v)
				fuzz_abort("page %llx of partition %u is not its own",
					   (unsigned long long)r->g.v + off, p->id.v);
			if (!um_page_guest(PA(r->p.v + off)))
				fuzz_abort("page %llx of partition %u is not marked as a guest's",
					   (unsigned long long)r->g.v + off, p->id.v);
			if (arch_gspace_query(&p->gspace, GPA(r->g.v + off), &pa, &prot) ||
			    pa.v != r->p.v + off)
				fuzz_abort("page %llx of partition %u is mapped elsewhere",
					   (unsigned long long)r->g.v + off, p->id.v);
		}
	}
	return pages;
}

static void check_partition(struct partition *p)
{
	u64 pages = p->mem.bytes >> HV_PAGE_SHIFT, owned = palloc_count(&hv.palloc, p->id);

	if (owned != p->pool.used + pages)
		fuzz_abort("partition %u owns %llu pages, its books say %llu + %llu", p->id.v,
			   (unsigned long long)owned, (unsigned long long)p->pool.used,
			   (unsigned long long)pages);
	if (p->pool.used > p->pool.limit)
		fuzz_abort("partition %u is over its limit", p->id.v);
	if (p->state != PART_DYING && check_ranges(p) != pages)
		fuzz_abort("partition %u has %llu pages in its ranges, not %llu", p->id.v,
			   (unsigned long long)check_ranges(p), (unsigned long long)pages);
}

/* A vcpu is loaded where it says, and nowhere else. */
static void check_loaded(void)
{
	for (unsigned i = 0; i < hv.ncpus; i++) {
		struct vcpu *v = hv.cpu[i]->loaded;

		if (um_loaded(i) != (v ? &v->arch : NULL))
			fuzz_abort("CPU %u: the port and the core disagree on what is loaded", i);
		if (v && (!v->loaded || v->cpu != i || v->part->state == PART_GONE))
			fuzz_abort("CPU %u has a vcpu loaded that does not know", i);
		if (hv.cpu[i]->windows || um_windows(i))
			fuzz_abort("CPU %u has a window open", i);
		if (hv.cpu[i]->nlocks)
			fuzz_abort("CPU %u holds a lock", i);
	}
}

void oracle_check(bool thorough)
{
	const char *why;
	unsigned alive = 0;

	check_loaded();
	if (!thorough)
		return;
	why = palloc_verify(&hv.palloc);
	if (why)
		fuzz_abort("ownership map: %s", why);
	for (unsigned i = 1; i <= MAX_PARTITIONS; i++) {
		if (!hv.part[i])
			continue;
		alive++;
		check_partition(hv.part[i]);
	}
	if (alive != hv.nalive)
		fuzz_abort("%u partitions, counted as %u", alive, hv.nalive);
}
