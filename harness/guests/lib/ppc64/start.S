/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry, vectors and the few things C cannot say, for a little-endian real-mode guest. A vcpu
 * starts big-endian, so the entry is written as big-endian words. Next to read: cpu.c.
 */
#include "cpu.h"

#define SPRG0 272 /* this vcpu's struct frame */
#define SPRG2 274 /* r13 of what was interrupted */

	/* One instruction as a big-endian processor reads it. */
	.macro	BE op
	.byte	(\op >> 24) & 0xff, (\op >> 16) & 0xff, (\op >> 8) & 0xff, \op & 0xff
	.endm

	/* Switch to little-endian and continue at \to (below 0x8000). Uses r5. */
	.macro	TO_LE to
	BE	0x7ca000a6		/* mfmsr r5 */
	BE	0x60a50001		/* ori r5,r5,LE */
	BE	0x7cbb03a6		/* mtsrr1 r5 */
	BE	(0x38a00000 | \to)	/* li r5,to */
	BE	0x7cba03a6		/* mtsrr0 r5 */
	BE	0x4c000024		/* rfid */
	.endm

	.macro	LOAD_TOC
	lis	2, .TOC.@ha
	addi	2, 2, .TOC.@l
	.endm

	/* r13 = frame, r3 = vector, gpr 3 saved; all else as interrupted. */
	.macro	VECTOR at
	.org	\at
	mtspr	SPRG2, 13
	mfspr	13, SPRG0
	std	3, 3 * 8(13)
	li	3, \at
	b	interrupt
	.endm

	/* Register r to or from base + off + 8 * r, for r of [from, to]. */
	.macro	STORE from, to, base, off=0
	.set	reg, \from
	.rept	\to - \from + 1
	std	reg, reg * 8 + \off(\base)
	.set	reg, reg + 1
	.endr
	.endm

	.macro	LOAD from, to, base, off=0
	.set	reg, \from
	.rept	\to - \from + 1
	ld	reg, reg * 8 + \off(\base)
	.set	reg, reg + 1
	.endr
	.endm

	.section .vectors, "ax"
	.globl	_start
_start:	/* 0x0: vcpu 0, r3 = device tree */
	TO_LE	0x2000
	.org	0x40	/* start-cpu: r3 = number of the vcpu */
	TO_LE	0x2040
	.org	0x100	/* a machine that starts at the reset vector, or a reset */
	BE	0x4bffff00		/* b 0x0 */

	.irp	at, 0x200, 0x300, 0x380, 0x400, 0x480, 0x500, 0x600, 0x700, 0x800, 0x900, 0x980
	VECTOR	\at
	.endr
	.irp	at, 0xa00, 0xb00, 0xc00, 0xd00, 0xe00, 0xe20, 0xe40, 0xe60, 0xf00, 0xf20, 0xf40
	VECTOR	\at
	.endr
	VECTOR	0xf60

interrupt:
	STORE	0, 2, 13
	STORE	4, 12, 13
	STORE	14, 31, 13
	mfspr	4, SPRG2
	std	4, 13 * 8(13)
	mfsrr0	4
	std	4, F_NIP(13)
	mfsrr1	4
	std	4, F_MSR(13)
	mfcr	4
	std	4, F_CR(13)
	mflr	4
	std	4, F_LR(13)
	mfctr	4
	std	4, F_CTR(13)
	mfxer	4
	std	4, F_XER(13)
	mfspr	4, 19
	std	4, F_DAR(13)
	mfspr	4, 18
	std	4, F_DSISR(13)
	ld	1, F_STACK(13)
	LOAD_TOC
	mr	4, 3
	mr	3, 13
	bl	port_interrupt
	ld	4, F_NIP(13)
	mtsrr0	4
	ld	4, F_MSR(13)
	mtsrr1	4
	ld	4, F_CR(13)
	mtcr	4
	ld	4, F_LR(13)
	mtlr	4
	ld	4, F_CTR(13)
	mtctr	4
	ld	4, F_XER(13)
	mtxer	4
	LOAD	0, 12, 13
	LOAD	14, 31, 13
	ld	13, 13 * 8(13)
	rfid

	.org	0x2000
	mr	15, 3
	li	3, 0
	bl	set_frame
	mr	3, 15
	bl	port_main
	.org	0x2040
	bl	set_frame
	ld	12, F_FN(13)
	ld	3, F_ARG(13)
	mtctr	12
	bctrl
	b	port_hang

	.org	0x2080	/* back from firmware */
	BE	0x38c00001		/* li r6,1 */
	BE	0x78c6f806		/* sldi r6,r6,63 */
	BE	0x7ca000a6		/* mfmsr r5 */
	BE	0x7ca53378		/* or r5,r5,r6: SF */
	BE	0x60a50001		/* ori r5,r5,LE */
	BE	0x7cbb03a6		/* mtsrr1 r5 */
	BE	0x38a020c0		/* li r5,0x20c0 */
	BE	0x7cba03a6		/* mtsrr0 r5 */
	BE	0x4c000024		/* rfid */
	.org	0x20c0
	b	rtas_restore

	/* r3 = number of the vcpu: SPRG0 and r13 its frame, r1 its stack, r2 the TOC. */
set_frame:
	LOAD_TOC
	lis	4, frames@ha
	addi	4, 4, frames@l
	sldi	5, 3, 9
	add	13, 4, 5
	mtspr	SPRG0, 13
	lis	4, stacks@ha
	addi	4, 4, stacks@l
	sldi	5, 3, 14
	add	4, 4, 5
	addi	5, 4, STACK_SIZE - 256
	std	5, F_STACK(13)
	addi	1, 4, 2 * STACK_SIZE - 256
	std	1, F_TOP(13)
	mfmsr	4
	ori	4, 4, 2			/* RI */
	mtmsrd	4
	blr

	.text
	/*
	 * Accesses that may fault: port_interrupt sees an address in [probe_begin, probe_end) and
	 * returns to LR with r3 = 1.
	 */
	.globl	probe_begin, probe_end, probe_load, probe_store
probe_begin:
probe_load:
	cmplwi	4, 2
	beq	2f
	bgt	4f
	lbz	6, 0(3)
	b	9f
2:	lhz	6, 0(3)
	b	9f
4:	cmplwi	4, 4
	bgt	8f
	lwz	6, 0(3)
	b	9f
8:	ld	6, 0(3)
9:	std	6, 0(5)
	li	3, 0
	blr
probe_store:
	cmplwi	4, 2
	beq	2f
	bgt	4f
	stb	5, 0(3)
	b	9f
2:	sth	5, 0(3)
	b	9f
4:	cmplwi	4, 4
	bgt	8f
	stw	5, 0(3)
	b	9f
8:	std	5, 0(3)
9:	li	3, 0
	blr
probe_end:

	/* The same for a jump: what faults there finds probe_came_back in LR. */
	.globl	probe_jump, probe_came_back
probe_jump:
	mflr	0
	std	0, 16(1)
	stdu	1, -192(1)
	STORE	14, 31, 1, -80
	mtctr	3
	mr	12, 3
	li	3, 0
	bctrl
probe_came_back:
	li	3, 0			/* by itself; a fault continues behind this */
	LOAD	14, 31, 1, -80
	addi	1, 1, 192
	ld	0, 16(1)
	mtlr	0
	blr

	/*
	 * The call instruction in problem state, which has translation on (user.c). Refused:
	 * port_interrupt returns to LR with r3 = 1. Else a system call tells it so.
	 */
	.globl	probe_user_call, user_returned
probe_user_call:
	mfmsr	4
	li	5, 0x4000		/* PR */
	or	4, 4, 5
	mtsrr1	4
	lis	4, 1f@ha
	addi	4, 4, 1f@l
	mtsrr0	4
	rfid
1:	sc	1
	sc	0
user_returned:
	b	user_returned

	/* s64 g_hcall(nr, args, rets): up to 9 arguments from r4 on, results likewise. */
	.globl	g_hcall
g_hcall:
	mflr	0
	std	0, 16(1)
	std	31, -8(1)
	stdu	1, -64(1)
	mr	31, 5
	ld	12, 64(4)
	ld	11, 56(4)
	ld	10, 48(4)
	ld	9, 40(4)
	ld	8, 32(4)
	ld	7, 24(4)
	ld	6, 16(4)
	ld	5, 8(4)
	ld	4, 0(4)
	sc	1
	cmpdi	31, 0
	beq	1f
	STORE	4, 12, 31, -32
1:	addi	1, 1, 64
	ld	31, -8(1)
	ld	0, 16(1)
	mtlr	0
	blr

	/* u64 call_registers(nr): 0 when r14 .. r31, LR and CR2 .. CR4 are kept across the call. */
	.globl	call_registers
call_registers:
	mflr	0
	std	0, 16(1)
	stdu	1, -256(1)
	STORE	13, 31, 1, -64
	mfcr	4
	stw	4, 32(1)
	lis	4, 0x0012
	ori	4, 4, 0x3000
	mtcr	4
	.set	reg, 14
	.rept	18
	li	reg, reg * 257
	.set	reg, reg + 1
	.endr
	mtlr	14
	li	4, 0
	li	5, 0
	li	6, 0
	li	7, 0
	sc	1
	li	3, 0
	.set	reg, 14
	.rept	18
	addi	4, reg, -(reg * 257)
	or	3, 3, 4
	.set	reg, reg + 1
	.endr
	mflr	4
	addi	4, 4, -(14 * 257)
	or	3, 3, 4
	mfcr	4
	rlwinm	4, 4, 0, 8, 19
	lis	5, 0x0012
	ori	5, 5, 0x3000
	xor	4, 4, 5
	or	3, 3, 4
	mfspr	4, SPRG0
	xor	4, 4, 13
	or	3, 3, 4
	lwz	4, 32(1)
	mtcr	4
	LOAD	13, 31, 1, -64
	addi	1, 1, 256
	ld	0, 16(1)
	mtlr	0
	blr

	/*
	 * u64 rtas_enter(entry, block): firmware runs big-endian in 32-bit mode, returns to LR in
	 * that mode, and may lose the upper halves of all registers.
	 */
	.globl	rtas_enter
rtas_enter:
	mflr	0
	std	0, 16(1)
	stdu	1, -256(1)
	STORE	14, 31, 1, -64
	mfcr	5
	stw	5, 32(1)
	std	1, F_RTAS(13)
	mtsrr0	3
	mfmsr	5
	clrldi	5, 5, 1			/* SF */
	rldicr	5, 5, 0, 62		/* LE */
	mtsrr1	5
	li	5, 0x2080
	mtlr	5
	mr	3, 4
	li	4, 0
	rfid
rtas_restore:
	mfspr	13, SPRG0
	ld	1, F_RTAS(13)
	LOAD_TOC
	LOAD	14, 31, 1, -64
	lwz	5, 32(1)
	mtcr	5
	addi	1, 1, 256
	ld	0, 16(1)
	mtlr	0
	li	3, 1
	blr

	/* void vector_fill(seed): every FP and vector register from seed and its own number. */
	.globl	vector_fill, vector_differs
vector_fill:
	mfmsr	4
	oris	4, 4, 0x0280		/* VEC, VSX */
	ori	4, 4, 0x2000		/* FP */
	mtmsrd	4
	isync
	addi	6, 1, -32
	std	3, 8(6)
	.macro	FILL r
	addi	4, 3, \r
	std	4, 0(6)
	lxvd2x	\r, 0, 6
	.endm
	.irp	r, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	FILL	\r
	FILL	\r + 16
	FILL	\r + 32
	FILL	\r + 48
	.endr
	blr

	/* u64 vector_differs(seed): 0 when they still hold that. */
	.macro	COMPARE r
	stxvd2x	\r, 0, 6
	addi	4, 3, \r
	ld	5, 0(6)
	xor	5, 5, 4
	or	7, 7, 5
	ld	5, 8(6)
	xor	5, 5, 3
	or	7, 7, 5
	.endm
vector_differs:
	addi	6, 1, -32
	li	7, 0
	.irp	r, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	COMPARE	\r
	COMPARE	\r + 16
	COMPARE	\r + 32
	COMPARE	\r + 48
	.endr
	mr	3, 7
	blr

	.bss
	.balign	512
	.globl	frames, stacks
frames:	.space	NVCPUS * F_SIZE
	.balign	4096
stacks:	.space	NVCPUS * 2 * STACK_SIZE
