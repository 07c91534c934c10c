/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUID, and the features that the port itself looks at (APM 3, appendix E). */
#ifndef RHYPE_X86_64_CPUID_H
#define RHYPE_X86_64_CPUID_H

#include "types.h"

enum { EAX, EBX, ECX, EDX };

static inline void cpuid_all(u32 leaf, u32 sub, u32 r[4])
{
	asm volatile("cpuid"
		     : "=a"(r[EAX]), "=b"(r[EBX]), "=c"(r[ECX]), "=d"(r[EDX])
		     : "a"(leaf), "c"(sub));
}

static inline u32 cpuid(u32 leaf, u32 sub, unsigned reg)
{
	u32 r[4];

	cpuid_all(leaf, sub, r);
	return r[reg];
}

/* Is bit `bit` of the register on? False when the leaf does not exist. */
static inline bool cpuid_has(u32 leaf, u32 sub, unsigned reg, unsigned bit)
{
	return leaf <= cpuid(leaf & 0xffff0000, 0, EAX) && cpuid(leaf, sub, reg) >> bit & 1;
}

/* leaf, sub-leaf, register, bit */
#define CPU_VMX		      0x1, 0, ECX, 5
#define CPU_X2APIC	      0x1, 0, ECX, 21
#define CPU_TSC_DEADLINE      0x1, 0, ECX, 24
#define CPU_XSAVE	      0x1, 0, ECX, 26
#define CPU_HYPERVISOR	      0x1, 0, ECX, 31
#define CPU_MCE		      0x1, 0, EDX, 7
#define CPU_SVM		      0x80000001, 0, ECX, 2
#define CPU_GIB_PAGES	      0x80000001, 0, EDX, 26
#define CPU_RDTSCP	      0x80000001, 0, EDX, 27
#define CPU_RDPRU	      0x80000008, 0, EBX, 4
#define CPU_FP_POINTERS	      0x80000008, 0, EBX, 2
#define CPU_AMD_IBPB	      0x80000008, 0, EBX, 12
#define CPU_RTM		      0x7, 0, EBX, 11
#define CPU_MD_CLEAR	      0x7, 0, EDX, 10
#define CPU_INTEL_IBPB	      0x7, 0, EDX, 26
#define CPU_L1D_FLUSH	      0x7, 0, EDX, 28
#define CPU_ARCH_CAPABILITIES 0x7, 0, EDX, 29
#define CPU_AUTO_IBRS	      0x80000021, 0, EAX, 8
#define SVM_NPT		      0x8000000a, 0, EDX, 0
#define SVM_NRIPS	      0x8000000a, 0, EDX, 3
#define SVM_FLUSH_ASID	      0x8000000a, 0, EDX, 6

#endif
