/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a PC partition finds: CPUID, registers, memory outside, UART, local APIC, I/O APIC, clock;
 * each as its document says, asked from inside. Our own calls: calls.c beside this.
 */
#include "cpu.h"
#include "pc.h"

#define WORD   (G_SHARED + 0x40) /* last vector that came, and how many */

#define VEC_A  0x61 /* of priority class 6 */
#define VEC_B  0x71

#define SECOND g_hz()

static void other(u64 vector)
{
	g_store(WORD, 8, vector);
	g_store(WORD + 8, 8, g_load(WORD + 8, 8) + 1);
	pc_apic_set(APIC_EOI, 0);
}

static u64 count(void)
{
	g_barrier();
	return g_load(WORD + 8, 8);
}

/* Exactly one interrupt comes, this one. */
static void comes(unsigned line, u64 vector)
{
	u64 before = count(), limit = g_now() + 5 * SECOND;

	g_irqs(true);
	while (count() == before)
		if (g_now() > limit)
			g_fail("line %u: vector %#lx does not come", line, vector);
	g_irqs(false);
	if (count() != before + 1 || g_load(WORD, 8) != vector)
		g_fail("line %u: %lu interrupts, the last %#lx", line, count() - before,
		       g_load(WORD, 8));
}

/* None comes in a while. */
static void nothing_comes(unsigned line)
{
	u64 before = count(), until = g_now() + SECOND / 500;

	g_irqs(true);
	while (g_now() < until)
		g_relax();
	g_irqs(false);
	if (count() != before)
		g_fail("line %u: vector %#lx came", line, g_load(WORD, 8));
}

#define COMES(vector)	comes(__LINE__, vector)
#define NOTHING_COMES() nothing_comes(__LINE__)

/* ---- processor --------------------------------------------------------------------------- */

static void processor(void)
{
	static const char kvm[12] = "KVMKVMKVM\0\0";
	u32 r[4];

	cpuid(1, 0, r);
	G_CHECK(r[2] >> 31);	      /* in a partition */
	G_CHECK(!(r[2] & (1u << 5))); /* no VMX */
	G_CHECK(!(r[2] & (1u << 3))); /* no MONITOR */
	G_CHECK(r[2] & (1u << 21));   /* x2APIC */
	G_CHECK(r[2] & (1u << 24));   /* TSC deadline */
	G_EQ(r[1] >> 24, g_vcpu());
	cpuid(0x80000001, 0, r);
	G_CHECK(!(r[2] & (1u << 2))); /* no SVM */
	G_CHECK(r[3] & (1u << 29));   /* long mode */
	cpuid(0x80000007, 0, r);
	G_CHECK(r[3] & (1u << 8)); /* constant TSC */
	cpuid(0x40000000, 0, r);
	for (unsigned i = 0; i < sizeof(kvm); i++)
		G_EQ(r[1 + i / 4] >> i % 4 * 8 & 0xff, kvm[i]);
	cpuid(0x40000001, 0, r);
	G_CHECK((r[0] & (1u << 3)) && (r[0] & (1u << 24))); /* its clock, and stable */
	cpuid(PC_CPUID_INFO, 0, r);
	G_EQ(r[0], HV_ABI_VERSION);
	G_CHECK(r[2] > 1000);
}

static void registers(void)
{
	u64 v, pat, base;

	G_CHECK(pc_try_rdmsr(0xc0000080, &v) && (v & 0x500) == 0x500);
	G_CHECK(!pc_try_wrmsr(0xc0000080, v | 0x1000));
	G_EQ(g_fault()->vector, 13);
	G_CHECK(pc_try_rdmsr(0x277, &pat));
	G_CHECK(pc_try_wrmsr(0x277, 0x0007040600070406) && pc_try_rdmsr(0x277, &v));
	G_EQ(v, 0x0007040600070406);
	G_CHECK(pc_try_wrmsr(0x277, pat) && !pc_try_wrmsr(0x277, 2));
	G_CHECK(pc_try_rdmsr(0x1b, &base) && (base & 0x800));
	G_EQ(base & 0x100, g_vcpu() ? 0 : 0x100); /* the first processor */
	G_EQ(base & ~0xffful, 0xfee00000);
	G_CHECK(!pc_try_wrmsr(0x1b, base | 1));
	G_CHECK(!pc_try_rdmsr(0xc0010117, &v) && !pc_try_rdmsr(0x480, &v) &&
		!pc_try_rdmsr(0xdeadbeef, &v));
	G_CHECK(pc_try_rdmsr(0xfe, &v) && pc_try_rdmsr(0x2ff, &v)); /* memory types by range */
	/* the counter can be set, and goes on from there */
	v = g_now();
	G_CHECK(pc_try_wrmsr(0x10, v + (1ul << 40)));
	G_CHECK(g_now() >= v + (1ul << 40));
	G_CHECK(pc_try_rdmsr(0x3b, &v));
	G_CHECK(v >> 39 != 0);
	G_CHECK(pc_try_wrmsr(0x3b, 0));
	G_CHECK(g_now() < 1ul << 40);
}

static void outside(void)
{
	const u64 at[] = { g_memory(), 0xc0000000, 0xfffffff0, 0x7f00000000 };
	u64 v;

	for (unsigned i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		G_CHECK(g_try_store(at[i], 8, 0x1234) && g_try_store(at[i], 1, 0));
		for (unsigned size = 1; size <= 8; size *= 2) {
			G_CHECK(g_try_load(at[i], size, &v));
			G_EQ(v, size == 8 ? ~0ul : (1ul << 8 * size) - 1);
		}
	}
	G_CHECK(!g_try_load(0x8000000000, 8, &v)); /* our own tables end there */
	G_EQ(g_fault()->kind, G_DATA_FAULT);
	G_EQ(g_fault()->addr, 0x8000000000);
	G_CHECK(!g_try_load(1ul << 63 >> 1, 8, &v)); /* no canonical address */
	G_EQ(g_fault()->vector, 13);
}

/* ---- local APIC --------------------------------------------------------------------------- */

static bool requested(u64 vector)
{
	return pc_apic_get(APIC_IRR + (unsigned)(vector / 32) * 16) >> vector % 32 & 1;
}

static void local_apic(void)
{
	u32 me = g_vcpu();

	G_EQ(pc_apic_get(APIC_ID), pc_x2apic() ? me : me << 24);
	G_CHECK((pc_apic_get(APIC_VERSION) & 0xff) >= 0x10);
	/* priorities: what is below the task's stays */
	pc_send(VEC_A, me);
	G_CHECK(requested(VEC_A));
	pc_apic_set(APIC_TPR, 0x60);
	NOTHING_COMES();
	pc_send(VEC_B, me);
	COMES(VEC_B);
	G_CHECK(requested(VEC_A) && !requested(VEC_B));
	pc_apic_set(APIC_TPR, 0);
	COMES(VEC_A);
	/* two of one kind are one */
	pc_send(VEC_A, me);
	pc_send(VEC_A, me);
	COMES(VEC_A);
	NOTHING_COMES();
	/* to all, and to all but the sender */
	pc_send(0x80000 | VEC_A, 0);
	COMES(VEC_A);
	pc_send(0x40000 | VEC_B, 0);
	COMES(VEC_B);
	if (g_vcpus() == 1)
		pc_send(0xc0000 | VEC_A, 0);
	NOTHING_COMES();
	/* a vector that is none is an error, told after a write to the register */
	pc_send(5, me);
	pc_apic_set(APIC_ESR, 0);
	G_CHECK(pc_apic_get(APIC_ESR) & 0x60);
	pc_apic_set(APIC_ESR, 0);
	G_EQ(pc_apic_get(APIC_ESR), 0);
}

/* The other way to the class of the task's priority: no exit, and yet what it held back comes. */
static void task_priority(void)
{
	u32 me = g_vcpu();
	u64 before;

	G_EQ(cr8(), 0);
	set_cr8(6);
	G_EQ(cr8(), 6);
	G_EQ(pc_apic_get(APIC_TPR), 0x60);
	pc_send(VEC_A, me);
	NOTHING_COMES();
	pc_send(VEC_B, me);
	COMES(VEC_B);
	set_cr8(7);
	NOTHING_COMES();
	set_cr8(6);
	NOTHING_COMES();
	/* with interrupts on, lowering it is enough */
	before = count();
	g_irqs(true);
	set_cr8(5);
	for (u64 limit = g_now() + SECOND; count() == before && g_now() < limit;)
		g_relax();
	g_irqs(false);
	G_EQ(count(), before + 1);
	G_EQ(g_load(WORD, 8), VEC_A);
	/* one way writes, the other one reads */
	pc_apic_set(APIC_TPR, 0x75);
	G_EQ(cr8(), 7);
	G_EQ(pc_apic_get(APIC_TPR), 0x75);
	set_cr8(15);
	G_EQ(pc_apic_get(APIC_TPR), 0xf0);
	pc_send(VEC_B, me);
	NOTHING_COMES();
	set_cr8(6);
	COMES(VEC_B);
	/* lowered while interrupts are off, right before a wait: that ends at once */
	pc_send(VEC_A, me);
	NOTHING_COMES();
	before = count();
	set_cr8(0);
	g_cede();
	g_irqs(false);
	G_EQ(count(), before + 1);
	NOTHING_COMES();
}

static void timer(void)
{
	u64 start = g_now();
	u32 a, b;

	pc_apic_set(APIC_TIMER, VEC_A); /* once, counting down */
	pc_apic_set(APIC_DIVIDE, 0xb);	/* by 1 */
	pc_apic_set(APIC_INITIAL, 0x7fffffff);
	a = pc_apic_get(APIC_CURRENT);
	while (g_now() - start < SECOND / 1000)
		g_relax();
	b = pc_apic_get(APIC_CURRENT);
	G_CHECK(b < a && b > 0);
	pc_apic_set(APIC_INITIAL, 1000);
	COMES(VEC_A);
	NOTHING_COMES();
	G_EQ(pc_apic_get(APIC_CURRENT), 0);
	pc_apic_set(APIC_TIMER, 0x20000 | VEC_B);	 /* again and again */
	pc_apic_set(APIC_INITIAL, (u32)(SECOND / 2000)); /* slow emulators need some of it */
	for (start = count(); count() < start + 5;) {
		g_irqs(true);
		g_cede();
		g_irqs(false);
	}
	pc_apic_set(APIC_TIMER, 0x30000 | VEC_B); /* masked */
	pc_apic_set(APIC_INITIAL, 0);
	if (requested(VEC_B))
		COMES(VEC_B);
	NOTHING_COMES();
	pc_apic_set(APIC_TIMER, 0x40000 | VEC_A); /* a deadline that has passed comes at once */
	g_barrier();
	wrmsr(0x6e0, 1);
	COMES(VEC_A);
	G_EQ(rdmsr(0x6e0), 0);
}

/* ---- I/O APIC and UART --------------------------------------------------------------------- */

static u32 io_get(u32 reg)
{
	g_store(PC_IOAPIC, 4, reg);
	return (u32)g_load(PC_IOAPIC + 0x10, 4);
}

static void io_set(u32 reg, u32 v)
{
	g_store(PC_IOAPIC, 4, reg);
	g_store(PC_IOAPIC + 0x10, 4, v);
}

static void io_apic(void)
{
	u32 pins = (io_get(1) >> 16 & 0xff) + 1;

	G_CHECK(pins >= 16);
	for (u32 i = 0; i < pins; i++)
		G_CHECK(io_get(0x10 + 2 * i) & 0x10000); /* masked at first */
	io_set(0x11 + 2 * 9, 0xff000000);
	io_set(0x10 + 2 * 9, 0x1a0ff);
	G_EQ(io_get(0x11 + 2 * 9), 0xff000000);
	G_EQ(io_get(0x10 + 2 * 9), 0x1a0ff);
	io_set(0x10 + 2 * 9, 0x10000);
	G_EQ(io_get(0x10 + 2 * pins), 0); /* behind the last */
}

static u8 uart(unsigned reg)
{
	return in8((u16)(PC_COM1 + reg));
}

static void uart_set(unsigned reg, u8 v)
{
	out8((u16)(PC_COM1 + reg), v);
}

#define IER 1
#define IIR 2
#define LCR 3
#define MCR 4
#define LSR 5
#define SCR 7

static void com1(void)
{
	g_print("the line is checked\n"); /* and is empty afterwards */
	while (!(uart(LSR) & 0x40))
		g_relax();
	uart_set(SCR, 0x5a);
	G_EQ(uart(SCR), 0x5a);
	uart_set(LCR, 0x83); /* the divisor */
	uart_set(0, 7);
	G_EQ(uart(0), 7);
	uart_set(0, 1);
	uart_set(LCR, 3);
	G_EQ(uart(IIR) & 0xc0, 0xc0); /* FIFOs are on */
	/* what is written in loop mode is read */
	uart_set(MCR, 0x10);
	G_CHECK(!(uart(LSR) & 1));
	uart_set(0, 'x');
	uart_set(0, 'y');
	G_CHECK(uart(LSR) & 1);
	G_EQ(uart(0), 'x');
	G_EQ(uart(0), 'y');
	G_CHECK(!(uart(LSR) & 1));
	/* its interrupt is the I/O APIC's line 4: empty, then input */
	uart_set(MCR, 0x18);
	uart_set(MCR, 0x08);
	io_set(0x11 + 2 * 4, g_vcpu() << 24);
	io_set(0x10 + 2 * 4, VEC_A);
	uart_set(IER, 2);
	COMES(VEC_A);
	G_EQ(uart(IIR) & 0xf, 2);
	G_EQ(uart(IIR) & 0xf, 1); /* told once */
	NOTHING_COMES();
	uart_set(IER, 0);
	io_set(0x10 + 2 * 4, 0x10000);
}

/* ---- clock -------------------------------------------------------------------------------- */

/* Nanoseconds by KVM's clock page at `at` (Linux, Documentation/virt/kvm/x86/msr.rst). */
static u64 clock_ns(u64 at)
{
	u32 version, mul = (u32)g_load(at + 24, 4);
	u64 stamp, base, delta;
	signed char shift = (signed char)g_load(at + 28, 1);

	do {
		version = (u32)g_load(at, 4);
		g_barrier();
		stamp = g_load(at + 8, 8);
		base = g_load(at + 16, 8);
		delta = g_now() - stamp;
		g_barrier();
	} while ((version & 1) || version != (u32)g_load(at, 4));
	delta = shift < 0 ? delta >> -shift : delta << shift;
	return base + (u64)((unsigned __int128)delta * mul >> 32);
}

static void clock(void)
{
	u64 at = g_free(), ticks, ns, t, n, v;

	for (u64 i = 0; i < 64; i += 8)
		g_store(at + i, 8, 0);
	G_CHECK(pc_try_wrmsr(0x4b564d01, at | 1));
	G_CHECK(pc_try_rdmsr(0x4b564d01, &v));
	G_EQ(v, at | 1);
	G_CHECK(g_load(at + 24, 4) != 0);
	ns = clock_ns(at);
	ticks = g_now();
	while (g_now() - ticks < SECOND / 100)
		g_relax();
	n = clock_ns(at) - ns;
	t = (g_now() - ticks) * 1000000 / (SECOND / 1000);
	if (n > t + 5000000 || t > n + 5000000)
		g_fail("its clock says %lu ns, the counter %lu ns", n, t);
	G_CHECK(pc_try_wrmsr(0x4b564d01, 0));
	g_store(at + 8, 8, 0);
	G_EQ(g_load(at + 8, 8), 0);
	G_CHECK(pc_try_wrmsr(0x4b564d00, at)); /* time of day */
	G_CHECK(g_load(at + 4, 4) > 1000000000);
	out8(0x70, 0x0a);
	G_CHECK((in8(0x71) & 0x0f) != 0xf);
}

GUEST(devices)
{
	pc_other(other);
	g_store(WORD + 8, 8, 0);
	processor();
	registers();
	outside();
	local_apic();
	task_priority();
	timer();
	io_apic();
	com1();
	clock();
	g_print("%lu interrupts, %lu faults\n", count(), g_faults());
	g_pass();
}
