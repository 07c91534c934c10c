// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reboots with all vcpus at work, and counts in the clock's memory, which has a battery. Other
 * memory is as at the first start, and so is every vcpu. Boot arguments: seed, boots.
 */
#include "pc_lib.h"

#define COUNT 0x40 /* in the clock's memory */

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
	work(&seed, ~0ul);
}

GUEST(boots)
{
	u64 count = pc_cmos(COUNT), rng = g_arg("seed", 1) + count;

	if (count >= g_arg("boots", 2) && count < 250)
		s_pass();
	G_EQ(g_load(OWN(0), 8), 0);
	g_store(OWN(0), 8, count + 1);
	pc_cmos_set(COUNT, (u8)(count + 1));
	for (unsigned i = 1; i < g_vcpus(); i++)
		G_EQ(s_start(i, second, rng + i), 0);
	work(&rng, s_below(&rng, 8));
	s_reboot();
}
