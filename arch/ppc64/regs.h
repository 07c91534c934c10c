/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers that C and assembly share: special purpose registers, LPCR bits, and the offsets of
 * the fields that assembly touches (cpu.c checks them). Next: arch_types.h.
 */
#ifndef RHYPE_PPC64_REGS_H
#define RHYPE_PPC64_REGS_H

/* Special purpose registers (Power ISA 3.0B, Book III 5.4.4) */
#define SPR_DSCR   17
#define SPR_DSISR  18
#define SPR_DAR	   19
#define SPR_DEC	   22
#define SPR_SRR0   26
#define SPR_SRR1   27
#define SPR_CFAR   28
#define SPR_AMR	   29
#define SPR_PIDR   48
#define SPR_IAMR   61
#define SPR_CTRL_R 136
#define SPR_TIDR   144
#define SPR_CTRL_W 152
#define SPR_FSCR   153
#define SPR_UAMOR  157
#define SPR_PSPB   159
#define SPR_DPDES  176
#define SPR_DAWR   180
#define SPR_CIABR  187
#define SPR_DAWRX  188
#define SPR_HFSCR  190
#define SPR_VRSAVE 256
#define SPR_TB	   268
#define SPR_SPRG0  272
#define SPR_SPRG1  273
#define SPR_SPRG2  274
#define SPR_SPRG3  275
#define SPR_PVR	   287
#define SPR_HSPRG0 304
#define SPR_HSPRG1 305
#define SPR_HDSISR 306
#define SPR_HDAR   307
#define SPR_SPURR  308
#define SPR_PURR   309
#define SPR_HDEC   310
#define SPR_HSRR0  314
#define SPR_HSRR1  315
#define SPR_LPCR   318
#define SPR_LPIDR  319
#define SPR_HMER   336
#define SPR_HMEER  337
#define SPR_HEIR   339
#define SPR_AMOR   349
#define SPR_PCR	   386
#define SPR_PTCR   464
#define SPR_SIER   784
#define SPR_MMCR2  785
#define SPR_MMCRA  786
#define SPR_PMC1   787
#define SPR_PMC2   788
#define SPR_PMC3   789
#define SPR_PMC4   790
#define SPR_PMC5   791
#define SPR_PMC6   792
#define SPR_MMCR0  795
#define SPR_SIAR   796
#define SPR_SDAR   797
#define SPR_MMCR1  798
#define SPR_EBBHR  804
#define SPR_EBBRR  805
#define SPR_BESCR  806
#define SPR_TAR	   815
#define SPR_ASDR   816
#define SPR_IC	   848
#define SPR_VTB	   849
#define SPR_PSSCR  855
#define SPR_TRIG2  882
#define SPR_WORT   895
#define SPR_PPR	   896
#define SPR_PIR	   1023

/* LPCR (Book III 2.2); what guests choose is in papr_regs.h */
#define LPCR_HVEE  0x0000400000000000 /* stop ends at a hypervisor virtualization interrupt */
#define LPCR_UPRT  0x0000000000400000 /* process table is used */
#define LPCR_HR	   0x0000000000100000 /* the hypervisor's own radix, must equal PATE0[HR] */
#define LPCR_ONL   0x0000000000040000 /* count PURR and SPURR */
#define LPCR_LD	   0x0000000000020000 /* large decrementer */
#define LPCR_PECE  0x000000000001f000 /* stop ends at doorbells, external, DEC, HMI */
#define LPCR_MER   0x0000000000000800 /* mediated external request */
#define LPCR_GTSE  0x0000000000000400 /* guest may use tlbie */
#define LPCR_HEIC  0x0000000000000010 /* no direct external interrupt while MSR[HV] */
#define LPCR_HVICE 0x0000000000000002
#define LPCR_HDICE 0x0000000000000001
/* always on; a guest's own choices, LD and GTSE come on top */
#define LPCR_BASE                                                                       \
	(LPCR_HVEE | LPCR_UPRT | LPCR_HR | LPCR_ONL | LPCR_LD | LPCR_PECE | LPCR_HEIC | \
	 LPCR_HVICE | LPCR_HDICE)

/*
 * HFSCR (Book III 6.3.9): what a POWER9 guest may use. Not MSGP, not TM; not BHRB, whose record of
 * branches cannot be taken from one guest and given back to it.
 */
#define HFSCR_GUEST	    0x18f /* TAR, EBB, PM, DSCR, VSX and VMX, FP */

#define PSSCR_EC	    0x100000 /* stop, when a guest says it, comes to us instead */

#define PVR_POWER9	    0x4e /* upper half of the PVR */

#define MMCR0_FC	    0x80000000

#define VIRTUAL_VECTORS	    0x4000 /* distance of the vectors of LPCR[AIL] = 3 */
#define VIRTUAL_VECTORS_END 0x5600

/*
 * r13 is the CPU's struct arch_cpu plus this much: the ELF ABI's place of the stack guard, which
 * libfdt's archive reads at r13 - 28688, is the first word of the struct.
 */
#define CPU_BIAS    28688

#define CPU_VCPU    8
#define CPU_STACK   16
#define CPU_TOC	    24
#define CPU_LIGHT   32
#define CPU_FATAL   40
#define CPU_CRASH   48
#define CPU_CRASHSP 56
#define CPU_SCRATCH 64 /* three words */

/* struct papr_regs, first in struct arch_vcpu */
#define R_GPR(n) ((n)*8)
#define R_NIP	 256
#define R_MSR	 264
#define R_CR	 272
#define R_LR	 280
#define R_CTR	 288
#define R_XER	 296
#define R_SRR0	 304
#define R_SRR1	 312
#define V_PPR	 328
#define V_VSR	 336
#define V_VSCR	 1360
#define V_FPSCR	 1376

/* Frame of world_enter: the ABI's 32 bytes, r14 .. r31 */
#define FRAME_GPR14    32
#define FRAME_SIZE     (32 + 18 * 8 + 16)

#define CPU_STACK_SIZE 16384

#endif
