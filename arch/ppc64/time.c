// SPDX-License-Identifier: GPL-2.0-or-later
/* The time base, and the hypervisor decrementer as each CPU's one alarm. */
#include "port.h"

#define HDEC_MAX 0x7fffffffull /* fits the narrowest decrementer; fires early, which is legal */

u64 arch_now(void)
{
	return timebase();
}

u64 arch_tick_hz(void)
{
	return platform.cpu.timebase_hz ? platform.cpu.timebase_hz : 512000000;
}

void hdec_program(struct arch_cpu *c)
{
	u64 when = MIN(c->alarm, c->look_again), now = timebase();

	mtspr(SPR_HDEC, when <= now ? 1 : MIN(when - now, HDEC_MAX));
}

void look_again_soon(struct arch_cpu *c)
{
	c->look_again = timebase() + arch_tick_hz() / 1000000 * PAPR_MEDIATE_US;
}

void hdec_fired(struct arch_cpu *c)
{
	if (c->look_again != TIME_NEVER)
		look_again_soon(c);
	hdec_program(c);
}

void arch_alarm(u64 when)
{
	struct arch_cpu *c = arch_cpu();

	c->alarm = when;
	hdec_fired(c);
}
