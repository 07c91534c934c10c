// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Input of COM1 by interrupts, edges or levels, that are routed, masked and moved between vcpus
 * meanwhile: input that waits while no interrupt comes is a fault. Boot arguments: seed, rounds.
 */
#include "pc_lib.h"

#define ENDS	 WORD(1)
#define READ	 WORD(2) /* bytes */

#define IER	 (PC_COM1 + 1)
#define MCR	 (PC_COM1 + 4)
#define LSR	 (PC_COM1 + 5)
#define LSR_DATA 1
#define OUT2	 8

/* Or some, when it comes faster: then the line goes down and up, which is an edge again. */
static u64 read_all(void)
{
	u64 n = 0;

	while (pc_in(LSR, 1) & LSR_DATA) {
		pc_in(PC_COM1, 1);
		if (++n == 40) {
			pc_out(IER, 1, 0);
			pc_out(IER, 1, 1);
			break;
		}
	}
	return n;
}

/* What comes behind the last look brings another interrupt; it counts when all is read. */
static void other(u64 vector)
{
	if (vector == COM1_VECTOR) {
		g_add(READ, read_all());
		g_add(SEEN, 1);
	}
	guest_drop_external();
}

static void second(u64 arg)
{
	u64 rng = s_seed();

	(void)arg;
	pc_other(other);
	g_ipis_on();
	while (!g_load(ENDS, 8)) {
		s_sleep(1000 + s_below(&rng, 20000));
		if (s_below(&rng, 4) == 0)
			g_add(READ, read_all()); /* with others at the same time */
	}
	s_stop();
}

/* An edge that comes while the entry is masked is lost, as on any PC: only levels are masked. */
static void route(u64 *rng, u32 level)
{
	u32 mask = level && s_below(rng, 4) == 0 ? RTE_MASK : 0;

	s_route((unsigned)s_below(rng, g_vcpus()), COM1_VECTOR | level | mask);
}

GUEST(keys)
{
	u64 rounds = 10 * g_arg("rounds", 2), rng;
	u32 level = g_arg("seed", 1) % 2 ? RTE_LEVEL : 0;

	g_store(WORD(0), 8, g_arg("seed", 1));
	rng = s_seed();
	pc_other(other);
	g_ipis_on();
	s_start_all(second, 0);
	s_route(0, COM1_VECTOR | level);
	pc_out(MCR, 1, OUT2);
	pc_out(IER, 1, 1);
	while (rounds--) {
		route(&rng, level);
		s_sleep(1000 + s_below(&rng, 100000));
	}
	/* the last word: it is routed here; what nobody has read by then has its interrupt */
	s_route(0, COM1_VECTOR | level);
	s_last_input(read_all);
	g_store(ENDS, 8, 1);
	s_pass();
}
