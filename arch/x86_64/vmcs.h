/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of VMX: capability MSRs, fields of a VMCS, control bits, exit reasons (Intel SDM volume 3,
 * chapters 25 to 28 and appendices A to C). Next: vmx.c.
 */
#ifndef RHYPE_X86_VMCS_H
#define RHYPE_X86_VMCS_H

/* Capability MSRs (appendix A) */
#define MSR_FEATURE_CONTROL    0x3a
#define FEATURE_CONTROL_LOCKED (1u << 0)
#define FEATURE_CONTROL_VMXON  (1u << 2)
#define MSR_VMX_BASIC	       0x480
#define VMX_BASIC_TRUE	       (1ull << 55)
#define MSR_VMX_PINBASED       0x481 /* + 0xc: the TRUE_ variants, for PINBASED to ENTRY */
#define MSR_VMX_PROCBASED      0x482
#define MSR_VMX_EXIT	       0x483
#define MSR_VMX_ENTRY	       0x484
#define MSR_VMX_MISC	       0x485
#define MSR_VMX_CR0_FIXED0     0x486
#define MSR_VMX_CR4_FIXED0     0x488
#define MSR_VMX_CR4_FIXED1     0x489
#define MSR_VMX_PROCBASED2     0x48b
#define MSR_VMX_EPT_VPID       0x48c
#define MSR_VMX_TRUE_PINBASED  0x48d

#define EPT_CAP_WALK4	       (1ull << 6)
#define EPT_CAP_WB	       (1ull << 14)
#define EPT_CAP_2M	       (1ull << 16)
#define EPT_CAP_1G	       (1ull << 17)
#define EPT_CAP_INVEPT	       (1ull << 20)
#define EPT_CAP_INVEPT_SINGLE  (1ull << 25)
#define EPT_CAP_INVVPID	       (1ull << 32)
#define EPT_CAP_INVVPID_SINGLE (1ull << 41)

/* 16-bit fields. Segments: encoding of ES + 2 * number, CS SS DS FS GS LDTR TR follow. */
#define VMCS_VPID	    0x0000
#define VMCS_GUEST_SELECTOR 0x0800
#define VMCS_HOST_SELECTOR  0x0c00 /* ES CS SS DS FS GS TR */

/* 64-bit fields */
#define VMCS_MSR_BITMAP	    0x2004
#define VMCS_TSC_OFFSET	    0x2010
#define VMCS_VAPIC	    0x2012
#define VMCS_EPTP	    0x201a
#define VMCS_GUEST_PA	    0x2400
#define VMCS_LINK	    0x2800
#define VMCS_GUEST_DEBUGCTL 0x2802
#define VMCS_GUEST_PAT	    0x2804
#define VMCS_GUEST_EFER	    0x2806
#define VMCS_GUEST_PDPTE    0x280a
#define VMCS_HOST_PAT	    0x2c00
#define VMCS_HOST_EFER	    0x2c02

/* 32-bit fields */
#define VMCS_PIN	       0x4000
#define VMCS_PROC	       0x4002
#define VMCS_EXCEPTIONS	       0x4004
#define VMCS_PF_MASK	       0x4006
#define VMCS_PF_MATCH	       0x4008
#define VMCS_CR3_TARGETS       0x400a
#define VMCS_EXIT	       0x400c
#define VMCS_EXIT_STORES       0x400e
#define VMCS_EXIT_LOADS	       0x4010
#define VMCS_ENTRY	       0x4012
#define VMCS_ENTRY_LOADS       0x4014
#define VMCS_ENTRY_INFO	       0x4016
#define VMCS_ENTRY_ERROR       0x4018
#define VMCS_ENTRY_LEN	       0x401a
#define VMCS_TPR_THRESHOLD     0x401c
#define VMCS_PROC2	       0x401e
#define VMCS_INSTRUCTION_ERROR 0x4400
#define VMCS_REASON	       0x4402
#define VMCS_EXIT_INFO	       0x4404
#define VMCS_EXIT_ERROR	       0x4406
#define VMCS_VECTORING	       0x4408
#define VMCS_VECTORING_ERROR   0x440a
#define VMCS_EXIT_LEN	       0x440c
#define VMCS_GUEST_LIMIT       0x4800
#define VMCS_GUEST_GDTR_LIMIT  0x4810
#define VMCS_GUEST_IDTR_LIMIT  0x4812
#define VMCS_GUEST_ACCESS      0x4814
#define VMCS_INTERRUPTIBILITY  0x4824
#define VMCS_ACTIVITY	       0x4826
#define VMCS_GUEST_SYSENTER_CS 0x482a
#define VMCS_TIMER	       0x482e
#define VMCS_HOST_SYSENTER_CS  0x4c00

/* Fields of natural width */
#define VMCS_CR0_MASK		0x6000
#define VMCS_CR4_MASK		0x6002
#define VMCS_CR0_SHADOW		0x6004
#define VMCS_CR4_SHADOW		0x6006
#define VMCS_QUALIFICATION	0x6400
#define VMCS_LINEAR		0x640a
#define VMCS_GUEST_CR0		0x6800
#define VMCS_GUEST_CR3		0x6802
#define VMCS_GUEST_CR4		0x6804
#define VMCS_GUEST_BASE		0x6806
#define VMCS_GUEST_GDTR_BASE	0x6816
#define VMCS_GUEST_IDTR_BASE	0x6818
#define VMCS_GUEST_DR7		0x681a
#define VMCS_GUEST_RSP		0x681c
#define VMCS_GUEST_RIP		0x681e
#define VMCS_GUEST_RFLAGS	0x6820
#define VMCS_GUEST_PENDING	0x6822
#define VMCS_GUEST_SYSENTER_ESP 0x6824
#define VMCS_GUEST_SYSENTER_EIP 0x6826
#define VMCS_HOST_CR0		0x6c00
#define VMCS_HOST_CR3		0x6c02
#define VMCS_HOST_CR4		0x6c04
#define VMCS_HOST_FS_BASE	0x6c06
#define VMCS_HOST_GS_BASE	0x6c08
#define VMCS_HOST_TR_BASE	0x6c0a
#define VMCS_HOST_GDTR_BASE	0x6c0c
#define VMCS_HOST_IDTR_BASE	0x6c0e
#define VMCS_HOST_SYSENTER_ESP	0x6c10
#define VMCS_HOST_SYSENTER_EIP	0x6c12
#define VMCS_HOST_RSP		0x6c14
#define VMCS_HOST_RIP		0x6c16

/* Pin-based controls (25.6.1) */
#define PIN_INTERRUPT	(1u << 0)
#define PIN_NMI		(1u << 3)
#define PIN_VIRTUAL_NMI (1u << 5)
#define PIN_TIMER	(1u << 6)

/* Processor-based controls (25.6.2) */
#define PROC_WINDOW	   (1u << 2)
#define PROC_TSC_OFFSET	   (1u << 3)
#define PROC_HLT	   (1u << 7)
#define PROC_MWAIT	   (1u << 10)
#define PROC_RDPMC	   (1u << 11)
#define PROC_TPR_SHADOW	   (1u << 21)
#define PROC_NMI_WINDOW	   (1u << 22)
#define PROC_IO		   (1u << 24)
#define PROC_MSR_BITMAP	   (1u << 28)
#define PROC_MONITOR	   (1u << 29)
#define PROC_SECONDARY	   (1u << 31)
#define PROC2_EPT	   (1u << 1)
#define PROC2_RDTSCP	   (1u << 3)
#define PROC2_VPID	   (1u << 5)
#define PROC2_WBINVD	   (1u << 6)
#define PROC2_UNRESTRICTED (1u << 7)
#define PROC2_INVPCID	   (1u << 12)
#define PROC2_XSAVES	   (1u << 20)

/* VM-exit and VM-entry controls (25.7, 25.8) */
#define EXIT_SAVE_DEBUG	 (1u << 2)
#define EXIT_HOST64	 (1u << 9)
#define EXIT_SAVE_PAT	 (1u << 18)
#define EXIT_LOAD_PAT	 (1u << 19)
#define EXIT_SAVE_EFER	 (1u << 20)
#define EXIT_LOAD_EFER	 (1u << 21)
#define ENTRY_LOAD_DEBUG (1u << 2)
#define ENTRY_GUEST64	 (1u << 9)
#define ENTRY_LOAD_PAT	 (1u << 14)
#define ENTRY_LOAD_EFER	 (1u << 15)

/* Interruption information (25.8.3, 25.9.2) */
#define INFO_UNBLOCKED (1u << 12) /* the exit left NMIs unblocked; bits 0 .. 11, 31: virt.h */

/* Interruptibility (25.4.2) */
#define BLOCKED_STI    (1u << 0)
#define BLOCKED_MOV_SS (1u << 1)
#define BLOCKED_NMI    (1u << 3)

/* Pending debug exceptions (25.4.2) */
#define PENDING_STEP (1ull << 14)

#ifndef __ASSEMBLER__
/* Exit reasons (appendix C) */
enum vmx_reason {
	VMX_EXCEPTION = 0,
	VMX_INTERRUPT = 1,
	VMX_TRIPLE_FAULT = 2,
	VMX_INIT = 3,
	VMX_SIPI = 4,
	VMX_WINDOW = 7,
	VMX_NMI_WINDOW = 8,
	VMX_TASK_SWITCH = 9,
	VMX_CPUID = 10,
	VMX_GETSEC = 11,
	VMX_HLT = 12,
	VMX_INVD = 13,
	VMX_RDPMC = 15,
	VMX_VMCALL = 18,
	VMX_VMCLEAR = 19, /* .. VMXON 27: VMX instructions */
	VMX_VMXON = 27,
	VMX_CR = 28,
	VMX_IO = 30,
	VMX_RDMSR = 31,
	VMX_WRMSR = 32,
	VMX_BAD_STATE = 33,
	VMX_BAD_MSR = 34,
	VMX_MWAIT = 36,
	VMX_MONITOR = 39,
	VMX_TPR = 43,
	VMX_EPT_VIOLATION = 48,
	VMX_EPT_MISCONFIG = 49,
	VMX_INVEPT = 50,
	VMX_TIMER = 52,
	VMX_INVVPID = 53,
	VMX_WBINVD = 54,
	VMX_XSETBV = 55,
	VMX_INVPCID = 58,
	VMX_VMFUNC = 59,
	VMX_XSAVES = 63,
	VMX_XRSTORS = 64,
};
#endif
#define VMX_FAILED (1u << 31) /* the entry itself */

#endif
