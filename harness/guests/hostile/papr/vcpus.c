/* SPDX-License-Identifier: BSD-2-Clause */
/* Vcpus: started where they cannot run, started while they stop, while they run, by everybody. */
#include "../lib/papr/hostile_papr.h"

static s64 start(u64 cpu, u64 at, u64 r3)
{
	const u32 a[3] = { (u32)cpu, (u32)at, (u32)r3 };

	return g_rtas("start-cpu", 3, a, 1, NULL);
}

GUEST(vcpu_start_garbage)
{
	struct hostile h;

	hostile_begin(&h);
	{
		const u64 nobody[] = { g_vcpus(), 15, 16, 255, 0x7fffffff, 0x80000000, ~0ul };
		const u64 nowhere[] = { h.memory,   h.memory - 3, h.memory - 1, 0x80000000,
					0xfffffffc, 0xffffffff,	  0xfffffffe };

		for (unsigned i = 0; i < LENGTH(nobody); i++)
			G_EQ(start(nobody[i], 0x40, 0), -3);
		for (unsigned i = 0; i < LENGTH(nowhere); i++)
			for (unsigned v = 0; v < g_vcpus(); v++)
				G_EQ(start(v, nowhere[i], 0), -3);
		for (unsigned i = 0; i < 100; i++)
			G_EQ(start(0, 0x40, i), -1); /* it runs: it is we */
	}
	hostile_end(&h);
}

static void again(u64 arg)
{
	(void)arg;
	g_add(HOSTILE_WORD(g_vcpu()), 1);
	g_stop();
}

/* One stops as fast as it can, the others start it as fast as they can. */
static void starter(u64 arg)
{
	while (!hostile_over()) {
		s64 rc = g_start((unsigned)arg, again, 0);

		if (rc != 0 && rc != -1 && rc != -2)
			g_fail("start-cpu gives %ld", (long)rc);
		if (rc == 0)
			g_add(HOSTILE_WORD(32), 1);
	}
	g_stop();
}

GUEST(vcpu_start_race)
{
	unsigned n = g_vcpus(), last = n - 1;
	u64 limit;
	struct hostile h;

	hostile_begin(&h);
	G_CHECK(n >= 3);
	for (u64 w = G_SHARED; w < HOSTILE_WORD(64); w += 8)
		g_store(w, 8, 0);
	for (unsigned v = 1; v < last; v++)
		G_EQ(g_start(v, starter, last), 0);
	limit = g_now() + 30 * g_hz();
	while (g_load(HOSTILE_WORD(32), 8) < 60) {
		s64 rc = g_start(last, again, 0);

		G_CHECK(rc == 0 || rc == -1 || rc == -2);
		if (rc == 0)
			g_add(HOSTILE_WORD(32), 1);
		if (g_now() > limit)
			g_fail("only %lu starts", g_load(HOSTILE_WORD(32), 8));
	}
	g_add(G_SHARED, 1); /* over */
	hostile_sleep(2000);
	/* each start that succeeded is one run, no more, no fewer */
	hostile_await(HOSTILE_WORD(last), g_load(HOSTILE_WORD(32), 8));
	G_EQ(g_load(HOSTILE_WORD(last), 8), g_load(HOSTILE_WORD(32), 8));
	hostile_end(&h);
}

static void prodder(u64 arg)
{
	struct hostile h = { .random = arg + g_vcpu() };

	while (!hostile_over()) {
		u64 to = hostile_random(&h) % (g_vcpus() + 1);

		G_CALL(H_PROD, NULL, to);
		G_CALL(H_CONFER, NULL, to, hostile_random(&h));
		G_CALL(H_CONFER, NULL, ~0ul, 0);
	}
}

/* Prods and confers in all directions; the calls of the one who waits come back all the same. */
GUEST(vcpu_prod_flood)
{
	struct hostile h;

	hostile_begin(&h);
	hostile_team(prodder, 1);
	for (unsigned i = 0; i < 400; i++) {
		const u64 to[] = { g_vcpu(), 1, ~0ul, 0xffffffff, 1ul << 32, 16, 255 };

		g_timer(g_hz() / 5000);
		G_CALL(H_CONFER, NULL, to[i % LENGTH(to)], hostile_random(&h));
		G_CALL(H_CEDE, NULL, 0);
		g_irqs(false);
	}
	hostile_join();
	hostile_end(&h);
}

GUEST(vcpu_cede_flood)
{
	struct hostile h;

	hostile_begin(&h);
	for (unsigned i = 0; i < 3000; i++) {
		switch (i % 4) {
		case 0: /* the decrementer is due already */
			g_timer(0);
			break;
		case 1: /* a prod waits */
			G_EQ(G_CALL(H_PROD, NULL, g_vcpu()), H_SUCCESS);
			break;
		case 2: /* an interrupt waits */
			G_EQ(G_CALL(H_IPI, NULL, g_vcpu(), 4), H_SUCCESS);
			G_EQ(G_CALL(H_CPPR, NULL, 0xff), H_SUCCESS);
			break;
		default:
			g_timer(g_hz() / 200000);
		}
		G_EQ(G_CALL(H_CEDE, NULL, 0), H_SUCCESS);
		g_irqs(false);
	}
	hostile_tidy();
	hostile_end(&h);
}

static void switcher(u64 arg)
{
	struct hostile h = { .random = arg + g_vcpu() };

	while (!hostile_over()) {
		const u64 flags[] = { 0, 3, 1, 2, 4, ~0ul, 1ul << 32 | 3 };
		u64 f = flags[hostile_random(&h) % LENGTH(flags)];
		s64 rc = G_CALL(H_SET_MODE, NULL, f, 3, 0, 0);

		if (f == 0 || f == 3 ? rc != H_SUCCESS && rc != H_P2 : rc == H_SUCCESS)
			g_fail("vector mode %#lx: %ld", f, (long)rc);
		G_CHECK(G_CALL(H_SET_MODE, NULL, f, 1 + f % 2, 0, 0) != H_SUCCESS);
		G_CHECK(G_CALL(H_SET_MODE, NULL, 1, 4, f | 1, 0) != H_SUCCESS);
		g_relax();
	}
}

/* The vectors' place changes under vcpus that are in their handlers. */
GUEST(vcpu_mode_flood)
{
	struct hostile h;
	u64 v;

	hostile_begin(&h);
	hostile_team(switcher, 3);
	for (unsigned i = 0; i < 500; i++) {
		G_CHECK(!g_try_load(h.memory + 8ul * i, 8, &v));
		g_timer(g_hz() / 20000);
		g_cede();
		g_irqs(false);
	}
	hostile_join();
	G_CALL(H_SET_MODE, NULL, 0, 3, 0, 0);
	hostile_end(&h);
}

static void tables(u64 arg)
{
	struct hostile h = { .random = arg + g_vcpu() };

	while (!hostile_over()) {
		const u64 base[] = {
			arg, arg + 0x1000, g_memory(), 0, ~0xffful, g_memory() - 0x1000
		};
		const u64 size[] = { 0, 1, 4, 12, 13, 52, 63, 64, ~0ul };
		const u64 flags[] = { 0x1d, 0x1d, 0x15, 0x05, 0x1f, 0x18, 0x0d, 0x3d, ~0ul, 0 };

		G_CALL(H_REGISTER_PROC_TBL, NULL, flags[hostile_random(&h) % LENGTH(flags)],
		       base[hostile_random(&h) % LENGTH(base)], hostile_random(&h) % 8 ? 0 : 1,
		       size[hostile_random(&h) % LENGTH(size)]);
	}
}

/* The process table is replaced by several vcpus at once; nobody has translation on. */
GUEST(vcpu_table_flood)
{
	struct hostile h;

	hostile_begin(&h);
	hostile_team(tables, h.play);
	for (unsigned i = 0; i < 500; i++) {
		s64 rc = G_CALL(H_REGISTER_PROC_TBL, NULL, 0x1d, h.play, 0, i % 16);

		G_CHECK(rc == H_SUCCESS || rc == H_P2 || rc == H_P4);
	}
	hostile_join();
	hostile_tidy();
	hostile_end(&h);
}
