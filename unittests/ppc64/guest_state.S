/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest programs of test_state.c, position independent, in real mode, little-endian; r3 at the
 * start is the seed of the pattern. Each reports by call STATE_CALL with one argument.
 */
#define STATE_CALL 0x2001

	.macro report
	li	%r3, STATE_CALL
	sc	1
	.endm

	/* registers whose every low bit a guest can write; see the seeds in test_state.c */
	.macro each_spr op
	.irp	spr, 272, 273, 274, 275, 3, 815, 29, 61, 157, 159, 19, 18, 804, 805, 48, 144, \
		256, 787, 788, 789, 790, 791, 792, 796, 797
	\op	\spr
	.endr
	.endm

	.macro set_spr spr
	mtspr	\spr, %r31
	.endm

	.macro check_spr spr
	li	%r4, \spr
	mfspr	%r5, \spr
	cmpd	%r5, %r31
	bne	bad
	.endm

	.macro vectors_on
	mfmsr	%r5
	ori	%r5, %r5, 0x2000
	oris	%r5, %r5, 0x0280
	mtmsrd	%r5
	.endm

	.machine power9
	.section .rodata
	.balign	16
	.globl	state_start, state_check, state_msr, state_illegal, state_facility, state_fetch
	.globl	state_come_from, state_end
state_start:
	mr	%r31, %r3
	vectors_on
	mtvsrdd	0, %r31, %r31
	mtfsf	0xff, 0, 1, 0		/* FPSCR = seed */
	rlwinm	%r30, %r31, 14, 15, 15	/* VSCR[NJ] = one bit of it */
	li	%r5, 0
	mtvsrdd	32, %r5, %r30
	mtvscr	0
	each_spr set_spr
	.set	n, 0
	.rept	64			/* register n = seed * (n + 1), both halves */
	mulli	%r5, %r31, n + 1
	mtvsrdd	n, %r5, %r5
	.set	n, n + 1
	.endr
	b	1f

/* Entry that sets nothing: with seed 0 everything must be zero. */
state_check:
	mr	%r31, %r3
	vectors_on
	rlwinm	%r30, %r31, 14, 15, 15
1:	each_spr check_spr
	.set	n, 0
	.rept	64
	li	%r4, 2000 + n
	mulli	%r5, %r31, n + 1
	mfvsrd	%r6, n
	mfvsrld	%r7, n
	cmpd	%r5, %r6
	bne	bad
	cmpd	%r5, %r7
	bne	bad
	.set	n, n + 1
	.endr
	mfvsrd	%r8, 0			/* both are read through a register: keep it */
	mffs	0
	mfvsrd	%r6, 0
	mtvsrdd	0, %r8, %r8
	li	%r4, 3000
	cmpd	%r6, %r31
	bne	bad
	mfvsrd	%r8, 32
	mfvscr	0
	mfvsrld	%r6, 32
	mtvsrdd	32, %r8, %r8
	li	%r4, 3001
	cmpd	%r6, %r30
	bne	bad
	li	%r4, 0
bad:	report
	b	1b

state_msr:
	mfmsr	%r4
	report

state_illegal:
	.long	0
state_facility:
	mfspr	%r4, 176		/* DPDES: off in HFSCR */
state_fetch:
	mtctr	%r3
	bctr
state_come_from:
	mfspr	%r4, 28			/* CFAR */
	report
state_end:

	.section .note.GNU-stack, "", @progbits
