// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes sequences of hypervisor calls by several partitions (prog.h). Built twice: for libFuzzer,
 * and with replay.c as a program over files. Next to read: ops.c.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "um.h"

bool fuzz_verbose;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void run(struct fuzz *f)
{
	fuzz_boot(f);
	oracle_check(true);
	while (f->nops++ < MAX_OPS && fuzz_step(f))
		oracle_check(f->nops % 8 == 0);
	oracle_check(true);
	fuzz_end(f);
}

void fuzz_run(struct fuzz *f, const u8 *program, size_t size)
{
	int code;

	fuzz_verbose = getenv("FUZZ_VERBOSE") != NULL;
	f->in = (struct input){ program, program + size };
	f->begin = program;
	code = um_catch(run(f));
	if (code != UM_NO_END)
		fuzz_abort("the machine ended with code %d: %s", code,
			   code == UM_BUG ? um_bug_text() : "see the console");
	um_teardown();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct fuzz f;

	memset(&f, 0, sizeof(f));
	fuzz_run(&f, data, size);
	return 0;
}
