// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes sequences of hypervisor calls by several partitions (prog.h). Built twice: for libFuzzer,
 * and with replay.c as a program over files. Next to read: ops.c.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "um.h"

bool fuzz_verbose;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void run(struct fuzz *f)
{
	unsigned n = 0;

	fuzz_boot(f);
	oracle_check(true);
	while (n++ < MAX_OPS && fuzz_step(f))
		oracle_check(n % 8 == 0);
	oracle_check(true);
	fuzz_end(f);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct fuzz f;
	int code;

	fuzz_verbose = getenv("FUZZ_VERBOSE") != NULL;
	f = (struct fuzz){ .in = { data, data + size } };
	code = um_catch(run(&f));
	if (code != UM_NO_END)
		fuzz_abort("the machine ended with code %d: %s", code,
			   code == UM_BUG ? um_bug_text() : "see the console");
	um_teardown();
	return 0;
}
