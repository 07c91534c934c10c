/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What make bench counts: calls=N calls of number call=NR, then spin=MS milliseconds of computing.
 * Prints when each part begins and ends. Read by harness/bench/bench.sh.
 */
#include "guest.h"

static u64 compute(u64 ms)
{
	u64 end = g_now() + g_hz() / 1000 * ms, sum = 0;

	while (g_now() < end)
		for (unsigned i = 0; i < 1000; i++)
			sum = sum * 31 + i;
	return sum;
}

GUEST(bench)
{
	u64 calls = g_arg("calls", 100), nr = g_arg("call", HV_NULL), ms = g_arg("spin", 0);

	g_print("bench: %lu calls of %#lx\n", calls, nr);
	for (u64 i = 0; i < calls; i++)
		G_EQ(G_CALL(nr, NULL, 0), H_SUCCESS);
	g_print("bench: computes for %lu ms\n", ms);
	g_print("bench: sum %lu\n", compute(ms));
	g_pass();
}
