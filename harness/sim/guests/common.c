// SPDX-License-Identifier: GPL-2.0-or-later
/* What guests of both machines share (lib.h): built twice. Next: lib.c, pc/lib.c. */
#include "lib.h"

u64 s_random(u64 *state)
{
	u64 x = (*state += 0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

u64 s_seed(void)
{
	return g_load(WORD(0), 8) * 31 + g_vcpu();
}

void s_start_all(void (*fn)(u64 arg), u64 arg)
{
	for (unsigned i = 1; i < g_vcpus(); i++) {
		s64 status = s_start(i, fn, arg);

		G_CHECK(status == 0 || status == -1); /* when we are being stopped */
	}
}

/* A page that only this vcpu writes: what was written last is there. */
static void own(u64 *last, u64 next)
{
	if (*last)
		G_EQ(g_load(OWN(g_vcpu()) + *last % 64 * 8, 8), *last);
	g_store(OWN(g_vcpu()) + next % 64 * 8, 8, next);
	*last = next;
}

void s_do(void (*one)(u64 *rng))
{
	u64 rng = s_seed() + g_load(OPS, 8), last = 0;

	while ((s64)g_add(OPS, -1ul) > 0) {
		one(&rng);
		own(&last, s_random(&rng) | 1);
	}
	if (g_vcpu())
		s_stop();
	s_pass();
}

void s_last_input(u64 (*read_all)(void))
{
	u64 seen = g_load(SEEN, 8), limit = g_now() + HZ / 2;

	if (!read_all())
		return;
	while (g_load(SEEN, 8) == seen) {
		if (g_now() > limit)
			g_fail("input waits and no interrupt comes");
		s_sleep(1000);
	}
}
