/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry by PVH or Multiboot, the way to 64-bit mode, interrupt stubs, and what C cannot say. Memory
 * is mapped onto itself up to 512 GiB, for user programs, too. Next to read: cpu.c.
 */
#include "cpu.h"

#define MB_MAGIC 0x1badb002
#define MB_FLAGS 0x10003 /* modules on page borders, memory map, addresses below */

	.section .head, "ax"
	.balign	4
mb:	.long	MB_MAGIC, MB_FLAGS, -(MB_MAGIC + MB_FLAGS)
	.long	mb, _image, _edata, _end, _start

	.section .note.pvh, "a", @note
	.long	4, 4, 18
	.asciz	"Xen"
	.long	_start

	/* ---- 32-bit mode ---- */
	.text
	.code32
	.globl	_start
_start:	/* EBX = what the loader tells */
	cld
	mov	%ebx, %ebp
	rdtsc
	mov	%eax, pc_start_ticks
	mov	%edx, pc_start_ticks + 4
	lgdt	gdt_desc
	ljmp	$SEL_CODE32, $1f
1:	mov	$SEL_DATA, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	movl	$(pdpt + 7), pml4
	mov	$pdpt, %edi
	xor	%ecx, %ecx		/* pages of 1 GiB: present, writable, user, large */
2:	mov	%ecx, %eax
	shl	$30, %eax
	or	$0x87, %eax
	mov	%eax, (%edi, %ecx, 8)
	mov	%ecx, %eax
	shr	$2, %eax
	mov	%eax, 4(%edi, %ecx, 8)
	inc	%ecx
	cmp	$512, %ecx
	jb	2b
	xor	%edi, %edi

to_long: /* EDI = number of the vcpu, EBP passed on */
	mov	$pml4, %eax
	mov	%eax, %cr3
	mov	%cr4, %eax
	or	$0x620, %eax		/* PAE, OSFXSR, OSXMMEXCPT */
	mov	%eax, %cr4
	mov	$0xc0000080, %ecx	/* EFER */
	rdmsr
	or	$0x100, %eax		/* LME */
	wrmsr
	mov	$0x80010033, %eax	/* PG WP NE ET MP PE */
	mov	%eax, %cr0
	ljmp	$SEL_CODE64, $long

	/* ---- start of the other vcpus: copied to PC_AP_PAGE ---- */
	.code16
	.globl	ap_begin, ap_end
ap_begin:
	cli
	cld
	mov	%cs, %ax
	mov	%ax, %ds
	lgdtl	ap_gdt - ap_begin
	mov	%cr0, %eax
	or	$1, %eax
	mov	%eax, %cr0
	ljmpl	$SEL_CODE32, $ap32
	.balign	4
ap_gdt:	.word	gdt_end - gdt - 1
	.long	gdt
ap_end:
	.code32
ap32:	mov	$SEL_DATA, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	$1, %eax
	cpuid
	mov	%ebx, %edi
	shr	$24, %edi		/* number of the local APIC */
	jmp	to_long

	/* ---- 64-bit mode ---- */
	.code64
long:	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs
	mov	%edi, %edi
	mov	%rdi, %rax
	shl	$9, %rax		/* SELF_SIZE */
	lea	selves(%rax), %rax
	mov	%rax, %rdx
	shr	$32, %rdx
	mov	$0xc0000101, %ecx	/* GS base */
	wrmsr
	lea	1(%rdi), %rsp
	shl	$14, %rsp		/* STACK_SIZE */
	add	$stacks, %rsp
	mov	%ebp, %esi
	xor	%ebp, %ebp
	call	port_main		/* number, loader's information */
	ud2

	/* ---- interrupts: every vector's stub has 16 bytes ---- */
	.balign	16
	.globl	stubs
stubs:
	.set	vec, 0
	.rept	256
	.balign	16
	/* exceptions 8, 10 to 14, 17, 21, 29 and 30 push an error code themselves */
	.if	vec > 31 || !((0x60227d00 >> (vec & 31)) & 1)
	pushq	$0
	.endif
	pushq	$vec
	jmp	interrupt
	.set	vec, vec + 1
	.endr
interrupt:
	.irp	r, rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15
	push	%\r
	.endr
	cld
	mov	%rsp, %rdi
	mov	%rsp, %rbx
	and	$-16, %rsp
	call	port_interrupt
	mov	%rbx, %rsp
	.irp	r, r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax
	pop	%\r
	.endr
	add	$16, %rsp
	iretq

	/*
	 * Accesses that may fault: port_interrupt sees an address in [probe_begin, probe_end) and
	 * returns to the caller with 1. Nothing is on the stack here.
	 */
	.globl	probe_begin, probe_end, probe_load, probe_store, probe_rdmsr, probe_wrmsr
probe_begin:
probe_load:
	cmp	$2, %esi
	je	2f
	ja	4f
	movzbl	(%rdi), %eax
	jmp	9f
2:	movzwl	(%rdi), %eax
	jmp	9f
4:	cmp	$4, %esi
	ja	8f
	mov	(%rdi), %eax
	jmp	9f
8:	mov	(%rdi), %rax
9:	mov	%rax, (%rdx)
	xor	%eax, %eax
	ret
probe_store:
	cmp	$2, %esi
	je	2f
	ja	4f
	mov	%dl, (%rdi)
	jmp	9f
2:	mov	%dx, (%rdi)
	jmp	9f
4:	cmp	$4, %esi
	ja	8f
	mov	%edx, (%rdi)
	jmp	9f
8:	mov	%rdx, (%rdi)
9:	xor	%eax, %eax
	ret
probe_rdmsr:
	mov	%edi, %ecx
	rdmsr
	shl	$32, %rdx
	or	%rdx, %rax
	mov	%rax, (%rsi)
	xor	%eax, %eax
	ret
probe_wrmsr:
	mov	%edi, %ecx
	mov	%esi, %eax
	mov	%rsi, %rdx
	shr	$32, %rdx
	wrmsr
	xor	%eax, %eax
	ret
probe_end:

	/* What is tried here may do anything: a fault goes on at escape_to with RAX = 1. */
	.macro	ENTER_PROBE
	.irp	r, rbx, rbp, r12, r13, r14, r15
	push	%\r
	.endr
	mov	%rsp, %gs:SELF_ESCAPE
	.endm

	.globl	probe_jump, probe_user_call, escape_to
probe_jump:
	ENTER_PROBE
	call	*%rdi
	mov	%gs:SELF_ESCAPE, %rsp
	xor	%eax, %eax
escape_to:
	movq	$0, %gs:SELF_ESCAPE
	.irp	r, r15, r14, r13, r12, rbp, rbx
	pop	%\r
	.endr
	ret

	/* The call instruction in user mode; its end (RAX = 0) is an interrupt of its own. */
probe_user_call:
	ENTER_PROBE
	pushq	$SEL_UDATA
	pushq	$user_stack
	pushq	$2
	pushq	$SEL_UCODE
	pushq	$1f
	mov	%rdi, %rax
	iretq
1:	xor	%esi, %esi
	xor	%edi, %edi
	call	user_issue
	int	$VEC_USER_END

	/* The same with a function instead. */
	.globl	probe_user_jump
probe_user_jump:
	ENTER_PROBE
	pushq	$SEL_UDATA
	pushq	$user_stack
	pushq	$2
	pushq	$SEL_UCODE
	pushq	$1f
	iretq
1:	call	*%rdi
	int	$VEC_USER_END

	/* The instruction that this processor's hypervisor takes. */
	.macro	ISSUE
	cmpb	$0, call_vmcall
	jne	1f
	vmmcall
	jmp	2f
1:	vmcall
2:
	.endm
user_issue:
	ISSUE
	ret

	/* s64 g_hcall(nr, args, rets): RAX; RSI RDI R8 .. R14. */
	.globl	g_hcall
g_hcall:
	.irp	r, rbx, r12, r13, r14
	push	%\r
	.endr
	mov	%rdx, %rbx
	mov	%rsi, %rcx
	mov	%rdi, %rax
	cmpb	$0, call_none
	jne	8f
	mov	(%rcx), %rsi
	mov	8(%rcx), %rdi
	mov	16(%rcx), %r8
	mov	24(%rcx), %r9
	mov	32(%rcx), %r10
	mov	40(%rcx), %r11
	mov	48(%rcx), %r12
	mov	56(%rcx), %r13
	mov	64(%rcx), %r14
	ISSUE
	test	%rbx, %rbx
	jz	9f
	mov	%rsi, (%rbx)
	mov	%rdi, 8(%rbx)
	mov	%r8, 16(%rbx)
	mov	%r9, 24(%rbx)
	mov	%r10, 32(%rbx)
	mov	%r11, 40(%rbx)
	mov	%r12, 48(%rbx)
	mov	%r13, 56(%rbx)
	mov	%r14, 64(%rbx)
	jmp	9f
8:	mov	$-2, %rax		/* nobody to call: H_FUNCTION */
9:	.irp	r, r14, r13, r12, rbx
	pop	%\r
	.endr
	ret

	/* u64 call_registers(nr): 0 when RBX RCX RDX RBP R15 and the flags are kept. */
	.globl	call_registers
call_registers:
	.irp	r, rbx, rbp, r12, r13, r14, r15
	push	%\r
	.endr
	mov	%rdi, %rax
	mov	$0x1111, %ebx
	mov	$0x2222, %ecx
	mov	$0x3333, %edx
	mov	$0x4444, %ebp
	mov	$0x5555, %r15d
	.irp	r, rsi, rdi, r8, r9, r10, r11, r12, r13, r14
	xor	%\r, %\r
	.endr
	cmpb	$0, call_vmcall
	stc
	jne	1f
	vmmcall
	jmp	2f
1:	vmcall
2:	setnc	%al
	movzbl	%al, %eax
	sub	$0x1111, %rbx
	sub	$0x2222, %rcx
	sub	$0x3333, %rdx
	sub	$0x4444, %rbp
	sub	$0x5555, %r15
	.irp	r, rbx, rcx, rdx, rbp, r15
	or	%\r, %rax
	.endr
	.irp	r, r15, r14, r13, r12, rbp, rbx
	pop	%\r
	.endr
	ret

	.data
	.balign	8
	.globl	call_vmcall, call_none, tss_descriptors, pc_start_ticks
pc_start_ticks:
	.quad	0
gdt:	.quad	0
	.quad	0x00cf9b000000ffff	/* 32-bit code */
	.quad	0x00cf93000000ffff	/* data */
	.quad	0x00af9b000000ffff	/* 64-bit code */
	.quad	0x00cff3000000ffff	/* user data */
	.quad	0x00affb000000ffff	/* user 64-bit code */
tss_descriptors:
	.space	16 * NVCPUS
gdt_end:
gdt_desc:
	.word	gdt_end - gdt - 1
	.long	gdt
call_vmcall:
	.byte	0
call_none:
	.byte	0

	.bss
	.balign	4096
pml4:	.space	4096
pdpt:	.space	4096
	.globl	selves, stacks
stacks:	.space	NVCPUS * STACK_SIZE
selves:	.space	NVCPUS * SELF_SIZE
	.space	512
user_stack:

	.section .note.GNU-stack, "", @progbits
