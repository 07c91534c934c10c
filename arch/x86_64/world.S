/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The world switch of SVM, and the entries of our own interrupt table. Next: vcpu.c, svm.c (what is
 * switched around it), intr.c.
 */
#include "regs.h"

	.text
/*
 * enum outcome svm_stay(struct arch_vcpu *v, struct vmcb *block, struct vcpu_exit *x): run the
 * guest, again and again while svm_light answers 0. RAX, RSP, RIP and RFLAGS are in the control
 * block. GIF is off around VMRUN, so that nothing comes between; IF is on for it, so that
 * interrupts end the guest. QEMU does not look at the control block for the guest's interrupt
 * shadow, but takes ours into the guest: where that has one, STI comes right before VMRUN,
 * elsewhere it must not. To a processor that is the same.
 */
	.globl	svm_stay
svm_stay:
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi
	testb	$1, VMCB_SHADOW(%rsi)
1:	movq	(%rsp), %rdi		/* "zero", here and below: no shadow */
	movq	8(%rsp), %rax
	clgi
	sti
	movq	R_GPR(1)(%rdi), %rcx
	movq	R_GPR(2)(%rdi), %rdx
	movq	R_GPR(3)(%rdi), %rbx
	movq	R_GPR(5)(%rdi), %rbp
	movq	R_GPR(6)(%rdi), %rsi
	movq	R_GPR(8)(%rdi), %r8
	movq	R_GPR(9)(%rdi), %r9
	movq	R_GPR(10)(%rdi), %r10
	movq	R_GPR(11)(%rdi), %r11
	movq	R_GPR(12)(%rdi), %r12
	movq	R_GPR(13)(%rdi), %r13
	movq	R_GPR(14)(%rdi), %r14
	movq	R_GPR(15)(%rdi), %r15
	movq	R_GPR(7)(%rdi), %rdi
	jz	4f
	cli
	sti
4:	vmrun	%rax
	cli
	movq	(%rsp), %rax
	movq	%rcx, R_GPR(1)(%rax)
	movq	%rdx, R_GPR(2)(%rax)
	movq	%rbx, R_GPR(3)(%rax)
	movq	%rbp, R_GPR(5)(%rax)
	movq	%rsi, R_GPR(6)(%rax)
	movq	%rdi, R_GPR(7)(%rax)
	movq	%r8, R_GPR(8)(%rax)
	movq	%r9, R_GPR(9)(%rax)
	movq	%r10, R_GPR(10)(%rax)
	movq	%r11, R_GPR(11)(%rax)
	movq	%r12, R_GPR(12)(%rax)
	movq	%r13, R_GPR(13)(%rax)
	movq	%r14, R_GPR(14)(%rax)
	movq	%r15, R_GPR(15)(%rax)
	stgi
	movq	%rax, %rdi
	movq	8(%rsp), %rsi
	movq	16(%rsp), %rdx
	call	svm_light
	testl	%eax, %eax
	jz	1b			/* what it has served ends a shadow */
	cmpb	$0, rsb_wanted		/* calls of before the guest return from here on */
	jne	3f
2:	addq	$24, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret
3:	call	rsb_fill
	jmp	2b

/*
 * Exceptions 0 .. 31, entries of one size: struct trap of cpu.c. Only a non-maskable interrupt may
 * return.
 */
	.balign	16
	.globl	trap_entries, trap_entries_end
trap_entries:
	.set	n, 0
	.rept	32
	.balign	16
	.if	n != 8 && n != 10 && n != 11 && n != 12 && n != 13 && n != 14 && n != 17 && \
		n != 21 && n != 29 && n != 30
	pushq	$0
	.endif
	pushq	$n
	jmp	trap_common
	.set	n, n + 1
	.endr
	.balign	16
trap_entries_end:

trap_common:
	pushq	%r15
	pushq	%r14
	pushq	%r13
	pushq	%r12
	pushq	%r11
	pushq	%r10
	pushq	%r9
	pushq	%r8
	pushq	%rdi
	pushq	%rsi
	pushq	%rbp
	pushq	%rsp
	pushq	%rbx
	pushq	%rdx
	pushq	%rcx
	pushq	%rax
	cld
	movq	%rsp, %rdi
	subq	$8, %rsp
	call	hv_trap
	addq	$8, %rsp
	popq	%rax
	popq	%rcx
	popq	%rdx
	popq	%rbx
	addq	$8, %rsp
	popq	%rbp
	popq	%rsi
	popq	%rdi
	popq	%r8
	popq	%r9
	popq	%r10
	popq	%r11
	popq	%r12
	popq	%r13
	popq	%r14
	popq	%r15
	addq	$16, %rsp
	iretq

/* Interrupts: what they mean is in the core's state. */
.macro interrupt name, handler
	.globl	\name
\name:
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	cld
	call	\handler
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rdi
	popq	%rsi
	popq	%rdx
	popq	%rcx
	popq	%rax
	iretq
.endm

	interrupt interrupt_entry, intr_fired
	interrupt kick_entry, intr_kicked

	.globl	ignore_entry		/* spurious: not to be acknowledged */
ignore_entry:
	iretq

	.section .note.GNU-stack, "", @progbits
