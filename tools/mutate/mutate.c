// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mutate list SEED FILE...: every fault that can be planted, shuffled by the seed so that each
 * operator has its turn; one a line: file, line, column, operator, number, tab, old, tab, new.
 * mutate plant FILE LINE COLUMN OPERATOR NUMBER: the file with that fault, to standard output.
 * Next to read: operators.c (what faults there are), mutate.sh (who judges).
 */
#include "mutate.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct source source;

/* ---- reading --------------------------------------------------------------------------------- */

/* Blank out comments and literals. True: the comment goes on in the next line. */
static bool strip(char *code, bool comment)
{
	char quote = 0;

	for (char *c = code; *c; c++) {
		if (comment) {
			comment = !(c[0] == '*' && c[1] == '/');
			if (!comment)
				*c++ = ' ';
			*c = ' ';
		} else if (quote) {
			if (*c == '\\')
				*c++ = ' ';
			else if (*c == quote)
				quote = 0;
			*c = ' ';
		} else if (c[0] == '/' && c[1] == '*') {
			comment = true;
			*c++ = ' ';
			*c = ' ';
		} else if (c[0] == '/' && c[1] == '/') {
			*c = 0;
			break;
		} else if (*c == '"' || *c == '\'') {
			quote = *c;
			*c = ' ';
		}
	}
	for (size_t n = strlen(code); n && code[n - 1] == ' ';)
		code[--n] = 0;
	return comment;
}

static bool ends_statement(const char *code)
{
	size_t n = strlen(code);

	return !n || strchr(";{}:", code[n - 1]) || !strcmp(code + strspn(code, "\t"), "else");
}

/* An `if`, `for` or `while` whose parentheses are closed: a statement follows. */
static bool ends_head(const char *code)
{
	size_t n = strlen(code);
	int depth = 0;

	for (const char *c = code; *c; c++)
		depth += (*c == '(') - (*c == ')');
	return n && code[n - 1] == ')' && depth <= 0 && strpbrk(code, "iwf");
}

static bool silent_start(const char *code)
{
	static const char *const words[] = { "CHECK(", "ASSERT(", "log_", "trace_write(",
					     "panic(" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(code, words[i]))
			return true;
	return false;
}

static void read_source(const char *path)
{
	bool comment = false, silent = false, starts = true, is_void = false;
	FILE *f = fopen(path, "r");
	int function = 0, nfunctions = 0;

	if (!f) {
		perror(path);
		exit(2);
	}
	source.path = path;
	source.n = 0;
	while (source.n < MAX_LINES && fgets(source.line[source.n].text, MAX_TEXT, f)) {
		struct line *l = &source.line[source.n++];

		l->text[strcspn(l->text, "\n")] = 0;
		memcpy(l->code, l->text, MAX_TEXT);
		comment = strip(l->code, comment);
		if (!function && strchr(l->code, '(') && l->code[0] > ' ' && l->code[0] != '#')
			is_void = !strncmp(l->code, "void ", 5) ||
				  !strncmp(l->code, "static void ", 12);
		if (l->code[0] == '{')
			function = ++nfunctions;
		if (l->code[0] == '}')
			function = 0;
		l->function = l->code[0] == '{' || l->code[0] == '#' ? 0 : function;
		l->returns_void = is_void;
		l->starts = starts;
		silent = (silent && !starts) || silent_start(l->code);
		l->silent = silent;
		if (l->code[0])
			starts = ends_statement(l->code) || ends_head(l->code);
	}
	fclose(f);
}

/* ---- listing --------------------------------------------------------------------------------- */

struct entry {
	char *text;
	uint64_t key;
	char op[16];
};

static struct entry *entries;
static size_t nentries;
static uint64_t rng;
static int same; /* faults of this operator that began at this column before */
static struct fault last;

static uint64_t next_random(void)
{
	uint64_t x = rng += 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static int number_of(const struct fault *f)
{
	same = last.line == f->line && last.col == f->col && last.op && !strcmp(last.op, f->op)
		       ? same + 1
		       : 0;
	last = *f;
	return same;
}

static void list(const struct source *s, const struct fault *f)
{
	const char *t = s->line[f->line].text;
	size_t tabs = strspn(t, "\t");
	char text[4 * MAX_TEXT];
	struct entry *e;

	snprintf(text, sizeof(text), "%s %d %d %s %d\t%s\t%.*s%s%s", s->path, f->line + 1, f->col,
		 f->op, number_of(f), t + tabs, f->col - (int)tabs, t + tabs, f->with,
		 t + f->col + f->len);
	entries = realloc(entries, (nentries + 1) * sizeof(*entries));
	if (!entries)
		exit(2);
	e = &entries[nentries++];
	e->text = strdup(text);
	e->key = next_random();
	snprintf(e->op, sizeof(e->op), "%s", f->op);
}

static int by_key(const void *a, const void *b)
{
	uint64_t x = ((const struct entry *)a)->key, y = ((const struct entry *)b)->key;

	return x < y ? -1 : x > y;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->text, ((const struct entry *)b)->text);
}

/* The first fault of each operator, then the second of each, and so on. */
static void deal(void)
{
	qsort(entries, nentries, sizeof(*entries), by_key);
	for (size_t i = 0; i < nentries; i++) {
		uint64_t before = 0;

		for (size_t k = 0; k < i; k++)
			before += !strcmp(entries[k].op, entries[i].op);
		entries[i].key = before << 32 | i;
	}
	qsort(entries, nentries, sizeof(*entries), by_key);
	for (size_t i = 0; i < nentries; i++)
		puts(entries[i].text);
}

/* ---- planting -------------------------------------------------------------------------------- */

static struct fault wanted;
static int wanted_number;
static bool planted;

/* The argument of lock_take(...) or lock_drop(...) in a line, or NULL. */
static const char *lock_arg(const char *code)
{
	const char *at = strstr(code, "lock_take(");

	if (!at)
		at = strstr(code, "lock_drop(");
	return at ? at + strlen("lock_take(") : NULL;
}

static void plant(const struct source *s, const struct fault *f)
{
	const char *arg = lock_arg(s->line[f->line].code);

	if (strcmp(f->op, wanted.op) || f->line != wanted.line || f->col != wanted.col ||
	    number_of(f) != wanted_number)
		return;
	planted = true;
	printf("#line 1 \"%s\"\n", s->path);
	for (int i = 0; i < s->n; i++) {
		const struct line *l = &s->line[i];
		const char *other = lock_arg(l->code);

		if (i == f->line)
			printf("%.*s%s%s\n", f->col, l->text, f->with, l->text + f->col + f->len);
		else if (!strcmp(f->op, "unlock") && other && !strcmp(arg, other) &&
			 l->function == s->line[f->line].function)
			printf(";\n");
		else
			puts(l->text);
	}
}

int main(int argc, char **argv)
{
	if (argc > 3 && !strcmp(argv[1], "list")) {
		for (int i = 3; i < argc; i++) {
			read_source(argv[i]);
			for (int n = 0; n < source.n; n++)
				operators(&source, n, list);
		}
		if (!nentries)
			return 1;
		qsort(entries, nentries, sizeof(*entries), by_text);
		rng = strtoull(argv[2], NULL, 0);
		for (size_t i = 0; i < nentries; i++)
			entries[i].key = next_random();
		deal();
		return 0;
	}
	if (argc == 7 && !strcmp(argv[1], "plant")) {
		read_source(argv[2]);
		wanted.line = (int)strtol(argv[3], NULL, 0) - 1;
		wanted.col = (int)strtol(argv[4], NULL, 0);
		wanted.op = argv[5];
		wanted_number = (int)strtol(argv[6], NULL, 0);
		if (wanted.line >= 0 && wanted.line < source.n)
			operators(&source, wanted.line, plant);
		return !planted;
	}
	fprintf(stderr,
		"usage: mutate list SEED FILE... | plant FILE LINE COLUMN OPERATOR NUMBER\n");
	return 2;
}
