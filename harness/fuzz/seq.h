/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs of the sequence fuzzer (prog.h) as text, and back. One operation a line, `#` begins a
 * comment. Numbers as in C; @N is value number N of its kind (values.c). P.V names vcpu V of the
 * partition in slot P (both numbers wrap). seq_read.c reads this, seq_write.c writes it.
 *
 *   call P.V NAME [VALUE...] [= STATUS]     light P.V NAME [VALUE...] [= STATUS]
 *   rtas P.V NAME NARGS NRETS [VALUE...] [= STATUS]      NAME may be a number
 *   write P ADDRESS HEXBYTES       exit P.V KIND A B
 *   clock LOG2                     input "TEXT" with \r \n \xHH
 *   nomem N        put CPU         reap N          cpu CPU
 *   create P FLAGS VCPUS KIB/64    life P start|stop|destroy
 *   line N         rtc 0|1         guest P.V BITS LOG2     linger N
 *
 * A call of a named row with more values than the row has arguments is made by its number, with
 * four values. STATUS is a name of hcall.h, a number, or `stops`: the call does not come back.
 */
#ifndef FUZZ_SEQ_H
#define FUZZ_SEQ_H

#include <stdio.h>

#include "prog.h"
#include "types.h"

/* What an operation must answer, as its line says. */
struct seq_want {
	size_t at; /* offset of the operation */
	unsigned line;
	bool stops;
	s64 status;
};

struct seq {
	u8 byte[16384];
	size_t n;
	struct seq_want want[MAX_OPS];
	unsigned nwants;
};

/* Compile. What cannot be compiled is reported with its line, and the process ends with 1. */
void seq_read(struct seq *s, FILE *in, const char *name);

/* Decompile; the text compiles to a program that does the same. */
void seq_write(const u8 *b, size_t n, FILE *to);

/* Name of a status of hcall.h, or NULL; and the status of a name. */
const char *seq_status_name(s64 status);
bool seq_status(const char *name, s64 *status);

/* Names of operations, as in the text, by number. */
extern const char *const seq_ops[];
extern const char *const seq_verbs[3]; /* of OP_LIFE */

#endif
