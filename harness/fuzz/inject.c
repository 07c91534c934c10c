// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * inject FILE.seq...: runs each program again and again, and each time another allocation fails,
 * until it makes no more of them. Whoever meets the failure must change nothing and leak nothing:
 * ops.c and machine.c compare the whole state. The boot of bundles: inject_boot.c.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "seq.h"

#define TOO_MANY 2000 /* allocations of one program: it cannot be so many */

/* True: the k-th allocation was made, and failed. */
static bool run(const struct seq *s, unsigned k)
{
	static struct fuzz f;

	memset(&f, 0, sizeof(f));
	f.deep = true;
	f.inject = k;
	fuzz_run(&f, s->byte, s->n);
	return f.failed;
}

static unsigned program(const char *file)
{
	static struct seq s;
	FILE *in = fopen(file, "r");
	unsigned k = 1;

	if (!in) {
		perror(file);
		exit(1);
	}
	seq_read(&s, in, file);
	fclose(in);
	while (run(&s, k))
		if (++k > TOO_MANY)
			fuzz_abort("%s: there is no end of allocations", file);
	return k - 1;
}

int main(int argc, char **argv)
{
	unsigned long long total = 0;
	unsigned passed = 0, with = 0;

	for (int i = 1; i < argc; i++) {
		unsigned n = program(argv[i]);

		total += n;
		with += n != 0;
		passed++;
	}
	printf("%llu allocations failed, one at a time, in %u of %u programs\n", total, with,
	       passed);
	/* none at all: nothing was tested */
	printf("suite inject-seeds: %u passed, %u failed\n", passed, total < 100);
	return total < 100;
}
