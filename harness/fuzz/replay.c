// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs a fuzz target over files, without libFuzzer: for seeds, crashes, valgrind and gcc. */
#include <stdio.h>
#include <stdlib.h>

#include "types.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static int replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	u8 *data;
	long size;

	if (!f || fseek(f, 0, SEEK_END) || (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET)) {
		perror(path);
		return 1;
	}
	data = malloc(size ? (size_t)size : 1); /* exactly: the sanitizer sees a read beyond it */
	if (!data || fread(data, 1, (size_t)size, f) != (size_t)size) {
		perror(path);
		free(data);
		fclose(f);
		return 1;
	}
	fclose(f);
	LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: %s FILE...\n", argv[0]);
		return 2;
	}
	for (int i = 1; i < argc; i++)
		if (replay(argv[i]))
			return 1;
	return 0;
}
