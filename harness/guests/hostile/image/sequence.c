/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All hostile guests of one image, one after the other: each ends with a restart of the partition,
 * and memory that outlives that keeps whose turn it is. Where a port can put several guests into
 * one image, it links this (guests.mk). Boot arguments: rounds (0 = for ever), and `attack=NAME`
 * for just that one.
 */
#include "../lib/hostile.h"

/* Begins with the name of one that does not come back? */
static bool ends(const char *name)
{
	return name[0] == 'e' && name[1] == 'n' && name[2] == 'd' && name[3] == '_';
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b || (!*a && *b == ' ');
}

/* Is that the boot argument attack=? */
static bool wanted(const char *name)
{
	static const char key[] = "attack=";
	char args[512];

	g_bootargs(args, sizeof(args));
	for (const char *p = args; *p; p++) {
		unsigned i = 0;

		while (key[i] && p[i] == key[i])
			i++;
		if (!key[i])
			return same(name, p + i);
	}
	return false;
}

static void begin(const struct guest *g)
{
	g_become(g);
	g->main();
	g_fail("returned");
}

GUEST(hostile)
{
	u64 n, next, round, rounds = g_arg("rounds", 1), i = 0, turn = 0;
	const struct guest *const *list = g_list(&n);

	for (i = 0; i < n; i++)
		if (wanted(list[i]->name))
			begin(list[i]);
	if (!g_arg("sequence", 0))
		g_fail("neither attack= nor sequence=");
	next = hostile_kept(KEPT_NEXT);
	round = hostile_kept(KEPT_ROUND);
	for (i = 0; i < n; i++) {
		if (ends(list[i]->name) || list[i]->main == g_this()->main || turn++ != next)
			continue;
		hostile_keep(KEPT_NEXT, next + 1);
		g_print("attack %lu: %s\n", next + 1, list[i]->name);
		begin(list[i]);
	}
	g_print("hostile round %lu: %lu attacks\n", round + 1, next);
	G_CHECK(next > 0);
	if (rounds && round + 1 >= rounds)
		g_pass();
	hostile_keep(KEPT_NEXT, 0);
	hostile_keep(KEPT_ROUND, round + 1);
	g_reboot();
}
