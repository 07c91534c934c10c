/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A controller: destroys another partition and sees all its pages come back. Boot argument: victim
 * (partition number, default 2).
 */
#include "guest.h"

static u64 free_pages(void)
{
	u64 r[G_MAX_ARGS];

	G_EQ(G_CALL(HV_MEMORY_INFO, r, 0), H_SUCCESS);
	G_CHECK(r[0] < r[1]);
	return r[0];
}

static void sleep_ms(u64 ms)
{
	g_timer(g_hz() / 1000 * ms);
	g_cede();
	g_irqs(false);
}

GUEST(control)
{
	u64 victim = g_arg("victim", 2), r[G_MAX_ARGS], before, pages;

	G_EQ(G_CALL(HV_PARTITION_INFO, r, victim), H_SUCCESS);
	pages = r[1];
	g_print("partition %lu: state %lu, %lu pages, %lu vcpus\n", victim, r[0], r[1], r[2]);
	if (r[0] == 2)
		G_EQ(G_CALL(HV_PARTITION_START, NULL, victim), H_SUCCESS);
	sleep_ms(20);
	G_EQ(G_CALL(HV_PARTITION_START, NULL, victim), H_BAD_MODE);
	before = free_pages();
	G_EQ(G_CALL(HV_PARTITION_DESTROY, NULL, victim), H_SUCCESS);
	for (unsigned i = 0; G_CALL(HV_PARTITION_INFO, r, victim) == H_SUCCESS; i++) {
		if (i > 10000)
			g_fail("partition %lu does not go away", victim);
		sleep_ms(1);
	}
	g_print("%lu pages came back\n", free_pages() - before);
	if (free_pages() - before < pages)
		g_fail("%lu pages came back of %lu", free_pages() - before, pages);
	G_EQ(G_CALL(HV_PARTITION_DESTROY, NULL, victim), H_PARAMETER);
	G_EQ(G_CALL(HV_PARTITION_START, NULL, 0), H_PARAMETER);
	G_EQ(G_CALL(HV_PARTITION_STOP, NULL, 256), H_PARAMETER);
	g_pass();
}
