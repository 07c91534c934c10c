/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot of a bundle on a small machine, and what must hold afterwards (bundle.c). */
#ifndef FUZZ_BUNDLE_H
#define FUZZ_BUNDLE_H

#include "types.h"

struct bundle_boot {
	u64 ram;
	unsigned fail; /* this allocation of the boot fails; 0 = none */
	bool failed;   /* result: there was one of that number */
	bool booted;   /* result: the partitions were started; all of them are gone again */
};

/* Ends the process when a page is lost, or a refusal has no reason. */
void bundle_boot(struct bundle_boot *b, const void *data, size_t len);

#endif
