/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual processor areas: memory that the hypervisor reads and writes at every dispatch, while
 * the guest does with it what it likes.
 */
#include "../lib/papr/hostile_papr.h"

#define FN(n) ((u64)(n) << 45)
#define VPA   FN(1)
#define DTL   FN(2)
#define NOVPA FN(5)
#define NODTL FN(6)
#define SIZE  640

/* Put the size that a registration reads there. */
static void claim(u64 at, u32 size, bool dtl)
{
	if (dtl)
		hostile_put32(at + 4, size);
	else
		hostile_put16(at + 4, (u16)size);
}

static s64 call(u64 fn, u64 vcpu, u64 at)
{
	return G_CALL(H_REGISTER_VPA, NULL, fn, vcpu, at);
}

/* Some dispatches: the area is written at each. */
static void dispatches(unsigned n)
{
	while (n--)
		hostile_sleep(50);
}

GUEST(vpa_places)
{
	struct hostile h;

	hostile_begin(&h);
	{
		const u64 bad[] = { 0,
				    1,
				    h.play + 1,
				    h.play + 8,
				    h.play + 0x40,
				    h.play + 0x1000 - 0x80,
				    h.play + 0x1000 - 0x200,
				    h.memory,
				    h.memory - 0x80,
				    h.memory - 0x200,
				    h.memory + 0x1000,
				    ~0ul,
				    -0x1000ul,
				    -0x80ul,
				    1ul << 40,
				    1ul << 63,
				    h.play | 1ul << 60,
				    0x30000000 };

		for (u64 at = h.play; at < h.play + 0x2000; at += 8)
			hostile_put64(at, 0x0280028002800280);
		for (unsigned i = 0; i < LENGTH(bad); i++)
			for (u64 fn = 0; fn < 8; fn++) {
				s64 rc = fn == 5 || fn == 6 ? H_PARAMETER : call(FN(fn), 0, bad[i]);

				if (rc != H_PARAMETER)
					g_fail("function %lu at %#lx: %ld", fn, bad[i], (long)rc);
			}
	}
	/* sizes: too small, too large for what is left of the page, zero, all ones */
	for (u32 size = 0; size < SIZE; size += 13) {
		claim(h.play, size, false);
		G_EQ(call(VPA, 0, h.play), H_PARAMETER);
	}
	claim(h.play + 0x800, 0x801, false);
	G_EQ(call(VPA, 0, h.play + 0x800), H_PARAMETER);
	claim(h.play, 0xffff, false);
	G_EQ(call(VPA, 0, h.play), H_PARAMETER);
	claim(h.play + 0x1000, ~0u, true);
	G_EQ(call(DTL, 0, h.play + 0x1000), H_PARAMETER);
	dispatches(3);
	hostile_end(&h);
}

GUEST(vpa_order)
{
	struct hostile h;

	hostile_begin(&h);
	claim(h.play, SIZE, false);
	claim(h.play + 0x1000, 4096, true);
	G_EQ(call(DTL, 0, h.play + 0x1000), H_RESOURCE);
	for (unsigned i = 0; i < 100; i++) {
		G_EQ(call(VPA, 0, h.play), H_SUCCESS);
		G_EQ(call(VPA, 0, h.play), H_SUCCESS);
		G_EQ(call(DTL, 0, h.play + 0x1000), H_SUCCESS);
		G_EQ(call(DTL, 0, h.play + 0x1000), H_SUCCESS);
		G_EQ(call(NOVPA, 0, ~0ul), H_RESOURCE);
		G_EQ(call(NODTL, 0, i), H_SUCCESS);
		G_EQ(call(NODTL, 0, i), H_SUCCESS);
		G_EQ(call(NOVPA, 0, 0), H_SUCCESS);
		G_EQ(call(NOVPA, 0, 0), H_SUCCESS);
		claim(h.play, SIZE, false);
		claim(h.play + 0x1000, 4096, true);
	}
	/* one area on top of the other: garbage to us, nothing to others */
	hostile_put32(h.play + 4, 0x02800c00);
	G_EQ(call(VPA, 0, h.play), H_SUCCESS);
	hostile_put32(h.play + 4, 48 * 80);
	G_EQ(call(DTL, 0, h.play), H_SUCCESS);
	g_store(h.play + 0xb8, 1, 7);
	dispatches(20);
	hostile_tidy();
	hostile_end(&h);
}

/* Count, size, mask and index of a live area change all the time; nothing is written elsewhere. */
GUEST(vpa_live)
{
	struct hostile h;

	hostile_begin(&h);
	claim(h.play, SIZE, false);
	/* the log stands right in front of the guard, and the area right behind the log's page */
	claim(h.guard - 48 * 8, 48 * 8, true);
	G_EQ(call(VPA, 0, h.play), H_SUCCESS);
	G_EQ(call(DTL, 0, h.guard - 48 * 8), H_SUCCESS);
	for (unsigned i = 0; i < 200; i++) {
		for (unsigned at = 0; at < SIZE; at += 8)
			if (hostile_random(&h) % 4 == 0)
				g_store(h.play + at, 8, hostile_random(&h));
		g_store(h.play + 0xb8, 1, i % 4 ? 0xff : i);
		hostile_put64(h.play + 0x218, i % 2 ? hostile_value(&h, U64) : ~0ul - i % 5);
		hostile_sleep(20);
		if (i % 16 == 0)
			hostile_look(&h);
	}
	hostile_tidy();
	hostile_end(&h);
}

static void scribble(u64 arg)
{
	struct hostile h = { .random = arg + g_vcpu() };

	while (!hostile_over()) {
		u64 at = arg + g_vcpu() * 0x1000ul + hostile_random(&h) % (SIZE / 8) * 8;

		g_store(at, 8, hostile_random(&h));
		claim(arg + g_vcpu() * 0x1000ul, SIZE, false);
		if (hostile_random(&h) % 16 == 0) {
			g_timer(g_hz() / 20000);
			g_cede();
			g_irqs(false);
		}
	}
}

/* Areas of vcpus that run are registered, moved and taken away by another one. */
GUEST(vpa_of_others)
{
	unsigned n = g_vcpus();
	struct hostile h;

	hostile_begin(&h);
	for (unsigned v = 0; v < n; v++) {
		claim(h.play + v * 0x1000ul, SIZE, false);
		claim(h.play + 0x8000 + v * 0x1000ul, 480, true);
	}
	hostile_team(scribble, h.play);
	for (unsigned i = 0; i < 600; i++) {
		unsigned v = (unsigned)(hostile_random(&h) % n);

		switch (hostile_random(&h) % 6) {
		case 0:
		case 1:
			call(VPA, v, h.play + hostile_random(&h) % n * 0x1000);
			break;
		case 2:
		case 3:
			call(DTL, v, h.play + 0x8000 + hostile_random(&h) % n * 0x1000);
			break;
		case 4:
			call(NODTL, v, 0);
			break;
		default:
			call(NOVPA, v, 0);
		}
		if (i % 32 == 0)
			hostile_sleep(20);
	}
	hostile_join();
	hostile_tidy();
	hostile_end(&h);
}

/* All areas of all vcpus in one page, and then the partition restarts with them in place. */
GUEST(vpa_left_behind)
{
	u64 again = hostile_kept(KEPT_OWN);
	struct hostile h;

	hostile_begin(&h);
	for (u64 at = h.play; at < h.play + 0x4000; at += 8)
		if (g_load(at, 8))
			g_fail("start %lu: an old area is still written at %#lx", again, at);
	dispatches(5);
	for (u64 at = h.play; at < h.play + 0x4000; at += 8)
		G_EQ(g_load(at, 8), 0);
	for (unsigned v = 0; v < g_vcpus(); v++) {
		claim(h.play, SIZE, false);
		G_EQ(call(VPA, v, h.play), H_SUCCESS);
		claim(h.play + 0x400, 0xc00, true);
		G_EQ(call(DTL, v, h.play + 0x400), H_SUCCESS);
	}
	dispatches(5);
	if (again < 3) {
		hostile_keep(KEPT_OWN, again + 1);
		hostile_again();
	}
	hostile_keep(KEPT_OWN, 0);
	hostile_tidy();
	hostile_end(&h);
}
