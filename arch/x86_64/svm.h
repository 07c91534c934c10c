/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control block of SVM and its numbers (APM 2, appendices B and C). Next: svm.c. */
#ifndef RHYPE_X86_64_SVM_H
#define RHYPE_X86_64_SVM_H

#include "types.h"

struct vmcb_seg {
	u16 selector, attrib;
	u32 limit;
	u64 base;
};

struct vmcb {
	u32 cr, dr, exceptions, misc1, misc2, misc3; /* what ends the guest */
	u8 pad0[0x40 - 0x18];
	u64 iopm, msrpm, tsc_offset;
	u32 asid, tlb_control;
	u64 v_intr, shadow;
	u64 code, info1, info2;
	u32 interrupted, interrupted_error;
	u64 np_enable;
	u8 pad1[0xa8 - 0x98];
	u64 event, np_cr3, lbr_enable;
	u32 clean, pad2;
	u64 next_rip;
	u8 pad3[0x400 - 0xd0];
	struct vmcb_seg es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr;
	u8 pad4[0x4cb - 0x4a0];
	u8 cpl;
	u32 pad5;
	u64 efer;
	u8 pad6[0x548 - 0x4d8];
	u64 cr4, cr3, cr0, dr7, dr6, rflags, rip;
	u8 pad7[0x5d8 - 0x580];
	u64 rsp;
	u8 pad8[0x5f8 - 0x5e0];
	u64 rax, star, lstar, cstar, sfmask, kernel_gs, sysenter_cs, sysenter_esp, sysenter_eip;
	u64 cr2;
	u8 pad9[0x668 - 0x648];
	u64 pat, debugctl;
	u8 pad10[0x1000 - 0x678];
};

#define CR_WRITE_CR8 (1u << 24) /* of cr */

/* misc1, misc2: instruction and event intercepts */
#define M1_INTR	    (1u << 0)
#define M1_NMI	    (1u << 1)
#define M1_INIT	    (1u << 3)
#define M1_VINTR    (1u << 4)
#define M1_RDPMC    (1u << 15)
#define M1_CPUID    (1u << 18)
#define M1_IRET	    (1u << 20)
#define M1_INVD	    (1u << 22)
#define M1_HLT	    (1u << 24)
#define M1_INVLPGA  (1u << 26)
#define M1_IO	    (1u << 27)
#define M1_MSR	    (1u << 28)
#define M1_SHUTDOWN (1u << 31)
#define M2_VMRUN    (1u << 0)
#define M2_VMMCALL  (1u << 1)
#define M2_VMLOAD   (1u << 2)
#define M2_VMSAVE   (1u << 3)
#define M2_STGI	    (1u << 4)
#define M2_CLGI	    (1u << 5)
#define M2_SKINIT   (1u << 6)
#define M2_WBINVD   (1u << 9)
#define M2_MONITOR  (1u << 10)
#define M2_MWAIT    (1u << 11)
#define M2_RDPRU    (1u << 14)

/* v_intr */
#define V_IRQ	     (1ull << 8)
#define V_PRIO	     (15ull << 16)
#define V_PRIO_IS(n) ((u64)(n) << 16)
#define V_IGN_TPR    (1ull << 20)
#define V_MASKING    (1ull << 24)

/* Exit codes; the hardware has 64 bits, of which QEMU fills 32 */
enum svm_exit {
	SVM_WRITE_CR8 = 0x18,
	SVM_DR = 0x20,	      /* + number, + 16 when written */
	SVM_EXCEPTION = 0x40, /* + vector */
	SVM_INTR = 0x60,
	SVM_NMI = 0x61,
	SVM_INIT = 0x63,
	SVM_VINTR = 0x64,
	SVM_RDPMC = 0x6f,
	SVM_CPUID = 0x72,
	SVM_IRET = 0x74,
	SVM_INVD = 0x76,
	SVM_HLT = 0x78,
	SVM_INVLPGA = 0x7a,
	SVM_IO = 0x7b,
	SVM_MSR = 0x7c,
	SVM_SHUTDOWN = 0x7f,
	SVM_VMRUN = 0x80,
	SVM_VMMCALL = 0x81,
	SVM_VMLOAD = 0x82,
	SVM_VMSAVE = 0x83,
	SVM_STGI = 0x84,
	SVM_CLGI = 0x85,
	SVM_SKINIT = 0x86,
	SVM_WBINVD = 0x89,
	SVM_MONITOR = 0x8a,
	SVM_MWAIT = 0x8b,
	SVM_MWAIT_ARMED = 0x8c,
	SVM_RDPRU = 0x8e,
	SVM_NPF = 0x400,
	SVM_INVALID = -1,
};

/* info1 of I/O: the rest is in struct vcpu_exit; of a nested page fault: as a page fault's code */
#define IO_IN	     (1u << 0)
#define IO_STRING    (1u << 2)
#define IO_SIZE(i)   ((i) >> 4 & 7)
#define IO_PORT(i)   ((i) >> 16)

#define MSR_VM_CR    0xc0010114
#define MSR_HSAVE_PA 0xc0010117
#define VM_CR_LOCKED (1u << 3)
#define VM_CR_OFF    (1u << 4)

/* Segment attributes: bits 8 .. 15 of a descriptor's second word, then its bits 20 .. 23 */
#define SEG_LONG (1u << 9)
#define SEG_32	 (1u << 10)

#endif
