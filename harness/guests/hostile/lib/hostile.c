/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Begin and end of a hostile guest, its guard, and its other vcpus. Next: values.c (arguments of
 * calls), papr/papr.c or pc/pc.c (the machine).
 */
#include "hostile.h"

#define PLAY 0x10000

/* Words of shared memory below HOSTILE_WORD(0). */
#define OVER	(G_SHARED + 0x00)
#define ARRIVED (G_SHARED + 0x08)
#define ENDED	(G_SHARED + 0x10)
#define TEAM_FN (G_SHARED + 0x18)

u64 hostile_random(struct hostile *h)
{
	h->random ^= h->random << 13;
	h->random ^= h->random >> 7;
	h->random ^= h->random << 17;
	return h->random;
}

static u64 guard_word(u64 at)
{
	return at * 0x9e3779b97f4a7c15;
}

void hostile_look(const struct hostile *h)
{
	for (u64 at = h->guard; at < h->guard + HOSTILE_GUARD; at += 8)
		if (g_load(at, 8) != guard_word(at))
			g_fail("own memory changed at %#lx", at);
}

void hostile_begin(struct hostile *h)
{
	u64 r[G_MAX_ARGS];

	G_EQ(G_CALL(HV_VERSION, r, 0), H_SUCCESS);
	h->me = r[1];
	h->random = g_arg("seed", 1) * 0x9e3779b97f4a7c15 + 1;
	h->memory = g_memory();
	h->play = g_free();
	h->guard = h->play + PLAY;
	G_CHECK(h->guard + HOSTILE_GUARD <= g_free_end());
	for (u64 at = h->guard; at < h->guard + HOSTILE_GUARD; at += 8)
		g_store(at, 8, guard_word(at));
	hostile_quiet();
}

void hostile_begins(struct hostile *h)
{
	hostile_begin(h);
	g_print("%s begins\n", g_this()->name);
}

void hostile_end(struct hostile *h)
{
	u64 r[G_MAX_ARGS];

	g_irqs(false);
	hostile_look(h);
	G_EQ(G_CALL(HV_NULL, NULL, 0), H_SUCCESS);
	G_EQ(G_CALL(HV_VERSION, r, 0), H_SUCCESS);
	G_EQ(r[1], h->me);
	g_print("PASS %s\n", g_this()->name);
	if (g_arg("sequence", 0))
		g_reboot();
	g_poweroff();
}

void hostile_again(void)
{
	if (g_arg("sequence", 0))
		hostile_keep(KEPT_NEXT, hostile_kept(KEPT_NEXT) - 1);
	g_reboot();
}

void hostile_sleep(u64 microseconds)
{
	u64 now = g_now(), until = now + g_hz() / 1000000 * microseconds;

	g_irqs(false); /* or the timer may come before the vcpu sleeps */
	for (; now < until; now = g_now()) {
		g_timer(until - now);
		g_cede();
		g_irqs(false);
	}
}

/* ---- other vcpus ------------------------------------------------------------------------- */

static void member(u64 arg)
{
	void (*fn)(u64) = (void (*)(u64))g_load(TEAM_FN, 8);

	g_irqs(false);
	hostile_quiet();
	g_add(ARRIVED, 1);
	fn(arg);
	g_irqs(false);
	g_add(ENDED, 1);
	g_stop();
}

void hostile_await(u64 word, u64 n)
{
	u64 limit = g_now() + 30 * g_hz();

	for (g_barrier(); g_load(word, 8) < n; g_barrier()) {
		if (g_now() > limit)
			g_fail("vcpu %u waits for word %#lx: %lu of %lu", g_vcpu(), word,
			       g_load(word, 8), n);
		g_relax();
	}
}

void hostile_team(void (*fn)(u64 arg), u64 arg)
{
	unsigned n = g_vcpus();
	u64 limit = g_now() + 30 * g_hz();

	G_CHECK(n >= 2);
	for (u64 w = G_SHARED; w < HOSTILE_WORD(64); w += 8)
		g_store(w, 8, 0);
	g_store(TEAM_FN, 8, (u64)fn);
	for (unsigned i = 1; i < n; i++) {
		s64 rc;

		while (!g_stopped(i) && g_now() < limit)
			g_relax();
		while ((rc = g_start(i, member, arg)) != 0) {
			if (rc != -2 || g_now() > limit)
				g_fail("start of vcpu %u gives %ld", i, (long)rc);
			g_relax();
		}
	}
	hostile_await(ARRIVED, n - 1);
}

bool hostile_over(void)
{
	g_barrier();
	return g_load(OVER, 8) != 0;
}

void hostile_join(void)
{
	g_add(OVER, 1);
	for (unsigned i = 0; i < g_vcpus(); i++)
		g_prod(i);
	hostile_await(ENDED, g_vcpus() - 1);
}
