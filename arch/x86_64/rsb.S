/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The return stack of the processor, which a guest has filled with its own addresses. */

	.text
/*
 * Fill it with our own, which lead nowhere: 32 calls whose returns are never executed. Called where
 * calls of before the exit are about to return. Changes RCX and flags.
 */
	.globl	rsb_fill
rsb_fill:
	movl	$16, %ecx
1:	call	3f
2:	pause			/* only a processor that runs ahead comes here */
	lfence
	jmp	2b
3:	call	5f
4:	pause
	lfence
	jmp	4b
5:	decl	%ecx
	jnz	1b
	addq	$8 * 32, %rsp
	lfence
	ret

	.section .note.GNU-stack, "", @progbits
