// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mkseed IN.seq OUT: compiles a program for the sequence fuzzer from text. One operation a line,
 * `#` begins a comment. Numbers as in C. P.V names vcpu V of the partition in slot P.
 *
 *   call P.V NAME [VALUE...]       light P.V NAME [VALUE...]    NAME may be a number
 *   rtas P.V TOKEN NARGS NRETS [VALUE...]
 *   write P ADDRESS HEXBYTES       exit P.V KIND A B
 *   clock LOG2                     input "TEXT" with \r \n \xHH
 *   nomem N        put CPU         reap N          cpu CPU
 *   create P FLAGS VCPUS KIB/64    life P start|stop|destroy
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch.h"
#include "hcall.h"
#include "prog.h"
#include "types.h"

/* Rows in the order of the call table: core/papr/table.c. */
static const struct {
	const char *name;
	unsigned nargs;
} rows[] = {
#define HCALL(n, fn, auth, class, flow, nargs, ...) { #n, nargs },
#include "../../core/papr/hcalls.def"
#include "../../include/hcalls.def"
#undef HCALL
};

static const char *file;
static unsigned line;
static FILE *out;

static __noreturn void refuse(const char *what, const char *word)
{
	fprintf(stderr, "%s:%u: %s '%s'\n", file, line, what, word);
	exit(1);
}

static void put(u64 v, unsigned n)
{
	for (; n; n--, v >>= 8)
		fputc((int)(v & 0xff), out);
}

static u64 number(const char *w)
{
	char *end;
	u64 v;

	if (!w)
		refuse("operand missing", "");
	errno = 0;
	v = w[0] == '-' ? (u64)strtoll(w, &end, 0) : strtoull(w, &end, 0);
	if (*end || end == w || errno)
		refuse("not a number:", w);
	return v;
}

static char *rest;

static char *next(void)
{
	char *w = strtok_r(rest, " \t\n", &rest);

	return w && *w == '#' ? NULL : w;
}

static void put_value(const char *w)
{
	put(VALUE_RAW, 1);
	put(number(w), 8);
}

static void put_vcpu(void)
{
	char *w = next(), *dot = w ? strchr(w, '.') : NULL;

	if (!dot || !isdigit(w[0]) || !isdigit(dot[1]))
		refuse("not a vcpu:", w ? w : "");
	put(strtoul(w, NULL, 10) << 4 | strtoul(dot + 1, NULL, 10), 1);
}

static void call(int op)
{
	unsigned i, nargs = 4;
	char *w;

	put((u64)op, 1);
	put_vcpu();
	w = next();
	if (!w)
		refuse("operand missing", "");
	for (i = 0; i < ARRAY_SIZE(rows) && strcmp(rows[i].name, w); i++)
		;
	if (i < ARRAY_SIZE(rows)) {
		put(i, 1);
		nargs = rows[i].nargs;
	} else {
		put(0xff, 1);
		put(number(w), 8);
	}
	for (i = 0; i < nargs; i++) {
		w = next();
		put_value(w ? w : "0");
	}
}

static void rtas(int op)
{
	u64 nargs;

	put((u64)op, 1);
	put_vcpu();
	put_value(next());
	nargs = number(next());
	put(nargs, 1);
	put(number(next()), 1);
	for (u64 i = 0; i < nargs % 17; i++) {
		char *w = next();

		put_value(w ? w : "0");
	}
}

static void write_bytes(int op)
{
	char *hex;

	put((u64)op, 1);
	put(number(next()), 1);
	put_value(next());
	hex = next();
	if (!hex || strlen(hex) % 2 || strlen(hex) > 510)
		refuse("not bytes:", hex ? hex : "");
	put(strlen(hex) / 2, 1);
	for (; *hex; hex += 2) {
		unsigned b;

		if (sscanf(hex, "%2x", &b) != 1)
			refuse("not bytes:", hex);
		put(b, 1);
	}
}

static void exits(int op)
{
	put((u64)op, 1);
	put_vcpu();
	put(number(next()), 1);
	put_value(next());
	put_value(next());
}

static void input(int op)
{
	char buf[256];
	unsigned n = 0, hex;
	char *p = strchr(rest, '"');

	if (!p)
		refuse("no text in", rest);
	for (p++; *p && *p != '"' && n < 255; n++) {
		if (*p != '\\') {
			buf[n] = *p++;
		} else if (p[1] == 'x' && sscanf(p + 2, "%2x", &hex) == 1) {
			buf[n] = (char)hex;
			p += 4;
		} else {
			buf[n] = p[1] == 'r' ? '\r' : p[1] == 'n' ? '\n' : p[1];
			p += 2;
		}
	}
	put((u64)op, 1);
	put(n, 1);
	fwrite(buf, 1, n, out);
}

static void life(int op)
{
	static const char *const verb[] = { "start", "destroy", "stop" };
	unsigned i;
	char *w;

	put((u64)op, 1);
	put(number(next()), 1);
	w = next();
	for (i = 0; i < ARRAY_SIZE(verb) && (!w || strcmp(verb[i], w)); i++)
		;
	if (i == ARRAY_SIZE(verb))
		refuse("not start, stop or destroy:", w ? w : "");
	put(i, 1);
}

static void one_byte(int op)
{
	put((u64)op, 1);
	put(number(next()), 1);
}

static void create(int op)
{
	put((u64)op, 1);
	for (unsigned i = 0; i < 4; i++)
		put(number(next()), 1);
}

static const struct {
	const char *name;
	void (*fn)(int op);
	int op;
} ops[] = {
	{ "call", call, OP_CALL },    { "light", call, OP_LIGHT },
	{ "rtas", rtas, OP_RTAS },    { "write", write_bytes, OP_WRITE },
	{ "exit", exits, OP_EXIT },   { "clock", one_byte, OP_CLOCK },
	{ "input", input, OP_INPUT }, { "nomem", one_byte, OP_NOMEM },
	{ "put", one_byte, OP_PUT },  { "create", create, OP_CREATE },
	{ "life", life, OP_LIFE },    { "reap", one_byte, OP_REAP },
	{ "cpu", one_byte, OP_CPU },
};

static void compile(char *text)
{
	unsigned i;
	char *w;

	rest = text;
	w = next();
	if (!w)
		return;
	for (i = 0; i < ARRAY_SIZE(ops) && strcmp(ops[i].name, w); i++)
		;
	if (i == ARRAY_SIZE(ops))
		refuse("no such operation:", w);
	ops[i].fn(ops[i].op);
}

int main(int argc, char **argv)
{
	char text[1024];
	FILE *in;

	if (argc != 3) {
		fprintf(stderr, "usage: mkseed IN.seq OUT\n");
		return 2;
	}
	file = argv[1];
	in = fopen(file, "r");
	out = fopen(argv[2], "wb");
	if (!in || !out) {
		perror(in ? argv[2] : file);
		return 1;
	}
	while (fgets(text, sizeof(text), in)) {
		line++;
		compile(text);
	}
	return fclose(out) || fclose(in);
}
