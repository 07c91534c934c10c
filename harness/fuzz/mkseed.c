// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mkseed IN.seq OUT: compiles a program for the sequence fuzzer from text (seq.h); mkseed -d IN
 * writes the text of a compiled one. -x and -r make inputs of other targets, from hexadecimal
 * digits and from nothing; -p makes a program from nothing. Next to read: seq_read.c.
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

static int decompile(const char *name)
{
	FILE *in = open_file(name, "rb");
	static u8 data[1 << 16];
	size_t n = fread(data, 1, sizeof(data), in);

	printf("# SPDX-License-Identifier: GPL-2.0-or-later\n");
	seq_write(data, n, stdout);
	return ferror(in) || fflush(stdout);
}

static int compile(const char *name, const char *to)
{
	static struct seq s;
	FILE *in = open_file(name, "r"), *out;

	seq_read(&s, in, name);
	out = open_file(to, "wb");
	fwrite(s.byte, 1, s.n, out);
	return ferror(in) || fclose(out);
}

/* Hexadecimal digits, two for a byte; # begins a comment. */
static int from_hex(const char *name, const char *to)
{
	FILE *in = open_file(name, "r"), *out = open_file(to, "wb");
	char line[4096];

	while (fgets(line, sizeof(line), in)) {
		unsigned b;
		int n;

		line[strcspn(line, "#\n")] = '\0';
		for (char *at = line; sscanf(at, " %2x%n", &b, &n) == 1; at += n)
			fputc((int)b, out);
	}
	return ferror(in) || fclose(out);
}

/*
 * N bytes that look random: for targets that take the input for random numbers. Half of them small:
 * for programs of the sequence fuzzer, where a vcpu is one of few.
 */
static int from_nothing(u64 seed, unsigned n, const char *to, bool small)
{
	FILE *out = open_file(to, "wb");

	while (n--) {
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		fputc((int)(seed >> 56 & (small && seed >> 40 & 1 ? 0x11 : 0xff)), out);
	}
	return fclose(out);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "-d"))
		return decompile(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "-x"))
		return from_hex(argv[2], argv[3]);
	if (argc == 5 && (!strcmp(argv[1], "-r") || !strcmp(argv[1], "-p")))
		return from_nothing(strtoull(argv[2], NULL, 0), (unsigned)strtoul(argv[3], NULL, 0),
				    argv[4], argv[1][1] == 'p');
	if (argc == 3)
		return compile(argv[1], argv[2]);
	fprintf(stderr, "usage: mkseed IN.seq OUT\n       mkseed -d IN\n"
			"       mkseed -x IN.hex OUT\n       mkseed -r|-p SEED N OUT\n");
	return 2;
}
