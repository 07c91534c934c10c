// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual time: it moves at scheduling points, when every CPU waits, and by test control. */
#include "state.h"

u64 arch_now(void)
{
	return um.now;
}

u64 arch_tick_hz(void)
{
	return UM_TICK_HZ;
}

void arch_alarm(u64 when)
{
	um_cpu()->alarm = when;
}

bool um_alarm_due(const struct arch_cpu *c)
{
	return c->alarm != TIME_NEVER && c->alarm <= um.now;
}

void um_advance(u64 ticks)
{
	um.now += ticks;
}

void um_set_time(u64 ticks)
{
	if (ticks < um.now)
		um_bug("um_set_time: backwards");
	um.now = ticks;
}
