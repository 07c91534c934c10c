// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The oracle's command line, and its processes: each judges sequences of its own seeds until the
 * calls of all together are enough. `oracle --seed N --calls M` does one sequence in this process;
 * without --seed at least --total calls are judged, and too few within --seconds is a failure.
 * Next: drive.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../core/papr/papr.h"
#include "hv.h"
#include "oracle.h"

#define MAX_PROCESSES 16

static u64 seed, calls = 8000, total = 1000000, processes;
static double limit = 600;

/* What a process found. */
struct result {
	u64 calls, light, passed, failed, accesses, worked[2][256], seen[PC_SEEN];
};

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu_seconds(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Every service has a specification, under the same token. */
static bool services_fit(void)
{
	if (m_nservices != papr_rtas_n)
		differs("%u services have a specification, there are %u", m_nservices, papr_rtas_n);
	for (unsigned i = 0; i < papr_rtas_n && i < m_nservices; i++)
		if (strcmp(papr_rtas[i].name, m_services[i].name))
			differs("service %s is specified as %s", papr_rtas[i].name,
				m_services[i].name);
	return !oracle_differs;
}

/* A row that was never called with success was not tested. */
static unsigned check_rows(const struct result *r, bool pc)
{
	const struct hcall_table *t = machine_find(pc ? "pc" : "papr")->hcalls;
	unsigned bad = 0;

	for (unsigned i = 0; i < t->nrows; i++)
		if (!r->worked[pc][t->rows[i].nr / 4 % 256]) {
			printf("%s never worked\n", t->rows[i].name);
			bad++;
		}
	return bad;
}

/* Process `self` of n takes the seeds self + 1, self + 1 + n, ... */
static void judge(unsigned self, unsigned n, double start, struct result *r)
{
	if (M_PC && self == 0) {
		r->failed += !pc_scan();
		r->calls += drive.calls;
	}
	for (u64 s = self + 1; r->calls < total / n + 1 && r->failed < 3; s += n) {
		drive_sequence(s, calls);
		r->calls += drive.calls;
		r->failed += oracle_differs;
		r->passed += !oracle_differs && drive.calls == calls;
		if (seconds() - start > limit)
			break;
	}
	r->light = drive.light;
	r->accesses = drive.accesses;
	memcpy(r->worked, drive.worked, sizeof(r->worked));
	memcpy(r->seen, drive.seen, sizeof(r->seen));
}

static void add(struct result *sum, const struct result *r)
{
	const u64 *from = (const u64 *)r;
	u64 *to = (u64 *)sum;

	for (size_t i = 0; i < sizeof(*r) / sizeof(u64); i++)
		to[i] += from[i];
}

/* In as many processes as asked for; one that dies is a failure. */
static struct result judge_all(unsigned n)
{
	struct result sum = { 0 }, r = { 0 };
	double start = seconds();
	int fd[MAX_PROCESSES][2], status;

	if (n == 1) {
		judge(0, 1, start, &sum);
		return sum;
	}
	for (unsigned i = 0; i < n; i++) {
		fflush(stdout);
		if (pipe(fd[i]))
			exit(2);
		if (fork())
			continue;
		judge(i, n, start, &r);
		fflush(stdout);
		_exit(write(fd[i][1], &r, sizeof(r)) != sizeof(r));
	}
	for (unsigned i = 0; i < n; i++) {
		close(fd[i][1]);
		if (read(fd[i][0], &r, sizeof(r)) == sizeof(r))
			add(&sum, &r);
		wait(&status);
		sum.failed += status != 0;
	}
	return sum;
}

static int usage(void)
{
	fprintf(stderr, "usage: oracle [--seed N] [--calls N] [--total N] [--seconds N] "
			"[--processes N] [--name SUITE] [--verbose]\n");
	return 2;
}

static int report(const char *name, struct result *r, double time)
{
	if (!r->failed && r->calls < total) {
		printf("only %llu of %llu calls in %.0f seconds\n", (unsigned long long)r->calls,
		       (unsigned long long)total, time);
		r->failed++;
	}
	if (!r->failed)
		r->failed += check_rows(r, false);
	if (!r->failed && M_PC)
		r->failed += check_rows(r, true);
	/* in a short run chance leaves some out */
	if (!r->failed && M_PC && total >= 1000000)
		r->failed += pc_uncovered(r->seen);
	printf("%llu calls checked (%llu light), %.0f a second in %llu processes, %.0f in a second "
	       "of processor time\n",
	       (unsigned long long)r->calls, (unsigned long long)r->light, (double)r->calls / time,
	       (unsigned long long)processes,
	       (double)r->calls / (cpu_seconds(RUSAGE_SELF) + cpu_seconds(RUSAGE_CHILDREN)));
	if (M_PC)
		printf("%llu of them accesses to devices of PCs\n",
		       (unsigned long long)r->accesses);
	printf("suite %s: %llu passed, %llu failed\n", name, (unsigned long long)r->passed,
	       (unsigned long long)r->failed);
	return r->failed || !r->passed;
}

int main(int argc, char **argv)
{
	const char *name = "oracle";
	struct result r;
	double start;

	for (int i = 1; i < argc; i++) {
		u64 val = i + 1 < argc ? strtoull(argv[i + 1], NULL, 0) : 0;

		if (!strcmp(argv[i], "--verbose")) {
			drive.verbose = true;
			continue;
		}
		if (i + 1 == argc)
			return usage();
		if (!strcmp(argv[i], "--seed"))
			seed = val;
		else if (!strcmp(argv[i], "--calls"))
			calls = val;
		else if (!strcmp(argv[i], "--total"))
			total = val;
		else if (!strcmp(argv[i], "--seconds"))
			limit = (double)val;
		else if (!strcmp(argv[i], "--processes"))
			processes = val;
		else if (!strcmp(argv[i], "--name"))
			name = argv[i + 1];
		else
			return usage();
		i++;
	}
	if (!services_fit())
		return 1;
	if (seed) {
		drive_sequence(seed, calls);
		return oracle_differs;
	}
	if (!processes)
		processes = (u64)sysconf(_SC_NPROCESSORS_ONLN);
	processes = MAX(MIN(processes, (u64)MAX_PROCESSES), 1ull);
	start = seconds();
	r = judge_all((unsigned)processes);
	return report(name, &r, seconds() - start);
}
