// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The PAPR machine's call table, expanded from the two lists of rows, and the calls that are served
 * without a full exit. Next: ../dispatch.c (the full path), icp.c (the light calls).
 */
#include "hcall_rows.h"
#include "hv.h"
#include "papr.h"

#define HCALL HCALL_THUNK
#include "hcalls.def"
#include "../../include/hcalls.def"
#undef HCALL

#define HCALL HCALL_INDEX
enum {
#include "hcalls.def"
#include "../../include/hcalls.def"
	ROWS
};
#undef HCALL

#define HCALL HCALL_ROW
static const struct hcall_row rows[ROWS] = {
#include "hcalls.def"
#include "../../include/hcalls.def"
};
#undef HCALL

BUILD_ASSERT(ROWS < 255, "row numbers fit the index arrays");

/* HV_RTAS is the only own number among the PAPR rows, so nothing is set twice. */
const struct hcall_table papr_hcalls = {
	.rows = rows,
	.nrows = ROWS,
	.unknown = H_FUNCTION,
	.low = {
#define HCALL HCALL_IN_LOW
#include "hcalls.def"
#undef HCALL
	},
	.own = {
#define HCALL HCALL_IN_OWN
#include "../../include/hcalls.def"
#undef HCALL
		[HCALL_OWN(HV_RTAS)] = ROW_HV_RTAS + 1,
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
