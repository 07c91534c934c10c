/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of arch_pc.h share: vcpu 0 among the pieces of guest_pc.S. */
#ifndef PC_GUEST_H
#define PC_GUEST_H

#include "../arch/contract_vcpu.h"
#include "hv.h"
#include "hvstring.h"
#include "virt.h"
#include "x86_64/guest.h"

/* Pieces of guest_pc.S */
enum piece {
	SETUP,
	AGAIN,
	LATE_STI,
	SLEEP,
	COUNT,
	COUNT_OPEN,
	USER,
	QUIET,
	COUNTERS,
	PORT_OUT,
	PORT_IN,
	REGISTERS,
	BASES,
	FORBIDDEN,
	INTERRUPT = 20,
	FAULT,
	NMI,
	BREAKPOINT,
	STEP_STI,
	REAL_FAULT,
	PREFIXED,
	LOWER_CR8,
	WATCH,
	WATCH_ON,
	WATCHED,
	TOUCH,
	DEBUG,
};

/* What stands on the data page */
#define D_INTERRUPTS 0x100
#define D_ERROR	     0x108
#define D_CR2	     0x110
#define D_FAULTS     0x118
#define D_NMIS	     0x120
#define D_DEBUGS     0x128
#define D_TOUCHED    0x130
#define D_BASE	     0x138
#define D_GDT	     0x1a0
#define D_GDTR	     0x1e0
#define D_IDTR	     0x1f0
#define D_IDT	     0x200
#define VECTOR	     0x30

extern pa_t data; /* page of vcpu 0 */

/* A suite's setup: vcpu 0 stands behind SETUP, loaded, interrupts off. */
void pc_setup(void);
void pc_teardown(void);

u64 address(enum piece p);
u64 offset(enum piece p); /* on its page */
void go(enum piece p);	  /* that one is next */
void gate(unsigned vector, enum piece p);
void done(void); /* off the CPU */

#endif
