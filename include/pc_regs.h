/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The register file of a PC vcpu, which a port embeds as its save area (member `pc` of struct
 * arch_vcpu): the core reads and writes guest registers here, inline, whenever the vcpu is not
 * running. Numbers and names are those of the AMD64 Architecture Programmer's Manual (APM), volume
 * 2 and 3. What only the slow paths need is asked for through arch_pc.h.
 */
#ifndef RHYPE_PC_REGS_H
#define RHYPE_PC_REGS_H

#include "types.h"

/* General purpose registers by their number in an instruction (APM 3, 1.2.7). */
enum pc_gpr {
	PC_RAX,
	PC_RCX,
	PC_RDX,
	PC_RBX,
	PC_RSP,
	PC_RBP,
	PC_RSI,
	PC_RDI, /* then R8 .. R15 */
	PC_GPRS = 16
};

struct pc_regs {
	u64 gpr[PC_GPRS];
	u64 rip, rflags;
};

/*
 * A call: number and status in RAX; arguments and results in nine registers, RSI RDI R8 .. R14,
 * which are neighbours in the register file.
 */
#define PC_CALL_ARGS PC_RSI

/* RFLAGS (APM 2, 3.1.4) */
#define RFLAGS_ONE (1ull << 1)
#define RFLAGS_CF  (1ull << 0)
#define RFLAGS_PF  (1ull << 2)
#define RFLAGS_AF  (1ull << 4)
#define RFLAGS_ZF  (1ull << 6)
#define RFLAGS_SF  (1ull << 7)
#define RFLAGS_TF  (1ull << 8)
#define RFLAGS_IF  (1ull << 9)
#define RFLAGS_DF  (1ull << 10)
#define RFLAGS_OF  (1ull << 11)
#define RFLAGS_RF  (1ull << 16)
#define RFLAGS_VM  (1ull << 17)

/* Control registers and EFER (APM 2, 3.1) */
#define CR0_PE	    (1ull << 0)
#define CR0_WP	    (1ull << 16)
#define CR0_PG	    (1ull << 31)
#define CR4_PSE	    (1ull << 4)
#define CR4_PAE	    (1ull << 5)
#define CR4_LA57    (1ull << 12)
#define CR4_OSXSAVE (1ull << 18)
#define CR4_SMEP    (1ull << 20)
#define CR4_SMAP    (1ull << 21)
#define EFER_SCE    (1ull << 0)
#define EFER_LME    (1ull << 8)
#define EFER_LMA    (1ull << 10)
#define EFER_NXE    (1ull << 11)
#define EFER_SVME   (1ull << 12)

/* Exceptions (APM 2, 8.2) */
#define PC_EXC_DB  1
#define PC_EXC_NMI 2
#define PC_EXC_UD  6
#define PC_EXC_DF  8
#define PC_EXC_SS  12
#define PC_EXC_GP  13
#define PC_EXC_PF  14

/* Page fault error code (APM 2, 8.4.2) */
#define PC_PF_P	    (1u << 0)
#define PC_PF_WRITE (1u << 1)
#define PC_PF_USER  (1u << 2)
#define PC_PF_RSV   (1u << 3)
#define PC_PF_FETCH (1u << 4)

/* Model-specific registers that port and core both name (APM 2, appendix A) */
#define MSR_PC_PAT  0x277
#define MSR_PC_EFER 0xc0000080
#define MSR_PC_AUX  0xc0000103 /* what RDTSCP and RDPID give */

/* Segment registers by their number in an instruction. */
enum pc_seg { PC_ES, PC_CS, PC_SS, PC_DS, PC_FS, PC_GS, PC_SEGS };

#endif
