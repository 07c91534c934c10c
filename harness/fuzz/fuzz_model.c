// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the machine against its executable specification: the bytes of the input take the place of
 * the oracle's random numbers, so the search looks for calls, arguments and steps on which the two
 * differ. The whole state is compared after each call. Next to read: unittests/model/drive.c.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../unittests/model/oracle.h"

#define MAX_CALLS 1000 /* of one input */

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static const u8 *at, *end;

/* The end of the input reads as 0, and ends the sequence after its present step. */
static u64 next_number(u64 below)
{
	unsigned bytes = below <= 1 ? 0 : below <= 256 ? 1 : below <= 65536 ? 2 : 8;
	u64 x = 0;

	while (bytes--) {
		if (at == end) {
			drive.over = true;
			return 0;
		}
		x = x << 8 | *at++;
	}
	return x % below;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	at = data;
	end = data + size;
	drive.source = next_number;
	drive.over = false;
	drive.verbose = getenv("FUZZ_VERBOSE") != NULL;
	drive_sequence(1, MAX_CALLS);
	if (oracle_differs) {
		fflush(stdout);
		fprintf(stderr, "fuzz: machine and specification differ\n");
		abort();
	}
	return 0;
}
