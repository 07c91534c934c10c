// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loop of a physical CPU: ask the scheduler, switch vcpus, run, hand the exit on, and wait
 * when nobody can run. Next: dispatch.c (exits), sched.c (the choice).
 */
#include "dispatch.h"
#include "hv.h"
#include "panic.h"
#include "partition.h"
#include "vcpu.h"

#define REAP_IDLE 16 /* bounded steps of destroying partitions per turn, when nobody can run */
#define REAP_BUSY 4  /* and when somebody can: about a hundredth of a slot */

/* End of a turn of the loaded vcpu at `now`: what it used is counted. */
static void charge(struct cpu *c, u64 now) REQUIRES(&c->sched.lock)
{
	sched_charge_locked(&c->sched, c->loaded, c->started, now);
	c->started = 0;
}

void cpu_unload(struct cpu *c)
{
	struct vcpu *v = c->loaded;
	struct partition *p;

	if (!v)
		return;
	p = v->part;
	if (unlikely(c->started)) {
		lock_take(&c->sched.lock);
		charge(c, arch_now());
		lock_drop(&c->sched.lock);
	}
	if (p->machine->before_put)
		p->machine->before_put(v);
	arch_vcpu_put(&v->arch);
	v->loaded = false;
	c->loaded = NULL;
	/* after this the partition may go away */
	atomic_fetch_sub(&p->nloaded, 1);
}

/* This CPU will load v, which nobody may take apart meanwhile. */
static void claim(const struct cpu *c, struct vcpu *v)
{
	if (v == c->loaded)
		return;
	atomic_fetch_add(&v->part->nloaded, 1);
	v->loaded = true;
}

/* Load v, which is claimed. */
static bool load(struct cpu *c, struct vcpu *v, u64 now)
{
	struct partition *p = v->part;

	if (c->loaded == v)
		return p->state == PART_RUNNING;
	cpu_unload(c);
	/* partition_stop writes the state before anybody reads nloaded: one of us sees the other */
	if (p->state != PART_RUNNING) {
		v->loaded = false;
		atomic_fetch_sub(&p->nloaded, 1);
		return false;
	}
	arch_barrier(); /* before before_run looks at what others want of v; see vcpu_kick */
	c->loaded = v;
	c->started = now;
	arch_vcpu_load(&v->arch);
	if (p->machine->after_load)
		p->machine->after_load(v);
	return true;
}

bool cpu_load(struct cpu *c, struct vcpu *v)
{
	claim(c, v);
	return load(c, v, arch_now());
}

/* Boot CPU: the console, and firmware's own work. */
static void housekeeping(u64 now)
{
	hv.console.next_poll = now + arch_tick_hz() / 1000 * CONSOLE_POLL_MS;
	arch_poll();
	console_poll(now);
	console_flush();
}

/* Destroy what is dying, or restart, a bounded piece at a time. */
static void reap(const struct cpu *c)
{
	unsigned n = c->busy ? REAP_BUSY : REAP_IDLE;

	if (unlikely(atomic_load(&hv.empty)))
		partition_machine_ends();
	while (n-- && atomic_load(&hv.nreap) && partition_reap())
		;
}

/* What there is to do besides: the time after it, which is nobody's turn. */
static u64 chores(const struct cpu *c, u64 now)
{
	bool polls = c->id == 0 && now >= hv.console.next_poll;
	bool reaps = atomic_load(&hv.nreap) || atomic_load(&hv.empty);

	if (likely(!polls && !reaps))
		return now;
	if (polls)
		housekeeping(now);
	if (reaps)
		reap(c);
	return arch_now();
}

static u64 next_alarm(const struct cpu *c, u64 until)
{
	return c->id == 0 ? MIN(until, hv.console.next_poll) : until;
}

/* v's turn, which began at `now`: to its end, or until v or somebody else has better to do. */
static void run(struct cpu *c, struct vcpu *v, u64 now)
{
	const struct machine *m = v->part->machine;
	struct vcpu_exit x;

	c->started = now;
	do {
		m->before_run(v);
		if (unlikely(c->resched)) /* it has woken somebody */
			break;
		arch_vcpu_run(&v->arch, &x);
		exit_dispatch(v, &x);
	} while (!c->resched && x.kind != EXIT_PREEMPT);
}

/*
 * The last turn has ended at `ended`; whose is the next? Claimed under the lock that sched_off
 * takes: either it sees our count, and that v is as good as loaded, or we do not see v.
 */
static struct vcpu *pick(struct cpu *c, u64 ended, u64 now, u64 *until)
{
	struct vcpu *v;

	lock_take(&c->sched.lock);
	if (c->started) /* still loaded */
		charge(c, ended);
	v = sched_pick_locked(&c->sched, now, until);
	if (v)
		claim(c, v);
	lock_drop(&c->sched.lock);
	return v;
}

bool cpu_step(struct cpu *c)
{
	u64 ended = arch_now(), now, until;
	struct vcpu *v;

	if (unlikely(atomic_load(&hv.panicked)))
		arch_halt();
	now = chores(c, ended);
	c->resched = false;
	v = pick(c, ended, now, &until);
	c->busy = v && load(c, v, now);
	if (likely(c->busy)) {
		arch_alarm(next_alarm(c, until));
		run(c, v, now);
		return true;
	}
	if (!v && c->loaded && (c->loaded->part->state != PART_RUNNING || !c->loaded->online))
		cpu_unload(c);
	if (v || atomic_load(&hv.nreap)) {
		arch_relax();
		return true;
	}
	arch_alarm(next_alarm(c, until));
	arch_cpu_idle();
	c->idle_ticks += arch_now() - now;
	return false;
}

void cpu_loop(struct cpu *c)
{
	for (;;)
		cpu_step(c);
}
