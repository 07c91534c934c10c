// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The simulated CPUs. Each started one is a fiber; the caller's main flow is a CPU too, or drives
 * the others (um_run, in turn.c: whose turn it is). Next to read: vcpu.c, guest.c.
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

/* ---- starting --------------------------------------------------------------- */

static void cpu_entry(void *arg)
{
	unsigned n = (unsigned)(uintptr_t)arg;

	um.cpu_fn[n](n);
	um.cpu[n].state = UM_CPU_OFF;
	for (;;)
		um_turn(false);
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
	if (um.cfg.no_init >> um_self & 1)
		return HV_ENOTSUP;
	um_cpu()->init = true;
	return HV_OK;
}

err_t arch_cpu_start(unsigned cpu)
{
	if (cpu >= um.cfg.ncpus || um.cpu[cpu].state != UM_CPU_OFF || um.cfg.no_start >> cpu & 1)
		return HV_EIO;
	if (!(um.cfg.mute >> cpu & 1))
		um_start_cpu(cpu, cpu_main);
	return HV_OK;
}

void arch_cpu_kick(unsigned cpu)
{
	if (cpu >= um.cfg.ncpus)
		um_bug("kick of CPU %u, there is none", cpu);
	um.cpu[cpu].kicked = true;
	um_note(UM_EV_KICK, cpu, um.now);
	um_point();
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
