/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fills its memory with known data and sums it up in numbered steps: shows that partitions take
 * turns, and that nobody else writes here. Boot arguments: steps, kib (0: all that is free), seed.
 */
#include "guest.h"

static u64 next(u64 *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

GUEST(sum)
{
	u64 steps = g_arg("steps", 10), size = g_arg("kib", 64) * 1024, seed = g_arg("seed", 1);
	u64 memory = g_memory(), from = g_free(), room = g_free_end() - from;
	u64 x = seed + 0x9e3779b97f4a7c15, want = 0;

	if (size == 0)
		size = room;
	G_CHECK(steps > 0 && size > 0 && size <= room);
	for (u64 at = from; at < from + size; at += 8) {
		u64 v = next(&x);

		g_store(at, 8, v);
		want = (want << 1 | want >> 63) + v;
	}
	for (u64 i = 1; i <= steps; i++) {
		u64 sum = 0;

		for (u64 at = from; at < from + size; at += 8)
			sum = (sum << 1 | sum >> 63) + g_load(at, 8);
		if (sum != want)
			g_fail("step %lu: sum %#lx, not %#lx", i, sum, want);
		g_print("sum step %lu/%lu %016lx\n", i, steps, sum);
	}
	G_EQ(g_memory(), memory); /* what tells it was not overwritten */
	g_pass();
}
