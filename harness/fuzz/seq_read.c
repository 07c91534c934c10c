// SPDX-License-Identifier: GPL-2.0-or-later
/* From text to a program of the sequence fuzzer (seq.h). Next to read: seq_write.c (back). */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/papr/papr.h"
#include "dispatch.h"
#include "seq.h"

static const char *file;
static unsigned line;
static struct seq *out;

static __noreturn void refuse(const char *what, const char *word)
{
	fprintf(stderr, "%s:%u: %s '%s'\n", file, line, what, word);
	exit(1);
}

static void put(u64 v, unsigned n)
{
	for (; n; n--, v >>= 8) {
		if (out->n == sizeof(out->byte))
			refuse("the program is too long", "");
		out->byte[out->n++] = (u8)v;
	}
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
	return strtok_r(rest, " \t\n", &rest);
}

static void put_byte(const char *w)
{
	u64 v = number(w);

	if (v > 255)
		refuse("more than a byte:", w);
	put(v, 1);
}

static void put_value(const char *w)
{
	if (w && *w == '@') {
		if (number(w + 1) >= VALUE_RAW)
			refuse("no such value:", w);
		put(number(w + 1), 1);
		return;
	}
	put(VALUE_RAW, 1);
	put(number(w), 8);
}

static void put_vcpu(void)
{
	char *w = next(), *dot = w ? strchr(w, '.') : NULL;
	u64 p, v;

	if (!dot || !isdigit(w[0]) || !isdigit(dot[1]))
		refuse("not a vcpu:", w ? w : "");
	p = strtoul(w, NULL, 10);
	v = strtoul(dot + 1, NULL, 10);
	if (p > 15 || v > 15)
		refuse("not a vcpu:", w);
	put(p << 4 | v, 1);
}

static void call(void)
{
	const struct hcall_table *t = machine_papr.hcalls;
	char *w, *value[HCALL_MAX_ARGS] = { NULL };
	unsigned row, n = 0, nargs = 4;

	put_vcpu();
	w = next();
	if (!w)
		refuse("operand missing", "");
	for (row = 0; row < t->nrows && strcmp(t->rows[row].name, w); row++)
		;
	while (n < HCALL_MAX_ARGS && (value[n] = next()))
		n++;
	if (row < t->nrows && n <= t->rows[row].nargs) {
		put(row, 1);
		nargs = t->rows[row].nargs;
	} else {
		put(0xff, 1);
		put(row < t->nrows ? t->rows[row].nr : number(w), 8);
	}
	if (n > nargs)
		refuse("too many values:", value[nargs]);
	for (unsigned i = 0; i < nargs; i++)
		put_value(i < n ? value[i] : "0");
}

static void rtas(void)
{
	unsigned i = 0;
	char *w, *n;

	put_vcpu();
	w = next();
	while (w && i < papr_rtas_n && strcmp(papr_rtas[i].name, w))
		i++;
	if (w && i < papr_rtas_n) {
		put(VALUE_RAW, 1);
		put(PAPR_TOKEN + i, 8);
	} else {
		put_value(w);
	}
	n = next();
	put_byte(n);
	put_byte(next());
	for (u64 k = 0; k < number(n) % RTAS_VALUES; k++) {
		w = next();
		put_value(w ? w : "0");
	}
}

static void write_bytes(void)
{
	char *hex;

	put_byte(next());
	put_value(next());
	hex = next();
	if (hex && !strcmp(hex, "-"))
		hex++;
	if (!hex || strlen(hex) % 2 || strlen(hex) > 510)
		refuse("not bytes:", hex ? hex : "");
	put(strlen(hex) / 2, 1);
	for (; *hex; hex += 2) {
		unsigned b;

		if (!isxdigit(hex[0]) || !isxdigit(hex[1]) || sscanf(hex, "%2x", &b) != 1)
			refuse("not bytes:", hex);
		put(b, 1);
	}
}

static void exits(void)
{
	put_vcpu();
	put_byte(next());
	put_value(next());
	put_value(next());
}

static void input(void)
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
			buf[n] = (char)(p[1] == 'r' ? '\r' : p[1] == 'n' ? '\n' : p[1]);
			p += 2;
		}
	}
	if (*p != '"')
		refuse("text without an end, or too long:", rest);
	put(n, 1);
	for (unsigned i = 0; i < n; i++)
		put((u8)buf[i], 1);
	rest += strlen(rest);
}

static void life(void)
{
	unsigned i;
	char *w;

	put_byte(next());
	w = next();
	for (i = 0; i < 3 && (!w || strcmp(seq_verbs[i], w)); i++)
		;
	if (i == 3)
		refuse("not start, stop or destroy:", w ? w : "");
	put(i, 1);
}

static void one_byte(void)
{
	put_byte(next());
}

static void create(void)
{
	for (unsigned i = 0; i < 4; i++)
		put_byte(next());
}

static void guest(void)
{
	put_vcpu();
	put_byte(next());
	put_byte(next());
}

static void (*const operands[OPS])(void) = {
	[OP_CALL] = call,	  [OP_LIGHT] = call,	  [OP_RTAS] = rtas,
	[OP_WRITE] = write_bytes, [OP_EXIT] = exits,	  [OP_CLOCK] = one_byte,
	[OP_INPUT] = input,	  [OP_NOMEM] = one_byte,  [OP_PUT] = one_byte,
	[OP_CREATE] = create,	  [OP_LIFE] = life,	  [OP_REAP] = one_byte,
	[OP_CPU] = one_byte,	  [OP_LINE] = one_byte,	  [OP_RTC] = one_byte,
	[OP_GUEST] = guest,	  [OP_LINGER] = one_byte,
};

/* Cut off a comment; a text in quotes has none before its end. */
static void cut_comment(char *text)
{
	char *quote = strchr(text, '"'), *hash = strchr(text, '#');

	if (quote && hash && quote < hash)
		hash = NULL;
	if (hash)
		*hash = '\0';
}

/* What stands behind '=': the status. */
static void want(char *text, size_t at)
{
	struct seq_want *w = &out->want[out->nwants];

	rest = text;
	text = next();
	if (!text)
		refuse("no status behind", "=");
	w->at = at;
	w->line = line;
	w->stops = !strcmp(text, "stops");
	if (!w->stops && !seq_status(text, &w->status))
		w->status = (s64)number(text);
	out->nwants++;
}

static void compile(char *text)
{
	size_t at = out->n;
	char *w, *status = NULL;
	unsigned i;

	cut_comment(text);
	if (!strchr(text, '"'))
		status = strchr(text, '=');
	if (status)
		*status++ = '\0';
	rest = text;
	w = next();
	if (!w)
		return;
	for (i = 0; i < OPS && strcmp(seq_ops[i], w); i++)
		;
	if (i == OPS)
		refuse("no such operation:", w);
	if (status && i != OP_CALL && i != OP_LIGHT && i != OP_RTAS)
		refuse("no status to expect of", w);
	put(i, 1);
	operands[i]();
	w = next();
	if (w)
		refuse("behind the last operand:", w);
	if (status)
		want(status, at);
}

void seq_read(struct seq *s, FILE *in, const char *name)
{
	char text[4096];
	unsigned ops = 0;

	s->n = 0;
	s->nwants = 0;
	file = name;
	line = 0;
	out = s;
	while (fgets(text, sizeof(text), in)) {
		size_t before = s->n;

		line++;
		compile(text);
		if (s->n != before && ++ops > MAX_OPS)
			refuse("too many operations in one program", "");
	}
}
