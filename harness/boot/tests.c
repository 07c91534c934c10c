// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a list of boot tests; see tests.h, and the head of ppc64.tests for the language. */
#define _GNU_SOURCE
#include "tests.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 4 /* of lists that include others */

struct reader {
	unsigned depth;
	const char *file;
	unsigned line;
	bool bad;
	struct test common; /* what stands before the first test holds for all */
	struct test *t;	    /* the one being read, or &common */
};

__attribute__((format(printf, 2, 3))) static void bad(struct reader *r, const char *f, ...)
{
	va_list ap;

	va_start(ap, f);
	fprintf(stderr, "%s:%u: ", r->file, r->line);
	vfprintf(stderr, f, ap);
	fputc('\n', stderr);
	va_end(ap);
	r->bad = true;
}

/* A copy of s with ${NAME} replaced from the environment. */
static char *expand(struct reader *r, const char *s)
{
	char *out = NULL, name[64];
	size_t n;
	FILE *f = open_memstream(&out, &n);

	while (f && *s) {
		const char *end = strncmp(s, "${", 2) ? NULL : strchr(s, '}');
		const char *value;

		if (!end || end - s - 2 >= (long)sizeof(name)) {
			fputc(*s++, f);
			continue;
		}
		snprintf(name, sizeof(name), "%.*s", (int)(end - s - 2), s + 2);
		value = getenv(name);
		if (!value)
			bad(r, "%s is not set in the environment", name);
		fputs(value ? value : "", f);
		s = end + 1;
	}
	if (!f || fclose(f))
		abort();
	return out;
}

static void compile(struct reader *r, struct pattern *p, const char *text, int flags)
{
	char msg[128];
	int err;

	p->text = expand(r, text);
	err = regcomp(&p->re, p->text, REG_EXTENDED | flags);
	if (err || !*p->text) {
		regerror(err, &p->re, msg, sizeof(msg));
		bad(r, "bad pattern '%s': %s", p->text, err ? msg : "empty");
	}
}

/* Split at blanks, of variables, too; a word may stand in double quotes. */
static void split(struct reader *r, char **word, unsigned *n, const char *line)
{
	char *s = expand(r, line);

	while (*(s += strspn(s, " \t"))) {
		char *start = *s == '"' ? ++s : s;
		char *end =
			start[-1] == '"' ? strchrnul(start, '"') : start + strcspn(start, " \t");

		s = *end ? end + 1 : end;
		*end = 0;
		if (*n + 1 >= MAX_WORDS) {
			bad(r, "too many words");
			return;
		}
		word[(*n)++] = start;
		word[*n] = NULL;
	}
}

static struct step *new_step(struct reader *r, enum step_kind kind)
{
	struct sequence *q;

	if (r->t == &r->common) {
		bad(r, "steps belong to a test");
		return NULL;
	}
	if (!r->t->nsequences)
		r->t->sequence[r->t->nsequences++].name = "";
	q = &r->t->sequence[r->t->nsequences - 1];
	if (q->nsteps == MAX_STEPS) {
		bad(r, "more than %d steps in a sequence", MAX_STEPS);
		return NULL;
	}
	q->step[q->nsteps].kind = kind;
	return &q->step[q->nsteps++];
}

/* Bytes to send: \r \n \\ and \xHH are replaced. */
static void read_send(struct reader *r, const char *s)
{
	struct step *step = new_step(r, STEP_SEND);
	char *to = malloc(strlen(s) + 1);

	if (!step || !to)
		return;
	step->bytes = to;
	for (; *s; s++) {
		unsigned hex;

		if (*s != '\\')
			*to++ = *s;
		else if (*++s == 'r' || *s == 'n')
			*to++ = *s == 'r' ? '\r' : '\n';
		else if (*s == '\\')
			*to++ = '\\';
		else if (*s == 'x' && sscanf(s + 1, "%2x", &hex) == 1)
			*to++ = (char)hex, s += 2;
		else
			bad(r, "bad escape in '%s'", s);
		if (!*s) /* a backslash was the last */
			break;
	}
	step->nbytes = to - step->bytes;
}

/* sum NAME KIB STEPS: expects the line of init/work.sh with the sum that sum.sh computes here. */
static void read_sum(struct reader *r, const char *args)
{
	struct step *step = new_step(r, STEP_EXPECT);
	char command[512], name[64], sum[65] = "", text[256];
	const char *slash = strrchr(r->file, '/');
	unsigned kib, steps;
	FILE *p;

	if (sscanf(expand(r, args), "%63[a-z0-9-] %u %u", name, &kib, &steps) != 3) {
		bad(r, "sum wants NAME KIB STEPS");
		return;
	}
	snprintf(command, sizeof(command), "%.*s/sum.sh %s %u %u",
		 slash ? (int)(slash - r->file) : 1, slash ? r->file : ".", name, kib, steps);
	p = popen(command, "r");
	if (!p || fscanf(p, "%64s", sum) != 1 || pclose(p) || strlen(sum) != 64)
		bad(r, "'%s' does not work", command);
	for (char *s = name; *s; s++)
		*s = toupper(*s);
	snprintf(text, sizeof(text), "%s checksum %s", name, sum);
	if (step)
		compile(r, &step->want, text, REG_NOSUB);
}

/* Two patterns apart by " || ". */
static bool read_two(struct reader *r, char *s, struct pattern *a, struct pattern *b, int flags)
{
	char *bar = s ? strstr(s, " || ") : NULL;

	if (!bar)
		return false;
	*bar = 0;
	compile(r, a, s, flags);
	compile(r, b, bar + 4, flags);
	return true;
}

static void read_alternate(struct reader *r, char *s)
{
	struct alternate *a = &r->t->alternate[r->t->nalternate];
	char *number = strsep(&s, " ");

	if (r->t->nalternate == MAX_ALTERNATE || !read_two(r, s, &a->a, &a->b, REG_NOSUB)) {
		bad(r, "alternate wants N PATTERN || PATTERN, at most %d times", MAX_ALTERNATE);
		return;
	}
	a->want = strtoul(number, NULL, 10);
	r->t->nalternate++;
}

static void read_equal(struct reader *r, char *s)
{
	struct equal *e = &r->t->equal[r->t->nequal];

	if (r->t->nequal == MAX_EQUAL || !read_two(r, s, &e->a, &e->b, 0) || e->a.re.re_nsub != 1 ||
	    e->b.re.re_nsub != 1)
		bad(r, "equal wants PATTERN || PATTERN, a group in each, at most %d times",
		    MAX_EQUAL);
	else
		r->t->nequal++;
}

static void read_forbid(struct reader *r, const char *s)
{
	if (r->t->nforbid == MAX_FORBID)
		bad(r, "more than %d forbidden patterns", MAX_FORBID);
	else
		compile(r, &r->t->forbid[r->t->nforbid++], s, REG_NOSUB);
}

/* Take a forbidden pattern of the common part back. */
static void read_permit(struct reader *r, const char *s)
{
	for (unsigned i = 0; i < r->t->nforbid; i++)
		if (!strcmp(r->t->forbid[i].text, s)) {
			r->t->forbid[i] = r->t->forbid[--r->t->nforbid];
			return;
		}
	bad(r, "'%s' is not forbidden", s);
}

static void new_sequence(struct reader *r, const char *name)
{
	if (r->t->nsequences == MAX_SEQUENCES || r->t == &r->common)
		bad(r, "at most %d sequences, and only in a test", MAX_SEQUENCES);
	else
		r->t->sequence[r->t->nsequences++].name = strdup(name);
}

static void read_step(struct reader *r, enum step_kind kind, const char *s)
{
	struct step *step = new_step(r, kind);

	if (step)
		compile(r, &step->want, s, REG_NOSUB);
}

/* define NAME=VALUE: the rest of the line, blanks and all; a test's own replaces the common one. */
static void read_define(struct reader *r, const char *s)
{
	struct test *t = r->t;
	size_t name = strcspn(s, "=") + 1;
	unsigned i = 0;

	while (i < t->ndefine && strncmp(t->define[i], s, name))
		i++;
	if (i == MAX_WORDS || s[name - 1] != '=')
		bad(r, "define wants NAME=VALUE, at most %d times", MAX_WORDS);
	else
		t->define[i] = expand(r, s);
	t->ndefine += i == t->ndefine;
}

static void read_line(struct reader *r, const char *key, char *s)
{
	struct test *t = r->t;

	if (!strcmp(key, "emulator")) {
		t->nwords = 0;
		split(r, t->word, &t->nwords, s);
	} else if (!strcmp(key, "args")) {
		split(r, t->word, &t->nwords, s);
	} else if (!strcmp(key, "manifest")) {
		t->manifest = expand(r, s);
	} else if (!strcmp(key, "machine")) {
		t->machine = expand(r, s);
	} else if (!strcmp(key, "status")) {
		t->status = (int)strtol(expand(r, s), NULL, 10);
	} else if (!strcmp(key, "define")) {
		read_define(r, s);
	} else if (!strcmp(key, "kernel")) {
		t->kernel = expand(r, s);
	} else if (!strcmp(key, "initrd")) {
		t->initrd = expand(r, s);
	} else if (!strcmp(key, "append")) {
		t->append = expand(r, s);
	} else if (!strcmp(key, "limit")) {
		t->limit = strtod(s, NULL);
	} else if (!strcmp(key, "retry")) {
		t->retry = true;
	} else if (!strcmp(key, "quit")) {
		t->quit = true;
	} else if (!strcmp(key, "sequence")) {
		new_sequence(r, s);
	} else if (!strcmp(key, "expect")) {
		read_step(r, STEP_EXPECT, s);
	} else if (!strcmp(key, "prompt")) {
		read_step(r, STEP_PROMPT, s);
	} else if (!strcmp(key, "send")) {
		read_send(r, s);
	} else if (!strcmp(key, "sum")) {
		read_sum(r, s);
	} else if (!strcmp(key, "forbid")) {
		read_forbid(r, s);
	} else if (!strcmp(key, "permit")) {
		read_permit(r, s);
	} else if (!strcmp(key, "alternate")) {
		read_alternate(r, s);
	} else if (!strcmp(key, "equal")) {
		read_equal(r, s);
	} else if (!strcmp(key, "tally")) {
		compile(r, &t->tally, s, 0);
		if (t->tally.re.re_nsub != 2)
			bad(r, "tally wants a pattern with two groups");
	} else {
		bad(r, "unknown word '%s'", key);
	}
}

static void new_test(struct reader *r, struct test_list *l, const char *name)
{
	struct test *more = realloc(l->test, (l->ntests + 1) * sizeof(*more));

	if (!more)
		abort();
	l->test = more;
	r->t = &l->test[l->ntests++];
	*r->t = r->common;
	r->t->name = strdup(name);
	r->t->file = r->file;
	r->t->line = r->line;
	for (unsigned i = 0; i + 1 < l->ntests; i++)
		if (!strcmp(l->test[i].name, name))
			bad(r, "a second test '%s'", name);
	if (!*name || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		bad(r, "a test's name is made of a-z, 0-9 and -");
}

/* A test that expects nothing would pass whatever happens. */
static void check(struct reader *r, const struct test *t)
{
	unsigned wants = t->tally.text != NULL;

	for (unsigned i = 0; i < t->nsequences; i++)
		for (unsigned j = 0; j < t->sequence[i].nsteps; j++)
			wants += t->sequence[i].step[j].kind != STEP_SEND;
	r->file = t->file;
	r->line = t->line;
	if (!wants)
		bad(r, "test %s expects nothing", t->name);
	if (!t->nwords || !t->kernel || t->limit <= 0)
		bad(r, "test %s lacks emulator, kernel or limit", t->name);
}

static void read_list(struct reader *r, struct test_list *l, const char *file)
{
	const char *outer = r->file;
	unsigned line_of_outer = r->line;
	char line[1024];
	FILE *f = r->depth < MAX_DEPTH ? fopen(file, "r") : NULL;

	if (!f) {
		bad(r, "%s: %s", file, r->depth < MAX_DEPTH ? strerror(errno) : "includes itself");
		return;
	}
	r->depth++;
	r->file = file;
	r->line = 0;
	while (fgets(line, sizeof(line), f)) {
		char *s = line + strspn(line, " \t"), *key;

		r->line++;
		for (char *e = s + strlen(s); e > s && isspace((unsigned char)e[-1]);)
			*--e = 0;
		if (!*s || *s == '#')
			continue;
		key = strsep(&s, " \t");
		s = s ? s + strspn(s, " \t") : "";
		if (!strcmp(key, "test"))
			new_test(r, l, s);
		else if (!strcmp(key, "include"))
			read_list(r, l, strdup(s));
		else
			read_line(r, key, s);
	}
	fclose(f);
	r->depth--;
	r->file = outer;
	r->line = line_of_outer;
}

bool tests_read(struct test_list *l, const char *file)
{
	struct reader r = { .file = file };

	*l = (struct test_list){ 0 };
	r.t = &r.common;
	read_list(&r, l, file);
	for (unsigned i = 0; i < l->ntests; i++)
		check(&r, &l->test[i]);
	if (!l->ntests)
		bad(&r, "no test");
	return !r.bad;
}
