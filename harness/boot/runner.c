// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * runner [-s SUITE] [-o DIR] LIST [TEST...]: runs boot tests in an emulator, one after the other,
 * and says for each whether all that had to appear did appear, in its order, and nothing that must
 * not. Logs are kept in DIR. The last line is "suite SUITE: P passed, F failed". Next to read:
 * ppc64.tests (the list and its language), tests.c, child.c.
 */
#define _GNU_SOURCE
#include "child.h"
#include "tests.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_TALKERS 16

/* One run of one test. */
struct run {
	struct test *t;
	FILE *log;
	char log_name[512];
	char line[4096]; /* the line being received, without escapes */
	size_t len;
	char last[MAX_TALKERS][4096]; /* the last line of each partition, "[NAME] TEXT" */
	int escape;    /* inside a terminal escape sequence: 1 after ESC, 2 after ESC [ */
	char why[512]; /* reason of the failure, "" while there is none */
	bool stopped;  /* a signal ended us */
};

static const char *out_dir = "build/boot";
static volatile sig_atomic_t stop_signal;

static void on_signal(int sig)
{
	stop_signal = sig;
}

__attribute__((format(printf, 2, 3))) static void fail(struct run *r, const char *f, ...)
{
	va_list ap;

	if (r->why[0])
		return;
	va_start(ap, f);
	vsnprintf(r->why, sizeof(r->why), f, ap);
	va_end(ap);
}

static bool matches(const struct pattern *p, const char *line)
{
	return regexec(&p->re, line, 0, NULL, 0) == 0;
}

/* Send what a sequence has to send at the place it has reached. */
static void send_due(struct run *r, struct child *c, struct sequence *q)
{
	for (; q->at < q->nsteps && q->step[q->at].kind == STEP_SEND; q->at++)
		if (!child_write(c, q->step[q->at].bytes, q->step[q->at].nbytes))
			fail(r, "the emulator takes no input");
}

/* Let the sequences go on with the current line; `whole`: it has ended, `by` said it. */
static void advance(struct run *r, struct child *c, bool whole, const void *by)
{
	for (unsigned i = 0; i < r->t->nsequences; i++) {
		struct sequence *q = &r->t->sequence[i];
		struct step *s = &q->step[q->at];

		if (q->at == q->nsteps || (!whole && s->kind != STEP_PROMPT) ||
		    (by && q->by == by) || !matches(&s->want, r->line))
			continue;
		q->at++;
		q->by = by;
		send_due(r, c, q);
	}
}

/*
 * An unfinished line of a partition is shown when nothing comes for long, as on a busy machine, and
 * "[NAME]+" goes on with it (core/console.c). Make the current line whole: both are judged as
 * one. Returns who said it.
 */
static const void *join(struct run *r)
{
	size_t n = strcspn(r->line, "]") + 1;
	char rest[sizeof(r->line)];
	unsigned i;

	if (r->line[0] != '[' || n > r->len)
		return NULL;
	for (i = 0; i < MAX_TALKERS && *r->last[i] && strncmp(r->last[i], r->line, n); i++)
		;
	if (i == MAX_TALKERS)
		return NULL;
	if (r->line[n] == '+' && *r->last[i]) {
		memcpy(rest, r->line + n + 1, r->len - n);
		n = strlen(r->last[i]);
		snprintf(r->line, sizeof(r->line), "%s", r->last[i]);
		snprintf(r->line + n, sizeof(r->line) - n, "%s", rest);
	} else {
		for (unsigned q = 0; q < r->t->nsequences; q++)
			if (r->t->sequence[q].by == r->last[i])
				r->t->sequence[q].by = NULL;
	}
	memcpy(r->last[i], r->line, sizeof(r->line));
	return r->last[i];
}

static void tally(struct run *r)
{
	struct test *t = r->t;
	regmatch_t m[3];

	if (!t->tally.text || regexec(&t->tally.re, r->line, 3, m, 0))
		return;
	t->passed = strtoul(r->line + m[1].rm_so, NULL, 10);
	t->failed = strtoul(r->line + m[2].rm_so, NULL, 10);
	t->tallied = true;
}

/* What the group of the pattern holds, if the line matches. */
static void capture(const struct run *r, const struct pattern *p, char *to)
{
	regmatch_t m[2];

	if (!regexec(&p->re, r->line, 2, m, 0))
		snprintf(to, TEXT_LEN, "%.*s", (int)(m[1].rm_eo - m[1].rm_so),
			 r->line + m[1].rm_so);
}

static void end_of_line(struct run *r, struct child *c)
{
	struct test *t = r->t;
	const void *by = join(r);

	advance(r, c, true, by);
	tally(r);
	for (unsigned i = 0; i < t->nforbid; i++)
		if (matches(&t->forbid[i], r->line))
			fail(r, "forbidden '%s' appeared: %.200s", t->forbid[i].text, r->line);
	for (unsigned i = 0; i < t->nalternate; i++) {
		struct alternate *a = &t->alternate[i];
		int side = matches(&a->a, r->line) ? 'a' : matches(&a->b, r->line) ? 'b' : 0;

		if (side && a->last && side != a->last)
			a->seen++;
		if (side)
			a->last = side;
	}
	for (unsigned i = 0; i < t->nequal; i++) {
		capture(r, &t->equal[i].a, t->equal[i].got_a);
		capture(r, &t->equal[i].b, t->equal[i].got_b);
	}
	r->len = 0;
	r->line[0] = 0;
}

/* Take output apart into lines, leaving terminal escapes out. */
static void take(struct run *r, struct child *c, const char *buf, size_t n)
{
	fwrite(buf, 1, n, r->log);
	for (size_t i = 0; i < n; i++) {
		unsigned char ch = buf[i];

		if (ch == 27) {
			r->escape = 1;
		} else if (r->escape == 1) {
			r->escape = ch == '[' ? 2 : 0;
		} else if (r->escape == 2) {
			r->escape = ch >= 0x40 ? 0 : 2;
		} else if (ch == '\n') {
			end_of_line(r, c);
		} else if (ch >= ' ' && r->len + 1 < sizeof(r->line)) {
			r->line[r->len++] = (char)ch;
			r->line[r->len] = 0;
		}
	}
	if (r->len)
		advance(r, c, false, NULL);
}

/* All seen? If not and `say`, the reason becomes what is missing. */
static bool complete(struct run *r, const char *say)
{
	struct test *t = r->t;

	for (unsigned i = 0; i < t->nsequences; i++) {
		struct sequence *q = &t->sequence[i];

		if (q->at < q->nsteps) {
			if (say)
				fail(r, "%s; not seen%s%s: %s", say, q->name[0] ? " of " : "",
				     q->name, q->step[q->at].want.text);
			return false;
		}
	}
	for (unsigned i = 0; i < t->nalternate; i++) {
		struct alternate *a = &t->alternate[i];

		if (a->seen < a->want) {
			if (say)
				fail(r, "%s; '%s' and '%s' alternate %u times, not %u", say,
				     a->a.text, a->b.text, a->seen, a->want);
			return false;
		}
	}
	for (unsigned i = 0; i < t->nequal; i++) {
		struct equal *e = &t->equal[i];

		if (!*e->got_a || strcmp(e->got_a, e->got_b)) {
			if (say)
				fail(r, "%s; '%s' gave '%s', '%s' gave '%s'", say, e->a.text,
				     e->got_a, e->b.text, e->got_b);
			return false;
		}
	}
	if (t->tally.text && !t->tallied && say)
		fail(r, "%s; not seen: %s", say, t->tally.text);
	return !t->tally.text || t->tallied;
}

static double limit_of(const struct test *t)
{
	const char *slow = getenv("BOOT_SLOW");
	double factor = slow ? strtod(slow, NULL) : 1;

	return t->limit * (factor > 0 ? factor : 1);
}

/* Feed the output of c to the run until all is seen, it ends, or fails. */
static void watch(struct run *r, struct child *c)
{
	double end = now() + limit_of(r->t);
	char buf[4096], msg[64];

	for (unsigned i = 0; i < r->t->nsequences; i++)
		send_due(r, c, &r->t->sequence[i]);
	while (!r->why[0]) {
		struct pollfd p = { .fd = c->out, .events = POLLIN };
		double left = end - now();
		ssize_t n;

		if (stop_signal) {
			r->stopped = true;
			fail(r, "stopped by signal %d", stop_signal);
		} else if (r->t->quit && complete(r, NULL)) {
			return;
		} else if (left <= 0) {
			snprintf(msg, sizeof(msg), "time limit of %.0f s", limit_of(r->t));
			complete(r, msg);
			fail(r, "%s; all was seen but the emulator does not end", msg);
		} else if (poll(&p, 1, left < 1 ? (int)(left * 1e3) + 1 : 1000) > 0) {
			n = child_read(c, buf, sizeof(buf));
			if (n > 0)
				take(r, c, buf, n);
			if (n == 0)
				return;
		}
	}
}

/* The bundle maker of a test; its messages go to the log. */
static bool make_bundle(struct run *r, char *bundle)
{
	struct test *t = r->t;
	char *argv[2 * MAX_WORDS + 7] = { getenv("MKBUNDLE") }, buf[1024];
	struct child c;
	unsigned n = 1;
	int err;

	if (!argv[0])
		argv[0] = "build/tools/mkbundle";
	argv[n++] = (char *)t->manifest;
	argv[n++] = "-o";
	argv[n++] = bundle;
	if (t->machine) {
		argv[n++] = "-M";
		argv[n++] = (char *)t->machine;
	}
	for (unsigned i = 0; i < t->ndefine; i++) {
		argv[n++] = "-D";
		argv[n++] = t->define[i];
	}
	err = child_start(&c, argv);
	if (err) {
		fail(r, "cannot run %s: %s", argv[0], strerror(err));
		return false;
	}
	for (ssize_t got; (got = child_read(&c, buf, sizeof(buf) - 1)) != 0;) {
		struct pollfd p = { .fd = c.out, .events = POLLIN };

		if (got > 0)
			fwrite(buf, 1, got, r->log);
		else
			poll(&p, 1, 100);
	}
	err = child_wait(&c, 60000);
	if (err)
		fail(r, "%s %s: exit status %d", argv[0], t->manifest, err);
	return !err;
}

static bool readable(struct run *r, const char *what, const char *file)
{
	if (file && access(file, R_OK)) {
		fail(r, "%s %s is missing (%s)", what, file, strerror(errno));
		return false;
	}
	return true;
}

static void emulate(struct run *r)
{
	struct test *t = r->t;
	char *argv[MAX_WORDS + 8], bundle[512], ended[64];
	unsigned n = t->nwords;
	struct child c;
	int err, status;

	memcpy(argv, t->word, n * sizeof(*argv));
	if (!readable(r, "kernel", t->kernel) || !readable(r, "initrd", t->initrd))
		return;
	argv[n++] = "-kernel";
	argv[n++] = (char *)t->kernel;
	snprintf(bundle, sizeof(bundle), "%s/%s.bundle", out_dir, t->name);
	if (t->manifest && !make_bundle(r, bundle))
		return;
	if (t->manifest || t->initrd) {
		argv[n++] = "-initrd";
		argv[n++] = t->manifest ? bundle : (char *)t->initrd;
	}
	if (t->append) {
		argv[n++] = "-append";
		argv[n++] = (char *)t->append;
	}
	argv[n] = NULL;
	err = child_start(&c, argv);
	if (err) {
		fail(r, "cannot run %s: %s; run tools/setup/need.sh ppc64 x86_64", argv[0],
		     strerror(err));
		return;
	}
	watch(r, &c);
	if (r->why[0] || (t->quit && complete(r, NULL))) {
		child_end(&c);
		return;
	}
	if (r->len)
		end_of_line(r, &c);
	status = child_wait(&c, 10000);
	snprintf(ended, sizeof(ended), "the emulator ended with status %d", status);
	complete(r, ended);
	if (status != t->status)
		fail(r, "the emulator's exit status is %d", status);
}

/* Run the test once; true when it passed. */
static bool run_once(struct run *r, struct test *t, const char *suffix)
{
	*r = (struct run){ .t = t };
	for (unsigned i = 0; i < t->nsequences; i++) {
		t->sequence[i].at = 0;
		t->sequence[i].by = NULL;
	}
	for (unsigned i = 0; i < t->nalternate; i++)
		t->alternate[i].seen = t->alternate[i].last = 0;
	for (unsigned i = 0; i < t->nequal; i++)
		t->equal[i].got_a[0] = t->equal[i].got_b[0] = 0;
	t->tallied = false;
	t->passed = t->failed = 0;
	snprintf(r->log_name, sizeof(r->log_name), "%s/%s.log%s", out_dir, t->name, suffix);
	r->log = fopen(r->log_name, "wb");
	if (!r->log) {
		fail(r, "cannot write %s: %s", r->log_name, strerror(errno));
		return false;
	}
	emulate(r);
	fclose(r->log);
	return !r->why[0];
}

static void show_tail(const char *log)
{
	char command[640];

	snprintf(command, sizeof(command),
		 "tail -n 25 '%s' | tr -cd '\\t\\n -~' | cut -c 1-160 | sed 's/^/     | /'", log);
	fflush(stdout);
	if (system(command) < 0)
		perror("tail");
}

struct totals {
	unsigned passed, failed, retried;
	bool stopped;
};

static void run_test(struct test *t, struct totals *sum)
{
	double start = now();
	struct run r;
	bool ok = run_once(&r, t, "");

	if (!ok && t->retry && !r.stopped) {
		printf("RETRY %s (1 of 1): %s; log: %s\n", t->name, r.why, r.log_name);
		fflush(stdout);
		sum->retried++;
		ok = run_once(&r, t, ".retry");
	}
	if (ok && t->tally.text && !(t->passed + t->failed))
		fail(&r, "no test ran inside the image");
	if (ok && t->failed)
		fail(&r, "%u of %u tests failed inside the image", t->failed,
		     t->passed + t->failed);
	if (r.why[0]) {
		printf("FAIL  %s (%.1f s): %s; log: %s\n", t->name, now() - start, r.why,
		       r.log_name);
		show_tail(r.log_name);
		sum->failed += t->failed ? t->failed : 1;
	} else {
		printf("PASS  %s (%.1f s)\n", t->name, now() - start);
		sum->passed += !t->tally.text;
	}
	sum->passed += t->passed;
	sum->stopped = r.stopped;
	fflush(stdout);
}

static bool wanted(const struct test *t, char **names, int n)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(names[i], t->name))
			return true;
	return n == 0;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	const char *suite = "boot";
	struct totals sum = { 0 };
	struct test_list l;
	unsigned ran = 0;
	int opt;

	while ((opt = getopt(argc, argv, "s:o:")) != -1) {
		if (opt == 's')
			suite = optarg;
		else if (opt == 'o')
			out_dir = optarg;
		else
			optind = argc;
	}
	if (optind >= argc) {
		fprintf(stderr, "usage: runner [-s SUITE] [-o DIR] LIST [TEST...]\n");
		return 2;
	}
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (!tests_read(&l, argv[optind]))
		sum.failed++;
	for (unsigned i = 0; !sum.failed && i < l.ntests; i++)
		ran += wanted(&l.test[i], argv + optind + 1, argc - optind - 1);
	if (!ran && !sum.failed) {
		printf("FAIL  no such test\n");
		sum.failed++;
	}
	for (unsigned i = 0; ran && i < l.ntests && !sum.stopped; i++)
		if (wanted(&l.test[i], argv + optind + 1, argc - optind - 1))
			run_test(&l.test[i], &sum);
	if (sum.retried)
		printf("boot: %u test(s) needed a retry\n", sum.retried);
	printf("suite %s: %u passed, %u failed\n", suite, sum.passed, sum.failed);
	if (sum.stopped)
		return 128 + stop_signal;
	return sum.failed || !sum.passed;
}
