/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel for the tests of mkbundle: linked high, loaded low, entered behind its start. */
	.section .text, "ax"
	.long	0
	.globl	_start
_start:	b	.
	.space	0x2000 - 8, 0x60
	.section .data, "aw"
	.space	0x1000, 0x11
	.section .bss, "aw", @nobits
	.space	0x5000
