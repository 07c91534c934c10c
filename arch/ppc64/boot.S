/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry from firmware, of the first CPU and of the others, and calls of firmware. Firmware is
 * big-endian and starts us so; our code is little-endian. Next: boot.c, opal.c.
 */
#include "regs.h"

#define cpu(field) ((field)-CPU_BIAS)(%r13)

	.machine power9
	.abiversion 2

/*
 * Big-endian to little-endian. The instructions are written byte by byte, since the assembler
 * knows one order only. Changes r11, r12, LR, HSRR0, HSRR1.
 */
.macro be_insn b0, b1, b2, b3
	.byte	\b0, \b1, \b2, \b3
.endm
.macro to_little_endian
	be_insn	0x7d, 0x60, 0x00, 0xa6	/* mfmsr  r11 */
	be_insn	0x61, 0x6b, 0x00, 0x01	/* ori    r11, r11, 1 */
	be_insn	0x42, 0x9f, 0x00, 0x05	/* bcl    20, 31, $ + 4 */
	be_insn	0x7d, 0x88, 0x02, 0xa6	/* mflr   r12 */
	be_insn	0x39, 0x8c, 0x00, 0x14	/* addi   r12, r12, 20 */
	be_insn	0x7d, 0x9a, 0x4b, 0xa6	/* mthsrr0 r12 */
	be_insn	0x7d, 0x7b, 0x4b, 0xa6	/* mthsrr1 r11 */
	be_insn	0x4c, 0x00, 0x02, 0x24	/* hrfid */
.endm

/* C environment: TOC, MSR with ME, FP, VEC, VSX (libfdt's archive may use vectors) */
.macro c_environment
	lis	%r2, .TOC.@highest
	ori	%r2, %r2, .TOC.@higher
	sldi	%r2, %r2, 32
	oris	%r2, %r2, .TOC.@high
	ori	%r2, %r2, .TOC.@l
	mfmsr	%r11
	ori	%r11, %r11, 0x3000
	oris	%r11, %r11, 0x0280
	mtmsrd	%r11
.endm

.macro address reg, symbol
	addis	\reg, %r2, \symbol@toc@ha
	addi	\reg, \reg, \symbol@toc@l
.endm

	.section .head, "ax"
	.globl	_start
/* First CPU: r3 = firmware's device tree. bss has not been cleared. */
_start:
	to_little_endian
	c_environment
	address	%r4, bss_start
	address	%r5, bss_end
	li	%r0, 0
1:	std	%r0, 0(%r4)
	addi	%r4, %r4, 8
	cmpld	%r4, %r5
	blt	1b
	address	%r1, boot_stack + CPU_STACK_SIZE - 64
	std	%r0, 0(%r1)
	bl	boot_first		/* (fdt) */
	nop
	b	.

/* Other CPUs, by OPAL_START_CPU: cpu_next is theirs. */
	.globl	secondary_entry
secondary_entry:
	to_little_endian
	c_environment
	address	%r4, cpu_next
	ld	%r13, 0(%r4)
	mtspr	SPR_HSPRG0, %r13
	ld	%r1, cpu(CPU_CRASHSP)
	bl	boot_secondary
	nop
	b	.

	.text
/*
 * s64 opal_call(u64 token, u64 a0, .. a6): firmware runs in big-endian real mode with its own r2,
 * on its own stack, and keeps r1, r13 to r31.
 */
	.globl	opal_call
	.type	opal_call, @function
opal_call:
	addis	%r2, %r12, .TOC. - opal_call@ha
	addi	%r2, %r2, .TOC. - opal_call@l
	.localentry opal_call, . - opal_call
	mflr	%r0
	mfcr	%r11
	std	%r0, 16(%r1)
	std	%r11, 8(%r1)
	stdu	%r1, -64(%r1)
	std	%r2, 24(%r1)
	std	%r13, 40(%r1)
	mr	%r0, %r3
	mr	%r3, %r4
	mr	%r4, %r5
	mr	%r5, %r6
	mr	%r6, %r7
	mr	%r7, %r8
	mr	%r8, %r9
	mr	%r9, %r10
	address	%r11, opal_return
	mtlr	%r11
	mfmsr	%r11
	std	%r11, 48(%r1)
	rldicr	%r11, %r11, 0, 62	/* LE off */
	mtspr	SPR_HSRR1, %r11
	address	%r12, opal_entry
	ld	%r2, 8(%r12)
	ld	%r12, 0(%r12)
	mtspr	SPR_HSRR0, %r12
	hrfid

opal_return:
	to_little_endian
	ld	%r2, 24(%r1)
	ld	%r13, 40(%r1)
	ld	%r11, 48(%r1)
	mtmsrd	%r11
	addi	%r1, %r1, 64
	ld	%r0, 16(%r1)
	ld	%r11, 8(%r1)
	mtlr	%r0
	mtcr	%r11
	blr
	.size	opal_call, . - opal_call

	.bss
	.balign	64
	.globl	boot_stack
boot_stack:
	.space	CPU_STACK_SIZE
