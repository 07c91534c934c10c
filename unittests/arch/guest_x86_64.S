/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest program of the contract tests for x86_64 (contract.h says what it does): 64-bit code,
 * RBX = data page. contract_x86_64.c first runs the prologue, which goes there from flat protected
 * mode, with the page tables that stand at 0x800000.
 */

	.macro call nr
	movl	$\nr, %eax
	vmmcall
	.endm

	.section .rodata
	.balign	16
	.globl	contract_guest_start, contract_guest_end, contract_prologue
	.code64
contract_guest_start:
	movl	$0x11, %esi
	movl	$0x22, %edi
	movl	$0x33, %r8d
	movl	$0x44, %r9d
	movl	$0x55, %r10d
	movl	$0x66, %r11d
	movl	$0x77, %r12d
	movl	$0x88, %r13d
	movl	$0x99, %r14d
	call	0x1001
	movq	%rsi, (%rbx)
	movq	8(%rbx), %rsi
	call	0x1005
	movq	(%rsi), %rsi
	call	0x1009
	movq	%rbx, (%rsi)
	call	0x100d
1:	incq	16(%rbx)
	jmp	1b

/* EAX = address of contract_guest_start, EBX = data page, EFER.LME is on. Ends with call 0xffd. */
	.code32
contract_prologue:
	movl	%eax, %ebp
	movl	$0x800000, %eax
	movl	%eax, %cr3
	movl	$0x20, %eax		/* PAE */
	movl	%eax, %cr4
	movl	$0x80000011, %eax
	movl	%eax, %cr0
	/* LGDT and the far jump want their operands in memory: the data page from 0x100 on */
	leal	gdt - contract_guest_start(%ebp), %ecx
	movw	$23, 0x100(%ebx)
	movl	%ecx, 0x102(%ebx)
	lgdtl	0x100(%ebx)
	leal	long - contract_guest_start(%ebp), %ecx
	movl	%ecx, 0x108(%ebx)
	movw	$8, 0x10c(%ebx)
	ljmpl	*0x108(%ebx)
	.balign	8
gdt:
	.quad	0
	.quad	0x00af9b000000ffff
	.quad	0x00cf93000000ffff
	.code64
long:
	call	0xffd
contract_guest_end:

	.section .note.GNU-stack, "", @progbits
