// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The PC machine's call table: the neutral rows, there are no others. Next: ../dispatch.c, exit.c.
 */
#include "hcall_rows.h"
#include "pc.h"

#define HCALL HCALL_THUNK
#include "../../include/hcalls.def"
#undef HCALL

#define HCALL HCALL_INDEX
enum {
#include "../../include/hcalls.def"
	ROWS
};
#undef HCALL

#define HCALL HCALL_ROW
static const struct hcall_row rows[ROWS] = {
#include "../../include/hcalls.def"
};
#undef HCALL

BUILD_ASSERT(ROWS < 255, "row numbers fit the index arrays");

const struct hcall_table pc_hcalls = {
	.rows = rows,
	.nrows = ROWS,
	.unknown = KVM_ENOSYS, /* a kernel that saw KVM's signature makes KVM's calls */
	.own = {
#define HCALL HCALL_IN_OWN
#include "../../include/hcalls.def"
#undef HCALL
	},
};
