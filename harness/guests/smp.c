/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several vcpus: start, shared memory, interrupts between them, prod and cede, stop and start
 * again. Boot argument: rounds.
 */
#include "guest.h"

/* Words of shared memory. */
#define READY	 (G_SHARED + 0x00) /* vcpus that arrived */
#define TOTAL	 (G_SHARED + 0x08)
#define PHASE	 (G_SHARED + 0x10)
#define STOPPING (G_SHARED + 0x18)
#define TURN	 (G_SHARED + 0x20) /* whose turn in prod and cede */
#define AGAIN	 (G_SHARED + 0x28)
#define IPIS(i)	 (G_SHARED + 0x100 + 8ul * (i))

#define ADDS	 500

static u64 get(u64 word)
{
	g_barrier();
	return g_load(word, 8);
}

/* Wait until *word reaches n; at most 30 seconds. */
static void await(u64 word, u64 n, const char *what)
{
	u64 limit = g_now() + 30 * g_hz();

	while (get(word) < n) {
		if (g_now() > limit)
			g_fail("vcpu %u: %s: %lu of %lu", g_vcpu(), what, get(word), n);
		g_relax();
	}
}

static void external(void *arg)
{
	(void)arg;
	if (g_take_ipi())
		g_add(IPIS(g_vcpu()), 1);
}

static void accept_interrupts(void)
{
	g_handler(G_IRQ_EXTERNAL, external, NULL);
	g_ipis_on();
}

/* Take turns with the next vcpu; the one whose turn it is not waits in the hypervisor. */
static void prod_and_cede(u64 rounds, unsigned n)
{
	unsigned me = g_vcpu();

	for (u64 i = 0; i < rounds; i++) {
		u64 mine = i * n + me, limit = g_now() + 30 * g_hz();

		for (g_irqs(false); get(TURN) != mine; g_irqs(false)) {
			if (g_now() > limit)
				g_fail("vcpu %u waits for turn %lu", me, mine);
			g_cede();
		}
		g_irqs(true);
		g_add(TURN, 1);
		g_prod((me + 1) % n);
	}
}

static void work(u64 rounds)
{
	unsigned n = g_vcpus(), me = g_vcpu();

	for (unsigned i = 0; i < ADDS; i++)
		g_add(TOTAL, 1);
	await(TOTAL, (u64)ADDS * n, "additions");

	/* each vcpu interrupts the next one, which must have taken the one before */
	accept_interrupts();
	g_add(READY, 1);
	await(READY, 2ul * n, "interrupts on");
	g_irqs(true);
	for (u64 i = 1; i <= rounds; i++) {
		g_ipi((me + 1) % n);
		await(IPIS((me + 1) % n), i, "interrupts taken");
	}
	g_add(READY, 1);
	await(READY, 3ul * n, "end of interrupts");
	prod_and_cede(rounds, n);
	g_irqs(false);
}

static void second(u64 arg)
{
	if (g_vcpu() != arg)
		g_fail("vcpu %u got the argument %lu", g_vcpu(), arg);
	g_add(READY, 1);
	await(PHASE, 1, "start");
	work(g_arg("rounds", 10));
	g_add(STOPPING, 1);
	g_stop();
}

static void once_more(u64 arg)
{
	g_add(AGAIN, arg);
	g_stop();
}

static void await_stopped(unsigned i)
{
	u64 limit = g_now() + 30 * g_hz();

	while (!g_stopped(i)) {
		if (g_now() > limit)
			g_fail("vcpu %u does not stop", i);
		g_relax();
	}
}

GUEST(smp)
{
	unsigned n = g_vcpus();
	u64 rounds = g_arg("rounds", 10);

	if (n < 2 || n > G_MAX_VCPUS)
		g_fail("needs 2 to 16 vcpus, has %u", n);
	for (u64 w = G_SHARED; w < IPIS(G_MAX_VCPUS); w += 8)
		g_store(w, 8, 0);
	G_CHECK(g_start(n, second, 0) != 0); /* no such vcpu */
	for (unsigned i = 1; i < n; i++) {
		await_stopped(i);
		G_EQ(g_start(i, second, i), 0);
	}
	G_CHECK(g_start(1, second, 1) != 0); /* runs already */
	g_add(READY, 1);
	await(READY, n, "vcpus that arrived");
	g_print("%u vcpus run\n", n);
	g_add(PHASE, 1);
	work(rounds);
	G_EQ(get(TOTAL), (u64)ADDS * n);
	await(STOPPING, n - 1, "vcpus that end");
	for (unsigned i = 1; i < n; i++) {
		await_stopped(i);
		G_EQ(get(IPIS(i)), rounds);
		G_EQ(g_start(i, once_more, 1), 0);
	}
	await(AGAIN, n - 1, "vcpus started again");
	for (unsigned i = 1; i < n; i++)
		await_stopped(i);
	g_print("%lu interrupts, %lu turns\n", rounds * n, get(TURN));
	g_pass();
}
