/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What make bench measures on a PC: the least number of ticks that an operation takes, less those
 * of measuring itself. Under an emulator that counts instructions (-icount shift=0) a tick is one.
 * Boot arguments: rounds; xapic=1; yield=1: only gives its processor away, for ever. Read by
 * harness/bench/bench_x86_64.sh.
 */
#include "cpu.h"
#include "pc.h"

#define APIC_BASE 0x1b
#define SCRATCH	  (PC_COM1 + 7)

static inline void call(u64 nr)
{
	register u64 r8 __asm__("r8") = 0;
	register u64 r9 __asm__("r9") = 0;
	register u64 r10 __asm__("r10") = 0;
	register u64 r11 __asm__("r11") = 0;
	register u64 r12 __asm__("r12") = 0;
	register u64 r13 __asm__("r13") = 0;
	register u64 r14 __asm__("r14") = 0;
	u64 rsi = 0, rdi = 0;

	if (call_vmcall)
		__asm__ volatile("vmcall"
				 : "+a"(nr), "+S"(rsi), "+D"(rdi), "+r"(r8), "+r"(r9), "+r"(r10),
				   "+r"(r11), "+r"(r12), "+r"(r13), "+r"(r14)::"memory");
	else
		__asm__ volatile("vmmcall"
				 : "+a"(nr), "+S"(rsi), "+D"(rdi), "+r"(r8), "+r"(r9), "+r"(r10),
				   "+r"(r11), "+r"(r12), "+r"(r13), "+r"(r14)::"memory");
}

static void nothing(void)
{
	__asm__ volatile("" ::: "memory");
}

static void null_call(void)
{
	call(HV_NULL);
}

static void full_call(void)
{
	call(HV_VERSION);
}

static void yield(void)
{
	call(HV_YIELD);
}

static void do_cpuid(void)
{
	u32 r[4];

	cpuid(0, 0, r);
}

static void do_rdmsr(void)
{
	rdmsr(APIC_BASE);
}

static void do_wrmsr(void)
{
	wrmsr(APIC_BASE, 0xfee00d00); /* as it is: on, x2APIC, first processor */
}

static void uart_out(void)
{
	out8(SCRATCH, 0);
}

static void apic_mmio(void)
{
	(void)*(volatile u32 *)0xfee00020;
}

static void ipi_wake(void)
{
	wrmsr(0x830, PC_VEC_PROD);
	__asm__ volatile("sti; hlt; cli" ::: "memory");
}

static u64 least(void (*fn)(void), u64 rounds)
{
	u64 best = ~0ul;

	for (u64 i = 0; i < rounds; i++) {
		u64 start = g_now(), took;

		fn();
		took = g_now() - start;
		if (took < best)
			best = took;
	}
	return best;
}

GUEST(costs)
{
	static const struct {
		const char *name;
		void (*fn)(void);
		bool xapic;
	} costs[] = { { "null_call", null_call, false }, { "full_call", full_call, false },
		      { "cpuid", do_cpuid, false },	 { "rdmsr", do_rdmsr, false },
		      { "wrmsr", do_wrmsr, false },	 { "uart_out", uart_out, false },
		      { "ipi_wake", ipi_wake, false },	 { "apic_mmio", apic_mmio, true },
		      { "yield", yield, false } };
	u64 rounds = g_arg("rounds", 200), only_yield = g_arg("yield", 0), empty;

	g_irqs(false);
	if (only_yield)
		for (;;)
			yield();
	g_print("costs: start %lu\n", pc_start_ticks);
	empty = least(nothing, rounds);
	for (unsigned i = 0; i < sizeof(costs) / sizeof(costs[0]); i++)
		if (costs[i].xapic == !pc_x2apic())
			g_print("costs: %s %lu\n", costs[i].name,
				least(costs[i].fn, rounds) - empty);
	g_pass();
}
