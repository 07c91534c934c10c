// SPDX-License-Identifier: GPL-2.0-or-later
/* What the tests of arch_pc.h share (pc_guest.h). Next: test_pc.c. */
#include "pc_guest.h"

extern const char pc_guest_start[], pc_guest_end[];
extern const u32 pc_pieces[];

pa_t data;

u64 offset(enum piece p)
{
	return pc_pieces[p];
}

u64 address(enum piece p)
{
	return FAR + offset(p);
}

void go(enum piece p)
{
	av(0)->pc.rip = address(p);
}

void gate(unsigned vector, enum piece p)
{
	u64 a = address(p);

	poke(data, D_IDT + 16 * vector,
	     (a & 0xffff) | 8ull << 16 | 0x8eull << 40 | (a >> 16 & 0xffff) << 48);
	poke(data, D_IDT + 16 * vector + 8, a >> 32);
}

void pc_setup(void)
{
	static const u64 gdt[] = { 0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0x00affb000000ffff,
				   0x00cff3000000ffff };
	u64 size = (u64)(pc_guest_end - pc_guest_start);

	vcpu_setup();
	data = vcpu_data[0];
	arch_load_image(vcpu_far, x86_guest(pc_guest_start, size), size);
	map_page(FAR, vcpu_far, PROT_R | PROT_X);
	for (unsigned i = 0; i < ARRAY_SIZE(gdt); i++)
		poke(data, D_GDT + 8 * i, gdt[i]);
	poke(data, D_GDTR, (sizeof(gdt) - 1) | (DATA + D_GDT) << 16);
	poke(data, D_GDTR + 8, 0);
	poke(data, D_IDTR, (16 * (VECTOR + 1) - 1) | (DATA + D_IDT) << 16);
	poke(data, D_IDTR + 8, 0);
	for (unsigned at = D_INTERRUPTS; at < D_GDT; at += 8)
		poke(data, at, 0); /* the prologue was here */
	gate(VECTOR, INTERRUPT);
	gate(PC_EXC_NMI, NMI);
	gate(PC_EXC_GP, FAULT);
	gate(PC_EXC_PF, FAULT);
	arch_vcpu_load(av(0));
	go(SETUP);
	expect_call(0, 0x2001);
}

void pc_teardown(void)
{
	vcpu_teardown();
}

void done(void)
{
	arch_vcpu_put(av(0));
}
