/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sequence fuzzer's own pieces. Read ops.c first; prog.h says what an input is. */
#ifndef FUZZ_H
#define FUZZ_H

#include "dispatch.h"
#include "hv.h"
#include "partition.h"
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

/* The machine, booted, with two partitions that run. */
struct fuzz {
	struct input in;
	struct partition *slot[SLOTS]; /* NULL = free; may point to a partition that is GONE */
	lpid_t id[SLOTS];
};

/* Print each call with its arguments and results (FUZZ_VERBOSE in the environment). */
extern bool fuzz_verbose;

/* Do the next operation of the program. False when it is over. */
bool fuzz_step(struct fuzz *f);

/* The live partition of a slot, or NULL. */
struct partition *fuzz_partition(struct fuzz *f, unsigned slot);

/* Everything that must hold between two operations; aborts with a report when it does not. */
void oracle_check(bool thorough);

/* Digest of all state that a call which returns an error may not change. */
u64 oracle_digest(void);

/* Boot, create the two partitions; end: destroy all, see that all memory is free. */
void fuzz_boot(struct fuzz *f);
void fuzz_end(struct fuzz *f);

/* Build another partition in a free slot, if the machine has what it needs. */
void fuzz_create(struct fuzz *f, unsigned slot, unsigned flags, unsigned vcpus, u64 memory);

/* Stop here: something is wrong. */
__noreturn void fuzz_abort(const char *f, ...) __printf(1, 2);

#endif
