/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processor of the host as a second opinion: one instruction is done at a fixed place, with
 * registers of the caller's, under the single-step trap. There is a page of code, pages of data
 * (the last one can only be read), and nothing around them.
 */
#ifndef FUZZ_NATIVE_H
#define FUZZ_NATIVE_H

#include "pc_regs.h"

#define NATIVE_CODE  0x20010000ull
#define NATIVE_DATA  0x20020000ull
#define NATIVE_PAGES 5 /* of data; the last one is read-only */
#define NATIVE_BYTES (NATIVE_PAGES * 4096u)

struct native {
	struct pc_regs r;
	bool code32; /* 32-bit code in the place of 64-bit code */
	u8 vector;   /* exception; PC_EXC_DB: it was done, or one element of it */
	u32 error;   /* of a page fault */
	u64 cr2;
};

/* NULL, or why this host cannot be asked. */
const char *native_refuses(void);

/* To write what the pages hold, also those that the instruction cannot write. */
u8 *native_code(void);
u8 *native_data(void);

/* Bases that 64-bit code has; GS may be set. */
u64 native_fs(void);
void native_set_gs(u64 base);

/* Do the instruction at r.rip. Registers are then those after it. */
void native_step(struct native *n);

#endif
