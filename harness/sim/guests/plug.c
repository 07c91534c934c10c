// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Vcpus start each other and stop themselves, several at once: as many begin as starts succeeded,
 * and each ends up stopped. Boot arguments: seed, rounds.
 */
#include "lib.h"

#define TRIES	WORD(1) /* taken */
#define DONE	WORD(2) /* and over */
#define STARTED WORD(3)
#define RAN	WORD(4)
#define ENDED	WORD(5)
#define LIMIT	WORD(6)

static void run(u64 arg);

/* Start somebody, who may run or be on its way out. False when there were tries enough. */
static bool attempt(u64 *rng)
{
	unsigned n = g_vcpus();
	s64 status;

	if (g_add(TRIES, 1) > g_load(LIMIT, 8))
		return false;
	status = s_start(1 + (unsigned)s_below(rng, n - 1), run, 7);
	if (status == 0)
		g_add(STARTED, 1);
	else if (status != BUSY && status != -1)
		g_fail("start-cpu: %ld", (long)status);
	g_add(DONE, 1);
	return true;
}

static void run(u64 arg)
{
	u64 rng = s_seed() + g_load(RAN, 8), r[G_MAX_ARGS];

	G_EQ(arg, 7);
	g_add(RAN, 1);
	G_EQ(G_CALL(H_IPOLL, r, g_vcpu()), H_SUCCESS);
	G_EQ(r[0] >> 24, 0); /* as after a reset: nothing gets through */
	if (s_below(&rng, 2))
		s_sleep(s_below(&rng, 20000));
	if (s_below(&rng, 2))
		attempt(&rng);
	if (s_below(&rng, 2)) {
		G_CALL(H_CPPR, NULL, 0xff);
		G_CALL(H_IPI, NULL, g_vcpu(), 5); /* pending when it stops */
	}
	g_add(ENDED, 1);
	s_stop();
}

static void await(u64 word, u64 other, const char *what)
{
	u64 limit = g_now() + HZ, n;

	while ((n = g_load(word, 8)) < g_load(other, 8)) {
		if (g_now() > limit)
			g_fail("%s: %lu of %lu", what, n, g_load(other, 8));
		g_relax();
	}
}

GUEST(plug)
{
	u64 limit, rng;
	u32 state;

	g_store(VCPUS, 8, g_vcpus());
	g_store(WORD(0), 8, g_arg("seed", 1));
	g_store(LIMIT, 8, 4 * g_arg("rounds", 2));
	rng = s_seed();
	while (attempt(&rng))
		if (s_below(&rng, 2))
			g_relax();
	await(DONE, LIMIT, "tries that end");
	await(ENDED, STARTED, "vcpus that end");
	limit = g_now() + HZ;
	for (u32 i = 1; i < g_vcpus(); i++)
		for (;;) {
			G_EQ(s_rtas("query-cpu-stopped-state", 1, &i, 2, &state), 0);
			if (state == STOPPED)
				break;
			if (g_now() > limit)
				g_fail("vcpu %u does not stop", i);
			g_relax();
		}
	G_EQ(g_load(RAN, 8), g_load(STARTED, 8));
	s_pass();
}
