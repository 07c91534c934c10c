// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The faults that can be planted into a line of C. Each stands for a mistake that people make: a
 * condition the wrong way round, one too many, a forgotten statement, lock or check.
 */
#include "mutate.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void found_fn(const struct source *s, const struct fault *f);

static void add(const struct source *s, found_fn *found, const char *op, int line, int col, int len,
		const char *with)
{
	struct fault f = { .op = op, .line = line, .col = col, .len = len };

	snprintf(f.with, sizeof(f.with), "%s", with);
	found(s, &f);
}

static const struct {
	const char *op, *from, *to;
} tokens[] = {
	{ "boundary", " < ", " <= " },
	{ "boundary", " > ", " >= " },
	{ "boundary", " <= ", " < " },
	{ "boundary", " >= ", " > " },
	{ "swap", " == ", " != " },
	{ "swap", " != ", " == " },
	{ "swap", " && ", " || " },
	{ "swap", " || ", " && " },
	{ "swap", " < ", " > " },
	{ "swap", " > ", " < " },
	{ "arithmetic", " + ", " - " },
	{ "arithmetic", " - ", " + " },
	{ "arithmetic", " << ", " >> " },
	{ "arithmetic", " >> ", " << " },
	{ "arithmetic", " & ", " | " },
	{ "arithmetic", " | ", " & " },
	{ "arithmetic", " % ", " / " },
	{ "arithmetic", "++;", "--;" },
	{ "arithmetic", " += ", " -= " },
	{ "arithmetic", " -= ", " += " },
	{ "arithmetic", " & ~", " & " },
	{ "return", "return false;", "return true;" },
	{ "return", "return true;", "return false;" },
	{ "return", "return HV_OK;", "return HV_EINVAL;" },
	{ "return", "return HV_E", "return HV_OK; // " },
	{ "return", "return err;", "return HV_OK;" },
	{ "return", "return H_SUCCESS;", "return H_HARDWARE;" },
	{ "return", "return H_", "return H_SUCCESS; // " },
	{ "return", "return 0;", "return 1;" },
};

static void by_token(const struct source *s, int n, found_fn *found)
{
	const char *code = s->line[n].code, *at;

	for (unsigned i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		if (!strcmp(tokens[i].from, "return H_") && strstr(code, "return H_SUCCESS"))
			continue;
		for (at = code; (at = strstr(at, tokens[i].from)) != NULL; at++)
			add(s, found, tokens[i].op, n, (int)(at - code),
			    (int)strlen(tokens[i].from), tokens[i].to);
	}
}

/* A number becomes one more. Not in a case label, the size of an array, or an initial value. */
static void by_constant(const struct source *s, int n, found_fn *found)
{
	const char *code = s->line[n].code, *at = code;
	char with[80], *end;
	int len;

	if (strstr(code, "case ") || strstr(code, "= { 0 }"))
		return;
	while (*at) {
		if (!isdigit((unsigned char)*at) ||
		    (at > code && (isalnum((unsigned char)at[-1]) || strchr("_.[", at[-1])))) {
			at++;
			continue;
		}
		strtoull(at, &end, 0);
		while (*end && strchr("uUlL", *end))
			end++;
		len = (int)(end - at);
		snprintf(with, sizeof(with), "(%.*s + 1)", len, at);
		add(s, found, "constant", n, (int)(at - code), len, with);
		at = end;
	}
}

/* The condition of an `if` or `while` that stands on one line: from `*open` to `*close`. */
static bool condition(const char *code, int *open, int *close)
{
	const char *at = strstr(code, "if (");
	int depth = 0, i;

	if (!at)
		at = strstr(code, "while (");
	if (!at)
		return false;
	*open = (int)(strchr(at, '(') - code);
	for (i = *open; code[i]; i++) {
		depth += code[i] == '(';
		depth -= code[i] == ')';
		if (!depth)
			break;
	}
	*close = i;
	return code[i] == ')';
}

static void by_condition(const struct source *s, int n, found_fn *found)
{
	const struct line *l = &s->line[n];
	const char *next = n + 1 < s->n ? s->line[n + 1].code : "";
	char with[MAX_TEXT + 8];
	int open, close, len;

	if (!condition(l->code, &open, &close))
		return;
	len = close - open + 1;
	snprintf(with, sizeof(with), "(!%.*s)", len, l->text + open);
	add(s, found, "negate", n, open, len, with);
	next += strspn(next, "\t");
	if (strstr(l->code, "while ("))
		return;
	if (!strncmp(next, "return", 6) || !strncmp(next, "goto ", 5) ||
	    !strncmp(next, "continue", 8)) {
		snprintf(with, sizeof(with), "(0 && %.*s)", len, l->text + open);
		add(s, found, "no-check", n, open, len, with);
	}
}

static bool begins(const char *code, const char *const *words)
{
	for (; *words; words++)
		if (!strncmp(code, *words, strlen(*words)))
			return true;
	return false;
}

/* Not a jump or a declaration, and all on one line. */
static bool is_statement(const struct line *l)
{
	static const char *const other[] = { "return",	  "break",   "continue", "goto",   "case ",
					     "default",	  "const ",  "static",	 "struct", "enum ",
					     "unsigned ", "int ",    "bool ",	 "char ",  "void ",
					     "u8 ",	  "u16 ",    "u32 ",	 "u64 ",   "s32 ",
					     "s64 ",	  "size_t",  "if ",	 "for ",   "while ",
					     "switch ",	  "else",    "do ",	 "pa_t ",  "gpa_t ",
					     "err_t ",	  "lpid_t ", "be",	 "lock_",  NULL };
	const char *code = l->code + strspn(l->code, "\t");
	size_t n = strlen(code);

	return l->starts && n > 1 && code[n - 1] == ';' && islower((unsigned char)*code) &&
	       !begins(code, other) && strpbrk(code, "(=+-");
}

static void by_statement(const struct source *s, int n, found_fn *found)
{
	const struct line *l = &s->line[n];
	int col = (int)strspn(l->code, "\t"), len = (int)strlen(l->code) - col;

	if (!is_statement(l))
		return;
	add(s, found, "drop", n, col, len, ";");
	if (l->returns_void)
		add(s, found, "early", n, col, len, "return;");
}

/* mutate.c takes away the lock's other lines in the function, too. */
static void by_lock(const struct source *s, int n, found_fn *found)
{
	const char *at = strstr(s->line[n].code, "lock_take(");

	if (at && s->line[n].starts)
		add(s, found, "unlock", n, (int)(at - s->line[n].code), (int)strlen(at), ";");
}

void operators(const struct source *s, int n, found_fn *found)
{
	const struct line *l = &s->line[n];

	if (!l->function || l->silent)
		return;
	by_token(s, n, found);
	by_constant(s, n, found);
	by_condition(s, n, found);
	by_statement(s, n, found);
	by_lock(s, n, found);
}
