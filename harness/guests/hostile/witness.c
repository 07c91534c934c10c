/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The innocent neighbour, and judge, of a hostile guest: works on its own memory, registers,
 * clocks and timer, and sees that all of them stay its own, and that it gets its share of the
 * processor. It ends when the others are gone, which it sees to after some time, as a controller.
 * Boot arguments: others (partitions 2 .. others + 1), ms (then they are destroyed), share (percent
 * of a processor that it must have had), seed.
 */
#include "lib/hostile.h"

#define BYTES 0x8000

struct witness {
	u64 from, seed, sum, ticks, last, steps, others, limit, pages;
	u64 start, used; /* when it began, and what H_PURR said */
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

static u64 used(void)
{
	u64 r[G_MAX_ARGS];

	G_EQ(G_CALL(H_PURR, r, 0), H_SUCCESS);
	return r[0];
}

static s64 clock(void)
{
	u32 t[7];

	if (g_rtas("get-time-of-day", 0, NULL, 8, t))
		return -1;
	return ((s64)t[2] * 24 + t[3]) * 3600 + t[4] * 60 + t[5];
}

static void begin(struct witness *w)
{
	u64 r[G_MAX_ARGS];

	w->from = g_free();
	w->seed = g_arg("seed", 1);
	w->others = g_arg("others", 1);
	G_CHECK(w->from + BYTES <= g_memory());
	for (u64 at = w->from; at < w->from + BYTES; at += 8)
		g_store(at, 8, word(w, at));
	g_vector_fill(w->seed << 32);
	g_handler(G_IRQ_EXTERNAL, external, NULL);
	g_handler(G_IRQ_TIMER, tick, w);
	G_EQ(G_CALL(H_CPPR, NULL, 0xff), H_SUCCESS);
	for (u64 p = 2; p < 2 + w->others; p++)
		if (G_CALL(HV_PARTITION_INFO, r, p) == H_SUCCESS)
			w->pages += r[1];
	w->start = w->last = g_now();
	w->used = used();
	w->clock = clock();
	w->limit = w->start + g_hz() / 1000 * g_arg("ms", 500);
	g_irqs(true);
}

/* One look at all that is ours. */
static void step(struct witness *w)
{
	u64 ticks = w->ticks, now;

	g_timer(g_hz() / 2000);
	for (u64 at = w->from; at < w->from + BYTES; at += 8)
		if (g_load(at, 8) != word(w, at))
			g_fail("step %lu: memory changed at %#lx", w->steps, at);
	if (!g_vector_same(w->seed << 32))
		g_fail("step %lu: a register changed", w->steps);
	if (g_getc() != -1)
		g_fail("step %lu: input from nowhere", w->steps);
	now = g_now();
	if (now < w->last)
		g_fail("the time base went from %#lx to %#lx", w->last, now);
	while (((volatile struct witness *)w)->ticks == ticks) {
		if (g_now() > now + 10 * g_hz())
			g_fail("step %lu: the timer does not come", w->steps);
		g_relax();
	}
	w->last = g_now();
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
	s64 went, now = clock();

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
	percent = (used() - w.used) * 100 / (g_now() - w.start);
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
