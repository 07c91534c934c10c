/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the targets that fuzz one parser share: bytes of the input, and what they promise. */
#ifndef FUZZ_PARSER_H
#define FUZZ_PARSER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "types.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

struct bytes {
	const u8 *at, *end;
};

/* 0 behind the end. */
static inline u8 byte(struct bytes *b)
{
	return b->at < b->end ? *b->at++ : 0;
}

static inline u64 word(struct bytes *b, unsigned n)
{
	u64 val = 0;

	while (n--)
		val = val << 8 | byte(b);
	return val;
}

static inline void promise(bool kept, const char *what)
{
	if (kept)
		return;
	fprintf(stderr, "fuzz: broken promise: %s\n", what);
	abort();
}

#endif
