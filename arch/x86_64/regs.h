/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers that C and assembly share: selectors, control bits, and the offsets of the fields that
 * assembly touches (cpu.c checks them). Model-specific registers: msr.h. Next: arch_types.h.
 */
#ifndef RHYPE_X86_64_REGS_H
#define RHYPE_X86_64_REGS_H

/* Descriptors of every CPU's table (cpu.c); boot.S has the first three and a 32-bit code one */
#define SEL_CODE   0x08
#define SEL_DATA   0x10
#define SEL_CODE32 0x18
#define SEL_TSS	   0x20 /* two entries */

/* Control registers at boot */
#define BOOT_CR0  0x80010011 /* PG, WP, ET, PE */
#define BOOT_CR4  0x00000620 /* PAE, OSFXSR, OSXMMEXCPT: libfdt's archive may use SSE */
#define BOOT_EFER 0x00000900 /* NXE, LME */

/* What a loader puts into EAX; PVH has none, so pvh_start brings the magic of its structure */
#define MAGIC_MULTIBOOT1 0x2badb002
#define MAGIC_MULTIBOOT2 0x36d76289
#define MAGIC_PVH	 0x336ec578

/*
 * A stack, of a CPU or of its non-maskable interrupts and faults: aligned to its size, its first
 * word leads to the CPU's struct arch_cpu.
 */
#define CPU_STACK_SIZE 16384

/* struct pc_regs, first in struct arch_vcpu: registers by their number */
#define R_GPR(n) ((n)*8)

/* struct vmcb: the guest's interrupt shadow */
#define VMCB_SHADOW 0x68

/* Interrupt vectors: strays of the old controllers from 0x20 on, ours on top */
#define VECTOR_PIC	0x20
#define VECTOR_TIMER	0xf0
#define VECTOR_KICK	0xf1
#define VECTOR_SPURIOUS 0xff
#define NVECTORS	256

#endif
