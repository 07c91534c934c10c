// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose turn it is: the simulated CPUs share one thread, and at each scheduling point the seed says
 * who goes on. Next to read: cpu.c, which starts and stops them.
 */
#include "state.h"

#define STALL_LOG2 14 /* a stall lasts less than 2^14 points; each order of magnitude as often */

void (*um_trace)(enum um_event e, unsigned cpu, u64 a, u64 b);

void um_note(enum um_event e, u64 a, u64 b)
{
	if (um_trace)
		um_trace(e, um_self, a, b);
}

u64 um_random(void)
{
	u64 x = (um.rng += 0x9e3779b97f4a7c15ull);

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}

/* ---- whose turn ------------------------------------------------------------------------- */

static bool cpu_can_run(const struct arch_cpu *c)
{
	if (c->stalled > um.steps)
		return false;
	switch (c->state) {
	case UM_CPU_READY:
		return true;
	case UM_CPU_BUSY:
		return um.now >= c->until || c->kicked || um_alarm_due(c);
	case UM_CPU_IDLE:
		return c->kicked || um_alarm_due(c);
	default:
		return false;
	}
}

/* Does the seed leave the turn with c? It may also keep c from running for long. */
static bool keeps_turn(struct arch_cpu *c)
{
	if (!um.cfg.seed || (c->in_guest && um.cfg.guest && um_random() % um.cfg.guest))
		return true;
	if (um.cfg.stall && um_random() % um.cfg.stall == 0) {
		c->stalled = um.steps + (1u << um_random() % STALL_LOG2);
		return false;
	}
	return um_random() % um.cfg.turn != 0;
}

/* Nobody else can run: who was stalled goes on now. True when there was one. */
static bool end_stalls(void)
{
	bool any = false;

	for (unsigned i = 0; i < um.cfg.ncpus; i++) {
		any = any || um.cpu[i].stalled > um.steps;
		um.cpu[i].stalled = 0;
	}
	return any;
}

/* A CPU that can run; `me` first unless it gives its turn away; UM_NOBODY when none can. */
static int cpu_pick(unsigned me, bool stay)
{
	int forced = um.next, able[MAX_CPUS], n = 0;
	unsigned i;

	um.next = UM_NOBODY;
	if (forced != UM_NOBODY && cpu_can_run(&um.cpu[forced]))
		return forced;
	if (stay && cpu_can_run(&um.cpu[me]) && keeps_turn(&um.cpu[me]))
		return (int)me;
	for (i = 1; i <= um.cfg.ncpus; i++) {
		unsigned c = (me + i) % um.cfg.ncpus;

		if (c != me && cpu_can_run(&um.cpu[c]))
			able[n++] = (int)c;
	}
	if (n)
		return able[um.cfg.seed ? um_random() % (unsigned)n : 0];
	return cpu_can_run(&um.cpu[me]) ? (int)me : UM_NOBODY;
}

/* Everybody waits: the next thing that happens is the earliest alarm or end of a computation. */
static bool time_jump(void)
{
	u64 next = TIME_NEVER;
	unsigned i;

	for (i = 0; i < um.cfg.ncpus; i++) {
		const struct arch_cpu *c = &um.cpu[i];

		if (c->state == UM_CPU_BUSY)
			next = MIN(next, MIN(c->until, c->alarm));
		else if (c->state == UM_CPU_IDLE)
			next = MIN(next, c->alarm);
	}
	if (next == TIME_NEVER)
		return false;
	if (um.cfg.stdio_in && next > um.now)
		host_sleep((next - um.now) * 1000 / (UM_TICK_HZ / 1000000), true);
	um.now = MAX(um.now, next);
	return true;
}

void um_switch(struct um_fiber *to)
{
	host_fiber_switch(to);
	if (um.ended && host_fiber_self() == host_fiber_main() &&
	    (!um.driving || um.end_code == UM_BUG))
		um_end_here();
}

static void cpu_switch(struct arch_cpu *me, int to)
{
	if (me)
		me->active = host_fiber_self();
	if (to == UM_NOBODY) {
		um_switch(host_fiber_main());
	} else {
		um_note(UM_EV_TURN, (u64)to, um.now);
		um_self = (unsigned)to;
		um.cpu[to].state = UM_CPU_READY;
		um_switch(um.cpu[to].active);
	}
}

/* Is it time to give control back to um_run's caller? */
static bool drive_ends(void)
{
	if (!um.driving)
		return false;
	if (um.until && um.until(um.until_arg))
		um.why = UM_DONE;
	else if (um.stop_step && um.steps >= um.stop_step)
		um.why = UM_STEPS;
	else if (um.stop_time && um.now >= um.stop_time)
		um.why = UM_TIME;
	else
		return false;
	return true;
}

void um_turn(bool stay)
{
	unsigned me = um_self;
	struct arch_cpu *c = &um.cpu[me];
	int n;

	if (drive_ends()) {
		cpu_switch(c, UM_NOBODY);
		return;
	}
	while ((n = cpu_pick(me, stay)) == UM_NOBODY) {
		if (end_stalls() || time_jump())
			continue;
		if (um.driving) {
			um.why = UM_NOTHING;
			cpu_switch(c, UM_NOBODY);
			return;
		}
		/* Nothing can happen: the caller's own idle returns early, as it may. */
		n = um.caller;
		if (n == UM_NOBODY || um.cpu[n].state != UM_CPU_IDLE)
			um_bug("every CPU waits for ever");
		break;
	}
	if (n != (int)me)
		cpu_switch(c, n);
	else
		c->state = UM_CPU_READY;
}

/* The main flow may be no CPU (around um_run): then it has no turn to give away. */
static bool step(void)
{
	if (!um.up)
		return false;
	um.steps++;
	um.now += UM_POINT_TICKS;
	return host_fiber_self() != host_fiber_main() || (um.caller != UM_NOBODY && !um.driving);
}

void um_point(void)
{
	if (step())
		um_turn(true);
}

void um_relax(void)
{
	static unsigned alone;

	if (step()) {
		alone = 0;
		um_turn(false);
	} else if (++alone > 1000000) {
		um_bug("waits for what a stopped CPU holds");
	}
}

void um_give_way(u64 points)
{
	um_cpu()->stalled = um.steps + 1 + points;
	um_relax();
}

void um_leave_cpu(void)
{
	step();
	um_turn(true);
}

void um_next_cpu(unsigned n)
{
	if (n >= um.cfg.ncpus)
		um_bug("um_next_cpu: no CPU %u", n);
	um.next = (int)n;
}

u64 um_steps(void)
{
	return um.steps;
}

/* ---- driving ---------------------------------------------------------------------------- */

enum um_stop um_run(u64 max_steps, u64 time_limit, bool (*until)(void *), void *arg)
{
	unsigned old = um_self;
	int n;

	if (um.driving || host_fiber_self() != host_fiber_main())
		um_bug("um_run: not from a simulated CPU");
	if (um.ended)
		return UM_POWEROFF;
	if (um.caller != UM_NOBODY)
		um.cpu[um.caller].state = UM_CPU_OFF;
	um.driving = true;
	um.stop_step = max_steps ? um.steps + max_steps : 0;
	um.stop_time = time_limit;
	um.until = until;
	um.until_arg = arg;
	um.why = UM_NOTHING;
	while (!drive_ends()) {
		n = cpu_pick(um_self, true);
		if (n != UM_NOBODY) {
			cpu_switch(NULL, n);
			break;
		}
		if (!end_stalls() && !time_jump())
			break;
	}
	um.driving = false;
	um_self = old;
	if (um.caller != UM_NOBODY)
		um.cpu[um.caller].state = UM_CPU_READY;
	return um.why;
}
