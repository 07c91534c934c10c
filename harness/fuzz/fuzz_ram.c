// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the list of usable RAM that a port fills from firmware's description: additions, cuts and
 * takings in any order, against a map with one bit for each page. Next to read: core/ram.c.
 *
 * Input: one letter and its operands, again and again: a FROM TO, c FROM TO (2 bytes each, in units
 * of 256 bytes, so that they need not be whole pages), h FROM N (to N before the last address), t
 * PAGES LOG2 BELOW (1, 1, 2 bytes).
 */
#include "hv.h"
#include "parser.h"
#include "ram.h"
#include "um.h"

#define PAGES 4096
#define UNIT  256

static struct boot_info bi;
static bool map[PAGES]; /* what must be usable */

/* The list, as a map; it is sorted, disjoint, not touching, and whole pages. */
static unsigned to_map(bool *to)
{
	u64 end = 0;

	memset(to, 0, PAGES);
	promise(bi.nram <= MAX_RAM_RANGES, "the list has room");
	for (unsigned i = 0; i < bi.nram; i++) {
		u64 base = bi.ram[i].base.v, size = bi.ram[i].size;

		promise(size && IS_ALIGNED(base | size, HV_PAGE_SIZE), "ranges are whole pages");
		promise(i == 0 || base > end, "ranges are in order, and apart");
		end = base + size;
		promise(end <= PAGES * HV_PAGE_SIZE, "ranges are where memory is");
		for (u64 p = base; p < end; p += HV_PAGE_SIZE)
			to[p / HV_PAGE_SIZE] = true;
	}
	return bi.nram;
}

/* Length in pages of the run that begins at page i; 0 when none begins there. */
static unsigned run_at(unsigned i)
{
	unsigned n = 0;

	if (!map[i] || (i && map[i - 1]))
		return 0;
	while (i + n < PAGES && map[i + n])
		n++;
	return n;
}

static unsigned runs(unsigned *shortest)
{
	unsigned n = 0;

	*shortest = PAGES;
	for (unsigned i = 0; i < PAGES; i++)
		if (run_at(i)) {
			*shortest = MIN(*shortest, run_at(i));
			n++;
		}
	return n;
}

/* One range too many: one of the shortest is left out, and nothing else. */
static void forgive_one(const bool *real, unsigned shortest)
{
	for (unsigned i = 0; i < PAGES; i++)
		if (run_at(i) == shortest && !real[i]) {
			memset(map + i, 0, shortest);
			return;
		}
	promise(false, "the one that is left out is the shortest");
}

static void add(u64 from, u64 to)
{
	static bool real[PAGES];
	unsigned shortest;

	ram_add(&bi, from, to);
	for (u64 p = ALIGN_UP(from, HV_PAGE_SIZE); p + HV_PAGE_SIZE <= to; p += HV_PAGE_SIZE)
		map[p / HV_PAGE_SIZE] = true;
	to_map(real);
	if (runs(&shortest) > MAX_RAM_RANGES)
		forgive_one(real, shortest);
	promise(!memcmp(real, map, PAGES), "what was added is there, and no more");
}

/* False: the machine rightly ended. */
static bool cut(u64 from, u64 to)
{
	static bool real[PAGES];
	unsigned shortest;
	int code = um_catch(ram_cut(&bi, from, to));

	for (u64 i = from / HV_PAGE_SIZE; from < to && i < PAGES && i * HV_PAGE_SIZE < to; i++)
		map[i] = false;
	if (code != UM_NO_END) {
		promise(code == 1 && runs(&shortest) > MAX_RAM_RANGES, "no end without need");
		return false;
	}
	to_map(real);
	promise(!memcmp(real, map, PAGES), "what was cut is gone, and no more");
	return true;
}

static bool take(u64 size, u64 align, u64 below)
{
	static bool real[PAGES];
	volatile u64 at = 0;
	u64 most = 0;
	int code;

	for (unsigned i = 0; i < PAGES; i++) {
		u64 base = i * HV_PAGE_SIZE, end = MIN(base + run_at(i) * HV_PAGE_SIZE, below);

		if (run_at(i) && end > base)
			most = MAX(most, end - base);
	}
	code = um_catch(at = ram_take(&bi, size, align, below));
	if (code != UM_NO_END) {
		promise(code == 1, "an end is a panic");
		return false; /* whether there was room is looked at below, when there was */
	}
	promise(most >= size + align, "it is taken where there is most");
	promise(IS_ALIGNED(at, align) && at + size <= below, "it is where it may be");
	for (u64 p = at; p < at + size; p += HV_PAGE_SIZE) {
		promise(map[p / HV_PAGE_SIZE], "what is taken was usable");
		map[p / HV_PAGE_SIZE] = false;
	}
	to_map(real);
	promise(!memcmp(real, map, PAGES), "what was taken is gone, and no more");
	return true;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct bytes b = { data, data + size };
	bool up = true;

	um_setup(&(struct um_config){ .ram = MIB(1) });
	hv_reset();
	memset(&bi, 0, sizeof(bi));
	memset(map, 0, sizeof(map));
	for (unsigned n = 0; up && n < 200 && b.at < b.end; n++) {
		u8 op = byte(&b);
		u64 x = word(&b, 2), y = word(&b, 2);

		if (op == 'a')
			add(x * UNIT, y * UNIT);
		else if (op == 'c')
			up = cut(x * UNIT, y * UNIT);
		else if (op == 'h')
			up = cut(x * UNIT, ~y);
		else if (op == 't')
			up = take((1 + (x >> 8)) * HV_PAGE_SIZE, HV_PAGE_SIZE << (x & 7), y * UNIT);
	}
	um_teardown();
	return 0;
}
