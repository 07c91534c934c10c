// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A token goes round the vcpus, by interrupts, prods or both, and nobody has a timer: a wake-up
 * that gets lost is the end of it. Boot arguments: seed, rounds.
 */
#include "lib.h"

#define MODE	 WORD(1)
#define TURN	 WORD(2)
#define AREAS	 WORD(3)
#define TAKEN(i) WORD(8 + (i))

enum mode { IPIS, BOTH, PRODS, CONFERS, MODES };

static void external(void *arg)
{
	(void)arg;
	if (s_take() == IPI_SOURCE)
		g_add(TAKEN(g_vcpu()), 1);
}

/*
 * Now that the next one has something to wake up for: its area comes or goes at the same time.
 */
static void areas(u64 i, unsigned next)
{
	if (!g_load(AREAS, 8))
		return;
	if (i % 2)
		G_EQ(G_CALL(H_REGISTER_VPA, NULL, 5ul << 45, next, 0), H_SUCCESS);
	else
		G_EQ(G_CALL(H_REGISTER_VPA, NULL, 1ul << 45, next, VPA(next)), H_SUCCESS);
}

/* Interrupts are off between the look and the wait: none can come in between. */
static void interrupts(u64 rounds, unsigned n, unsigned me, bool prod)
{
	for (u64 i = 0; i < rounds; i++) {
		while (me + i && g_load(TAKEN(me), 8) < i + (me != 0)) {
			g_cede();
			g_irqs(false);
		}
		if (prod) /* one wake-up among others */
			G_EQ(G_CALL(H_PROD, NULL, (me + 1) % n), H_SUCCESS);
		G_EQ(G_CALL(H_IPI, NULL, (me + 1) % n, 1 + i % 250), H_SUCCESS);
		areas(i, (me + 1) % n);
	}
}

static void prods(u64 rounds, unsigned n, unsigned me, bool confer)
{
	for (u64 i = 0; i < rounds; i++) {
		while (g_load(TURN, 8) != i * n + me) {
			if (confer)
				G_EQ(G_CALL(H_CONFER, NULL, me, 0), H_SUCCESS);
			else
				g_cede();
			g_irqs(false);
		}
		g_add(TURN, 1);
		G_EQ(G_CALL(H_PROD, NULL, (me + 1) % n), H_SUCCESS);
		areas(i, (me + 1) % n);
	}
}

static void work(u64 rounds)
{
	unsigned n = g_vcpus(), me = g_vcpu();
	u64 mode = g_load(MODE, 8);

	g_handler(G_IRQ_EXTERNAL, external, NULL);
	G_EQ(G_CALL(H_CPPR, NULL, 0xff), H_SUCCESS);
	if (mode == IPIS || mode == BOTH)
		interrupts(rounds, n, me, mode == BOTH);
	else
		prods(rounds, n, me, mode == CONFERS);
}

static void second(u64 rounds)
{
	work(rounds);
	s_stop();
}

GUEST(ping)
{
	u64 rounds = g_arg("rounds", 3), n = g_vcpus();

	g_store(VCPUS, 8, n);
	g_store(MODE, 8, g_arg("seed", 1) % MODES);
	g_store(AREAS, 8, g_arg("seed", 1) / MODES % 2);
	for (unsigned i = 0; i < n; i++)
		g_store(VPA(i) + 4, 2, 0x8002); /* 640 bytes, big-endian */
	s_start_all(second, rounds);
	work(rounds);
	s_pass();
}
