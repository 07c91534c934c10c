/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The register file of a PAPR vcpu, which a port embeds as its save area (member `papr` of struct
 * arch_vcpu): the core reads and writes guest registers here, inline, whenever the vcpu is not
 * running. Names are those of Power ISA 3.0B, Book III. arch/ppc64/world.S knows the offsets.
 */
#ifndef RHYPE_PAPR_REGS_H
#define RHYPE_PAPR_REGS_H

#include "types.h"

struct papr_regs {
	u64 gpr[32];
	u64 nip; /* next instruction */
	u64 msr;
	u64 cr, lr, ctr, xer;
	u64 srr0, srr1;
	u64 lpcr; /* only the guest-visible mode bits: LPCR_ILE, LPCR_AIL */
};

/* MSR (ISA 3.0B Book III 3.2.1) */
#define MSR_SF	(1ull << 63)
#define MSR_HV	(1ull << 60)
#define MSR_TS	(3ull << 33)
#define MSR_TM	(1ull << 32)
#define MSR_VEC (1ull << 25)
#define MSR_VSX (1ull << 23)
#define MSR_EE	(1ull << 15)
#define MSR_PR	(1ull << 14)
#define MSR_FP	(1ull << 13)
#define MSR_ME	(1ull << 12)
#define MSR_FE0 (1ull << 11)
#define MSR_TE	(3ull << 9)
#define MSR_FE1 (1ull << 8)
#define MSR_IR	(1ull << 5)
#define MSR_DR	(1ull << 4)
#define MSR_PMM (1ull << 2)
#define MSR_RI	(1ull << 1)
#define MSR_LE	(1ull << 0)

/* LPCR mode bits a partition chooses through H_SET_MODE (ISA 3.0B Book III 2.2) */
#define LPCR_ILE       (1ull << 25)
#define LPCR_AIL_SHIFT 23
#define LPCR_AIL       (3ull << LPCR_AIL_SHIFT)

/* Interrupt vectors (ISA 3.0B Book III 6.5) */
#define VEC_SYSTEM_RESET  0x100
#define VEC_MACHINE_CHECK 0x200
#define VEC_DATA_STORAGE  0x300
#define VEC_INST_STORAGE  0x400
#define VEC_EXTERNAL	  0x500
#define VEC_PROGRAM	  0x700
#define VEC_DECREMENTER	  0x900

/* SRR1 and DSISR bits of those interrupts (same section) */
#define SRR1_PROGRAM_ILLEGAL   (1ull << 19)
#define SRR1_PROGRAM_PRIVILEGE (1ull << 18)
#define SRR1_ISI_NO_PAGE       (1ull << 30)
#define SRR1_ISI_NO_EXEC       (1ull << 28)
#define DSISR_NO_PAGE	       (1u << 30)
#define DSISR_PROTECTED	       (1u << 27)
#define DSISR_STORE	       (1u << 25)

#endif
