// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of usable RAM while a port fills it (ram.h). Next: palloc.c, which is given it. */
#include "ram.h"

#include "panic.h"

#define LAST_PAGE ALIGN_DOWN(~0ull, HV_PAGE_SIZE)

static void drop(struct boot_info *bi, unsigned i)
{
	bi->nram--;
	for (; i < bi->nram; i++)
		bi->ram[i] = bi->ram[i + 1];
}

static void insert(struct boot_info *bi, unsigned i, u64 base, u64 end)
{
	for (unsigned j = bi->nram++; j > i; j--)
		bi->ram[j] = bi->ram[j - 1];
	bi->ram[i] = (struct mem_range){ PA(base), end - base };
}

/* Room for a range of `size` bytes: false when all others are larger. */
static bool make_room(struct boot_info *bi, u64 size)
{
	unsigned least = 0;

	if (bi->nram < MAX_RAM_RANGES)
		return true;
	for (unsigned i = 1; i < bi->nram; i++)
		if (bi->ram[i].size < bi->ram[least].size)
			least = i;
	if (bi->ram[least].size >= size)
		return false;
	drop(bi, least);
	return true;
}

void ram_add(struct boot_info *bi, u64 base, u64 end)
{
	unsigned i = 0;

	if (end < base || base > LAST_PAGE)
		return;
	base = ALIGN_UP(base, HV_PAGE_SIZE);
	end = ALIGN_DOWN(end, HV_PAGE_SIZE);
	if (base >= end)
		return;
	while (i < bi->nram) { /* one range of all that touch */
		u64 rbase = bi->ram[i].base.v, rend = rbase + bi->ram[i].size;

		if (base <= rend && end >= rbase) {
			base = MIN(base, rbase);
			end = MAX(end, rend);
			drop(bi, i);
		} else {
			i++;
		}
	}
	if (!make_room(bi, end - base))
		return;
	for (i = 0; i < bi->nram && bi->ram[i].base.v < base; i++)
		;
	insert(bi, i, base, end);
}

void ram_cut(struct boot_info *bi, u64 base, u64 end)
{
	if (base >= end)
		return;
	base = ALIGN_DOWN(base, HV_PAGE_SIZE);
	end = end > LAST_PAGE ? LAST_PAGE : ALIGN_UP(end, HV_PAGE_SIZE); /* no range ends later */
	for (unsigned i = 0; i < bi->nram; i++) {
		struct mem_range *r = &bi->ram[i];
		u64 rbase = r->base.v, rend = rbase + r->size;

		if (end <= rbase || base >= rend)
			continue;
		if (base > rbase && end < rend) { /* a hole: one more range */
			if (bi->nram == MAX_RAM_RANGES)
				panic("memory has more than %u ranges", MAX_RAM_RANGES);
			insert(bi, i + 1, end, rend);
			r->size = base - rbase;
			return;
		}
		if (base <= rbase && end >= rend) {
			drop(bi, i--);
			continue;
		}
		r->base = PA(base > rbase ? rbase : end);
		r->size = base > rbase ? base - rbase : rend - end;
	}
}

u64 ram_take(struct boot_info *bi, u64 size, u64 align, u64 below)
{
	u64 most = 0, at = 0;

	size = ALIGN_UP(size, HV_PAGE_SIZE);
	for (unsigned i = 0; i < bi->nram; i++) {
		u64 base = bi->ram[i].base.v, end = MIN(base + bi->ram[i].size, below);

		if (end > base && end - base > most) {
			most = end - base;
			at = end - size;
		}
	}
	if (most < size + align)
		panic("no memory for the hypervisor's CPUs");
	at = ALIGN_DOWN(at, align);
	ram_cut(bi, at, at + size);
	return at;
}
