/* SPDX-License-Identifier: BSD-2-Clause */
/* PCs that do not come back: storms of interrupts without an end, resets from everywhere. */
#include "../lib/hostile.h"
#include "pc.h"

#define NMI	 0x4400u
#define INIT	 0x4500u
#define START	 0x4600u
#define OTHERS	 0xc0000u
#define ALL	 0x80000u
#define VECTOR	 0x60
#define PERIODIC 0x20000u

static void ended(u64 vector)
{
	(void)vector;
	pc_apic_set(APIC_EOI, 0);
}

static void ipis(u64 arg)
{
	pc_other(ended);
	g_irqs(true);
	for (;;)
		pc_send(ALL | (u32)arg, 0);
}

/* Everybody interrupts everybody, for ever. */
GUEST(end_ipis)
{
	struct hostile h;

	hostile_begins(&h);
	hostile_team(ipis, VECTOR);
	ipis(VECTOR + 0x10);
}

static void ticks(u64 arg)
{
	pc_other(ended);
	pc_apic_set(APIC_TIMER, PERIODIC | VECTOR);
	pc_apic_set(APIC_DIVIDE, 0xb);
	pc_apic_set(APIC_INITIAL, 1);
	if (arg)
		for (;;) { /* asleep in between */
			g_cede();
			g_irqs(true);
		}
	g_irqs(true);
	for (;;)
		g_relax();
}

/* The shortest period, awake and asleep. */
GUEST(end_timers)
{
	struct hostile h;

	hostile_begins(&h);
	hostile_team(ticks, 1);
	ticks(0);
}

static void inits(u64 arg)
{
	(void)arg;
	for (;;) {
		for (u32 i = 1; i < g_vcpus(); i++) {
			pc_send(INIT, i);
			pc_send(START | 0xc, i);
		}
		pc_send(NMI | OTHERS, 0);
	}
}

/* Vcpus that are started and ended without an end. */
GUEST(end_inits)
{
	struct hostile h;

	hostile_begins(&h);
	g_store(0xc000, 8, 0xfdebf4); /* hlt, again */
	for (u64 vector = 0; vector < 0x100; vector++)
		g_store(4 * vector, 4, 0xc000 >> 4 << 16);
	inits(0);
}

static void resets(u64 arg)
{
	for (u32 i = 0;; i++) {
		pc_out(0xcf9, 1, 6);
		pc_out(0x64, 1, 0xfe);
		if (arg)
			pc_out(0x600, 1, 0x34);
	}
}

/* Reset and power off, from all vcpus at once. */
GUEST(end_resets)
{
	struct hostile h;

	hostile_begins(&h);
	hostile_team(resets, 1);
	resets(0);
}
