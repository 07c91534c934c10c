/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The world switch of VMX. Next: vmx_run.c (around it). The one of SVM is in world.S. */
#include "regs.h"
#include "vmcs.h"

	.text
/*
 * bool vmx_enter(struct arch_vcpu *v, bool launched). RSP, RIP and RFLAGS are in the VMCS. An exit
 * comes back at vmx_exit, on this stack, with interrupts masked.
 */
	.globl	vmx_enter, vmx_exit
vmx_enter:
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	pushq	%rdi
	movl	$VMCS_HOST_RSP, %eax
	vmwrite	%rsp, %rax
	testb	%sil, %sil
	movq	R_GPR(0)(%rdi), %rax
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
	jnz	1f
	vmlaunch
	jmp	2f
1:	vmresume
2:	addq	$8, %rsp		/* still here: refused, and no register has changed */
	xorl	%eax, %eax
	jmp	3f

vmx_exit:
	pushq	%rdi
	movq	8(%rsp), %rdi
	movq	%rax, R_GPR(0)(%rdi)
	movq	%rcx, R_GPR(1)(%rdi)
	movq	%rdx, R_GPR(2)(%rdi)
	movq	%rbx, R_GPR(3)(%rdi)
	movq	%rbp, R_GPR(5)(%rdi)
	movq	%rsi, R_GPR(6)(%rdi)
	movq	%r8, R_GPR(8)(%rdi)
	movq	%r9, R_GPR(9)(%rdi)
	movq	%r10, R_GPR(10)(%rdi)
	movq	%r11, R_GPR(11)(%rdi)
	movq	%r12, R_GPR(12)(%rdi)
	movq	%r13, R_GPR(13)(%rdi)
	movq	%r14, R_GPR(14)(%rdi)
	movq	%r15, R_GPR(15)(%rdi)
	popq	R_GPR(7)(%rdi)
	addq	$8, %rsp
	cmpb	$0, rsb_wanted
	jne	4f
	movl	$1, %eax
3:	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret
4:	call	rsb_fill
	movl	$1, %eax
	jmp	3b

	.section .note.GNU-stack, "", @progbits
