// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes the boot of a whole bundle: reader, creation of all partitions, start. Next: bundle.c. */
#include "bundle.h"
#include "parser.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct bundle_boot b = { .ram = MIB(40) };

	if (size)
		bundle_boot(&b, data, size);
	return 0;
}
