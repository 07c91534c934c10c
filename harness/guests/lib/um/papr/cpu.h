/* SPDX-License-Identifier: BSD-2-Clause */
/* A vcpu's own area on the process port's PAPR machine, and that machine's instructions. */
#ifndef GUEST_UM_PAPR_CPU_H
#define GUEST_UM_PAPR_CPU_H

#include "../access.h"
#include "um_guest.h"

#define UM(name) um_##name

struct self {
	UM_SELF
	u64 fdt;
};

static inline struct self *self(void)
{
	return *um_private();
}

#endif
