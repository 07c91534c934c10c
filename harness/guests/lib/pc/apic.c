/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PC's local APIC for test guests: timer, interrupts between vcpus, start of vcpus. It is used
 * through MSRs where the processor has that, with the boot argument xapic=1 through memory. Next to
 * read: info.c.
 */
#include "cpu.h"
#include "pc.h"
#include "port.h"

#define MSR_APIC_BASE 0x1b
#define MSR_DEADLINE  0x6e0
#define MSR_X2APIC    0x800
#define BASE_X2	      0x400ul
#define ECX_X2APIC    (1u << 21)
#define ECX_DEADLINE  (1u << 24)
#define APIC_ICR2     0x310
#define ICR_BUSY      0x1000u
#define ICR_INIT      0x4500u
#define ICR_START     0x4600u
#define SVR_ON	      0x100u
#define LVT_DEADLINE  0x40000u
#define BAD_VCPU      (-3)

static bool x2, deadline;

bool pc_x2apic(void)
{
	return x2;
}

u32 pc_apic_get(unsigned reg)
{
	if (x2)
		return (u32)rdmsr(MSR_X2APIC + reg / 16);
	return *(volatile u32 *)((rdmsr(MSR_APIC_BASE) & ~0xffful) + reg);
}

void pc_apic_set(unsigned reg, u32 v)
{
	if (x2)
		wrmsr(MSR_X2APIC + reg / 16, v);
	else
		*(volatile u32 *)((rdmsr(MSR_APIC_BASE) & ~0xffful) + reg) = v;
}

void pc_send(u32 command, u32 target)
{
	g_barrier();
	if (x2) {
		wrmsr(MSR_X2APIC + APIC_ICR / 16, command | (u64)target << 32);
		return;
	}
	while (pc_apic_get(APIC_ICR) & ICR_BUSY)
		g_relax();
	pc_apic_set(APIC_ICR2, target << 24);
	pc_apic_set(APIC_ICR, command);
}

void pc_apic_on(void)
{
	u32 r[4];

	cpuid(1, 0, r);
	deadline = r[2] & ECX_DEADLINE;
	x2 = (r[2] & ECX_X2APIC) && !g_arg("xapic", 0);
	if (x2)
		wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | BASE_X2);
	pc_apic_set(APIC_SVR, SVR_ON | VEC_SPURIOUS);
	pc_apic_set(APIC_TIMER, LVT_DEADLINE | VEC_TIMER);
	g_barrier();
}

/* ---- interrupts -------------------------------------------------------------------------- */

void guest_drop_external(void)
{
	pc_apic_set(APIC_EOI, 0);
}

/* Called by the interrupt handler of the processor. */
void pc_interrupt(u64 vector)
{
	struct self *s = self();

	if (vector == VEC_TIMER) {
		pc_apic_set(APIC_EOI, 0);
		if (s->irq[G_IRQ_TIMER].fn)
			s->irq[G_IRQ_TIMER].fn(s->irq[G_IRQ_TIMER].arg);
	} else if (vector == VEC_EXTERNAL && s->irq[G_IRQ_EXTERNAL].fn) {
		s->irq[G_IRQ_EXTERNAL].fn(s->irq[G_IRQ_EXTERNAL].arg);
	} else if (vector == VEC_EXTERNAL || vector == VEC_PROD) {
		guest_drop_external();
	} else if (vector != VEC_SPURIOUS && s->other) {
		s->other(vector);
	} else if (vector != VEC_SPURIOUS) {
		g_fail("interrupt %lu", vector);
	}
}

void pc_other(void (*fn)(u64 vector))
{
	self()->other = fn;
}

void g_ipis_on(void)
{
	pc_apic_set(APIC_TPR, 0);
}

void g_ipi(unsigned vcpu)
{
	pc_send(VEC_EXTERNAL, vcpu);
}

bool g_take_ipi(void)
{
	guest_drop_external();
	return true;
}

void g_prod(unsigned vcpu)
{
	pc_send(VEC_PROD, vcpu);
}

void g_timer(u64 ticks)
{
	u64 when = g_now() + ticks;

	if (!deadline)
		g_fail("no TSC deadline timer here");
	wrmsr(MSR_DEADLINE, when > ticks ? when : ~0ul);
}

/* ---- vcpus ------------------------------------------------------------------------------- */

s64 g_start(unsigned index, void (*fn)(u64 arg), u64 arg)
{
	struct self *s = self_of(index % G_MAX_VCPUS);

	if (index >= g_vcpus() || s->running || index == g_vcpu())
		return BAD_VCPU;
	for (char *to = (char *)AP_PAGE, *from = ap_begin; from < ap_end;)
		*to++ = *from++;
	s->fn = fn;
	s->arg = arg;
	s->running = 1;
	pc_send(ICR_INIT, index);
	pc_send(ICR_START | AP_PAGE >> 12, index);
	return 0;
}

bool g_stopped(unsigned index)
{
	return !__atomic_load_n(&self_of(index)->running, __ATOMIC_SEQ_CST);
}

/* It takes no interrupt any more: only INIT brings it back. */
void g_stop(void)
{
	g_irqs(false);
	wrmsr(MSR_DEADLINE, 0);
	__atomic_store_n(&self()->running, 0, __ATOMIC_SEQ_CST);
	port_hang();
}
