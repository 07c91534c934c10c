/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sequence fuzzer's own pieces. Read ops.c first; prog.h says what an input is. */
#ifndef FUZZ_H
#define FUZZ_H

#include "dispatch.h"
#include "hv.h"
#include "partition.h"
#include "../../core/papr/papr.h"
#include "prog.h"
#include "types.h"
#include "vcpu.h"

/* Bytes of the program still to be read; 0 for ever behind its end. */
struct input {
	const u8 *at, *end;
};

u8 in_u8(struct input *in);
u64 in_u64(struct input *in);

/* One argument of a call by v, in the range or just outside of what its kind allows. */
u64 in_value(struct input *in, const struct vcpu *v, enum arg_kind kind);

/* What a call answered. */
struct told {
	size_t at;			 /* offset of its operation in the program */
	const struct hcall_row *row;	 /* NULL: there is none of that number */
	const struct rtas_call *service; /* of HV_RTAS made by OP_RTAS; NULL: no such token */
	bool rtas;
	s64 status;  /* of the call; of the service when that was reached */
	bool stops;  /* it does not come back: its vcpu or partition has stopped */
	bool light;  /* it was served without a full exit */
	bool spare;  /* one of our own calls, with a register that must be 0 and is not */
	bool counts; /* number of arguments or results is not the service's */
};

/* The machine, booted, with two partitions that run. */
struct fuzz {
	struct input in;
	const u8 *begin; /* of the program */
	size_t at;	 /* offset of the operation under way */
	unsigned nops;
	struct partition *slot[SLOTS]; /* NULL = free; may point to a partition that is GONE */
	lpid_t id[SLOTS];
	unsigned linger; /* OP_LINGER: calls that leave no CPU */

	/* for play.c and inject.c; NULL or 0 otherwise */
	void (*told)(struct fuzz *f, const struct told *t);
	void *arg;
	bool deep;	 /* digests cover all memory */
	unsigned inject; /* the n-th allocation fails instead of those that the program says */
	bool failed;	 /* it did */
	unsigned errors; /* creations that were refused after that */
};

/* One whole program: boot, its operations, the end. Ends the process when anything is wrong. */
void fuzz_run(struct fuzz *f, const u8 *program, size_t size);

/* Print each call with its arguments and results (FUZZ_VERBOSE in the environment). */
extern bool fuzz_verbose;

/* Do the next operation of the program. False when it is over. */
bool fuzz_step(struct fuzz *f);

/* The live partition of a slot, or NULL. */
struct partition *fuzz_partition(struct fuzz *f, unsigned slot);

/* Everything that must hold between two operations; aborts with a report when it does not. */
void oracle_check(bool thorough);

/* Digest of all state that a call which returns an error may not change; deep: with all memory. */
u64 oracle_digest(bool deep);

/* Boot, create the two partitions; end: destroy all, see that all memory is free. */
void fuzz_boot(struct fuzz *f);
void fuzz_end(struct fuzz *f);

/* Build another partition in a free slot, if the machine has what it needs. */
void fuzz_create(struct fuzz *f, unsigned slot, unsigned flags, unsigned vcpus, u64 memory);

/* Stop here: something is wrong. */
__noreturn void fuzz_abort(const char *f, ...) __printf(1, 2);

#endif
