/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Indices that a guest chose. A processor runs ahead of a check that it has not decided yet, and
 * what it loads meanwhile shows in the caches (Spectre v1, CVE-2017-5753). An index that has passed
 * its check goes through here before it is used, when what it leads to is followed further.
 */
#ifndef RHYPE_NOSPEC_H
#define RHYPE_NOSPEC_H

#include "arch.h"

/* i when it is below n, else 0, without a branch. n is at least 1 and below 2^63. */
static inline u64 nospec(u64 i, u64 n)
{
	u64 index = arch_opaque(i); /* else the compiler would believe the check */

	return index & (((index | (n - 1 - index)) >> 63) - 1);
}

#endif
