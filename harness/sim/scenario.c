// SPDX-License-Identifier: GPL-2.0-or-later
/* From a seed to a machine and its guests. Next: bundle.c, run.c. */
#include <stdio.h>
#include <string.h>

#include "sim.h"

u64 sim_random(u64 *state)
{
	u64 x = (*state += 0x9e3779b97f4a7c15ull);

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}

u64 sim_below(u64 *state, u64 n)
{
	return sim_random(state) % n;
}

#define CHOOSE(rng, ...)                              \
	((const unsigned[]){ __VA_ARGS__ }[sim_below( \
		rng, sizeof((const unsigned[]){ __VA_ARGS__ }) / sizeof(unsigned))])

/* A kind of guest: how often, how many vcpus, and its arguments (%u: a random number). */
static const struct kind {
	const char *guest, *args;
	unsigned amount; /* the second random number is below that */
	unsigned weight, min_vcpus, max_vcpus;
	bool ends;    /* by itself, with PASS */
	bool restart; /* it reboots */
} kinds[] = {
	{ "mix", "seed=%u ops=%u", 120, 30, 1, 4, true, false },
	{ "ping", "seed=%u rounds=%u", 40, 30, 2, 4, true, false },
	{ "plug", "seed=%u rounds=%u", 5, 12, 2, 4, true, false },
	{ "boots", "seed=%u boots=%u", 5, 10, 1, 3, true, true },
	{ "keys", "seed=%u rounds=%u", 5, 10, 1, 3, true, false },
	{ "sum", "seed=%u kib=8 steps=2", 5, 6, 1, 1, true, false },
	{ "hello", "", 5, 2, 1, 2, true, false },
	{ "timer", "seed=%u rounds=1", 5, 3, 1, 1, true, false },
	{ "smp", "rounds=2", 5, 1, 2, 3, true, false },
	{ "crash", "reboot=0", 5, 1, 1, 1, false, false },
	{ "spin", "", 5, 3, 1, 2, false, false },
	{ "faults", "", 5, 2, 1, 1, false, false },
	{ "wreck", "", 5, 2, 1, 1, false, false },
	{ "mix", "seed=%u ops=1000000", 5, 6, 1, 4, false, false },
	{ "ping", "seed=%u rounds=1000000", 5, 30, 2, 4, false, false },
	{ "boots", "seed=%u boots=200", 5, 8, 1, 3, false, true },
};

/* Endless kinds need somebody who stops them. */
static const struct kind *choose_kind(u64 *rng, bool endless)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++)
		sum += kinds[i].ends || endless ? kinds[i].weight : 0;
	sum = (unsigned)sim_below(rng, sum);
	for (unsigned i = 0;; i++) {
		unsigned w = kinds[i].ends || endless ? kinds[i].weight : 0;

		if (sum < w)
			return &kinds[i];
		sum -= w;
	}
}

enum machines { PAPR, PC, BOTH };

static void fill_part(struct sim_part *p, const struct kind *k, u64 *rng, unsigned n,
		      enum machines machines)
{
	snprintf(p->name, sizeof(p->name), "p%u", n);
	p->guest = k->guest;
	snprintf(p->args, sizeof(p->args), k->args, (unsigned)sim_below(rng, 1000000),
		 2 + (unsigned)sim_below(rng, k->amount));
	p->vcpus = k->min_vcpus + (u32)sim_below(rng, k->max_vcpus - k->min_vcpus + 1);
	p->share = CHOOSE(rng, 0, 0, 1, 2, 3);
	p->pc = machines == PC || (machines == BOTH && sim_below(rng, 2));
	p->memory = SIM_LEAST(p->pc) + HV_PAGE_SIZE * sim_below(rng, 64);
	p->restart = k->restart;
	p->hold = sim_below(rng, 8) == 0;
	p->must_pass = k->ends;
	n = (unsigned)strlen(p->args);
	if (p->pc && sim_below(rng, 3) == 0)
		snprintf(p->args + n, sizeof(p->args) - n, " xapic=1");
}

/* Partition 1 stops, starts and destroys those in `victims`, a mask of partition numbers. */
static void fill_controller(struct sim_scenario *s, u64 *rng, unsigned victims,
			    enum machines machines)
{
	static const struct kind control = { "ruler", "seed=%u ops=%u", 80, 0, 1, 1, true, false };
	struct sim_part *p = &s->part[0];
	size_t n;

	fill_part(p, &control, rng, 1, machines);
	p->controller = true;
	n = strlen(p->args);
	snprintf(p->args + n, sizeof(p->args) - n, " victims=%u", victims);
}

static void fill_parts(struct sim_scenario *s, u64 *rng)
{
	enum machines machines = CHOOSE(rng, PAPR, PAPR, PC, BOTH);
	bool control = sim_below(rng, 3) == 0;
	unsigned n = CHOOSE(rng, 1, 1, 2, 2, 3, 4), victims = 0;

	s->nparts = n + control;
	for (unsigned i = control; i < s->nparts; i++) {
		struct sim_part *p = &s->part[i];

		fill_part(p, choose_kind(rng, control), rng, i + 1, machines);
		if (control && (!p->must_pass || sim_below(rng, 2))) {
			p->must_pass = false;
			victims |= 1u << (i + 1);
		}
	}
	if (!control)
		return;
	s->creates = CHOOSE(rng, 0, 0, 1, 2, SIM_CREATED);
	if (s->creates)
		victims |= 0xfeu & ~((1u << (s->nparts + 1)) - 1);
	fill_controller(s, rng, victims, machines);
}

void sim_scenario(struct sim_scenario *s, u64 seed)
{
	u64 rng = seed * 0xd1342543de82ef95ull + 1;

	*s = (struct sim_scenario){ .seed = seed };
	s->ncpus = CHOOSE(&rng, 1, 2, 2, 2, 3, 3, 4);
	s->turn = CHOOSE(&rng, 2, 4, 8, 8, 32, 200);
	s->stall = CHOOSE(&rng, 0, 100, 1000, 1000, 5000);
	s->guest = CHOOSE(&rng, 1, 8, 40, 40);
	s->access = CHOOSE(&rng, 0, 20, 60, 200, 200, 1000);
	s->light = sim_below(&rng, 2);
	s->framed = sim_below(&rng, 2);
	s->slot_us = CHOOSE(&rng, 100, 200, 1000, 4000);
	s->keys = CHOOSE(&rng, 0, 20, 90);
	s->slow = CHOOSE(&rng, 0, 0, 10);
	fill_parts(s, &rng);
	s->ram = MIB(12); /* enough for any of them, and always the same: the port keeps it */
}

void sim_print(const struct sim_scenario *s)
{
	printf("seed %llu: %u CPUs, turn 1/%u, stall 1/%u, guest 1/%u, access 1/%u, %s calls, %s "
	       "console, "
	       "slots of %u us, %llu KiB, %u creates, keys %u %%, slow %u %%\n",
	       (unsigned long long)s->seed, s->ncpus, s->turn, s->stall, s->guest, s->access,
	       s->light ? "light" : "full", s->framed ? "framed" : "line", s->slot_us,
	       (unsigned long long)(s->ram >> 10), s->creates, s->keys, s->slow);
	for (unsigned i = 0; i < s->nparts; i++) {
		const struct sim_part *p = &s->part[i];

		printf("  %s: %s: %s '%s', %u vcpus, share %u, %llu KiB%s%s%s%s\n", p->name,
		       p->pc ? "pc" : "papr", p->guest, p->args, p->vcpus, p->share,
		       (unsigned long long)(p->memory >> 10), p->controller ? ", controller" : "",
		       p->restart ? ", restart" : "", p->hold ? ", hold" : "",
		       p->must_pass ? ", must pass" : "");
	}
}
