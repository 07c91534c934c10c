/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images for the tests of mkbundle's PC part. MULTIBOOT: a header with these flags; NOTE: a PVH
 * note with an entry of so many bytes.
 */
#ifndef MULTIBOOT
#define MULTIBOOT 0
#endif
	.section .text, "ax"
	.long	0
#if MULTIBOOT
	.balign	4
mb:	.long	0x1badb002, MULTIBOOT, -(0x1badb002 + MULTIBOOT)
	.long	mb, mb - 4, data_end, data_end + 0x5000, start32
#endif
	.space	0x100 - (. - .text)
	.globl	start32
start32:
	jmp	.
	.space	0x2000 - (. - .text), 0x60
	.section .data, "aw"
	.space	0x1000, 0x11
data_end:
	.section .bss, "aw", @nobits
	.space	0x5000
#ifdef NOTE
	.section .note.other, "a", @note
	.long	4, 5, 18		/* the right type of another owner, and padding */
	.asciz	"GNU"
	.ascii	"12345"
	.balign	4
	.section .note.pvh, "a", @note
	.long	4, NOTE, 18
	.asciz	"Xen"
#if NOTE == 8
	.quad	entry_at
#elif NOTE == 4
	.long	entry_at
#else
	.space	NOTE
#endif
	.balign	4
#endif
