// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Time of a vcpu: its local APIC's timer, which counts at the rate of the time stamp counter, and
 * that counter itself. The port's alarm of the vcpu does the waiting. Next: clock.c.
 */
#include "pc.h"

#define MODE(lvt)     ((lvt) >> 17 & 3)
#define MODE_ONCE     0
#define MODE_PERIODIC 1
#define MODE_DEADLINE 2
#define LVT_MASK      (1u << 16)
#define PERIODS_PER_S 20000 /* a shorter period is stretched: the guest could do nothing else */

u64 pc_tsc(const struct vcpu *v)
{
	return arch_now() + pc_vcpu(v)->tsc_offset;
}

/* Ticks of the counter per count of the timer: 2 4 8 16 32 64 128 1. */
static u64 divider(const struct pc_apic *a)
{
	u32 code = (a->tdcr & 3) | (a->tdcr >> 1 & 4);

	return 1ull << ((code + 1) & 7);
}

u32 pc_timer_count(const struct pc_apic *a)
{
	u64 now = arch_now();

	if (a->timer == TIME_NEVER || a->timer <= now || MODE(a->lvt[LVT_TIMER]) == MODE_DEADLINE)
		return 0;
	return (u32)((a->timer - now + divider(a) - 1) / divider(a));
}

/* The initial count is written; nothing in deadline mode. */
void pc_timer_start(struct vcpu *v, u32 initial)
{
	struct pc_apic *a = &pc_vcpu(v)->apic;

	if (MODE(a->lvt[LVT_TIMER]) == MODE_DEADLINE)
		return;
	a->initial = initial;
	a->timer = a->initial ? arch_now() + a->initial * divider(a) : TIME_NEVER;
	pc_alarm(v);
}

/* Another divider: what is left of the count is counted at the new rate. */
void pc_timer_divide(struct vcpu *v, u32 code)
{
	struct pc_apic *a = &pc_vcpu(v)->apic;
	u64 count = pc_timer_count(a);

	a->tdcr = code;
	if (!count)
		return;
	a->timer = arch_now() + count * divider(a);
	pc_alarm(v);
}

/* The moment when the counter reaches the deadline: not before now, and for the far end never. */
static u64 moment(const struct vcpu *v, u64 deadline)
{
	u64 now = arch_now(), tsc = now + pc_vcpu(v)->tsc_offset;

	return deadline <= tsc ? now : now + MIN(deadline - tsc, TIME_NEVER - now);
}

void pc_timer_deadline(struct vcpu *v, u64 deadline)
{
	struct pc_apic *a = &pc_vcpu(v)->apic;

	if (MODE(a->lvt[LVT_TIMER]) != MODE_DEADLINE)
		return;
	a->deadline = deadline;
	a->timer = deadline ? moment(v, deadline) : TIME_NEVER;
	pc_alarm(v);
}

void pc_timer_fire(struct vcpu *v)
{
	struct pc_apic *a = &pc_vcpu(v)->apic;
	u32 lvt = a->lvt[LVT_TIMER];
	u64 period = MAX(a->initial * divider(a), arch_tick_hz() / PERIODS_PER_S);

	if (MODE(lvt) == MODE_PERIODIC)
		a->timer = MAX(a->timer + period, arch_now() + period / 2);
	else
		a->timer = TIME_NEVER;
	a->deadline = 0;
	if (!(lvt & LVT_MASK))
		pc_apic_accept(v, (u8)lvt, false);
}

void pc_set_tsc(struct vcpu *v, u64 offset)
{
	struct pc_vcpu *pv = pc_vcpu(v);

	pv->tsc_adjust += offset - pv->tsc_offset;
	pv->tsc_offset = offset;
	arch_pc_tsc_offset(&v->arch, offset);
	if (pv->apic.deadline)
		pc_timer_deadline(v, pv->apic.deadline);
	pc_clock_update(v);
}
