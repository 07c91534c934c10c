// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reboots with all vcpus at work, and counts in memory that survives (lib.h, s_count). Other memory
 * is as at the first start, and so is every vcpu. Boot arguments: seed, boots.
 */
#include "lib.h"

static void external(void *arg)
{
	(void)arg;
	g_take_ipi();
}

/* Work that a reboot interrupts anywhere. */
static void work(u64 *rng, u64 turns)
{
	g_handler(G_IRQ_EXTERNAL, external, NULL);
	g_ipis_on();
	s_leave_something();
	while (turns--) {
		g_ipi((unsigned)s_below(rng, g_vcpus()));
		if (s_below(rng, 2))
			s_sleep(s_below(rng, 10000));
		else
			s_say("x");
	}
}

static void second(u64 seed)
{
	u64 rng = seed + g_vcpu();

	work(&rng, ~0ul);
}

GUEST(boots)
{
	u64 count = s_count(), rng = g_arg("seed", 1) + count;

	if (count >= g_arg("boots", 2) && count < 250)
		s_pass();
	G_EQ(g_load(OWN(0), 8), 0);
	g_store(OWN(0), 8, count + 1);
	s_set_count(count + 1);
	s_start_all(second, rng);
	work(&rng, s_below(&rng, 8));
	s_reboot();
}
