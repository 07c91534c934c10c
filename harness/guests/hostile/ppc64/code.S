/* SPDX-License-Identifier: BSD-2-Clause */
/* Pieces of code that C cannot say (code.h). What faults there continues behind g_try_jump. */
#include "code.h"

	.machine power9

	/* r9 = code_in, r4 = its first word, r6 = the MSR */
	.macro	ENTER name
	.globl	\name
\name:
	lis	9, code_in@ha
	addi	9, 9, code_in@l
	ld	4, 0(9)
	mfmsr	6
	.endm

	.macro	LEAVE reg
	std	\reg, 16(9)
	blr
	.endm

	.text
	ENTER	code_load	/* a load with data translation on */
	ori	7, 6, 0x10
	mtmsrd	7
	isync
	ld	3, 0(4)
	mtmsrd	6
	isync
	LEAVE	3

	ENTER	code_fetch	/* a jump with instruction translation on */
	ori	7, 6, 0x20
	mtsrr0	4
	mtsrr1	7
	rfid

	ENTER	code_user	/* the same in problem state */
	ori	7, 6, 0x4030
	mtsrr0	4
	mtsrr1	7
	rfid

	ENTER	code_mtmsrd	/* that MSR for a moment */
	mtmsrd	4
	isync
	mfmsr	8
	mtmsrd	6
	isync
	LEAVE	8

	ENTER	code_rfid
	lis	5, 1f@ha
	addi	5, 5, 1f@l
	mtsrr0	5
	mtsrr1	4
	rfid
1:	mfmsr	8
	mtmsrd	6
	isync
	LEAVE	8

	.globl	code_slot
	ENTER	code_word
	mfcr	10
	li	0, 0
	li	3, 0
	mtxer	0
code_slot:
	nop
	mtcr	10
	LEAVE	3

	.data
	.balign	8
	.globl	code_in, code_out
code_in:
	.quad	0, 0
code_out:
	.quad	0
