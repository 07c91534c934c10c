/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * With translation on, the mode that says where our interrupts go says it of the hypervisor's, too:
 * those it has no vectors for must not be had.
 */
#include "../lib/papr/hostile_papr.h"

/* A call, a fault, and time enough for the hypervisor's own timer. */
static void exits(void *arg)
{
	u64 until = g_now() + g_hz() / 50, v;

	G_CHECK(!g_try_load(((struct hostile *)arg)->memory, 8, &v));
	G_EQ(g_fault()->kind, G_DATA_FAULT);
	G_EQ(G_CALL(HV_NULL, NULL, 0), H_SUCCESS);
	while (g_now() < until)
		g_relax();
}

GUEST(translated_vectors)
{
	struct hostile h;

	hostile_begin(&h);
	for (u64 mode = 1; mode <= 2; mode++) {
		s64 rc = G_CALL(H_SET_MODE, NULL, mode, 3, 0, 0);

		g_translated(exits, &h);
		if (rc == H_SUCCESS)
			g_fail("H_SET_MODE gave us vector mode %lu", mode);
	}
	hostile_end(&h);
}

static void yields(void *arg)
{
	for (unsigned i = 0; i < 50; i++)
		G_CALL(HV_YIELD, NULL, 1);
	exits(arg);
}

/* Everything the hypervisor is left by and entered through, while it runs on our translation. */
GUEST(translated_exits)
{
	struct hostile h;

	hostile_begin(&h);
	g_translated(yields, &h);
	hostile_end(&h);
}
