// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How the simulated CPUs take turns on one thread. Each started CPU is a fiber; the caller's main
 * flow is a CPU too, or drives the others (um_run). Next to read: vcpu.c, guest.c.
 */
#include "state.h"

#include "panic.h"

unsigned um_self;
unsigned (*um_lock_count)(void);

struct arch_cpu *um_cpu(void)
{
	if (!um.up)
		um_bug("no simulated machine: um_setup first");
	return &um.cpu[um_self];
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

/* A CPU that can run; `me` first unless it gives its turn away; UM_NOBODY when none can. */
static int cpu_pick(unsigned me, bool stay)
{
	int forced = um.next, able[MAX_CPUS], n = 0;
	unsigned i;

	um.next = UM_NOBODY;
	if (forced != UM_NOBODY && cpu_can_run(&um.cpu[forced]))
		return forced;
	if (stay && cpu_can_run(&um.cpu[me]) && (!um.cfg.seed || um_random() % 8))
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

static void cpu_turn(bool stay)
{
	unsigned me = um_self;
	struct arch_cpu *c = &um.cpu[me];
	int n;

	if (drive_ends()) {
		cpu_switch(c, UM_NOBODY);
		return;
	}
	while ((n = cpu_pick(me, stay)) == UM_NOBODY) {
		if (time_jump())
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
		cpu_turn(true);
}

void um_relax(void)
{
	static unsigned alone;

	if (step()) {
		alone = 0;
		cpu_turn(false);
	} else if (++alone > 1000000) {
		um_bug("waits for what a stopped CPU holds");
	}
}

void um_leave_cpu(void)
{
	step();
	cpu_turn(true);
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

/* ---- starting and driving --------------------------------------------------------------- */

static void cpu_entry(void *arg)
{
	unsigned n = (unsigned)(uintptr_t)arg;

	um.cpu_fn[n](n);
	um.cpu[n].state = UM_CPU_OFF;
	for (;;)
		cpu_turn(false);
}

void um_start_cpu(unsigned n, void (*fn)(unsigned cpu))
{
	if (n >= um.cfg.ncpus)
		um_bug("there is no CPU %u", n);
	if (um.caller == (int)n)
		um.caller = UM_NOBODY;
	else if (um.cpu[n].state != UM_CPU_OFF)
		um_bug("CPU %u runs already", n);
	host_fiber_free(um.cpu_fiber[n]);
	um.cpu_fn[n] = fn;
	um.cpu_fiber[n] = host_fiber_new(cpu_entry, (void *)(uintptr_t)n);
	um.cpu[n].active = um.cpu_fiber[n];
	um.cpu[n].state = UM_CPU_READY;
}

void um_set_cpu(unsigned n)
{
	if (n >= um.cfg.ncpus || (um.cpu[n].state != UM_CPU_OFF && um.caller != (int)n))
		um_bug("um_set_cpu: CPU %u is not free", n);
	if (host_fiber_self() != host_fiber_main())
		um_bug("um_set_cpu: not from a CPU that was started");
	if (um.caller != UM_NOBODY)
		um.cpu[um.caller].state = UM_CPU_OFF;
	um.caller = (int)n;
	um_self = n;
	um.cpu[n].state = UM_CPU_READY;
	um.cpu[n].active = host_fiber_main();
}

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
		if (!time_jump())
			break;
	}
	um.driving = false;
	um_self = old;
	if (um.caller != UM_NOBODY)
		um.cpu[um.caller].state = UM_CPU_READY;
	return um.why;
}

/* No CPU goes on: the machine has ended. */
void um_cpus_drop(void)
{
	unsigned i;

	for (i = 0; i < MAX_CPUS; i++)
		if (um.cpu[i].active && um.cpu[i].active != host_fiber_main())
			um.cpu[i].state = UM_CPU_HALTED;
}

void um_cpus_fini(void)
{
	host_fiber_free_all(); /* also those of vcpus that nobody has destroyed */
	um_self = 0;
}

/* ---- the contract ----------------------------------------------------------------------- */

unsigned arch_ncpus(void)
{
	return um.cfg.ncpus;
}

err_t arch_cpu_init(void)
{
	um_cpu()->init = true;
	return HV_OK;
}

err_t arch_cpu_start(unsigned cpu)
{
	if (cpu >= um.cfg.ncpus || um.cpu[cpu].state != UM_CPU_OFF)
		return HV_EIO;
	um_start_cpu(cpu, cpu_main);
	return HV_OK;
}

void arch_cpu_kick(unsigned cpu)
{
	if (cpu >= um.cfg.ncpus)
		um_bug("kick of CPU %u, there is none", cpu);
	um.cpu[cpu].kicked = true;
}

bool um_kicked(unsigned n)
{
	return n < um.cfg.ncpus && um.cpu[n].kicked;
}

void arch_cpu_idle(void)
{
	struct arch_cpu *c = um_cpu();

	if (um_lock_count && um_lock_count())
		um_bug("CPU %u waits with a lock held", um_self);
	if (!c->kicked && !um_alarm_due(c)) {
		c->state = UM_CPU_IDLE;
		um_leave_cpu();
	}
	c->kicked = false;
	if (um_alarm_due(c))
		c->alarm = TIME_NEVER;
}
