/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hostile guests that do not come back: they end themselves in the middle of something, or go on
 * until the witness destroys them.
 */
#include "lib/hostile.h"

static void flood(u64 arg)
{
	u64 r[G_MAX_ARGS];

	for (;;) {
		G_CALL(HV_PARTITION_INFO, r, arg);
		G_CALL(HV_YIELD, NULL, 1);
		G_CALL(HV_NULL, NULL, 0);
		hostile_clock();
	}
}

GUEST(end_poweroff)
{
	struct hostile h;

	hostile_begins(&h);
	hostile_team(flood, h.me);
	g_poweroff();
}

GUEST(end_stop_self)
{
	struct hostile h;

	hostile_begins(&h);
	hostile_team(flood, h.me);
	G_CALL(HV_PARTITION_STOP, NULL, h.me);
	g_fail("stopped, and goes on");
}

static void stopper(u64 arg)
{
	for (;;)
		G_CALL(HV_PARTITION_STOP, NULL, arg);
}

/* All vcpus stop the partition at once. */
GUEST(end_stop_together)
{
	struct hostile h;

	hostile_begins(&h);
	hostile_team(stopper, h.me);
	stopper(h.me);
	g_fail("stopped, and goes on");
}

/* Last words without an end, at the end of memory, with everything a terminal could obey. */
GUEST(end_last_words)
{
	struct hostile h;

	hostile_begins(&h);
	for (u64 at = h.memory - 100; at < h.memory; at++)
		g_store(at, 1, (u8) "\033[2J\r\nrhype: FORGED\b\b\233"[at % 22]);
	hostile_last_words(h.memory - 100, 100);
}

static void spin(u64 arg)
{
	(void)arg;
	for (;;)
		g_relax();
}

/* Not even calls: the processor is only had back by force. */
GUEST(end_spin)
{
	struct hostile h;

	hostile_begins(&h);
	g_irqs(false);
	hostile_team(spin, 0);
	spin(0);
	g_fail("stopped");
}

static void faulter(u64 arg)
{
	g_fault_for_ever(arg);
}

GUEST(end_faults)
{
	struct hostile h;

	hostile_begins(&h);
	hostile_team(faulter, h.memory);
	g_fault_for_ever(1ul << 40);
}

/* The vectors are gone: each fault makes the next one. */
GUEST(end_wreck)
{
	struct hostile h;

	hostile_begins(&h);
	hostile_team(flood, h.me);
	g_wreck();
}

static void sleeper(u64 arg)
{
	(void)arg;
	for (;;) {
		g_timer(~0ul);
		g_cede();
	}
}

/* All asleep for ever: must be found and destroyed there. */
GUEST(end_asleep)
{
	struct hostile h;

	hostile_begins(&h);
	hostile_team(sleeper, 0);
	sleeper(0);
	g_fail("awake");
}

static void noise(u64 arg)
{
	(void)arg;
	for (;;)
		hostile_noise();
}

/* A console flood without end from all vcpus. */
GUEST(end_noise)
{
	struct hostile h;

	hostile_begins(&h);
	hostile_team(noise, 0);
	noise(0);
	g_fail("silent");
}

/* Leaves the processor in the last moment of each slot, to be first in the next one. */
GUEST(end_thief)
{
	u64 slot = g_hz() / 1000000 * g_arg("slot", 4000), from, last;
	struct hostile h;

	hostile_begins(&h);
	for (from = last = g_now();; last = g_now()) {
		u64 now = g_now();

		if (now - last > slot / 8)
			from = now; /* we were away: a slot has just begun */
		if (now - from > slot / 100 * 96) {
			g_timer(slot / 40);
			g_cede();
			g_irqs(false);
			from = g_now();
		}
	}
}

/* A restart at once, again and again: it is destroyed on its way. */
GUEST(end_restarts)
{
	struct hostile h;

	hostile_begins(&h);
	hostile_team(flood, h.me);
	g_reboot();
}
