/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pieces of 64-bit guest code for test_pc.c, which starts one of them by its number. They stand on
 * one page; RBX = data page, with IDT, descriptor tables and counters as test_pc.c lays them out.
 */

	.macro call nr
	movl	$\nr, %eax
	vmmcall
	.endm

	/* a piece: its offset goes into the table that test_pc.c reads */
	.macro piece name
	.pushsection .rodata.pieces, "a"
	.long	\name - pc_guest_start
	.popsection
\name:
	.endm

	.section .rodata.pieces, "a"
	.balign	4
	.globl	pc_pieces
pc_pieces:

	.section .rodata
	.balign	16
	.globl	pc_guest_start, pc_guest_end
pc_guest_start:
	piece	setup			/* 0: our tables and a stack, then call 0x2001 */
	lgdt	0x1e0(%rbx)
	lidt	0x1f0(%rbx)
	leaq	0xff0(%rbx), %rsp
	movl	$0x10, %eax
	movl	%eax, %ss
	call	0x2001

	piece	again			/* 1: call 0x2005 for ever */
1:	call	0x2005
	jmp	1b

	piece	late_sti		/* 2: without interrupts, then with, then 1 */
	movl	$1000, %ecx
1:	loop	1b
	sti
	nop
	nop
	cli
	jmp	again

	piece	sleep			/* 3: no interrupt may come between the first two */
	sti
	hlt
	cli
	jmp	again

	piece	count			/* 4: for ever */
1:	incq	16(%rbx)
	jmp	1b

	piece	count_open		/* 5: the same, with interrupts */
	sti
	jmp	count

	piece	user			/* 6: VMMCALL from ring 3 */
	pushq	$0x23
	leaq	0xf00(%rbx), %rax
	pushq	%rax
	pushq	$2
	pushq	$0x1b
	leaq	again(%rip), %rax
	pushq	%rax
	iretq

	piece	quiet			/* 7: instructions that need no answer */
	wbinvd
	invd
	jmp	again

	piece	counters		/* 8: RDPMC is a general protection fault of the guest */
	xorl	%ecx, %ecx
	rdpmc
	jmp	again

	piece	port_out		/* 9 */
	movw	$0x1234, %dx
	movw	$0xabcd, %ax
	outw	%ax, %dx
	jmp	again

	piece	port_in			/* 10 */
	inb	$0x71, %al
	jmp	again

	piece	registers		/* 11 */
	movl	$0x1b, %ecx
	rdmsr
	movl	$0xc0000080, %ecx
	wrmsr
	cpuid
	jmp	again

	piece	bases			/* 12: registers that are the guest's own: no exit */
	movl	$0xc0000102, %ecx
	movl	$0x11223344, %eax
	xorl	%edx, %edx
	wrmsr
	xorl	%eax, %eax
	rdmsr
	movq	%rax, 0x138(%rbx)
	jmp	again

	piece	forbidden0		/* 13 and on: refused */
	vmrun
	piece	forbidden1
	vmload
	piece	forbidden2
	vmsave
	piece	forbidden3
	stgi
	piece	forbidden4
	clgi
	piece	forbidden5
	invlpga	%rax, %ecx
	piece	forbidden6
	monitor	%rax, %ecx, %edx

	piece	interrupt		/* 20: handler of 0x30 */
	incq	0x100(%rbx)
	iretq

	piece	fault			/* 21: handler of exceptions with an error code */
	popq	0x108(%rbx)
	pushq	%rcx
	movq	%cr2, %rcx
	movq	%rcx, 0x110(%rbx)
	popq	%rcx
	incq	0x118(%rbx)
	popq	%rax
	jmp	again

	piece	nmi			/* 22 */
	incq	0x120(%rbx)
	iretq

	piece	breakpoint		/* 23 */
	int3
	jmp	again

	piece	step_sti		/* 24: entered with TF */
	sti
	nop
	jmp	again

	.code16
	piece	real_fault		/* 25: a handler in real mode, where errors have no code */
	movl	$0x2006, %eax
	vmmcall
	.code64

	piece	prefixed		/* 26: three bytes, of which the first means nothing */
	.byte	0x48
	cpuid
	jmp	again

	piece	lower_cr8		/* 27: tells what it was, then goes down to 0 and on */
	movq	%cr8, %rcx
	movl	$0x2007, %eax
	vmmcall
	sti
1:	decl	%ecx
	movq	%rcx, %cr8
	jnz	1b
	jmp	count

	piece	watch			/* 28: RCX = where, RDX = DR7 */
	movq	%rcx, %dr0
	movq	%rcx, %dr3
	piece	watch_on		/* 29 */
	movq	%rdx, %dr7
	jmp	again

	piece	watched			/* 30 */
	movq	%dr0, %rcx
	movq	%dr3, %rdx
	jmp	again

	piece	touch			/* 31 */
	incq	0x130(%rbx)
	jmp	again

	piece	debug			/* 32: handler of exception 1 */
	incq	0x128(%rbx)
	iretq
pc_guest_end:

	.section .note.GNU-stack, "", @progbits
