/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupt controllers: floods, registers with anything, the local APIC in memory. */
#include "../lib/hostile.h"
#include "pc.h"

#define FIRST	  0x48 /* vectors above the library's own */
#define LAST	  0xfe
#define USER_END  0x80 /* a trap of the library */
#define SELF	  0x40000u
#define ALL	  0x80000u
#define OTHERS	  0xc0000u
#define LOGICAL	  0x800u
#define VECTOR	  0x60
#define PERIODIC  0x20000u
#define DEADLINE  0x40000u
#define VEC_TIMER 0x40

static void count(u64 vector)
{
	g_add(HOSTILE_WORD(g_vcpu()), 1);
	g_store(HOSTILE_WORD(16), 8, vector);
	pc_apic_set(APIC_EOI, 0);
}

static u64 counted(void)
{
	return g_load(HOSTILE_WORD(g_vcpu()), 8);
}

/* Each vector once while interrupts are off: then all come, the highest first. */
GUEST(apic_all_vectors)
{
	u64 before, last = 0x100, limit = g_now() + 30 * g_hz();
	struct hostile h;

	hostile_begin(&h);
	for (unsigned w = 0; w < 17; w++)
		g_store(HOSTILE_WORD(w), 8, 0);
	pc_other(count);
	for (u32 v = FIRST; v <= LAST; v++)
		for (unsigned twice = 0; twice < 2 && v != USER_END; twice++)
			pc_send(SELF | v, 0);
	for (before = 0; before < LAST - FIRST; before = counted()) {
		g_irqs(true); /* in the shadow of STI at most one */
		g_irqs(false);
		if (g_now() > limit)
			g_fail("%lu of %u came", before, LAST - FIRST);
		if (counted() == before + 1 && g_load(HOSTILE_WORD(16), 8) >= last)
			g_fail("%#lx came behind %#lx", g_load(HOSTILE_WORD(16), 8), last);
		last = g_load(HOSTILE_WORD(16), 8);
	}
	g_irqs(true);
	g_irqs(false);
	G_EQ(counted(), LAST - FIRST);
	for (u32 v = 0; v < 16; v++) { /* no such vectors */
		pc_send(SELF | v, 0);
		pc_apic_set(APIC_ESR, 0);
		G_EQ(pc_apic_get(APIC_ESR), 0x20);
	}
	for (unsigned i = 0; i < 8; i++)
		G_EQ(pc_apic_get(APIC_ISR + 16 * i) | pc_apic_get(APIC_IRR + 16 * i), 0);
	hostile_end(&h);
}

static u32 anybody(struct hostile *h, u32 *dest)
{
	static const u32 to[] = { 0, SELF, ALL, OTHERS, LOGICAL };
	u64 n = hostile_random(h);

	*dest = (u32)(n >> 32) % (g_vcpus() + 1);
	if (n % 16 == 0)
		*dest = (u32)(n >> 20);
	return to[n % LENGTH(to)] | (u32)(n >> 8) % 2 << 8 | (FIRST + (u32)(n >> 16) % 0x30);
}

static void sender(u64 arg)
{
	struct hostile h = { .random = arg + g_vcpu() };
	u32 dest;

	pc_other(count);
	g_irqs(true);
	while (!hostile_over()) {
		u32 what = anybody(&h, &dest);

		pc_send(what, dest);
		if (hostile_random(&h) % 16 == 0)
			hostile_sleep(20);
		g_irqs(true);
	}
}

/* Everybody interrupts everybody, awake or asleep. */
GUEST(apic_ipi_storm)
{
	struct hostile h;
	u32 dest;

	hostile_begin(&h);
	hostile_team(sender, h.me + 100);
	pc_other(count);
	g_irqs(true);
	for (u64 i = 0; i < g_arg("flood", 500); i++) {
		u32 what = anybody(&h, &dest);

		pc_send(what, dest);
		g_irqs(true);
	}
	hostile_join();
	g_irqs(true);
	G_CHECK(counted() > 0);
	hostile_end(&h);
}

/* ---- the timer -------------------------------------------------------------------------- */

/* The guest may come to nothing else: then this is the end of it. */
static void timed(u64 vector)
{
	count(vector);
	if (g_now() > g_load(HOSTILE_WORD(17), 8))
		pc_apic_set(APIC_INITIAL, 0);
}

static void timer(u64 mode, u32 divide, u32 initial)
{
	pc_apic_set(APIC_TIMER, (u32)mode | VECTOR);
	pc_apic_set(APIC_DIVIDE, divide);
	pc_apic_set(APIC_INITIAL, initial);
}

/* Periods that nobody could use are stretched: the guest goes on, and so does everybody else. */
GUEST(apic_timer_storm)
{
	static const u32 divide[] = { 0xb, 0, 1, 2, 3, 8, 9, 0xa };
	struct hostile h;

	hostile_begin(&h);
	pc_other(timed);
	g_store(HOSTILE_WORD(0), 8, 0);
	for (u32 initial = 1; initial < 0x1000; initial *= 7)
		for (unsigned d = 0; d < LENGTH(divide); d++) {
			u64 from = g_now(), before = counted(), ticks = g_hz() / 2000, us;

			g_store(HOSTILE_WORD(17), 8, from + ticks);
			timer(PERIODIC, divide[d], initial);
			g_irqs(true);
			while (g_now() - from < ticks)
				g_relax();
			g_irqs(false);
			timer(PERIODIC, divide[d], 0);
			us = (g_now() - from) / (g_hz() / 1000000);
			if (counted() - before > us / 20 + 4)
				g_fail("%lu interrupts in %lu us", counted() - before, us);
		}
	G_CHECK(counted() > 0);
	g_store(HOSTILE_WORD(17), 8, 0);
	for (unsigned i = 0; i < 300; i++) {
		u64 n = hostile_random(&h);

		timer(n & 0x70000, (u32)(n >> 20) & 0xb, (u32)(n >> 32) >> n % 32);
		pc_apic_get(APIC_CURRENT);
	}
	timer(0, 0, 0);
	g_irqs(true);
	pc_apic_set(APIC_TIMER, DEADLINE | VEC_TIMER);
	hostile_sleep(100);
	hostile_end(&h);
}

/* ---- registers -------------------------------------------------------------------------- */

/* A command that starts or ends a vcpu, or that is an NMI, SMI or another guest's business. */
static bool harmful(unsigned reg)
{
	return reg == APIC_ICR;
}

/* All registers of the local APIC as MSRs: there or not, never anything else. */
GUEST(apic_registers)
{
	struct hostile h;
	u64 v;

	hostile_begin(&h);
	pc_other(count);
	for (unsigned i = 0; i < 1500; i++) {
		u64 n = hostile_random(&h);
		unsigned reg = (unsigned)n % 0x100;

		if (!pc_try_rdmsr(0x800 + reg, &v))
			G_EQ(g_fault()->vector, 13);
		if (!harmful(reg * 16) &&
		    !pc_try_wrmsr(0x800 + reg, n >> 9 & 1 ? n >> 32 >> (n >> 10) % 32 : n))
			G_EQ(g_fault()->vector, 13);
	}
	pc_apic_mode(pc_x2apic());
	hostile_sleep(100);
	hostile_end(&h);
}

static void anywhere(struct hostile *h, u64 base)
{
	u64 n = hostile_random(h), at = base + (n >> 8) % 0x1010, v;
	unsigned size = 1u << (n >> 4) % 4;
	bool wide = at >> 12 != base >> 12;

	if (n >> 40 & 1)
		at &= ~15ul;
	if (!g_try_load(at, size, &v))
		g_fail("reading %#lx: exception %lu", at, g_fault()->vector);
	if (harmful((unsigned)at & 0xff0) || (at & 0xff0) == 0x2f0)
		return; /* also from below */
	if (!g_try_store(at, size, wide ? 0 : hostile_random(h)))
		g_fail("writing %#lx: exception %lu", at, g_fault()->vector);
}

/* In memory: every size at every place, also across the end of the page. */
GUEST(apic_memory)
{
	struct hostile h;

	hostile_begin(&h);
	pc_apic_mode(false);
	pc_other(count);
	for (unsigned i = 0; i < 1200; i++)
		anywhere(&h, PC_LAPIC);
	pc_apic_mode(false);
	hostile_sleep(100);
	pc_apic_mode(true);
	hostile_sleep(100);
	hostile_end(&h);
}

#define PINS 24

/* No line but the console's is connected, and that one says nothing now. */
GUEST(ioapic_garbage)
{
	struct hostile h;

	hostile_begin(&h);
	pc_other(count);
	for (unsigned i = 0; i < 1500; i++)
		anywhere(&h, PC_IOAPIC);
	for (u32 i = 0; i < 0x100; i++) {
		g_store(PC_IOAPIC, 4, i);
		g_store(PC_IOAPIC + 0x10, 4, ~0u);
		g_load(PC_IOAPIC + 0x10, 4);
	}
	for (u32 i = 0; i < PINS; i++) {
		g_store(PC_IOAPIC, 4, 0x10 + 2 * i);
		g_store(PC_IOAPIC + 0x10, 4, 0x10000);
		G_EQ(g_load(PC_IOAPIC + 0x10, 4), 0x10000);
	}
	g_irqs(true);
	hostile_end(&h);
}

/* The task priority and ends of interrupts that are none, while interrupts wait. */
GUEST(apic_priorities)
{
	struct hostile h;

	hostile_begin(&h);
	pc_other(count);
	g_store(HOSTILE_WORD(0), 8, 0);
	for (unsigned i = 0; i < 500; i++) {
		u64 n = hostile_random(&h);

		pc_apic_set(APIC_TPR, (u32)(n & 0xff));
		pc_send(SELF | (FIRST + (u32)(n >> 8) % 0x30), 0);
		for (unsigned k = 0; k < (n >> 16) % 4; k++)
			pc_apic_set(APIC_EOI, 0);
		if (n >> 24 & 1)
			pc_apic_set(APIC_SVR, (u32)(n >> 32) & 0x1ff);
		pc_apic_set(APIC_SVR, 0x1ff);
		if (n >> 25 & 1) {
			g_irqs(true);
			g_irqs(false);
		}
	}
	pc_apic_set(APIC_TPR, 0);
	pc_apic_mode(pc_x2apic());
	hostile_sleep(100);
	hostile_end(&h);
}
