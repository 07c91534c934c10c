/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory: accesses and jumps outside it, across its end, for ever; what others left in it. */
#include "lib/hostile.h"

GUEST(memory_outside)
{
	struct hostile h;

	hostile_begin(&h);
	{
		const u64 at[] = { h.memory,	   h.memory + 0x1000, h.memory + 0x10000,
				   2 * h.memory,   h.memory * 17,     1ul << 31,
				   1ul << 32,	   1ul << 36,	      1ul << 40,
				   1ul << 47,	   1ul << 51,	      1ul << 52,
				   1ul << 53,	   1ul << 59,	      0x0ffffffffffffff8,
				   0x20000000,	   0x30000000,	      0x6030203180000,
				   0x6010000000000 };

		for (unsigned i = 0; i < LENGTH(at); i++)
			if (at[i] >= h.memory)
				for (unsigned size = 1; size <= 8; size *= 2)
					hostile_outside(at[i], size);
	}
	for (unsigned i = 0; i < 200; i++) {
		u64 a = hostile_random(&h) >> (4 + hostile_random(&h) % 32) & ~7ul;

		if (a >= h.memory)
			hostile_outside(a, 8);
	}
	hostile_end(&h);
}

/* Every alias of the own pages that a truncated address could be. */
GUEST(memory_alias)
{
	struct hostile h;

	hostile_begin(&h);
	for (unsigned bit = 0; bit < 60; bit++) {
		u64 at = h.play | 1ul << bit;

		if (at < h.memory)
			continue;
		g_store(h.play, 8, 0x1111);
		hostile_outside(at, 8);
		G_EQ(g_load(h.play, 8), 0x1111);
	}
	hostile_end(&h);
}

GUEST(memory_jumps)
{
	struct hostile h;

	hostile_begin(&h);
	{
		const u64 at[] = { h.memory,	       h.memory + 0x1000,     1ul << 40, 1ul << 52,
				   0x0ffffffffffffff0, 0x20000000 + h.memory, 1ul << 32 };

		for (unsigned i = 0; i < LENGTH(at); i++)
			hostile_no_code(at[i]);
	}
	/* a place that is ours and holds no instruction */
	for (u64 v = h.play; v < h.play + 64; v += 8)
		g_store(v, 8, hostile_illegal());
	G_CHECK(!g_try_jump(h.play));
	G_EQ(g_fault()->kind, G_PROGRAM_FAULT);
	hostile_end(&h);
}

/* As many faults as possible: each comes back to us, none costs others more than time. */
GUEST(memory_fault_flood)
{
	struct hostile h;
	u64 n = g_arg("flood", 2000);

	hostile_begin(&h);
	for (u64 i = 0; i < n; i++) {
		u64 at = h.memory + (i * 0x1008 & 0xffffff8);

		if (i % 2)
			hostile_outside(at, 8);
		else
			hostile_no_code(at & ~3ul);
	}
	hostile_end(&h);
}

#define SECRET 0x5ec2e75ec2e75ec2
#define STRIDE 0x208

/* Free memory is zero when a partition starts: nobody's secrets, and none of an earlier self. */
GUEST(memory_remains)
{
	u64 from = g_free(), to = g_free_end(), again = hostile_kept(KEPT_OWN);
	struct hostile h;

	G_CHECK(to > from + (1ul << 20));
	for (u64 at = from; at < to; at += STRIDE)
		if (g_load(at, 8))
			g_fail("start %lu: %#lx is %#lx", again, at, g_load(at, 8));
	if (again < 2) {
		for (u64 at = from; at < to; at += STRIDE)
			g_store(at, 8, SECRET);
		hostile_keep(KEPT_OWN, again + 1);
		hostile_again();
	}
	hostile_keep(KEPT_OWN, 0);
	hostile_begin(&h);
	hostile_end(&h);
}
