/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The exit record: why a vcpu stopped running, in terms no ISA owns. Written by arch_vcpu_run,
 * read by core/dispatch.c.
 */
#ifndef RHYPE_EXIT_H
#define RHYPE_EXIT_H

#include "types.h"

enum exit_kind {
	EXIT_PREEMPT,	/* alarm or kick: nothing to do for the guest */
	EXIT_HCALL,	/* the guest called; it already points past the instruction */
	EXIT_IDLE,	/* the guest waits (an instruction, not a call); see arch_vcpu_wake */
	EXIT_INTERRUPT, /* a physical interrupt other than kick and alarm is pending */
	EXIT_MEMORY,	/* access outside what the address space maps */
	EXIT_IO,	/* port access */
	EXIT_REGISTER,	/* CPUID, MSR, SPR access that needs an answer */
	EXIT_WINDOW,	/* the guest now accepts the interrupt it was asked about */
	EXIT_ILLEGAL,	/* instruction the partition may not use, or hcall from user mode */
	EXIT_SHUTDOWN,	/* the guest's processor gave up (triple fault, checkstop) */
	EXIT_DEAD,	/* the port cannot go on with this guest: `why` says what happened */
	EXIT_KINDS
};

enum access { ACCESS_READ = 1, ACCESS_WRITE = 2, ACCESS_EXEC = 4 };

/* Why an instruction was refused (EXIT_ILLEGAL). */
enum illegal_cause {
	ILLEGAL_INSTRUCTION, /* not implemented, or emulation assistance */
	ILLEGAL_PRIVILEGE,   /* hcall instruction from user mode; PC: rip stands at it */
	ILLEGAL_FACILITY,    /* facility the hypervisor has switched off; info = which */
};

/* Which registers an EXIT_REGISTER is about. */
enum reg_space { REG_CPUID, REG_MSR };

struct vcpu_exit {
	enum exit_kind kind;
	u8 len; /* bytes of the instruction, which is not skipped yet; 0: the port does not know.
		   PC machine: EXIT_IDLE, EXIT_IO, EXIT_REGISTER */
	union {
		struct {
			u64 nr;	     /* call number as the guest gave it */
			u64 *args;   /* registers: arguments in, results out, in row order */
			u64 *status; /* register that takes the status */
		} hcall;
		struct {
			gpa_t addr;  /* logical address; ~0 when the hardware does not say */
			u64 va;	     /* the guest's own address of the access */
			u8 size;     /* 0 when unknown */
			u8 access;   /* enum access */
			bool mapped; /* a translation exists but does not permit the access */
		} mem;
		struct {
			u32 port;
			u8 size; /* 1, 2 or 4 */
			bool write, string;
		} io;
		struct {
			enum reg_space space;
			u32 nr; /* of an MSR; CPUID's operands are in the register file */
			bool write;
		} reg;
		struct {
			enum illegal_cause cause;
			u64 info;
		} illegal;
		struct {
			const char *why; /* static text */
			u64 code;	 /* hardware's own reason */
		} dead;
	};
};

#endif
