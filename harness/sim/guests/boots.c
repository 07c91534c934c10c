// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reboots with all vcpus at work, and counts in its NVRAM, which survives. Memory is as at the
 * first start, and so is every vcpu. Boot arguments: seed, boots.
 */
#include "lib.h"

static u64 nvram(const char *service, u64 val)
{
	u32 a[3] = { 0, BUFFER, 1 }, done;

	g_store(BUFFER, 1, val);
	G_EQ(s_rtas(service, 3, a, 2, &done), 0);
	G_EQ(done, 1);
	return g_load(BUFFER, 1);
}

static void external(void *arg)
{
	(void)arg;
	s_take();
}

/* Work that a reboot interrupts anywhere. */
static void work(u64 *rng, u64 turns)
{
	unsigned me = g_vcpu();

	g_handler(G_IRQ_EXTERNAL, external, NULL);
	G_EQ(G_CALL(H_CPPR, NULL, 0xff), H_SUCCESS);
	g_store(VPA(me) + 4, 2, 0x8002);
	G_EQ(G_CALL(H_REGISTER_VPA, NULL, 1ul << 45, me, VPA(me)), H_SUCCESS);
	while (turns--) {
		G_EQ(G_CALL(H_IPI, NULL, s_below(rng, g_vcpus()), 5), H_SUCCESS);
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
	u64 count = nvram("nvram-fetch", 0), rng = g_arg("seed", 1) + count;

	if (count >= g_arg("boots", 2) && count < 250)
		s_pass();
	G_EQ(g_load(OWN(0), 8), 0);
	g_store(OWN(0), 8, count + 1);
	nvram("nvram-store", count + 1);
	for (unsigned i = 1; i < g_vcpus(); i++)
		s_start(i, second, rng + i); /* fails when we are being stopped */
	work(&rng, s_below(&rng, 8));
	s_reboot();
}
