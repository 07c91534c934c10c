/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Binary trace: a ring of fixed records per CPU (core/trace.c). One flag test when off.
 */
#ifndef RHYPE_TRACE_H
#define RHYPE_TRACE_H

#include "types.h"

#define TRACE_RECORDS 256 /* per CPU, a power of 2 */

enum trace_kind { TRACE_EXIT = 1, TRACE_HCALL, TRACE_HRET, TRACE_LOAD, TRACE_PUT, TRACE_STATE };

struct trace_rec {
	u64 when;
	u16 lpid;
	u8 vcpu, kind;
	u32 code;
	u64 a, b;
};

struct trace {
	u32 next;
	struct trace_rec rec[TRACE_RECORDS];
};

void trace_write(enum trace_kind kind, u16 lpid, u8 vcpu, u32 code, u64 a, u64 b);

/* Newest n records of `cpu`, oldest first; returns how many. */
unsigned trace_read(unsigned cpu, struct trace_rec *out, unsigned n);

#endif
