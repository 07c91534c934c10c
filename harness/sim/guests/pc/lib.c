// SPDX-License-Identifier: GPL-2.0-or-later
/* lib.h on a PC. Next: mix.c, the guest that does everything. */
#include "../lib.h"

#include <stdio.h>

#include "pc_lib.h"

#define TICKETS WORD(90) /* of the lock */
#define SERVED	WORD(91)

/* Who is made to begin anew while it holds the lock keeps it: for guests that do not do that. */
void s_lock(void)
{
	u64 mine = g_add(TICKETS, 1) - 1;

	while (g_load(SERVED, 8) != mine)
		g_relax();
}

void s_unlock(void)
{
	g_add(SERVED, 1);
}

s64 s_start(unsigned index, void (*fn)(u64 arg), u64 arg)
{
	s64 status;

	s_lock();
	status = g_start(index, fn, arg);
	s_unlock();
	return status;
}

void s_stop(void)
{
	g_stop();
}

void s_reboot(void)
{
	g_reboot();
}

#define COUNT 0x40 /* in the clock's memory, which has a battery */

u64 s_count(void)
{
	return pc_cmos(COUNT);
}

void s_set_count(u64 n)
{
	pc_cmos_set(COUNT, (u8)n);
}

/* A timer that still runs, and a priority that holds nothing back. */
void s_leave_something(void)
{
	g_timer(1000000);
	pc_apic_set(APIC_TPR, 0x30);
}

static void put(const char *text, size_t n)
{
	s_lock();
	port_put(text, (unsigned)n);
	s_unlock();
}

void s_say(const char *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	put(text, n);
}

static void stay(u64 arg)
{
	(void)arg;
	for (;;)
		g_relax();
}

void s_pass(void)
{
	unsigned n = (unsigned)g_load(VCPUS, 8);
	char text[24];

	g_irqs(false);
	put(text, (size_t)snprintf(text, sizeof(text), "PASS %s\n", g_this()->name));
	if (g_now() / 64 % 2)
		for (unsigned tries = 0, i = 1; i < n && tries < 50; tries++) {
			if (g_stopped(i))
				i++;
			else
				g_relax();
		}
	for (unsigned i = 1; i < n; i++) /* on their way to a processor when it all ends */
		s_start(i, stay, 0);
	g_poweroff();
}

void s_sleep(u64 ticks)
{
	g_irqs(false);
	g_timer(ticks);
	g_cede();
	g_irqs(false);
}

void s_route(unsigned vcpu, u32 low)
{
	g_store(PC_IOAPIC, 4, RTE_HIGH(COM1_PIN));
	g_store(PC_IOAPIC + 0x10, 4, vcpu << 24);
	g_store(PC_IOAPIC, 4, RTE_LOW(COM1_PIN));
	g_store(PC_IOAPIC + 0x10, 4, low);
}
