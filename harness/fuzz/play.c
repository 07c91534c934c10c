// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * play [-o PAIRS] FILE.seq...: runs the text of programs, sees that each call answers what its line
 * says, and that text and program are the same thing both ways. PAIRS gets a line for each answer
 * seen: "ROW STATUS", as documented.awk prints them from the document. Next to read: ops.c.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "seq.h"

static struct seq seq;
static const char *file;
static FILE *pairs;
static bool met[MAX_OPS];
static unsigned failures;

static void status_text(char *to, size_t n, bool stops, s64 status, bool numbers)
{
	const char *name = numbers ? NULL : seq_status_name(status);

	if (stops)
		snprintf(to, n, "stops");
	else if (name)
		snprintf(to, n, "%s", name);
	else
		snprintf(to, n, "%lld", (long long)status);
}

static void say_pair(const struct told *t)
{
	const char *name = t->row ? t->row->name : "unknown";
	char status[32];

	status_text(status, sizeof(status), t->stops, t->status, t->rtas);
	if (!pairs)
		return;
	if (t->rtas)
		fprintf(pairs, "rtas:%s %s\n", t->service ? t->service->name : "unknown",
			t->counts ? "counts" : status);
	else
		fprintf(pairs, "%s %s%s\n", name, status,
			t->spare && t->status == H_PARAMETER ? " spare" : "");
	if (t->rtas)
		fprintf(pairs, "HV_RTAS H_SUCCESS\n");
	if (t->light)
		fprintf(pairs, "%s light\n", name);
}

static void told(struct fuzz *f, const struct told *t)
{
	char status[32], want[32];

	(void)f;
	say_pair(t);
	for (unsigned i = 0; i < seq.nwants; i++) {
		const struct seq_want *w = &seq.want[i];

		if (w->at != t->at)
			continue;
		met[i] = true;
		if (w->stops == t->stops && (t->stops || w->status == t->status))
			return;
		status_text(status, sizeof(status), t->stops, t->status, t->rtas);
		status_text(want, sizeof(want), w->stops, w->status, t->rtas);
		fprintf(stderr, "%s:%u: %s is the answer, not %s\n", file, w->line, status, want);
		failures++;
	}
}

/* The text of the program compiles to the program. */
static void both_ways(void)
{
	static struct seq again;
	FILE *text = tmpfile();

	if (!text)
		exit(1);
	seq_write(seq.byte, seq.n, text);
	rewind(text);
	seq_read(&again, text, "decompiled text");
	fclose(text);
	if (again.n != seq.n || memcmp(again.byte, seq.byte, seq.n)) {
		fprintf(stderr, "%s: its decompiled text is another program\n", file);
		failures++;
	}
}

static void play(void)
{
	static struct fuzz f;
	FILE *in = fopen(file, "r");

	if (!in) {
		perror(file);
		exit(1);
	}
	seq_read(&seq, in, file);
	fclose(in);
	both_ways();
	memset(met, 0, sizeof(met));
	memset(&f, 0, sizeof(f));
	f.told = told;
	f.deep = true;
	fuzz_run(&f, seq.byte, seq.n);
	for (unsigned i = 0; i < seq.nwants; i++)
		if (!met[i]) {
			fprintf(stderr, "%s:%u: nobody is there to make this call\n", file,
				seq.want[i].line);
			failures++;
		}
}

int main(int argc, char **argv)
{
	int i = 1;

	if (argc > 2 && !strcmp(argv[1], "-o")) {
		pairs = fopen(argv[2], "a");
		if (!pairs)
			return perror(argv[2]), 1;
		i = 3;
	}
	if (i == argc)
		return fprintf(stderr, "usage: %s [-o PAIRS] FILE.seq...\n", argv[0]), 2;
	for (; i < argc; i++) {
		file = argv[i];
		play();
	}
	return failures != 0 || (pairs && fclose(pairs));
}
