/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time: the decrementer is never early and always comes, awake and in H_CEDE; the time base never
 * goes back; registers survive being preempted. Boot arguments: rounds, seed.
 */
#include "guest.h"

struct ticked {
	u64 count, when;
};

static void tick(void *arg)
{
	struct ticked *t = arg;

	t->count++;
	t->when = g_now();
}

/* One timer interrupt `ticks` from now; how late it was. */
static u64 one(volatile struct ticked *t, u64 ticks, bool cede)
{
	u64 start = g_now(), count = t->count, limit = start + ticks + 10 * g_hz(), last = start;

	g_timer(ticks);
	if (!cede)
		g_irqs(true);
	while (t->count == count) {
		u64 now = g_now();

		if (now < last)
			g_fail("the time base went from %#lx to %#lx", last, now);
		last = now;
		if (now > limit)
			g_fail("no timer interrupt after 10 seconds");
		if (cede)
			g_cede();
		else
			g_relax();
		g_irqs(!cede);
	}
	g_irqs(false);
	if (t->count != count + 1)
		g_fail("%lu interrupts for one timer", t->count - count);
	if (t->when < start + ticks)
		g_fail("%lu ticks early", start + ticks - t->when);
	return t->when - start - ticks;
}

GUEST(timer)
{
	u64 rounds = g_arg("rounds", 20), worst[2] = { 0, 0 }, hz = g_hz();
	u64 seed = g_arg("seed", 1) << 32;
	struct ticked t = { 0, 0 };

	G_CHECK(hz > 0);
	g_handler(G_IRQ_TIMER, tick, &t);
	g_vector_fill(seed);
	for (u64 i = 0; i < rounds; i++) {
		for (unsigned cede = 0; cede < 2; cede++) {
			u64 late = one(&t, hz / 1000 * (1 + i % 5), cede);

			if (late > worst[cede])
				worst[cede] = late;
			if (!g_vector_same(seed))
				g_fail("a register changed in round %lu", i);
		}
		if (i % 5 == 4)
			g_print("timer round %lu/%lu\n", i + 1, rounds);
	}
	g_print("worst lateness: %lu us awake, %lu us ceded\n", worst[0] * 1000000 / hz,
		worst[1] * 1000000 / hz);
	g_pass();
}
