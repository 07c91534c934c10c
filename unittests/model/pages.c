// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages: who owns each of the machine, and what each partition's logical map says, compared with
 * the model after every call. What is known to be equal is remembered as raw bytes, so that a call
 * that changes nothing costs one comparison of them. Next: abstract.c (all other state).
 */
#include <stddef.h>
#include <string.h>

#include "hv.h"
#include "oracle.h"
#include "partition.h"
#include "um.h"

static struct frame known[M_FRAMES];
static struct gmem known_map[M_PARTS + 1];
static struct m_state counts; /* the fields about frames, of `known` */
static bool changed;	      /* since the model was compared with `known` */

static void count(const struct frame *f)
{
	struct m_part *p = &counts.part[f->owner % (M_PARTS + 1)];

	switch (f->use) {
	case FRAME_FREE:
		counts.free_frames++;
		break;
	case FRAME_GUEST:
		p->guest_frames++;
		p->pins += f->pins;
		break;
	case FRAME_HV:
	case FRAME_TABLE:
		if (f->owner)
			p->pool_frames++;
		else
			counts.hv_frames++;
		break;
	default:
		break;
	}
}

/* Look at the machine. */
static void look(void)
{
	const struct palloc *pa = &hv.palloc;

	if (memcmp(known, pa->frames, pa->nframes * sizeof(known[0])) == 0)
		return;
	memcpy(known, pa->frames, pa->nframes * sizeof(known[0]));
	memset(&counts, 0, sizeof(counts));
	for (u64 i = 0; i < pa->nframes; i++)
		count(&known[i]);
	changed = true;
}

void pages_abstract(struct m_state *s)
{
	look();
	s->hv_frames = counts.hv_frames;
	s->free_frames = counts.free_frames;
	for (unsigned lp = 1; lp <= M_PARTS; lp++) {
		s->part[lp].guest_frames = counts.part[lp].guest_frames;
		s->part[lp].pool_frames = counts.part[lp].pool_frames;
		s->part[lp].pins = counts.part[lp].pins;
	}
}

/* ---- comparison ---------------------------------------------------------------------------- */

static bool same(const struct m_frame *a, const struct frame *b)
{
	return a->use == b->use && a->owner == b->owner && a->pins == b->pins;
}

static void compare_frame(const struct model *m, u64 i)
{
	const struct m_frame *a = &m->frame[i];
	const struct frame *b = &known[i];

	if (!same(a, b))
		differs("page %llu (use, owner, pins): model %u %u %u, real %u %u %u",
			(unsigned long long)i, a->use, a->owner, a->pins, b->use, b->owner,
			b->pins);
}

/* The ranges; with `all` also what the port would tell the hardware, page by page. */
static void compare_map(const struct model *m, unsigned lp, bool all)
{
	const struct gmem *a = &known_map[lp], *b = &hv.part[lp]->mem;
	const struct m_part_more *pm = &m->more[lp];
	unsigned prot;
	pa_t pa;

	if (a->n != b->n || a->bytes != b->bytes || memcmp(a->r, b->r, a->n * sizeof(a->r[0])))
		differs("partition %u: its logical map has changed", lp);
	for (u64 i = 0; all && i <= pm->bytes >> HV_PAGE_SHIFT; i++) {
		bool none = arch_gspace_query(&hv.part[lp]->gspace, GPA(i << HV_PAGE_SHIFT), &pa,
					      &prot) != HV_OK;

		if (none != (i == pm->bytes >> HV_PAGE_SHIFT) ||
		    (!none &&
		     (pa.v >> HV_PAGE_SHIFT != hv.palloc.base + pm->map[i] || prot != PROT_RWX)))
			differs("partition %u: page %llu is mapped wrongly", lp,
				(unsigned long long)i);
	}
}

/* After pages_abstract. */
void pages_compare(const struct model *m, bool all)
{
	if (changed || m->npinned > ARRAY_SIZE(m->pinned))
		for (u64 i = 0; i < hv.palloc.nframes; i++)
			compare_frame(m, i);
	else
		for (unsigned i = 0; i < m->npinned; i++)
			compare_frame(m, m->pinned[i]);
	changed = false;
	for (unsigned lp = 1; lp <= M_PARTS; lp++)
		if (hv.part[lp] && m_live(m, lp) && m->s.part[lp].state != M_DYING)
			compare_map(m, lp, all);
	if (all && palloc_verify(&hv.palloc))
		differs("the allocator's books: %s", palloc_verify(&hv.palloc));
}

/* ---- steps of the environment that move pages ---------------------------------------------- */

static void learn(struct m_frame *a, const struct frame *b)
{
	*a = (struct m_frame){ b->use, (u8)b->owner, b->pins };
}

void pages_boot(struct model *m)
{
	memset(known, 0xff, sizeof(known));
	look();
	for (u64 i = 0; i < hv.palloc.nframes; i++)
		learn(&m->frame[i], &known[i]);
}

static bool is_for(const struct frame *f, unsigned lp)
{
	return f->owner == lp && !f->pins &&
	       (f->use == FRAME_GUEST || f->use == FRAME_HV || f->use == FRAME_TABLE);
}

/* A new partition took pages that were free, and one for the core's own object. */
void pages_created(struct model *m, unsigned lp)
{
	struct m_part_more *pm = &m->more[lp];
	unsigned objects = 0;

	look();
	for (u64 i = 0; i < hv.palloc.nframes; i++) {
		struct m_frame *a = &m->frame[i];
		const struct frame *b = &known[i];

		if (same(a, b))
			continue;
		if (a->use == M_FREE && b->use == FRAME_HV && !b->owner && !b->pins) {
			pm->object = (u32)i;
			objects++;
		} else if (a->use != M_FREE || !is_for(b, lp)) {
			differs("page %llu of %u went to %u, use %u, when %u was created",
				(unsigned long long)i, a->owner, b->owner, b->use, lp);
		}
		learn(a, b);
	}
	if (objects != 1)
		differs("partition %u has %u objects", lp, objects);
}

/* Every page of its logical map is its own, and no other page of it is mapped. */
void pages_mapped(struct model *m, unsigned lp)
{
	struct m_part_more *pm = &m->more[lp];
	u64 n = pm->bytes >> HV_PAGE_SHIFT;
	static bool seen[M_FRAMES];

	memset(seen, 0, sizeof(seen));
	for (u64 i = 0; i < n; i++) {
		unsigned prot;
		pa_t pa;

		if (arch_gspace_query(&hv.part[lp]->gspace, GPA(i << HV_PAGE_SHIFT), &pa, &prot)) {
			differs("partition %u: page %llu is not mapped", lp, (unsigned long long)i);
			continue;
		}
		pm->map[i] = (u32)((pa.v >> HV_PAGE_SHIFT) - hv.palloc.base);
		pm->page[i] = um_phys(pa);
		if (m->frame[pm->map[i]].use != M_GUEST || m->frame[pm->map[i]].owner != lp ||
		    seen[pm->map[i]])
			differs("partition %u: page %llu is not its own", lp,
				(unsigned long long)i);
		seen[pm->map[i]] = true;
	}
	known_map[lp] = hv.part[lp]->mem;
}

/* Dying partitions (a bit for each) gave pages back; one that is gone, its object, too. */
void pages_released(struct model *m, u32 dying)
{
	look();
	for (u64 i = 0; dying && i < hv.palloc.nframes; i++) {
		struct m_frame *a = &m->frame[i];
		const struct frame *b = &known[i];
		bool its = a->owner && dying >> a->owner & 1;

		if (same(a, b))
			continue;
		for (unsigned lp = 1; lp <= M_PARTS; lp++)
			its |= dying >> lp & 1 && !hv.part[lp] && m->more[lp].object == i;
		if (!its || !(b->use == FRAME_FREE || (b->use == a->use && b->owner == a->owner)))
			differs("page %llu of %u changed hands: %u, use %u", (unsigned long long)i,
				a->owner, b->owner, b->use);
		learn(a, b);
	}
}
