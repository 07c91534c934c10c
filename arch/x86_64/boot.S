/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry from the loader (32-bit protected mode, no paging) and of the other CPUs (real mode), into
 * 64-bit code with the first 4 GiB mapped where they stand. Next: boot.c.
 */
#include "msr.h"
#include "regs.h"

#define MB1_FLAGS 0x00010003 /* modules page aligned, memory map wanted, addresses given below */

	.section .head, "ax"
	.balign	8
mb1:
	.long	0x1badb002, MB1_FLAGS, -(0x1badb002 + MB1_FLAGS)
	.long	mb1, image_start, data_end, bss_end, _start

	.balign	8
mb2:
	.long	0xe85250d6, 0, mb2_end - mb2, -(0xe85250d6 + (mb2_end - mb2))
	.short	6, 0			/* modules page aligned */
	.long	8
	.short	0, 0
	.long	8
mb2_end:

	.section .note.Xen, "a", @note
	.balign	4
	.long	4, 4, 18		/* PHYS32_ENTRY */
	.asciz	"Xen"
	.long	pvh_start

	.section .head
	.code32
/* From PVH, EBX = its structure: EAX says nothing. */
pvh_start:
	movl	$MAGIC_PVH, %eax
/* From multiboot: EAX = magic, EBX = its information. Both survive in EBP, ESI. */
	.globl	_start
_start:
	cli
	cld
	movl	%eax, %ebp
	movl	%ebx, %esi
	movl	$boot_stack + CPU_STACK_SIZE, %esp
	movl	$bss_start, %edi
	movl	$bss_end, %ecx
	subl	%edi, %ecx
	shrl	$2, %ecx
	xorl	%eax, %eax
	rep stosl

	movl	$0x80000001, %eax	/* long mode and no-execute, or nothing can be said */
	cpuid
	andl	$0x20100000, %edx
	cmpl	$0x20100000, %edx
	jne	.

	movl	$boot_pd, %edi		/* 4 GiB of 2 MiB pages */
	movl	$0x83, %eax
	movl	$2048, %ecx
1:	movl	%eax, (%edi)
	addl	$0x200000, %eax
	addl	$8, %edi
	loop	1b
	movl	$boot_pd + 3, %eax
	movl	$boot_pdpt, %edi
	movl	$4, %ecx
2:	movl	%eax, (%edi)
	addl	$4096, %eax
	addl	$8, %edi
	loop	2b
	movl	$boot_pdpt + 3, boot_pml4

	lgdt	boot_gdtr
	call	paging_on
	ljmp	$SEL_CODE, $start64

paging_on:
	movl	$BOOT_CR4, %eax
	movl	%eax, %cr4
	movl	$boot_pml4, %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	xorl	%edx, %edx
	movl	$BOOT_EFER, %eax
	wrmsr
	movl	$BOOT_CR0, %eax
	movl	%eax, %cr0
	ret

/* Another CPU, by way of the trampoline */
ap32:
	movl	$SEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %ss
	movl	$ap_stack32 + 16, %esp
	call	paging_on
	ljmp	$SEL_CODE, $ap64

	.code64
.macro flat_segments
	movl	$SEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	lldt	%ax
.endm

start64:
	flat_segments
	leaq	boot_stack + CPU_STACK_SIZE(%rip), %rsp
	movl	%ebp, %edi
	movl	%esi, %esi
	call	boot_first		/* (magic, information) */

ap64:
	flat_segments
	movq	ap_stack(%rip), %rsp
	call	boot_secondary

/*
 * Copied to a page below 1 MiB, where a started CPU begins in real mode. Not paged in: ap32 is
 * reached by its full address.
 */
	.code16
	.globl	trampoline, trampoline_end
trampoline:
	cli
	cld
	movw	%cs, %ax
	movw	%ax, %ds
	lgdtl	trampoline_gdtr - trampoline
	movl	$0x11, %eax		/* ET, PE; caches on */
	movl	%eax, %cr0
	ljmpl	$SEL_CODE32, $ap32
	.balign	4
trampoline_gdtr:
	.short	4 * 8 - 1
	.long	boot_gdt
trampoline_end:

	.section .rodata
	.balign	8
boot_gdt:
	.quad	0
	.quad	0x00af9b000000ffff	/* 64-bit code */
	.quad	0x00cf93000000ffff	/* data */
	.quad	0x00cf9b000000ffff	/* 32-bit code */
boot_gdtr:
	.short	4 * 8 - 1
	.long	boot_gdt

	.section .bss.boot_stack, "aw", @nobits
	.globl	boot_stack
boot_stack:			/* aligned to its size by link.lds */
	.space	CPU_STACK_SIZE

	.bss
	.balign	4096
	.globl	boot_pml4, boot_pdpt, boot_pd
boot_pml4:
	.space	4096
boot_pdpt:
	.space	4096
boot_pd:
	.space	4 * 4096
ap_stack32:
	.space	16

	.section .note.GNU-stack, "", @progbits
