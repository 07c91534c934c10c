// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Terminal input by interrupts that are routed, masked and moved between vcpus meanwhile: input
 * that waits while no interrupt comes is a fault. Boot arguments: seed, rounds.
 */
#include "lib.h"

#define ENDS WORD(1)
#define READ WORD(2) /* bytes */

static u64 read_all(void)
{
	u64 r[G_MAX_ARGS], n = 0;

	do {
		G_EQ(G_CALL(H_GET_TERM_CHAR, r, 0), H_SUCCESS);
		G_CHECK(r[0] <= 16);
		n += r[0];
	} while (r[0]);
	return n;
}

/* The interrupt first, then the data: what comes later brings another interrupt. */
static void external(void *arg)
{
	(void)arg;
	if (s_take() != TERM_SOURCE)
		return;
	g_add(SEEN, 1);
	g_add(READ, read_all());
}

static void second(u64 arg)
{
	u64 rng = s_seed();

	(void)arg;
	g_handler(G_IRQ_EXTERNAL, external, NULL);
	G_EQ(G_CALL(H_CPPR, NULL, 0xff), H_SUCCESS);
	while (!g_load(ENDS, 8)) {
		s_sleep(1000 + s_below(&rng, 20000));
		g_add(READ, read_all()); /* with others at the same time */
	}
	s_stop();
}

static void route(u64 *rng)
{
	u32 a[3] = { TERM_SOURCE, (u32)s_below(rng, g_vcpus()), 5 };

	switch (s_below(rng, 4)) {
	case 0:
		G_EQ(s_rtas("ibm,set-xive", 3, a, 1, NULL), 0);
		break;
	case 1:
		G_EQ(s_rtas("ibm,int-off", 1, a, 1, NULL), 0);
		break;
	default:
		G_EQ(s_rtas("ibm,int-on", 1, a, 1, NULL), 0);
	}
}

GUEST(keys)
{
	u64 rounds = 10 * g_arg("rounds", 2), rng;
	u32 a[3] = { TERM_SOURCE, 0, 5 };

	g_store(WORD(0), 8, g_arg("seed", 1));
	rng = s_seed();
	g_handler(G_IRQ_EXTERNAL, external, NULL);
	G_EQ(G_CALL(H_CPPR, NULL, 0xff), H_SUCCESS);
	G_EQ(s_rtas("ibm,set-xive", 3, a, 1, NULL), 0);
	s_start_all(second, 0);
	while (rounds--) {
		route(&rng);
		s_sleep(1000 + s_below(&rng, 100000));
	}
	/* the last word: it is routed here; what nobody has read by then has its interrupt */
	G_EQ(s_rtas("ibm,set-xive", 3, a, 1, NULL), 0);
	s_last_input(read_all);
	g_store(ENDS, 8, 1);
	s_pass();
}
