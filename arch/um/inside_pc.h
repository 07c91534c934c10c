/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between guest_pc.c (where a PC guest is), guest_pc_ops.c and guest_pc_mem.c (its instructions),
 * and pc_mmu.c.
 */
#ifndef UM_INSIDE_PC_H
#define UM_INSIDE_PC_H

#include "inside.h"
#include "pc_regs.h"
#include "um_guest_pc.h"

/* Where an access of a PC guest ends. */
struct um_pc_place {
	enum um_pc_result {
		UM_PC_MEMORY,	  /* at `at` */
		UM_PC_OUTSIDE,	  /* nothing of ours at gpa: `why` */
		UM_PC_FAULT,	  /* a page fault with `error` */
		UM_PC_NO_ADDRESS, /* not canonical */
	} result;
	u64 gpa;
	u8 *at;
	u32 error;
	enum um_walk why;
};

/* access: PC_PF_WRITE or PC_PF_FETCH; whether the guest is in user mode is added. */
void guest_pc_reach(struct um_guest *g, u64 va, u32 access, struct um_pc_place *pl);

/* pl is no memory: the guest has its exception, or leaves for the hypervisor. */
void guest_pc_refused(struct um_guest *g, u64 va, u32 access, unsigned size,
		      const struct um_pc_place *pl);

/* An exception as the processor itself gives it. */
void guest_pc_exception(struct um_guest *g, u8 vector, u32 error);

/* Take all that comes from outside at an instruction boundary. */
void guest_pc_settle(struct um_guest *g);

/*
 * Take what comes from outside, then go on until the guest stands at `at` (true) or behind the
 * instruction of len bytes there (false): the hypervisor has done it, or a handler skipped it.
 */
bool guest_pc_at(struct um_guest *g, u64 at, unsigned len);

/* An instruction that is being done. */
struct pc_op {
	struct um_guest *g;
	struct pc_regs *r;
	u64 at; /* rip */
	u8 len;
	bool here; /* not done or skipped yet */
};

/* The next instruction: what comes from outside comes first. */
struct pc_op pc_op_begin(enum um_pc_insn n);

/* The same for one that user mode may not use. */
struct pc_op pc_op_privileged(enum um_pc_insn n);

/*
 * The guest has left in it and is back. If it still stands there, the hypervisor may wait for what
 * another CPU does: that one gets a turn.
 */
void pc_op_again(struct pc_op *o);

/* It is done: what it has allowed may come in before the next one. */
void pc_op_end(const struct pc_op *o);

#endif
