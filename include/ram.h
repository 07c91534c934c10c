/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of usable RAM while a port fills it (core/ram.c): sorted and disjoint after each call.
 * Boot CPU, before palloc_init.
 */
#ifndef RHYPE_RAM_H
#define RHYPE_RAM_H

#include "arch.h"

/*
 * [base, end) is RAM, as far as it is whole pages. What touches or overlaps becomes one range; when
 * there is no room for one more, the smallest is left out.
 */
void ram_add(struct boot_info *bi, u64 base, u64 end);

/* Nothing of the pages of [base, end) is usable. Panics when that needs one range too many. */
void ram_cut(struct boot_info *bi, u64 base, u64 end);

/*
 * `size` bytes, aligned, off the end of the range that has most of its memory below `below`. Whole
 * pages. Panics when there is no such room.
 */
u64 ram_take(struct boot_info *bi, u64 size, u64 align, u64 below);

#endif
