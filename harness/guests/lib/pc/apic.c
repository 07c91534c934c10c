/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PC's local APIC for test guests: timer, interrupts between vcpus, start of vcpus. It is used
 * through MSRs where the processor has that, with the boot argument xapic=1 through memory. Next to
 * read: info.c.
 */
#include "cpu.h"
#include "pc_port.h"
#include "port.h"

#define MSR_APIC_BASE 0x1b
#define MSR_DEADLINE  0x6e0
#define MSR_X2APIC    0x800
#define BASE_X2	      0x400ul
#define BASE_ON	      0x800ul
#define ECX_X2APIC    (1u << 21)
#define ECX_DEADLINE  (1u << 24)
#define APIC_ICR2     0x310
#define ICR_BUSY      0x1000u
#define ICR_INIT      0x4500u
#define ICR_START     0x4600u
#define SVR_ON	      0x100u
#define LVT_DEADLINE  0x40000u
#define BAD_VCPU      (-3)

bool pc_x2apic(void)
{
	return pc_info()->x2apic;
}

u32 pc_apic_get(unsigned reg)
{
	if (pc_x2apic())
		return (u32)rdmsr(MSR_X2APIC + reg / 16);
	return (u32)g_load((rdmsr(MSR_APIC_BASE) & ~0xffful) + reg, 4);
}

void pc_apic_set(unsigned reg, u32 v)
{
	if (pc_x2apic())
		wrmsr(MSR_X2APIC + reg / 16, v);
	else
		g_store((rdmsr(MSR_APIC_BASE) & ~0xffful) + reg, 4, v);
}

void pc_send(u32 command, u32 target)
{
	g_barrier();
	if (pc_x2apic()) {
		wrmsr(MSR_X2APIC + APIC_ICR / 16, command | (u64)target << 32);
		return;
	}
	while (pc_apic_get(APIC_ICR) & ICR_BUSY)
		g_relax();
	pc_apic_set(APIC_ICR2, target << 24);
	pc_apic_set(APIC_ICR, command);
}

static void set_up(void)
{
	pc_apic_set(APIC_SVR, SVR_ON | PC_VEC_SPURIOUS);
	pc_apic_set(APIC_TIMER, LVT_DEADLINE | PC_VEC_TIMER);
	g_barrier();
}

void pc_apic_mode(bool msrs)
{
	u64 base = rdmsr(MSR_APIC_BASE) & ~(BASE_X2 | BASE_ON);

	wrmsr(MSR_APIC_BASE, base);
	wrmsr(MSR_APIC_BASE, base | BASE_ON);
	pc_info()->x2apic = msrs;
	if (msrs)
		wrmsr(MSR_APIC_BASE, base | BASE_ON | BASE_X2);
	set_up();
}

void pc_apic_on(void)
{
	struct pc_info *info = pc_info();
	u32 r[4];

	cpuid(1, 0, r);
	info->deadline = r[2] & ECX_DEADLINE;
	info->x2apic = (r[2] & ECX_X2APIC) && !g_arg("xapic", 0);
	if (info->x2apic)
		wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | BASE_X2);
	set_up();
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

	if (vector == PC_VEC_TIMER) {
		pc_apic_set(APIC_EOI, 0);
		if (s->irq[G_IRQ_TIMER].fn)
			s->irq[G_IRQ_TIMER].fn(s->irq[G_IRQ_TIMER].arg);
	} else if (vector == PC_VEC_EXTERNAL && s->irq[G_IRQ_EXTERNAL].fn) {
		s->irq[G_IRQ_EXTERNAL].fn(s->irq[G_IRQ_EXTERNAL].arg);
	} else if (vector == PC_VEC_EXTERNAL || vector == PC_VEC_PROD) {
		guest_drop_external();
	} else if (vector != PC_VEC_SPURIOUS && s->other) {
		s->other(vector);
	} else if (vector != PC_VEC_SPURIOUS) {
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
	pc_send(PC_VEC_EXTERNAL, vcpu);
}

bool g_take_ipi(void)
{
	guest_drop_external();
	return true;
}

void g_prod(unsigned vcpu)
{
	pc_send(PC_VEC_PROD, vcpu);
}

void g_timer(u64 ticks)
{
	u64 when = g_now() + ticks;

	if (!pc_info()->deadline)
		g_fail("no TSC deadline timer here");
	wrmsr(MSR_DEADLINE, when > ticks ? when : ~0ul);
}

/* ---- vcpus ------------------------------------------------------------------------------- */

s64 g_start(unsigned index, void (*fn)(u64 arg), u64 arg)
{
	if (index >= g_vcpus() || pc_running(index) || index == g_vcpu())
		return BAD_VCPU;
	pc_prepare(index, fn, arg);
	pc_set_running(index, true);
	pc_send(ICR_INIT, index);
	pc_send(ICR_START | PC_AP_PAGE >> 12, index);
	return 0;
}

bool g_stopped(unsigned index)
{
	g_barrier();
	return !pc_running(index);
}

/* It takes no interrupt any more: only INIT brings it back. */
void g_stop(void)
{
	g_irqs(false);
	wrmsr(MSR_DEADLINE, 0);
	g_barrier();
	pc_set_running(g_vcpu(), false);
	port_hang();
}
