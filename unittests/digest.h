/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hash for "nothing has changed", of memory that is mostly zeros. Used by the tests' benches. */
#ifndef DIGEST_H
#define DIGEST_H

#include "types.h"

/* Go on with *h over n bytes of data. Equal data gives equal hashes in one process, no more. */
void digest_mix(u64 *h, const void *data, size_t n);

#endif
