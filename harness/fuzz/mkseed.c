// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mkseed IN.seq OUT: compiles a program for the sequence fuzzer from text (seq.h); mkseed -d IN
 * writes the text of a compiled one. Next to read: seq_read.c.
 */
#include <stdlib.h>
#include <string.h>

#include "seq.h"

static FILE *open_file(const char *name, const char *mode)
{
	FILE *f = fopen(name, mode);

	if (!f) {
		perror(name);
		exit(1);
	}
	return f;
}

int main(int argc, char **argv)
{
	static struct seq s;
	FILE *in, *out;

	if (argc != 3) {
		fprintf(stderr, "usage: mkseed IN.seq OUT\n       mkseed -d IN\n");
		return 2;
	}
	if (!strcmp(argv[1], "-d")) {
		in = open_file(argv[2], "rb");
		s.n = fread(s.byte, 1, sizeof(s.byte), in);
		printf("# SPDX-License-Identifier: GPL-2.0-or-later\n");
		seq_write(s.byte, s.n, stdout);
		return ferror(in) || fflush(stdout);
	}
	in = open_file(argv[1], "r");
	seq_read(&s, in, argv[1]);
	out = open_file(argv[2], "wb");
	fwrite(s.byte, 1, s.n, out);
	return ferror(in) || fclose(out);
}
