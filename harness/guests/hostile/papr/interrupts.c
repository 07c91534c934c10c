/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts: floods of IPIs, priorities and ends of interrupts that never were. */
#include "../lib/papr/hostile_papr.h"

#define IPI 2

static void wild(u64 arg)
{
	struct hostile h = { .random = arg + g_vcpu() };
	u64 r[G_MAX_ARGS];

	while (!hostile_over()) {
		u64 to = hostile_random(&h) % (g_vcpus() + 1), x = hostile_random(&h);

		switch (x % 8) {
		case 0:
		case 1:
		case 2:
			G_CALL(H_IPI, NULL, to, x >> 8);
			break;
		case 3:
			G_CALL(H_CPPR, NULL, x >> 8);
			break;
		case 4:
			G_CALL(H_XIRR, r, 0);
			break;
		case 5:
			G_CALL(H_EOI, NULL, (x >> 8 & 0xff000000) | IPI);
			break;
		case 6:
			g_irqs(true);
			g_irqs(false);
			break;
		default:
			G_CALL(H_IPOLL, r, to);
		}
	}
}

static void counted(void *arg)
{
	u64 r[G_MAX_ARGS];

	G_EQ(G_CALL(H_XIRR, r, 0), H_SUCCESS);
	if ((r[0] & 0xffffff) == 0)
		return;
	G_EQ(r[0] & 0xffffff, IPI);
	++*(u64 *)arg;
	G_CALL(H_IPI, NULL, g_vcpu(), 0xff);
	G_CALL(H_EOI, NULL, r[0]);
}

/* The presentation state is whole: one IPI is one interrupt. */
static void one_works(void)
{
	u64 count = 0;

	g_handler(G_IRQ_EXTERNAL, counted, &count);
	G_EQ(G_CALL(H_IPI, NULL, g_vcpu(), 0xff), H_SUCCESS);
	G_EQ(G_CALL(H_CPPR, NULL, 0xff), H_SUCCESS);
	g_irqs(true);
	for (unsigned i = 0; i < 100; i++)
		g_relax();
	g_irqs(false);
	count = 0;
	G_EQ(G_CALL(H_IPI, NULL, g_vcpu(), 5), H_SUCCESS);
	G_EQ(count, 0);
	g_irqs(true);
	for (u64 until = g_now() + 5 * g_hz(); !count && g_now() < until;)
		g_relax();
	g_irqs(false);
	G_EQ(count, 1);
	g_handler(G_IRQ_EXTERNAL, NULL, NULL);
	G_CALL(H_CPPR, NULL, 0);
}

GUEST(irq_flood)
{
	struct hostile h;
	u64 r[G_MAX_ARGS];

	hostile_begin(&h);
	hostile_team(wild, 99);
	for (unsigned i = 0; i < 800; i++) {
		G_CALL(H_IPI, NULL, i % g_vcpus(), hostile_random(&h));
		G_CALL(H_IPOLL, r, (i + 1) % g_vcpus());
		G_CALL(H_CPPR, NULL, hostile_random(&h));
		if (i % 64 == 0) {
			g_irqs(true);
			g_irqs(false);
		}
	}
	hostile_join();
	one_works();
	hostile_end(&h);
}

/* Ends, accepts and priorities in orders that no interrupt handler has. */
GUEST(irq_order)
{
	struct hostile h;
	u64 r[G_MAX_ARGS];

	hostile_begin(&h);
	for (u64 src = 0; src < 0x2000; src++) {
		s64 rc = G_CALL(H_EOI, NULL, src);

		if (rc != (src == 0 || src == IPI || src == 0x1000 ? H_SUCCESS : H_PARAMETER))
			g_fail("end of source %#lx: %ld", src, (long)rc);
	}
	for (unsigned bit = 13; bit < 24; bit++)
		G_EQ(G_CALL(H_EOI, NULL, 1ul << bit | IPI), H_PARAMETER);
	for (u64 v = g_vcpus(); v < 70; v++) {
		G_EQ(G_CALL(H_IPI, NULL, v, 0), H_PARAMETER);
		G_EQ(G_CALL(H_IPOLL, r, v), H_PARAMETER);
		G_EQ(G_CALL(H_IPI, NULL, v << 32, 0), H_PARAMETER);
	}
	for (unsigned i = 0; i < 1000; i++) {
		G_EQ(G_CALL(H_XIRR, r, 0), H_SUCCESS);
		G_EQ(G_CALL(H_EOI, NULL, (u64)(i & 0xff) << 24 | IPI), H_SUCCESS);
		G_EQ(G_CALL(H_IPI, NULL, 0, i), H_SUCCESS);
		G_EQ(G_CALL(H_XIRR, r, 0), H_SUCCESS);
		G_EQ(G_CALL(H_XIRR, r, 0), H_SUCCESS);
	}
	one_works();
	hostile_end(&h);
}

/* The terminal's source is routed back and forth by all vcpus, to servers that do not exist too. */
static void router(u64 arg)
{
	struct hostile h = { .random = arg + g_vcpu() };

	while (!hostile_over()) {
		const u32 src[] = { 0x1000, 0x1000, 0x1000, 2, 0, 0x1001, ~0u };
		u32 a[3] = { src[hostile_random(&h) % LENGTH(src)],
			     (u32)(hostile_random(&h) % (g_vcpus() + 1)),
			     (u32)(hostile_random(&h) % 300) };

		g_rtas("ibm,set-xive", 3, a, 1, NULL);
		g_rtas(hostile_random(&h) % 2 ? "ibm,int-on" : "ibm,int-off", 1, a, 1, NULL);
	}
}

GUEST(irq_routes)
{
	struct hostile h;
	u32 a[1] = { 0x1000 }, out[2];

	hostile_begin(&h);
	hostile_team(router, 5);
	for (unsigned i = 0; i < 500; i++) {
		G_EQ(g_rtas("ibm,get-xive", 1, a, 3, out), 0);
		G_CHECK(out[0] < g_vcpus() && out[1] <= 0xff);
	}
	hostile_join();
	one_works();
	hostile_end(&h);
}

static void tick(void *arg)
{
	++*(u64 *)arg;
}

/* Extremes of the decrementer, then an ordinary one. */
GUEST(irq_timer)
{
	const u64 value[] = {
		0, 1, 2, ~0ul, 1ul << 63, 1ul << 55, 1ul << 32, 1ul << 31, 0x7fffffff
	};
	struct hostile h;
	u64 count = 0, start;

	hostile_begin(&h);
	g_handler(G_IRQ_TIMER, tick, &count);
	for (unsigned i = 0; i < 2000; i++) {
		g_timer(value[i % LENGTH(value)]);
		g_irqs(true);
		g_irqs(false);
		G_CALL(HV_NULL, NULL, 0);
	}
	g_timer(1ul << 30);
	g_irqs(true);
	g_irqs(false);
	count = 0;
	start = g_now();
	g_timer(g_hz() / 1000);
	g_irqs(true);
	while (!count && g_now() < start + 10 * g_hz())
		g_relax();
	g_irqs(false);
	G_EQ(count, 1);
	G_CHECK(g_now() - start >= g_hz() / 1000);
	g_handler(G_IRQ_TIMER, NULL, NULL);
	hostile_end(&h);
}
