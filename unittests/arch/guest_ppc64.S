/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest program of the contract tests for POWER (contract.h says what it does). */

	.macro call nr
	li	%r3, \nr
	sc	1
	.endm

	.section .rodata
	.balign	4
	.globl	contract_guest_start, contract_guest_end
contract_guest_start:
	mr	%r31, %r3
	li	%r4, 0x11
	li	%r5, 0x22
	li	%r6, 0x33
	li	%r7, 0x44
	li	%r8, 0x55
	li	%r9, 0x66
	li	%r10, 0x77
	li	%r11, 0x88
	li	%r12, 0x99
	call	0x1001
	std	%r4, 0(%r31)
	ld	%r4, 8(%r31)
	call	0x1005
	ld	%r4, 0(%r4)
	call	0x1009
	std	%r31, 0(%r4)
	call	0x100d
1:	ld	%r5, 16(%r31)
	addi	%r5, %r5, 1
	std	%r5, 16(%r31)
	b	1b
contract_guest_end:

	.section .note.GNU-stack, "", @progbits
