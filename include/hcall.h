/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Status codes and call numbers, for the hypervisor and for any guest. Numbers of PAPR calls and
 * all status codes are those of the Linux on Power Architecture Reference (LoPAR), section 14.5;
 * our own calls start at HV_CALL_BASE. Includes nothing, also usable from assembly.
 */
#ifndef RHYPE_HCALL_H
#define RHYPE_HCALL_H

#define H_SUCCESS	   0
#define H_BUSY		   1
#define H_CLOSED	   2
#define H_NOT_AVAILABLE	   3
#define H_CONSTRAINED	   4
#define H_PARTIAL	   5
#define H_LONG_BUSY_1_MSEC 9900
#define H_HARDWARE	   (-1)
#define H_FUNCTION	   (-2)
#define H_PRIVILEGE	   (-3)
#define H_PARAMETER	   (-4)
#define H_BAD_MODE	   (-5)
#define H_PTEG_FULL	   (-6)
#define H_NOT_FOUND	   (-7)
#define H_NO_MEM	   (-9)
#define H_AUTHORITY	   (-10)
#define H_PERMISSION	   (-11)
#define H_RESOURCE	   (-16)
#define H_P2		   (-55)
#define H_P3		   (-56)
#define H_P4		   (-57)
#define H_P5		   (-58)
#define H_UNSUPPORTED_FLAG (-256)

/* PAPR calls implemented by core/papr (rows: core/papr/hcalls.def) */
#define H_GET_TERM_CHAR	    0x54
#define H_PUT_TERM_CHAR	    0x58
#define H_EOI		    0x64
#define H_CPPR		    0x68
#define H_IPI		    0x6c
#define H_IPOLL		    0x70
#define H_XIRR		    0x74
#define H_REGISTER_VPA	    0xdc
#define H_CEDE		    0xe0
#define H_CONFER	    0xe4
#define H_PROD		    0xe8
#define H_GET_PPP	    0xec
#define H_PURR		    0xf4
#define H_POLL_PENDING	    0x1d8
#define H_SET_MODE	    0x31c
#define H_REGISTER_PROC_TBL 0x37c

/*
 * Our own calls (rows: include/hcalls.def), multiples of 4 in a range LoPAR leaves to the
 * platform and no other hypervisor was found to use. HV_ABI_VERSION changes when a call changes
 * its meaning; new calls do not change it.
 */
#define HV_CALL_BASE	     0xfa00
#define HV_CALL_MACHINE	     0xfa40 /* from here on: private calls of one kind of machine */
#define HV_CALL_END	     0xfb00
#define HV_NULL		     0xfa00 /* does nothing: the yardstick of call cost */
#define HV_VERSION	     0xfa04 /* -> HV_ABI_VERSION, own lpid */
#define HV_YIELD	     0xfa08 /* lpid or 0: give the rest of the slot away */
#define HV_PARTITION_INFO    0xfa10 /* lpid -> state, pages, vcpus */
#define HV_PARTITION_START   0xfa14 /* lpid */
#define HV_PARTITION_STOP    0xfa18 /* lpid */
#define HV_PARTITION_DESTROY 0xfa1c /* lpid */
#define HV_MEMORY_INFO	     0xfa20 /* -> free pages, total pages of the machine */
#define HV_RTAS		     0xfa40 /* PAPR machine: argument block, from our RTAS blob only */

#define HV_ABI_VERSION	     1

/* How a guest on a PC finds us: CPUID leaves. */
#define PC_CPUID_RHYPE	 0x40000100    /* EAX: highest own leaf; EBX ECX EDX: PC_CPUID_TEXT */
#define PC_CPUID_TEXT	 "rhyperhyper" /* and a NUL: 12 bytes */
#define PC_CPUID_INFO	 0x40000101 /* EAX: ABI version; EBX: call instruction; ECX: TSC in kHz */
#define PC_CPUID_VMMCALL 1
#define PC_CPUID_VMCALL	 2

#endif
