/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The innocent neighbour, and judge, of a hostile guest: works on its own memory, registers,
 * clocks and timer, and sees that all of them stay its own, and that it gets its share of the
 * processor. It ends when the others are gone, which it sees to after some time, as a controller.
 * Boot arguments: others (partitions 2 .. others + 1), ms (then they are destroyed), share (percent
 * of a processor that it must have had), seed, gap (microseconds, see below).
 */
#include "lib/hostile.h"

#define BYTES 0x8000

struct witness {
	u64 from, seed, sum, ticks, last, steps, others, limit, pages;
	u64 start, used; /* when it began, and what the machine said of our time then */
	u64 gap, had;	 /* or, if it says nothing: the time that went by in steps below gap */
	s64 clock;
};

static u64 word(const struct witness *w, u64 at)
{
	return (at ^ w->seed) * 0x9e3779b97f4a7c15;
}

static void tick(void *arg)
{
	((struct witness *)arg)->ticks++;
}

/* Nobody may interrupt us: we asked for nothing. */
static void external(void *arg)
{
	(void)arg;
	g_fail("an interrupt that is not ours");
}

/* Look at the time. Who has a processor looks often. */
static void sample(struct witness *w)
{
	u64 now = g_now();

	if (now < w->last)
		g_fail("the time went from %#lx to %#lx", w->last, now);
	if (now - w->last < w->gap)
		w->had += now - w->last;
	w->last = now;
}

static u64 used(const struct witness *w)
{
	u64 told = hostile_used();

	return told == ~0ul ? w->had : told;
}

static void begin(struct witness *w)
{
	u64 r[G_MAX_ARGS];

	w->from = g_free();
	w->seed = g_arg("seed", 1);
	w->others = g_arg("others", 1);
	G_CHECK(w->from + BYTES <= g_free_end());
	for (u64 at = w->from; at < w->from + BYTES; at += 8)
		g_store(at, 8, word(w, at));
	g_vector_fill(w->seed << 32);
	g_handler(G_IRQ_EXTERNAL, external, NULL);
	g_handler(G_IRQ_TIMER, tick, w);
	g_ipis_on();
	for (u64 p = 2; p < 2 + w->others; p++)
		if (G_CALL(HV_PARTITION_INFO, r, p) == H_SUCCESS)
			w->pages += r[1];
	w->start = w->last = g_now();
	w->gap = g_hz() / 1000000 * g_arg("gap", 200);
	w->used = used(w);
	w->clock = hostile_clock();
	w->limit = w->start + g_hz() / 1000 * g_arg("ms", 500);
	g_irqs(true);
}

/* One look at all that is ours. */
static void step(struct witness *w)
{
	u64 ticks = w->ticks, now;

	g_timer(g_hz() / 2000);
	for (u64 at = w->from; at < w->from + BYTES; at += 8) {
		if (g_load(at, 8) != word(w, at))
			g_fail("step %lu: memory changed at %#lx", w->steps, at);
		if (at % 0x1000 == 0)
			sample(w);
	}
	if (!g_vector_same(w->seed << 32))
		g_fail("step %lu: a register changed", w->steps);
	if (g_getc() != -1)
		g_fail("step %lu: input from nowhere", w->steps);
	sample(w);
	now = w->last;
	while (((volatile struct witness *)w)->ticks == ticks) {
		sample(w);
		if (w->last > now + 10 * g_hz())
			g_fail("step %lu: the timer does not come", w->steps);
		g_relax();
	}
	w->steps++;
}

static u64 alive(const struct witness *w)
{
	u64 r[G_MAX_ARGS], n = 0;

	for (u64 p = 2; p < 2 + w->others; p++)
		n += G_CALL(HV_PARTITION_INFO, r, p) == H_SUCCESS;
	return n;
}

/* What no guest ends by itself, its controller ends. */
static void destroy(struct witness *w)
{
	u64 r[G_MAX_ARGS], n = 0;

	for (u64 p = 2; p < 2 + w->others; p++) {
		if (G_CALL(HV_PARTITION_INFO, r, p) != H_SUCCESS || r[0] == 5)
			continue;
		G_EQ(G_CALL(HV_PARTITION_DESTROY, NULL, p), H_SUCCESS);
		n++;
	}
	if (n)
		g_print("witness ends %lu\n", n);
}

static void clock_kept(const struct witness *w)
{
	s64 went, now = hostile_clock();

	if (now < 0 || w->clock < 0)
		return; /* the machine's clock cannot be read just now */
	went = now - w->clock;
	if (went < 0)
		went += 31 * 86400; /* midnight at the end of a month */
	if (went > (s64)((g_now() - w->start) / g_hz()) + 5)
		g_fail("the clock went %ld seconds", (long)went);
}

GUEST(witness)
{
	struct witness w = { 0 };
	u64 r[G_MAX_ARGS], percent, before;

	begin(&w);
	while (w.steps < 4 || (alive(&w) && g_now() < w.limit))
		step(&w);
	percent = (used(&w) - w.used) * 100 / (g_now() - w.start);
	clock_kept(&w);
	G_EQ(G_CALL(HV_MEMORY_INFO, r, 0), H_SUCCESS);
	before = r[0];
	destroy(&w);
	while (alive(&w)) {
		step(&w);
		if (g_now() > w.limit + 60 * g_hz())
			g_fail("a partition does not go away");
	}
	step(&w);
	G_EQ(G_CALL(HV_MEMORY_INFO, r, 0), H_SUCCESS);
	g_print("witness: %lu steps, %lu %% of a processor, %lu pages came back\n", w.steps,
		percent, r[0] - before);
	if (percent < g_arg("share", 0))
		g_fail("only %lu %% of a processor", percent);
	g_pass();
}
