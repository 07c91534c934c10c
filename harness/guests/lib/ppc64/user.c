/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Problem state on POWER always translates addresses, so the one thing that test guests do there, a
 * call, needs radix tables, as does translation for its own sake: one process, one page of 1 GiB
 * that maps the partition onto itself (Power ISA 3.0B Book III 5.7). Next to read: start.S,
 * probe_user_call.
 */
#include "cpu.h"

#define RTS_52	   (2ul << 61 | 5ul << 5) /* the tree spans 52 bits */
#define ROOT_BITS  13
#define NEXT_BITS  9
#define VALID	   (1ul << 63)
#define LEAF	   (1ul << 62)
#define REFERENCED 0x180ul /* and changed */
#define USER_RWX   0x7ul

#define REGISTER   0x1d /* new table, radix, we invalidate ourselves */
#define WITHDRAW   0x15
#define PRIVILEGED 0x40000ul /* SRR1 of a program interrupt */
#define MSR_IR_DR  0x30ul

static u64 root[1 << ROOT_BITS] __attribute__((aligned(8 << ROOT_BITS)));
static u64 next[1 << NEXT_BITS] __attribute__((aligned(8 << NEXT_BITS)));
static u64 process[512] __attribute__((aligned(4096)));

static u64 be(u64 v)
{
	return __builtin_bswap64(v);
}

static void tables_on(void)
{
	next[0] = be(VALID | LEAF | REFERENCED | USER_RWX);
	root[0] = be(VALID | (u64)next | NEXT_BITS);
	process[0] = be(RTS_52 | (u64)root | ROOT_BITS);
	g_barrier();
	if (G_CALL(H_REGISTER_PROC_TBL, NULL, REGISTER, (u64)process, 0, 0) != H_SUCCESS)
		g_fail("the process table was refused");
}

static void tables_off(void)
{
	G_CALL(H_REGISTER_PROC_TBL, NULL, WITHDRAW, 0, 0, 0);
}

static void translate(bool on)
{
	u64 msr;

	__asm__ volatile("mfmsr %0" : "=r"(msr));
	msr = on ? msr | MSR_IR_DR : msr & ~MSR_IR_DR;
	__asm__ volatile("mtmsrd %0; isync" ::"r"(msr) : "memory");
}

void g_translated(void (*fn)(void *arg), void *arg)
{
	bool on = g_irqs(false);

	tables_on();
	translate(true);
	fn(arg);
	translate(false);
	tables_off();
	g_irqs(on);
}

bool g_user_hcall(u64 nr)
{
	bool on = g_irqs(false), refused;

	tables_on();
	refused = probe_user_call(nr) != 0;
	tables_off();
	g_irqs(on);
	return refused && g_fault()->kind == G_PROGRAM_FAULT && (g_fault()->status & PRIVILEGED);
}
