// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The PAPR machine's call table, expanded from the two lists of rows, and the calls that are served
 * without a full exit. Next: ../dispatch.c (the full path), icp.c (the light calls).
 */
#include "hv.h"
#include "papr.h"

/* One thunk per row unpacks the arguments: a handler of the wrong arity does not compile. */
#define HCALL(name, fn, auth, class, flow, nargs, nrets, ...) \
	static s64 do_##fn(struct vcpu *v, u64 *a)            \
	{                                                     \
		(void)a;                                      \
		return fn(v HCALL_A_##nargs HCALL_R_##nrets); \
	}
#include "hcalls.def"
#include "../../include/hcalls.def"
#undef HCALL

#define HCALL(name, ...) ROW_##name,
enum {
#include "hcalls.def"
#include "../../include/hcalls.def"
	ROWS
};
#undef HCALL

/* Column "kinds": 1 to 9 names that become ARG_name. */
#define KINDS(...) KINDS_(__VA_ARGS__, , , , , , , , )
#define KINDS_(a, b, c, d, e, f, g, h, i, ...)                                                  \
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

#define HCALL(n, f, au, cl, fl, na, ns, ...) \
	[ROW_##n] = { .fn = do_##f,          \
		      .name = #n,            \
		      .nr = n,               \
		      .auth = AUTH_##au,     \
		      .class = CLASS_##cl,   \
		      .flow = FLOW_##fl,     \
		      .nargs = na,           \
		      .nrets = ns,           \
		      .kind = KINDS(__VA_ARGS__) },
static const struct hcall_row rows[ROWS] = {
#include "hcalls.def"
#include "../../include/hcalls.def"
};
#undef HCALL

BUILD_ASSERT(ROWS < 255, "row numbers fit the index arrays");

/*
 * Both index arrays from both lists: a number of the other range goes to entry 0, which no call
 * uses, as 0. HV_RTAS is the only own number among the PAPR rows, so nothing is set twice.
 */
#define LOW(n) ((n) < HCALL_PAPR_END ? (n) / 4 : 0)
#define OWN(n) ((n) >= HV_CALL_BASE ? ((n)-HV_CALL_BASE) / 4 : 0)
const struct hcall_table papr_hcalls = {
	.rows = rows,
	.nrows = ROWS,
	.low = {
#define HCALL(n, ...) [LOW(n)] = (n) < HCALL_PAPR_END ? ROW_##n + 1 : 0,
#include "hcalls.def"
#undef HCALL
	},
	.own = {
#define HCALL(n, ...) [OWN(n)] = ROW_##n + 1,
#include "../../include/hcalls.def"
#undef HCALL
		[OWN(HV_RTAS)] = ROW_HV_RTAS + 1,
	},
};

/* Out of line, so that the null call saves no registers. */
static __attribute__((noinline)) bool light(struct vcpu *v, u64 *gpr)
{
	if (hv.tracing || !papr_icp_light(v, gpr))
		return false;
	v->nhcalls++;
	return true;
}

bool hcall_light(struct arch_vcpu *av, struct papr_regs *regs)
{
	struct vcpu *v = container_of(av, struct vcpu, arch);

	if (unlikely(regs->gpr[3] != HV_NULL || hv.tracing))
		return light(v, regs->gpr);
	regs->gpr[3] = H_SUCCESS;
	v->nhcalls++;
	return true;
}
