/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a row of an hcalls.def becomes code: define HCALL as one of these, include the lists of rows,
 * undefine it. Only the machines' tables use this: core/papr/table.c, core/pc/table.c.
 */
#ifndef RHYPE_HCALL_ROWS_H
#define RHYPE_HCALL_ROWS_H

#include "dispatch.h"

/* One thunk per row unpacks the arguments: a handler of the wrong arity does not compile. */
#define HCALL_THUNK(name, fn, auth, class, flow, nargs, nrets, ...) \
	static s64 do_##fn(struct vcpu *v, u64 *a)                  \
	{                                                           \
		(void)a;                                            \
		return fn(v HCALL_A_##nargs HCALL_R_##nrets);       \
	}
#define HCALL_A_0
#define HCALL_A_1 , a[0]
#define HCALL_A_2 , a[0], a[1]
#define HCALL_A_3 , a[0], a[1], a[2]
#define HCALL_A_4 , a[0], a[1], a[2], a[3]
#define HCALL_A_5 , a[0], a[1], a[2], a[3], a[4]
#define HCALL_A_6 , a[0], a[1], a[2], a[3], a[4], a[5]
#define HCALL_A_7 , a[0], a[1], a[2], a[3], a[4], a[5], a[6]
#define HCALL_A_8 , a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]
#define HCALL_A_9 , a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8]
#define HCALL_R_0
#define HCALL_R_1 , a
#define HCALL_R_2 , a
#define HCALL_R_3 , a
#define HCALL_R_4 , a
#define HCALL_R_5 , a
#define HCALL_R_6 , a
#define HCALL_R_7 , a
#define HCALL_R_8 , a
#define HCALL_R_9 , a

/* The number of a row in its table. */
#define HCALL_INDEX(name, ...) ROW_##name,

#define HCALL_ROW(n, f, au, cl, fl, na, ns, ...) \
	[ROW_##n] = { .fn = do_##f,              \
		      .name = #n,                \
		      .nr = n,                   \
		      .auth = AUTH_##au,         \
		      .class = CLASS_##cl,       \
		      .flow = FLOW_##fl,         \
		      .nargs = na,               \
		      .nrets = ns,               \
		      .kind = HCALL_KINDS(__VA_ARGS__) },

/* Column "kinds": 1 to 9 names that become ARG_name. */
#define HCALL_KINDS(...) HCALL_KINDS_(__VA_ARGS__, , , , , , , , )
#define HCALL_KINDS_(a, b, c, d, e, f, g, h, i, ...)                                            \
	{                                                                                       \
		KIND(a), KIND(b), KIND(c), KIND(d), KIND(e), KIND(f), KIND(g), KIND(h), KIND(i) \
	}
#define KIND(k)	  KIND_##k
#define KIND_	  ARG_NONE /* no more arguments */
#define KIND_NONE ARG_NONE
#define KIND_U64  ARG_U64
#define KIND_ZERO ARG_ZERO
#define KIND_LPID ARG_LPID
#define KIND_VCPU ARG_VCPU
#define KIND_GPA  ARG_GPA

/* Entries of the two index arrays; a number of the other range goes to entry 0 as 0. */
#define HCALL_LOW(n)	     ((n) < HCALL_PAPR_END ? (n) / 4 : 0)
#define HCALL_OWN(n)	     ((n) >= HV_CALL_BASE ? ((n)-HV_CALL_BASE) / 4 : 0)
#define HCALL_IN_LOW(n, ...) [HCALL_LOW(n)] = (n) < HCALL_PAPR_END ? ROW_##n + 1 : 0,
#define HCALL_IN_OWN(n, ...) [HCALL_OWN(n)] = ROW_##n + 1,

#endif
