/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The world switch: world_enter goes into the guest, a vector brings us back. Everything between
 * vectors_start and vectors_end is copied to machine address 0 (cpu.c) and runs there, so it
 * branches only within itself and calls C through struct arch_cpu. A program counter there may have
 * 0xc000... in front (see virtual_vector), which real mode ignores. Next: vcpu.c.
 *
 * On arrival from a guest, r13 of the guest is in HSPRG1 and HSPRG0 has ours.
 */
#include "regs.h"

#define cpu(field) ((field)-CPU_BIAS)(%r13)
#define MSR_HV_BIT 60
#define MSR_PR_BIT 14

.macro save_range from, to, base, disp=0
	.set	n, \from
	.rept	\to - \from + 1
	std	n, n * 8 + \disp(\base)
	.set	n, n + 1
	.endr
.endm

.macro load_range from, to, base, disp=0
	.set	n, \from
	.rept	\to - \from + 1
	ld	n, n * 8 + \disp(\base)
	.set	n, n + 1
	.endr
.endm

	.machine power9
	.abiversion 2
	.section .vectors, "ax"
	.balign	256
	.globl	vectors_start
vectors_start:

/* The number fits the shortest distance of two vectors, 8 instructions. */
.macro vector number, handler
	. = \number
	mtspr	SPR_HSPRG1, %r13
	mfspr	%r13, SPR_HSPRG0
	std	%r12, cpu(CPU_SCRATCH)
	li	%r12, \number
	b	\handler
.endm

	vector	0x100, from_srr		/* system reset */
	vector	0x200, from_srr		/* machine check */
	vector	0x300, from_srr		/* 0x300 .. 0x480, 0x600 .. 0x900: only our own */
	vector	0x380, from_srr
	vector	0x400, from_srr
	vector	0x480, from_srr
	vector	0x500, from_hsrr	/* external, mediated */
	vector	0x600, from_srr
	vector	0x700, from_srr
	vector	0x800, from_srr
	vector	0x900, from_srr
	vector	0x980, from_hsrr	/* hypervisor decrementer */
	vector	0xa00, from_srr
	vector	0xb00, from_srr

/* sc 1: the volatile registers are enough for a light call */
	. = 0xc00
	mtspr	SPR_HSPRG1, %r13
	mfspr	%r13, SPR_HSPRG0
	std	%r12, cpu(CPU_SCRATCH)
	ld	%r12, cpu(CPU_VCPU)
	std	%r0, R_GPR(0)(%r12)
	mfcr	%r0
	b	hcall

	vector	0xd00, from_srr
	vector	0xe00, from_hsrr	/* storage, of our tables: data */
	vector	0xe20, from_hsrr	/* instruction */
	vector	0xe40, from_hsrr	/* emulation assistance */
	vector	0xe60, from_hsrr	/* hypervisor maintenance */
	vector	0xe80, from_hsrr	/* hypervisor doorbell */
	vector	0xea0, from_hsrr	/* hypervisor virtualization: XIVE */
	vector	0xec0, from_hsrr
	vector	0xee0, from_hsrr
	vector	0xf00, from_srr
	vector	0xf20, from_srr
	vector	0xf40, from_srr
	vector	0xf60, from_srr
	vector	0xf80, from_hsrr	/* hypervisor facility unavailable */
	vector	0x1500, from_hsrr	/* soft patch */

	. = 0x1600
hcall:
	std	%r0, R_CR(%r12)
	save_range 1, 11, %r12
	ld	%r4, cpu(CPU_SCRATCH)
	mfspr	%r5, SPR_HSPRG1
	mflr	%r6
	mfctr	%r7
	mfxer	%r8
	mfspr	%r9, SPR_SRR1
	std	%r4, R_GPR(12)(%r12)
	std	%r5, R_GPR(13)(%r12)
	std	%r6, R_LR(%r12)
	std	%r7, R_CTR(%r12)
	std	%r8, R_XER(%r12)
	rldicl.	%r9, %r9, 64 - MSR_PR_BIT, 63
	bne	hcall_full		/* user mode: vcpu.c refuses it */
	ld	%r1, cpu(CPU_STACK)
	ld	%r2, cpu(CPU_TOC)
	mr	%r3, %r12
	mr	%r4, %r12
	ld	%r12, cpu(CPU_LIGHT)
	mtctr	%r12
	bctrl
	ld	%r12, cpu(CPU_VCPU)
	cmpdi	%r3, 0
	beq	hcall_full

	ld	%r4, R_CR(%r12)
	ld	%r5, R_LR(%r12)
	ld	%r6, R_CTR(%r12)
	ld	%r7, R_XER(%r12)
	mtcr	%r4
	mtlr	%r5
	mtctr	%r6
	mtxer	%r7
	load_range 0, 11, %r12
	ld	%r13, R_GPR(13)(%r12)
	ld	%r12, R_GPR(12)(%r12)
	rfid
	b	.			/* speculation ends here */

hcall_full:
	mfspr	%r4, SPR_SRR0
	mfspr	%r5, SPR_SRR1
	std	%r4, R_NIP(%r12)
	std	%r5, R_MSR(%r12)
	mr	%r11, %r12
	li	%r12, 0xc00
	b	leave

/*
 * All other exits. r12 = vector; scratch has the old r12. The saved state says whether the guest
 * was interrupted, or (HV bit) we ourselves were.
 */
.macro arrive srr0, srr1
	std	%r11, cpu(CPU_SCRATCH + 8)
	mfcr	%r11
	std	%r11, cpu(CPU_SCRATCH + 16)
	mfspr	%r11, \srr1
	rldicl.	%r11, %r11, 64 - MSR_HV_BIT, 63
	bne	ours
	ld	%r11, cpu(CPU_VCPU)
	save_range 0, 10, %r11
	mfspr	%r4, \srr0
	mfspr	%r5, \srr1
.endm

/* What the vectors moved away, and the rest of the volatile registers */
.macro save_volatile
	mflr	%r6
	mfctr	%r7
	mfxer	%r8
	mfspr	%r9, SPR_HSPRG1
	std	%r6, R_LR(%r11)
	std	%r7, R_CTR(%r11)
	std	%r8, R_XER(%r11)
	std	%r9, R_GPR(13)(%r11)
	ld	%r4, cpu(CPU_SCRATCH)
	ld	%r5, cpu(CPU_SCRATCH + 8)
	ld	%r6, cpu(CPU_SCRATCH + 16)
	std	%r4, R_GPR(12)(%r11)
	std	%r5, R_GPR(11)(%r11)
	std	%r6, R_CR(%r11)
.endm

from_srr:
	arrive	SPR_SRR0, SPR_SRR1
	b	guest_left
from_hsrr:
	arrive	SPR_HSRR0, SPR_HSRR1
guest_left:
	std	%r4, R_NIP(%r11)
	std	%r5, R_MSR(%r11)
	save_volatile
leave:
	mfspr	%r4, SPR_SRR0
	mfspr	%r5, SPR_SRR1
	mfspr	%r6, SPR_PPR
	or	%r2, %r2, %r2		/* medium priority */
	std	%r4, R_SRR0(%r11)
	std	%r5, R_SRR1(%r11)
	std	%r6, V_PPR(%r11)
	save_range 14, 31, %r11
	ld	%r1, cpu(CPU_STACK)
	ld	%r2, cpu(CPU_TOC)
	mr	%r3, %r12
	load_range 14, 31, %r1, FRAME_GPR14 - 14 * 8
	ld	%r4, FRAME_SIZE + 8(%r1)
	ld	%r0, FRAME_SIZE + 16(%r1)
	addi	%r1, %r1, FRAME_SIZE
	mtcr	%r4
	mtlr	%r0
	blr				/* world_enter returns the vector */

/* An exception of our own: report and die. */
ours:
	ld	%r11, cpu(CPU_CRASH)
	save_range 0, 10, %r11
	save_range 14, 31, %r11
	save_volatile
	mfspr	%r4, SPR_SRR0
	mfspr	%r5, SPR_SRR1
	mfspr	%r6, SPR_HSRR0
	mfspr	%r7, SPR_HSRR1
	std	%r4, R_SRR0(%r11)
	std	%r5, R_SRR1(%r11)
	std	%r6, R_NIP(%r11)
	std	%r7, R_MSR(%r11)
	ld	%r1, cpu(CPU_CRASHSP)
	ld	%r2, cpu(CPU_TOC)
	mr	%r3, %r12
	mr	%r4, %r11
	ld	%r12, cpu(CPU_FATAL)
	mtctr	%r12
	bctr

	.globl	vectors_end
vectors_end:

	.section .rodata
/*
 * When a guest chose LPCR[AIL] = 3 and has translation on, the hypervisor's interrupts arrive with
 * translation on too, at 0xc000000000004000 + vector. cpu.c puts this there for each vector: off
 * with translation (the mapping is linear, so execution goes on), into the vector's third
 * instruction, which is this far away for all of them.
 */
	.globl	virtual_vector, virtual_vector_end
virtual_vector:
	mtspr	SPR_HSPRG1, %r13
	mfmsr	%r13
	xori	%r13, %r13, 0x30	/* IR, DR */
	mtmsrd	%r13
	mfspr	%r13, SPR_HSPRG0
	b	. - VIRTUAL_VECTORS - 5 * 4 + 2 * 4
virtual_vector_end:

	.text
/* u64 world_enter(struct arch_vcpu *v): run the guest; the vector that ended it */
	.globl	world_enter
world_enter:
	mflr	%r0
	mfcr	%r4
	std	%r0, 16(%r1)
	std	%r4, 8(%r1)
	stdu	%r1, -FRAME_SIZE(%r1)
	save_range 14, 31, %r1, FRAME_GPR14 - 14 * 8
	std	%r1, cpu(CPU_STACK)

	ld	%r4, R_NIP(%r3)
	ld	%r5, R_MSR(%r3)
	ld	%r6, R_SRR0(%r3)
	ld	%r7, R_SRR1(%r3)
	ld	%r8, V_PPR(%r3)
	mtspr	SPR_HSRR0, %r4
	mtspr	SPR_HSRR1, %r5
	mtspr	SPR_SRR0, %r6
	mtspr	SPR_SRR1, %r7
	mtspr	SPR_PPR, %r8
	li	%r0, 0
	mtspr	SPR_CFAR, %r0		/* not where we came from; no branch from here on */
	ld	%r4, R_CR(%r3)
	ld	%r5, R_LR(%r3)
	ld	%r6, R_CTR(%r3)
	ld	%r7, R_XER(%r3)
	mtcr	%r4
	mtlr	%r5
	mtctr	%r6
	mtxer	%r7
	load_range 0, 2, %r3
	load_range 4, 31, %r3
	ld	%r3, R_GPR(3)(%r3)
	hrfid
	b	.			/* speculation ends here */

/* void vsx_save(struct arch_vcpu *v), vsx_load: FP, VMX and VSX registers */
.macro vsx_on
	mfmsr	%r4
	ori	%r4, %r4, 0x2000	/* FP */
	oris	%r4, %r4, 0x0280	/* VEC, VSX */
	mtmsrd	%r4
.endm

	.globl	vsx_save
vsx_save:
	vsx_on
	.set	n, 0
	.rept	64
	stxv	n, V_VSR + n * 16(%r3)
	.set	n, n + 1
	.endr
	mffs	%f0
	stfd	%f0, V_FPSCR(%r3)
	mfvscr	%v0
	stxv	32, V_VSCR(%r3)
	blr

	.globl	vsx_load
vsx_load:
	vsx_on
	lfd	%f0, V_FPSCR(%r3)
	mtfsf	0xff, %f0, 1, 0
	lxv	32, V_VSCR(%r3)
	mtvscr	%v0
	.set	n, 0
	.rept	64
	lxv	n, V_VSR + n * 16(%r3)
	.set	n, n + 1
	.endr
	blr
