// SPDX-License-Identifier: GPL-2.0-or-later
/* The partitions' memory in the model: its pages, and which of them the last step changed. */
#include <string.h>

#include "model.h"

bool m_has(const struct model *m, unsigned lp, u64 at, u64 n)
{
	u64 bytes = m->more[lp].bytes;

	return at < bytes && n <= bytes - at;
}

void m_load_bytes(const struct model *m, unsigned lp, u64 at, void *to, u64 n)
{
	if (n)
		memcpy(to, m->more[lp].mem + at, n);
}

static void touch(struct model *m, unsigned lp, u64 page)
{
	for (unsigned i = 0; i < m->ntouched; i++)
		if (m->touched[i].part == lp && m->touched[i].page == page)
			return;
	if (m->ntouched == M_TOUCHED)
		return; /* the next look at all memory finds it */
	m->touched[m->ntouched].part = (u8)lp;
	m->touched[m->ntouched++].page = (u16)page;
}

void m_store_bytes(struct model *m, unsigned lp, u64 at, const void *from, u64 n)
{
	if (!n)
		return;
	memcpy(m->more[lp].mem + at, from, n);
	for (u64 page = at >> HV_PAGE_SHIFT; page <= (at + n - 1) >> HV_PAGE_SHIFT; page++)
		touch(m, lp, page);
}

u64 m_get(const struct model *m, unsigned lp, u64 at, unsigned n)
{
	u64 val = 0;

	for (unsigned i = 0; i < n; i++)
		val = val << 8 | m->more[lp].mem[at + i];
	return val;
}

void m_set(struct model *m, unsigned lp, u64 at, unsigned n, u64 val)
{
	u8 b[8];

	for (unsigned i = 0; i < n; i++)
		b[i] = (u8)(val >> 8 * (n - 1 - i));
	m_store_bytes(m, lp, at, b, n);
}

void m_pin(struct model *m, unsigned lp, u64 at, int by)
{
	u32 frame = m->more[lp].map[at >> HV_PAGE_SHIFT];

	m->frame[frame].pins = (u16)(m->frame[frame].pins + by);
	m->s.part[lp].pins += (u64)(s64)by;
	if (m->npinned < ARRAY_SIZE(m->pinned))
		m->pinned[m->npinned] = frame;
	m->npinned++;
}
