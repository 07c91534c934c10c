/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ops.c and ops_call.c, the operations of a program, offer each other. */
#ifndef FUZZ_OPS_H
#define FUZZ_OPS_H

#include "fuzz.h"

#define BLOCK 0xa000 /* where guests keep arguments of RTAS, and code */

/* The vcpu of an operand, whose numbers wrap; NULL: there is none. */
struct vcpu *operand(struct fuzz *f);

/* Load v on its CPU, as if it were about to leave its guest. False: it does not run. */
bool enter(struct vcpu *v);

/* What cpu_step does when the vcpu need not go on; sooner or later. */
void leave(struct fuzz *f, struct vcpu *v);

static inline bool is_pc(const struct vcpu *v)
{
	return v->part->machine == &machine_pc;
}

/* The guest's own store; outside its memory it does not happen. */
void guest_write(struct partition *p, u64 g, const void *from, u64 n);

void op_call(struct fuzz *f, bool light);
void op_rtas(struct fuzz *f);

#endif
