/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counted, revocable references to guest pages that the hypervisor writes while the guest runs:
 * VPA, dispatch trace log, event queues (core/gpin.c).
 */
#ifndef RHYPE_GPIN_H
#define RHYPE_GPIN_H

#include "types.h"

struct partition;

struct gpin {
	void *base; /* what was asked for; NULL when not pinned */
	pa_t page;
	gpa_t g;
	u32 size;
};

/*
 * Pin [g, g + size), which must be p's, writable and within one page. The pin must be empty.
 * HV_ERANGE, HV_EPERM, HV_EINVAL (crosses a page, size 0), HV_ENOMEM (pinned too often). On
 * behalf of a vcpu of p, or locked.
 */
err_t gpin_take(struct gpin *pin, struct partition *p, gpa_t g, u32 size);

/* Break it; an empty pin is fine. Afterwards pin->base is NULL. */
void gpin_drop(struct gpin *pin);

/*
 * Single-copy atomic big-endian accesses at a naturally aligned offset. No-ops (reads give 0) on
 * an empty pin. Offsets beyond the size are our own bug (ASSERT) .
 */
void gpin_store_be32(struct gpin *pin, u32 off, u32 val);
void gpin_store_be64(struct gpin *pin, u32 off, u64 val);
void gpin_store_u8(struct gpin *pin, u32 off, u8 val);
u32 gpin_load_be32(const struct gpin *pin, u32 off);
u64 gpin_load_be64(const struct gpin *pin, u32 off);
u8 gpin_load_u8(const struct gpin *pin, u32 off);

#endif
