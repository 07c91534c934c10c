/* SPDX-License-Identifier: BSD-2-Clause */
/* What only hostile guests of a PAPR machine use: RTAS blocks in any shape. Next: papr.c. */
#ifndef HOSTILE_PAPR_H
#define HOSTILE_PAPR_H

#include "../hostile.h"
#include "papr.h"

/* A big-endian number at addr. */
void hostile_put16(u64 addr, u16 v);
void hostile_put32(u64 addr, u32 v);
u32 hostile_get32(u64 addr);
void hostile_put64(u64 addr, u64 v);

/* Token of a service. */
u32 hostile_token(const char *service);

/* Write an argument block there, result words as 0xdddddddd, and make the call: its status. */
s64 hostile_rtas(u64 block, u32 token, u32 nargs, u32 nrets, const u32 *args);

#endif
