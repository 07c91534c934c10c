// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interrupts: our own table, the machine's old controllers off, and each CPU's local APIC (APM 2,
 * 16), which has the kick and the timer. Next: cpu.c, time.c.
 */
#include "port.h"

/* Registers of the local APIC */
#define APIC_ID		0x20
#define APIC_TPR	0x80
#define APIC_EOI	0xb0
#define APIC_SVR	0xf0
#define APIC_ICR	0x300
#define APIC_ICR2	0x310
#define APIC_TIMER	0x320
#define APIC_THERM	0x330
#define APIC_PERF	0x340
#define APIC_LINT0	0x350
#define APIC_ERROR	0x370
#define APIC_COUNT	0x380
#define APIC_NOW	0x390
#define APIC_DIVIDE	0x3e0

#define BASE_ENABLE	(1ull << 11)
#define BASE_X2APIC	(1ull << 10)
#define SVR_ENABLE	0x100
#define LVT_MASKED	0x10000
#define LVT_PERIODIC	0x20000
#define LVT_TSC		0x40000
#define DIVIDE_BY_1	0xb
#define ICR_BUSY	0x1000
#define ICR_INIT	0x4500
#define ICR_STARTUP	0x4600
#define ICR_FIXED	0x4000

#define PIC1		0x20
#define PIC2		0xa0

#define IOAPIC_VERSION	1
#define IOAPIC_ENTRY(n) (0x10 + 2 * (n))

#define GATE		(0x8eull << 40 | (u64)SEL_CODE << 16)
#define IST_NMI		1
#define IST_FAULT	2

struct gate {
	u64 low, high;
};

/* The second one names no stacks: SVM has a guest's task register in force at times */
static struct gate idt[2][NVECTORS];
static bool x2apic, deadline;
static u64 apic_base;

extern char trap_entries[], trap_entries_end[], interrupt_entry[], kick_entry[], ignore_entry[];
#define TRAPS 32

static void set_gate(unsigned vector, const char *entry, unsigned ist)
{
	u64 a = (u64)entry;
	struct gate g = { (a & 0xffff) | GATE | (a >> 16 & 0xffff) << 48, a >> 32 };

	idt[1][vector] = g;
	g.low |= (u64)ist << 32;
	idt[0][vector] = g;
}

void idt_build(void)
{
	u64 size = (u64)(trap_entries_end - trap_entries) / TRAPS;

	for (unsigned i = 0; i < NVECTORS; i++)
		if (i < TRAPS)
			set_gate(i, trap_entries + i * size,
				 i == 2		     ? IST_NMI
				 : i == 8 || i == 18 ? IST_FAULT
						     : 0);
		else
			set_gate(i, interrupt_entry, 0);
	set_gate(VECTOR_KICK, kick_entry, 0);
	set_gate(VECTOR_SPURIOUS, ignore_entry, 0);
}

void idt_load(bool fault_stacks)
{
	struct {
		u16 limit;
		u64 base;
	} __attribute__((packed)) idtr = { sizeof(idt[0]) - 1, (u64)idt[!fault_stacks] };

	asm volatile("lidt %0" : : "m"(idtr));
}

static u32 apic_read(u32 reg)
{
	return x2apic ? (u32)rdmsr(MSR_X2APIC + reg / 16) : mmio_read(apic_base + reg);
}

static void apic_write(u32 reg, u32 v)
{
	if (x2apic)
		wrmsr(MSR_X2APIC + reg / 16, v);
	else
		mmio_write(apic_base + reg, v);
}

/* The 8259s: away from the exceptions, then off. */
static void pic_off(void)
{
	outb(PIC1, 0x11);
	outb(PIC2, 0x11);
	outb(PIC1 + 1, VECTOR_PIC);
	outb(PIC2 + 1, VECTOR_PIC + 8);
	outb(PIC1 + 1, 4);
	outb(PIC2 + 1, 2);
	outb(PIC1 + 1, 1);
	outb(PIC2 + 1, 1);
	outb(PIC1 + 1, 0xff);
	outb(PIC2 + 1, 0xff);
}

static void ioapic_off(u64 base)
{
	u32 last;

	mmio_write(base, IOAPIC_VERSION);
	last = mmio_read(base + 0x10) >> 16 & 0xff;
	for (u32 i = 0; i <= last; i++) {
		mmio_write(base, IOAPIC_ENTRY(i));
		mmio_write(base + 0x10, LVT_MASKED);
	}
}

void intr_boot(void)
{
	pic_off();
	for (unsigned i = 0; i < platform.acpi.nioapics; i++)
		ioapic_off(platform.acpi.ioapic[i]);
	x2apic = cpuid_has(CPU_X2APIC);
	deadline = cpuid_has(CPU_TSC_DEADLINE) && !platform.tcg;
	apic_base = rdmsr(MSR_APIC_BASE) & 0xffffff000ull;
}

static void timer_mode(void)
{
	u32 mode = deadline ? LVT_TSC : platform.tcg ? LVT_PERIODIC : 0;

	apic_write(APIC_TIMER, VECTOR_TIMER | mode);
}

void apic_init(void)
{
	/* on Bochs and in x2APIC mode, the enable bit must never go off again */
	wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | BASE_ENABLE | (x2apic ? BASE_X2APIC : 0));
	apic_write(APIC_SVR, SVR_ENABLE | VECTOR_SPURIOUS);
	apic_write(APIC_TPR, 0);
	apic_write(APIC_LINT0, LVT_MASKED); /* LINT1, the machine's NMI, is as firmware left it */
	apic_write(APIC_ERROR, LVT_MASKED);
	apic_write(APIC_DIVIDE, DIVIDE_BY_1);
	timer_mode();
	for (unsigned i = 0; i < 8; i++) /* what firmware's time left in service */
		apic_eoi();
}

u32 apic_self(void)
{
	return x2apic ? apic_read(APIC_ID) : apic_read(APIC_ID) >> 24;
}

void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

bool apic_by_tsc(void)
{
	return deadline;
}

void apic_timer(u64 count)
{
	if (!deadline) {
		apic_write(APIC_COUNT, (u32)count);
		return;
	}
	arch_barrier();
	wrmsr(MSR_TSC_DEADLINE, count);
}

/* For time.c's measurement, whatever mode is used later */
void apic_count_start(void)
{
	apic_write(APIC_TIMER, LVT_MASKED);
	apic_write(APIC_COUNT, 0xffffffff);
}

u32 apic_count_end(void)
{
	u32 left = apic_read(APIC_NOW);

	apic_write(APIC_COUNT, 0);
	timer_mode();
	return 0xffffffff - left;
}

static void send(u32 apic_id, u32 what)
{
	if (x2apic) {
		arch_barrier();
		wrmsr(MSR_X2APIC + APIC_ICR / 16, (u64)apic_id << 32 | what);
		return;
	}
	while (apic_read(APIC_ICR) & ICR_BUSY)
		arch_relax();
	apic_write(APIC_ICR2, apic_id << 24);
	apic_write(APIC_ICR, what);
}

void apic_init_ipi(u32 apic_id)
{
	send(apic_id, ICR_INIT);
}

void apic_startup_ipi(u32 apic_id, u64 page)
{
	send(apic_id, ICR_STARTUP | (u32)(page >> 12));
}

void arch_cpu_kick(unsigned cpu)
{
	send(cpus[cpu].apic_id, ICR_FIXED | VECTOR_KICK);
}

/* From world.S */
void intr_fired(void)
{
	arch_cpu()->programmed = 0;
	apic_eoi();
}

void intr_kicked(void)
{
	arch_cpu()->kicked = true;
	apic_eoi();
}

void intr_take(void)
{
	asm volatile("sti; nop; cli" : : : "memory");
}
