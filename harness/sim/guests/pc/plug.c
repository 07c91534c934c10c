// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Vcpus are started, again and again, wherever they are: asleep, at work, about to begin; with
 * three or more, by two at once. In the end each one comes when it is called. Boot arguments: seed,
 * rounds.
 */
#include "pc_lib.h"

#include "pc_port.h"

#define RAN(i)	WORD(8 + (i)) /* how often it has begun */
#define ENDS	WORD(1)
#define STARTER 1 /* the other one */

static void external(void *arg)
{
	(void)arg;
	g_take_ipi();
}

static void run(u64 arg)
{
	u64 rng = s_seed() + arg;

	g_add(RAN(g_vcpu()), 1);
	g_handler(G_IRQ_EXTERNAL, external, NULL);
	g_ipis_on();
	for (;;) {
		switch (s_below(&rng, 4)) {
		case 0:
			s_sleep(1000 + s_below(&rng, 20000));
			break;
		case 1:
			g_ipi((unsigned)s_below(&rng, g_vcpus()));
			break;
		case 2:
			g_irqs(true);
			g_relax();
			break;
		default:
			g_irqs(false);
			if (s_below(&rng, 4) == 0)
				s_stop();
		}
	}
}

/* What it begins with has been put there once, for all: pc_prepare. */
static void call(unsigned i, u64 n)
{
	if (n & 1)
		pc_send(INIT, i);
	if (n & 2)
		pc_send(INIT, i);
	pc_send(0x4600u | PC_AP_PAGE >> 12, i);
	if (n & 4)
		pc_send(0x4600u | PC_AP_PAGE >> 12, i);
}

static void starter(u64 arg)
{
	u64 rng = s_seed() + arg;

	while (!g_load(ENDS, 8)) {
		call(2 + (unsigned)s_below(&rng, g_vcpus() - 2), s_random(&rng));
		g_relax();
	}
	g_add(RAN(STARTER), 1);
	s_stop();
}

/* Called, it begins: once more than before. */
static void must_come(unsigned i)
{
	u64 limit = g_now() + HZ, before;

	pc_send(INIT, i);
	before = g_load(RAN(i), 8);
	pc_send(0x4600u | PC_AP_PAGE >> 12, i);
	while (g_load(RAN(i), 8) == before) {
		if (g_now() > limit)
			g_fail("vcpu %u was called and does not come", i);
		s_sleep(2000);
	}
}

GUEST(plug)
{
	u64 rounds = 4 * g_arg("rounds", 2), rng, limit = g_now() + 2 * HZ;
	unsigned n = g_vcpus(), first = n > 2 ? 2 : 1;

	g_store(WORD(0), 8, g_arg("seed", 1));
	rng = s_seed();
	g_handler(G_IRQ_EXTERNAL, external, NULL);
	g_ipis_on();
	for (unsigned i = 1; i < n; i++)
		pc_prepare(i, i < first ? starter : run, 7);
	if (first == 2)
		call(STARTER, 1);
	while (rounds--) {
		call(first + (unsigned)s_below(&rng, n - first), s_random(&rng));
		if (s_below(&rng, 2))
			s_sleep(s_below(&rng, 10000));
	}
	g_store(ENDS, 8, 1);
	while (first == 2 && !g_load(RAN(STARTER), 8)) {
		if (g_now() > limit)
			g_fail("the starter does not end");
		s_sleep(2000);
	}
	for (unsigned i = first; i < n; i++)
		must_come(i);
	for (unsigned i = 1; i < n; i++)
		pc_send(INIT, i);
	s_pass();
}
