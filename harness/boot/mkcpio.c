// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mkcpio LIST OUT: writes a "newc" cpio archive for the kernel's initramfs from a list of entries,
 * without being root: every entry belongs to root and is dated zero, so that equal input gives
 * equal output. initramfs.sh writes the list, one entry a line; its last word may contain blanks:
 *
 *   dir  PATH MODE
 *   file PATH MODE HOST-FILE
 *   link PATH TARGET
 *   char PATH MODE MAJOR MINOR
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct entry {
	char path[256];
	unsigned mode, major, minor;
	const char *data; /* size bytes after the header, or NULL */
	unsigned long size;
};

static const char *list_name;
static unsigned line_no, next_ino = 1;

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *f, ...)
{
	va_list ap;

	va_start(ap, f);
	fprintf(stderr, "mkcpio: %s:%u: ", list_name, line_no);
	vfprintf(stderr, f, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

static void pad(FILE *out)
{
	while (ftell(out) % 4)
		fputc(0, out);
}

static void put(FILE *out, const struct entry *e)
{
	const char *name = e->path + (e->path[0] == '/');

	fprintf(out, "070701%08X%08X%08X%08X%08X%08X%08lX%08X%08X%08X%08X%08zX%08X", next_ino++,
		e->mode, 0, 0, S_ISDIR(e->mode) ? 2 : 1, 0, e->size, 0, 0, e->major, e->minor,
		strlen(name) + 1, 0);
	fputs(name, out);
	fputc(0, out);
	pad(out);
	if (e->size)
		fwrite(e->data, 1, e->size, out);
	pad(out);
}

static char *slurp(const char *name, unsigned long *size)
{
	FILE *f = fopen(name, "rb");
	char *data;
	long n;

	if (!f || fseek(f, 0, SEEK_END) || (n = ftell(f)) < 0)
		die("cannot read %s: %s", name, strerror(errno));
	rewind(f);
	data = malloc(n ? n : 1);
	if (!data || fread(data, 1, n, f) != (size_t)n)
		die("cannot read %s", name);
	fclose(f);
	*size = n;
	return data;
}

static void do_line(FILE *out, char *line)
{
	struct entry e = { 0 };
	char kind[8], rest[1024] = "", *owned = NULL;
	int at = 0;

	if (sscanf(line, "%7s %255s %n", kind, e.path, &at) != 2 || !at)
		die("expected a kind and a path");
	if (!strcmp(kind, "link")) {
		snprintf(rest, sizeof(rest), "%s", line + at);
		e.mode = S_IFLNK | 0777;
		e.data = rest;
		e.size = strlen(rest);
	} else if (!strcmp(kind, "dir") && sscanf(line + at, "%o", &e.mode) == 1) {
		e.mode |= S_IFDIR;
	} else if (!strcmp(kind, "char") &&
		   sscanf(line + at, "%o %u %u", &e.mode, &e.major, &e.minor) == 3) {
		e.mode |= S_IFCHR;
	} else if (!strcmp(kind, "file") &&
		   sscanf(line + at, "%o %1023[^\n]", &e.mode, rest) == 2) {
		e.mode |= S_IFREG;
		e.data = owned = slurp(rest, &e.size);
	} else {
		die("cannot read this %s entry", kind);
	}
	put(out, &e);
	free(owned);
}

int main(int argc, char **argv)
{
	static const struct entry trailer = { .path = "TRAILER!!!" };
	char line[2048];
	FILE *in, *out;

	if (argc != 3) {
		fprintf(stderr, "usage: mkcpio LIST OUT\n");
		return 2;
	}
	list_name = argv[1];
	in = fopen(argv[1], "r");
	if (!in)
		die("cannot read it: %s", strerror(errno));
	out = fopen(argv[2], "wb");
	if (!out)
		die("cannot write %s: %s", argv[2], strerror(errno));
	while (fgets(line, sizeof(line), in)) {
		line_no++;
		line[strcspn(line, "\n")] = 0;
		if (line[0] && line[0] != '#')
			do_line(out, line);
	}
	put(out, &trailer);
	while (ftell(out) % 512)
		fputc(0, out);
	if (ferror(in) || fclose(out))
		die("cannot write %s", argv[2]);
	fclose(in);
	return 0;
}
