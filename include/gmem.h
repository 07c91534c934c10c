/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logical address space of a partition: which machine memory stands at which logical address
 * (core/gmem.c). The ranges are the truth; arch_gspace holds what the hardware walks.
 */
#ifndef RHYPE_GMEM_H
#define RHYPE_GMEM_H

#include "arch.h"
#include "types.h"

#define GMEM_RANGES 48

struct grange {
	gpa_t g;
	pa_t p;
	u64 size;
	u8 prot; /* enum prot */
	u8 type; /* enum memtype */
};

struct gmem {
	struct grange r[GMEM_RANGES]; /* sorted by g, disjoint */
	unsigned n;
	u64 bytes;    /* sum of sizes */
	u64 unmapped; /* while it is taken back: bytes of the last range that are unmapped */
};

struct partition;

/*
 * Give p `size` bytes of fresh zeroed memory at g, in blocks as large and as aligned as the machine
 * has, and map them. Page aligned. All or nothing. HV_ENOMEM, HV_EEXIST, HV_ERANGE, HV_EINVAL.
 * p's lock is held, or p is not published yet. Runs to completion: boot only.
 */
err_t gmem_add(struct partition *p, gpa_t g, u64 size);

/*
 * Take back at most `budget` pages of p's memory: unmap, scrub, free. Returns HV_EAGAIN while some
 * is left, HV_OK when none is. No vcpu of p is loaded and no pin is left. p's lock is held.
 */
err_t gmem_reap(struct partition *p, u64 budget);

/*
 * Machine address of g, and how many bytes from there are contiguous (at least 1 on success).
 * HV_ERANGE when g is not p's, HV_EPERM when prot is not given. p's lock is held, or the caller
 * runs on behalf of a vcpu of p (its memory cannot go away while a vcpu is loaded).
 */
err_t gmem_translate(const struct partition *p, gpa_t g, unsigned prot, pa_t *pa, u64 *run);

/* [g, g + size) is wholly p's, without wrap. Same context. */
bool gmem_contains(const struct partition *p, gpa_t g, u64 size);

#endif
