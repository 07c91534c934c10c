// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A token goes round the vcpus by interrupts of several kinds, and nobody has a timer: a wake-up
 * that gets lost is the end of it. Boot arguments: seed, rounds.
 */
#include "cpu.h"
#include "pc_lib.h"

#define MODE	 WORD(1)
#define TURN	 WORD(2)
#define TAKEN(i) WORD(8 + (i))

#define GOT(i)	 WORD(16 + (i))
#define GATHERED 0x61 /* and a vector for each vcpu */

enum mode { NUMBERS, BITS, LOWEST, BROADCAST, GATHER, MODES };

static void external(void *arg)
{
	(void)arg;
	g_take_ipi();
	g_add(TAKEN(g_vcpu()), 1);
}

/* In x2APIC mode the processor says which bit it has; in the other one it is told. */
static void set_bit(unsigned me)
{
	if (!pc_x2apic())
		pc_apic_set(0xd0, 1u << (24 + me));
}

static void send(unsigned to, u64 mode)
{
	u32 how = mode == NUMBERS ? 0 : mode == BITS ? TO_BITS : TO_BITS | TO_LOWEST;

	pc_send(PC_VEC_EXTERNAL | how, how ? 1u << to : to);
}

/* What comes while CR8 holds it back ends the wait behind that: CR8 is low, interrupts are off. */
static void hold(u64 n)
{
	if (n % 2)
		return;
	set_cr8(15);
	g_irqs(true);
	g_irqs(false);
	set_cr8(0);
}

/* Interrupts are off between the look and the wait: none can come in between. */
static void one_by_one(u64 rounds, unsigned n, unsigned me, u64 mode)
{
	for (u64 i = 0; i < rounds; i++) {
		while (me + i && g_load(TAKEN(me), 8) < i + (me != 0)) {
			hold(i);
			g_cede();
			g_irqs(false);
		}
		if (i % 3 == 2) /* one wake-up among others */
			g_prod((me + 1) % n);
		send((me + 1) % n, mode);
	}
}

/* All are woken, and look whose turn it is. */
static void broadcast(u64 rounds, unsigned n, unsigned me)
{
	for (u64 i = 0; i < rounds; i++) {
		while (g_load(TURN, 8) != i * n + me) {
			hold(i + me);
			g_cede();
			g_irqs(false);
		}
		g_add(TURN, 1);
		pc_send(PC_VEC_EXTERNAL | (i % 2 ? TO_ALL : TO_OTHERS), 0);
	}
}

static void gathered(u64 vector)
{
	guest_drop_external();
	g_add(GOT(vector - GATHERED), 1);
}

/* The first one calls the others, and they all answer at the same time. */
static void gather(u64 rounds, unsigned n, unsigned me)
{
	pc_other(gathered);
	for (u64 i = 1; i <= rounds; i++) {
		if (me == 0) {
			g_store(TURN, 8, i);
			pc_send(PC_VEC_EXTERNAL | TO_OTHERS, 0);
		}
		for (unsigned k = 1; k < n; k++)
			while (me == 0 ? g_load(GOT(k), 8) < i : g_load(TURN, 8) < i) {
				g_cede();
				g_irqs(false);
			}
		if (me)
			pc_send(GATHERED + me, 0);
	}
}

static void work(u64 rounds)
{
	unsigned n = g_vcpus(), me = g_vcpu();
	u64 mode = g_load(MODE, 8);

	g_handler(G_IRQ_EXTERNAL, external, NULL);
	g_ipis_on();
	set_bit(me);
	g_add(WORD(3), 1);
	while (g_load(WORD(3), 8) < n) /* or a bit would mean nobody yet */
		g_relax();
	if (mode == BROADCAST)
		broadcast(rounds, n, me);
	else if (mode == GATHER)
		gather(rounds, n, me);
	else
		one_by_one(rounds, n, me, mode);
}

static void second(u64 rounds)
{
	work(rounds);
	s_stop();
}

GUEST(ping)
{
	u64 rounds = g_arg("rounds", 3), n = g_vcpus();

	g_store(VCPUS, 8, n);
	g_store(MODE, 8, g_arg("seed", 1) % MODES);
	s_start_all(second, rounds);
	work(rounds);
	s_pass();
}
