// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * inject_boot BUNDLE...: boots each bundle again and again, and each time another allocation fails,
 * until the boot makes no more of them: it is refused, says why, and loses nothing. (Memory of a
 * partition may also come in smaller blocks.) Next: bundle.c.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bundle.h"
#include "fuzz.h"

#define TOO_MANY 5000

static u8 *read_file(const char *name, size_t *n)
{
	FILE *f = fopen(name, "rb");
	u8 *data = malloc(1 << 20);

	if (!f || !data) {
		perror(name);
		exit(1);
	}
	*n = fread(data, 1, 1 << 20, f);
	fclose(f);
	return data;
}

/* Numbers of allocations that failed, and of boots that did without. */
static unsigned bundle(const char *name, unsigned *without)
{
	struct bundle_boot b = { .ram = MIB(40) };
	size_t n;
	u8 *data = read_file(name, &n);

	for (b.fail = 1;; b.fail++) {
		bundle_boot(&b, data, n);
		if (!b.failed)
			break;
		*without += b.booted;
		if (b.fail == TOO_MANY)
			fuzz_abort("%s: there is no end of allocations", name);
	}
	if (!b.booted)
		fuzz_abort("%s: does not boot at all", name);
	free(data);
	return b.fail - 1;
}

int main(int argc, char **argv)
{
	unsigned passed = 0, empty = 0;

	for (int i = 1; i < argc; i++) {
		unsigned without = 0, n = bundle(argv[i], &without);

		printf("%s: of %u allocations each failed once; %u times smaller blocks did\n",
		       argv[i], n, without);
		passed += n >= 5 && without < n / 2;
		empty += n < 5 || without >= n / 2; /* then nothing was tested */
	}
	printf("suite inject-boot: %u passed, %u failed\n", passed, empty + !passed);
	return empty || !passed;
}
