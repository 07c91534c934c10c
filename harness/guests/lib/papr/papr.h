/* SPDX-License-Identifier: BSD-2-Clause */
/* What only guests of a PAPR machine use: RTAS and the device tree. Next to read: papr.c. */
#ifndef GUEST_PAPR_H
#define GUEST_PAPR_H

#include "guest.h"

/* RTAS by service name; at most 8 arguments, 8 results. -1000 when the tree names no such one. */
s64 g_rtas(const char *service, unsigned nargs, const u32 *args, unsigned nrets, u32 *rets);

/* The same through the firmware blob's entry, as an operating system does it (hardware only). */
s64 g_rtas_blob(const char *service, unsigned nargs, const u32 *args, unsigned nrets, u32 *rets);

/* A property's place in memory. A part of a path matches up to the node's '@'; '*' matches any. */
struct g_prop {
	u64 addr; /* 0 when not found */
	u32 len;
};

struct g_prop g_prop(const char *path, const char *name);
u64 g_prop_cells(struct g_prop p, unsigned first, unsigned n); /* 1 or 2 cells as a number */
void g_prop_text(struct g_prop p, char *buf, size_t n);	       /* always NUL-terminated */

#endif
