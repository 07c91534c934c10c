/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Model-specific registers, for C and assembly. Not in arch_types.h: the core has names of its own.
 */
#ifndef RHYPE_X86_64_MSR_H
#define RHYPE_X86_64_MSR_H

/* Model-specific registers (APM 2, appendix A; Intel SDM 4) */
#define MSR_TSC		 0x10
#define MSR_APIC_BASE	 0x1b
#define MSR_PRED_CMD	 0x49
#define MSR_MCG_CAP	 0x179
#define MSR_SYSENTER_CS	 0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176
#define MSR_MC0_STATUS	 0x401
#define MSR_TSC_DEADLINE 0x6e0
#define MSR_X2APIC	 0x800 /* register n of the memory map is at + n / 16 */
#define MSR_EFER	 0xc0000080
#define MSR_STAR	 0xc0000081
#define MSR_LSTAR	 0xc0000082
#define MSR_CSTAR	 0xc0000083
#define MSR_SFMASK	 0xc0000084
#define MSR_FS_BASE	 0xc0000100
#define MSR_GS_BASE	 0xc0000101
#define MSR_KERNEL_GS	 0xc0000102
#define MSR_TSC_AUX	 0xc0000103

#endif
