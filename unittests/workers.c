// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Suites in several processes: one worker for each processor takes the next suite when it is done
 * with one. Tests share the worker's process, which is much faster than one for each (UNIT_FORK=1
 * does that; UNIT_QUICK=1 ends with the first failure). A worker that crashes or hangs costs one
 * failure, and its suite runs again with a process for each test, so that the report names the
 * test. Read main.c first.
 */
#include "workers.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SUITE_SECONDS 240 /* also under valgrind; tests in processes have limits of their own */
#define MAX_WORKERS   16
#define NOTHING	      (~0u)

/* What a worker says: it begins with a suite, or is done with it. */
struct word {
	unsigned worker, suite;
	bool done;
	struct tally tally;
};

static int queue[2], words[2]; /* pipes: numbers of suites; struct word */
static bool quick;

static struct {
	pid_t pid;
	unsigned suite;
} worker[MAX_WORKERS];

static void say(const struct word *w)
{
	if (write(words[1], w, sizeof(*w)) != sizeof(*w)) /* at once: shorter than PIPE_BUF */
		_exit(3);
}

static void work(unsigned self, bool fork_tests)
{
	struct word w = { .worker = self };
	unsigned suite;

	while (read(queue[0], &suite, sizeof(suite)) == sizeof(suite)) {
		w.suite = suite;
		w.done = false;
		say(&w);
		if (!fork_tests)
			alarm(SUITE_SECONDS);
		w.tally = run_suite(suite, fork_tests);
		alarm(0);
		fflush(stdout);
		w.done = true;
		say(&w);
	}
}

static void start(unsigned i, bool fork_tests)
{
	fflush(stdout);
	worker[i].suite = NOTHING;
	worker[i].pid = fork();
	if (worker[i].pid < 0) {
		perror("fork");
		exit(EXIT_FAILURE);
	}
	if (worker[i].pid)
		return;
	close(words[0]);
	close(queue[1]);
	work(i, fork_tests);
	exit(EXIT_SUCCESS); /* valgrind's leak check and status, and coverage */
}

/* The number of the first suite that nobody began with. */
static unsigned listen(struct tally *t, unsigned next)
{
	struct word w;

	while (read(words[0], &w, sizeof(w)) == sizeof(w)) {
		worker[w.worker].suite = w.done ? NOTHING : w.suite;
		next = w.suite >= next ? w.suite + 1 : next;
		if (w.done) {
			t->run += w.tally.run;
			t->failed += w.tally.failed;
		}
		if (t->failed && quick)
			break;
	}
	return next;
}

static void new_pipe(int p[2])
{
	if (pipe(p)) {
		perror("pipe");
		exit(EXIT_FAILURE);
	}
}

static void fill(unsigned from, unsigned to)
{
	new_pipe(queue);
	new_pipe(words);
	for (unsigned i = from; i < to; i++)
		if (write(queue[1], &i, sizeof(i)) != sizeof(i))
			exit(EXIT_FAILURE);
	close(queue[1]);
	queue[1] = -1;
}

static bool ended_well(unsigned i)
{
	int status;

	while (waitpid(worker[i].pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status && WIFSIGNALED(status))
		printf("FAILED a process with suite %d: signal %d\n", (int)worker[i].suite,
		       WTERMSIG(status));
	else if (status)
		printf("FAILED a process ended with status %d\n", WEXITSTATUS(status));
	return status == 0;
}

/* Suites from *next to `to` - 1, as far as workers live; one that crashed goes to crashed[]. */
static unsigned run_round(unsigned *next, unsigned to, unsigned n, bool fork_tests, struct tally *t,
			  unsigned *crashed)
{
	unsigned ncrashed = 0;

	fill(*next, to);
	for (unsigned i = 0; i < n; i++)
		start(i, fork_tests);
	close(words[1]);
	*next = listen(t, *next);
	for (unsigned i = 0; i < n && t->failed && quick; i++)
		kill(worker[i].pid, SIGKILL);
	for (unsigned i = 0; i < n; i++) {
		if (ended_well(i))
			continue;
		t->failed++;
		t->run++;
		if (worker[i].suite != NOTHING)
			crashed[ncrashed++] = worker[i].suite;
	}
	close(words[0]);
	close(queue[0]);
	return ncrashed;
}

struct tally run_workers(unsigned n)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned nworkers = cpus < 1 ? 1 : cpus > MAX_WORKERS ? MAX_WORKERS : (unsigned)cpus;
	unsigned crashed[MAX_WORKERS], again[1], ncrashed, suite, next = 0;
	bool fork_tests = getenv("UNIT_FORK") != NULL;
	struct tally t = { 0 };

	quick = getenv("UNIT_QUICK") != NULL;
	while (next < n && !(quick && t.failed)) {
		ncrashed = run_round(&next, n, nworkers, fork_tests, &t, crashed);
		for (unsigned i = 0; i < ncrashed && !fork_tests && !quick; i++) {
			suite = crashed[i];
			run_round(&suite, suite + 1, 1, true, &t, again);
		}
		if (!ncrashed && t.failed)
			break;
	}
	return t;
}
