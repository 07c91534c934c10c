/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processors that do not come back: their tables and stacks are devices, their faults never end, or
 * they sleep for ever. And what a processor refuses with a fault, but QEMU 7.2 ends the guest for.
 */
#include "code.h"

/* ---- control registers that no processor takes ------------------------------------------ */

CODE(set_vmxe, "mov %cr4, %rax; or $0x2000, %rax; mov %rax, %cr4")
CODE(set_reserved, "mov %cr4, %rax; bts $40, %rax; mov %rax, %cr4")
CODE(clear_pae, "mov %cr4, %rax; and $~0x20, %rax; mov %rax, %cr4")
CODE(clear_pe, "mov %cr0, %rax; and $~1, %rax; mov %rax, %cr0")
CODE(set_cr3, "mov %cr3, %rax; bts $62, %rax; mov %rax, %cr3")
CODE(set_nw, "mov %cr0, %rax; bts $29, %rax; btr $30, %rax; mov %rax, %cr0")
CODE(clear_pg, "mov %cr0, %rax; btr $31, %rax; mov %rax, %cr0")

static void refused(void (*fn)(void))
{
	struct hostile h;

	hostile_begins(&h);
	if (g_try_jump((u64)fn))
		g_fail("taken");
	G_EQ(g_fault()->vector, GP);
	g_print("PASS %s\n", g_this()->name);
	g_poweroff();
}

GUEST(end_vmxe)
{
	refused(set_vmxe);
}

GUEST(end_cr4)
{
	refused(set_reserved);
}

GUEST(end_pae)
{
	refused(clear_pae);
}

GUEST(end_protection)
{
	refused(clear_pe);
}

GUEST(end_cr3)
{
	refused(set_cr3);
}

GUEST(end_caches)
{
	refused(set_nw);
}

GUEST(end_paging)
{
	refused(clear_pg);
}

/* ---- tables and stacks ------------------------------------------------------------------ */

struct table {
	u16 limit;
	u64 base;
} __attribute__((packed));

static void spin(u64 arg)
{
	(void)arg;
	for (;;)
		g_relax();
}

static const u64 places[] = { 0, PC_IOAPIC, 0xd0000000, PC_LAPIC };

/* Interrupts lead to a table in a device, or nowhere. */
static void other_idt(u64 arg)
{
	const struct table t = { 0xfff, places[g_vcpu()] };

	(void)arg;
	g_timer(1000);
	__asm__ volatile("lidt %0; sti" ::"m"(t));
	spin(0);
}

GUEST(end_idt)
{
	struct hostile h;

	hostile_begins(&h);
	hostile_team(other_idt, 0);
	spin(0);
}

/* Segments come from there; the first fault wants one. */
static void other_gdt(u64 arg)
{
	const struct table t = { 0xfff, places[g_vcpu()] };

	__asm__ volatile("lgdt %0; mov %w1, %%ds; ud2" ::"m"(t), "r"(arg));
	spin(0);
}

GUEST(end_gdt)
{
	struct hostile h;

	hostile_begins(&h);
	hostile_team(other_gdt, 0x10);
	spin(0);
}

/* The stack is a device, or nowhere, and then comes a fault: so does every handler's. */
static void other_stack(u64 arg)
{
	__asm__ volatile("mov %0, %%rsp; push %%rax; ud2" ::"r"(places[g_vcpu()] + arg));
	__builtin_unreachable();
}

GUEST(end_stack)
{
	struct hostile h;

	hostile_begins(&h);
	hostile_team(other_stack, 0x800);
	spin(0);
}

/* All of the page tables are a device: not even the next instruction is there. */
static void other_tables(u64 arg)
{
	__asm__ volatile("mov %0, %%cr3; nop; jmp ." ::"r"(places[g_vcpu()] + arg));
	__builtin_unreachable();
}

GUEST(end_tables)
{
	struct hostile h;

	hostile_begins(&h);
	hostile_team(other_tables, 0);
	spin(0);
}

/* ---- never again ------------------------------------------------------------------------ */

static void halted(u64 arg)
{
	(void)arg;
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* Nothing can wake them. */
GUEST(end_halted)
{
	struct hostile h;

	hostile_begins(&h);
	hostile_team(halted, 0);
	halted(0);
}

static u8 double_stack[0x1000] __attribute__((aligned(16)));

static bool again(struct frame *f)
{
	(void)f; /* the same instruction, the same stack */
	return true;
}

/* Double faults on a stack that holds: each comes back, the next one is the next instruction. */
GUEST(end_double_faults)
{
	struct hostile h;

	hostile_begins(&h);
	cpu_trap(again);
	cpu_double_fault_stack((u64)double_stack + sizeof(double_stack));
	__asm__ volatile("mov %0, %%rsp; 1: push %%rax; jmp 1b" ::"r"(1ul << 63));
	__builtin_unreachable();
}

static void outs(u64 arg)
{
	for (;;)
		__asm__ volatile("rep outsb" ::"S"(0ul), "c"(~0ul), "d"(arg) : "memory");
}

/* String instructions that would take years. */
GUEST(end_strings)
{
	struct hostile h;

	hostile_begins(&h);
	g_irqs(false);
	hostile_team(outs, 0x80);
	outs(PC_COM1 + 7);
}

static void flushes(u64 arg)
{
	(void)arg;
	for (;;)
		__asm__ volatile("wbinvd; invd; mov %%cr3, %%rax; mov %%rax, %%cr3" ::: "rax");
}

/* Caches and translations thrown away without an end. */
GUEST(end_flushes)
{
	struct hostile h;

	hostile_begins(&h);
	g_irqs(false);
	hostile_team(flushes, 0);
	flushes(0);
}
