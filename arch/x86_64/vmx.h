/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What vmx.c (a VMCS and its life), vmx_run.c (entries and exits) and vmx.S share. */
#ifndef RHYPE_X86_64_VMX_H
#define RHYPE_X86_64_VMX_H

#include "virt.h"
#include "vmcs.h"

#define CR0_ET	 (1ull << 4)
#define CR0_NE	 (1ull << 5)
#define CR0_NW	 (1ull << 29)
#define CR0_CD	 (1ull << 30)
#define CR4_MCE	 (1ull << 6)
#define CR4_VMXE (1ull << 13)
#define CR4_SMX	 (1ull << 14)
#define AR_LONG	 (1u << 13)
#define AR_BIG	 (1u << 14)
#define EXC_AC	 17
#define EXC_MC	 18

/* Segments behind those of enum pc_seg */
#define SEG_LDTR PC_SEGS
#define SEG_TR	 (PC_SEGS + 1)

/* Fields are named by constants: one instruction each. */
static inline u64 vmread(u64 field)
{
	u64 v;

	asm volatile("vmread %1, %0" : "=r"(v) : "r"(field) : "cc");
	return v;
}

static inline void vmwrite(u64 field, u64 v)
{
	asm volatile("vmwrite %0, %1" : : "r"(v), "r"(field) : "cc", "memory");
}

#define INVEPT_SINGLE  1ull
#define INVEPT_ALL     2ull
#define INVVPID_SINGLE 1ull
#define INVVPID_ALL    2ull

static inline void invept(u64 type, u64 eptp)
{
	struct {
		u64 eptp, zero;
	} d = { eptp, 0 };

	asm volatile("invept %0, %1" : : "m"(d), "r"(type) : "memory", "cc");
}

static inline void invvpid(u64 type, u64 vpid)
{
	struct {
		u64 vpid, linear;
	} d = { vpid, 0 };

	asm volatile("invvpid %0, %1" : : "m"(d), "r"(type) : "memory", "cc");
}

/* Write-back tables of four levels (25.6.11) */
static inline u64 eptp(const struct arch_vcpu *v)
{
	return (u64)v->gs->tables.root | 3 << 3 | 6;
}

/* Of the guest of the current VMCS */
static inline u8 vmx_cpl(void)
{
	return vmread(VMCS_GUEST_ACCESS + 2 * PC_SS) >> 5 & 3;
}

/* What CR4 holds when the guest thinks it holds cr4. */
u64 real_cr4(u64 cr4);

extern unsigned vmx_timer_shift; /* the preemption timer counts once in 2^n ticks */

/* vmx.S: one stay in the guest; false: the instruction failed, and nothing ran. */
bool vmx_enter(struct arch_vcpu *v, bool launched);
extern char vmx_exit[];

#endif
