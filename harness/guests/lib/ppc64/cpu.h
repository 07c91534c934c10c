/* SPDX-License-Identifier: BSD-2-Clause */
/* What start.S and cpu.c share: the save area of a vcpu and its offsets. */
#ifndef GUEST_PPC64_CPU_H
#define GUEST_PPC64_CPU_H

#define F_NIP	   256
#define F_MSR	   264
#define F_CR	   272
#define F_LR	   280
#define F_CTR	   288
#define F_XER	   296
#define F_DAR	   304
#define F_DSISR	   312
#define F_STACK	   320 /* top of the stack for interrupts */
#define F_TOP	   328 /* top of the stack for everything else */
#define F_FN	   336
#define F_ARG	   344
#define F_RTAS	   352 /* stack pointer while firmware runs */
#define F_SIZE	   512

#define STACK_SIZE 8192
#define NVCPUS	   16

#ifndef __ASSEMBLER__
#include "guest.h"

struct frame {
	u64 gpr[32];
	u64 nip, msr, cr, lr, ctr, xer, dar, dsisr;
	u64 stack, top;
	void (*fn)(u64 arg);
	u64 arg;
	u64 rtas_sp;
	/* only C looks at the rest */
	u64 index, nfaults, jump_msr;
	struct g_fault fault;
	struct {
		void (*fn)(void *arg);
		void *arg;
	} irq[G_IRQS];
};

_Static_assert(offsetof(struct frame, nip) == F_NIP, "F_NIP");
_Static_assert(offsetof(struct frame, dsisr) == F_DSISR, "F_DSISR");
_Static_assert(offsetof(struct frame, stack) == F_STACK, "F_STACK");
_Static_assert(offsetof(struct frame, top) == F_TOP, "F_TOP");
_Static_assert(offsetof(struct frame, fn) == F_FN, "F_FN");
_Static_assert(offsetof(struct frame, arg) == F_ARG, "F_ARG");
_Static_assert(offsetof(struct frame, rtas_sp) == F_RTAS, "F_RTAS");
_Static_assert(NVCPUS == G_MAX_VCPUS, "NVCPUS");
_Static_assert(sizeof(struct frame) <= F_SIZE, "F_SIZE");

/* start.S */
extern char frames[G_MAX_VCPUS][F_SIZE], stacks[G_MAX_VCPUS][2][STACK_SIZE];
extern char probe_begin[], probe_end[], probe_came_back[], user_returned[], _end[];
u64 probe_load(u64 addr, unsigned size, u64 *val);
u64 probe_store(u64 addr, unsigned size, u64 val);
u64 probe_jump(u64 addr);
u64 probe_user_call(u64 nr);
u64 rtas_enter(u64 entry, u64 block);
u64 call_registers(u64 nr);
void vector_fill(u64 seed);
u64 vector_differs(u64 seed);
#endif

#endif
