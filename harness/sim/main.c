// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs seeds: many, each in a child process that may crash, or one with its trace. Next: sim.h.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"
#include "um.h"

#define CPU_SECONDS 4 /* of the host, for one seed */
#define MEMORY	    (1ul << 30)

static const char usage[] =
	"usage: sim [--from N] [--seeds N] [--stop] [--find] [--digests]    run seeds N, N + 1, "
	"...\n"
	"       sim --seed N [--trace]    run one\n"
	"\n"
	"  --stop     at the first failure\n"
	"  --find     the same, and a failure is what is wanted: status 0 when there is one\n"
	"  --digests  print the digest of each trace\n"
	"  --trace    print the trace: every turn, kick and exit, and the console\n";

/* Shared with the children. */
static struct progress {
	u64 seed, passed, failed, events;
} * now;

static struct {
	u64 from, seeds;
	bool one, trace, digests, stop, find;
	const char *self;
} opt = { .from = 1, .seeds = 1000 };

static void tell_failure(u64 seed, const char *why)
{
	printf("FAIL seed %llu: %s\n     replay: %s --seed %llu --trace\n",
	       (unsigned long long)seed, why, opt.self, (unsigned long long)seed);
	fflush(stdout);
}

/* A seed that runs away, or fills its memory, does not take the host with it. */
static void limit(void)
{
	const struct itimerval t = { .it_value.tv_sec = CPU_SECONDS };
	const struct rlimit space = { MEMORY, MEMORY };

	setitimer(ITIMER_VIRTUAL, &t, NULL);
	setrlimit(RLIMIT_AS, &space);
}

static __noreturn void child(u64 end)
{
	for (; now->seed < end; now->seed++) {
		limit();
		if (sim_run(now->seed)) {
			now->passed++;
		} else {
			now->failed++;
			tell_failure(now->seed, sim.why);
			if (opt.stop)
				_exit(1);
		}
		now->events += sim.events;
		if (opt.digests)
			printf("seed %llu digest %016llx\n", (unsigned long long)now->seed,
			       (unsigned long long)sim.digest);
	}
	fflush(stdout);
	_exit(0);
}

/* A child that died takes its seed with it; the next one goes on behind it. */
static void run_many(void)
{
	u64 end = opt.from + opt.seeds;
	char why[64];
	int status;

	now->seed = opt.from;
	while (now->seed < end && !(opt.stop && now->failed)) {
		pid_t pid = fork();

		if (pid < 0) {
			perror("sim: fork");
			exit(2);
		}
		if (!pid)
			child(end);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (!WIFSIGNALED(status) && WEXITSTATUS(status) < 2)
			continue;
		snprintf(why, sizeof(why), WIFSIGNALED(status) ? "%s" : "status %s",
			 WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "of the host");
		tell_failure(now->seed, why);
		now->failed++;
		now->seed++;
	}
}

static int run_one(void)
{
	bool ok;

	sim_scenario(&sim.s, opt.from);
	if (!opt.trace)
		sim_print(&sim.s);
	sim.trace = opt.trace ? stdout : NULL;
	ok = sim_run(opt.from);
	if (!opt.trace)
		printf("digest %016llx of %llu events\n", (unsigned long long)sim.digest,
		       (unsigned long long)sim.events);
	if (!ok)
		printf("FAIL seed %llu: %s\n", (unsigned long long)opt.from, sim.why);
	return !ok;
}

static u64 number(const char *s)
{
	char *end;
	unsigned long long v = strtoull(s, &end, 0);

	if (*end || end == s) {
		fprintf(stderr, "sim: %s is no number\n", s);
		exit(2);
	}
	return v;
}

static void parse(int argc, char **argv)
{
	static const struct option option[] = {
		{ "seed", 1, NULL, 's' },    { "from", 1, NULL, 'f' }, { "seeds", 1, NULL, 'n' },
		{ "trace", 0, NULL, 't' },   { "stop", 0, NULL, 'x' }, { "find", 0, NULL, 'w' },
		{ "digests", 0, NULL, 'd' }, { NULL, 0, NULL, 0 },
	};
	int o;

	while ((o = getopt_long(argc, argv, "", option, NULL)) != -1) {
		if (o == 's' || o == 'f')
			opt.from = number(optarg);
		opt.one = opt.one || o == 's';
		if (o == 'n')
			opt.seeds = number(optarg);
		opt.trace = opt.trace || o == 't';
		opt.digests = opt.digests || o == 'd';
		opt.stop = opt.stop || o == 'x' || o == 'w';
		opt.find = opt.find || o == 'w';
		if (o == '?')
			break;
	}
	if (o != -1 || optind != argc || !opt.seeds) {
		fputs(usage, stderr);
		exit(2);
	}
	opt.self = argv[0];
}

int main(int argc, char **argv)
{
	struct timespec a, b;

	parse(argc, argv);
	if (opt.one)
		return run_one();
	now = mmap(NULL, sizeof(*now), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (now == MAP_FAILED) {
		perror("sim");
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &a);
	run_many();
	clock_gettime(CLOCK_MONOTONIC, &b);
	if (opt.find)
		return now->failed ? 0 : 1;
	printf("%llu seeds, %llu events, %.1f s\n", (unsigned long long)now->passed + now->failed,
	       (unsigned long long)now->events,
	       (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9);
	printf("suite sim: %llu passed, %llu failed\n", (unsigned long long)now->passed,
	       (unsigned long long)now->failed);
	return now->failed || !now->passed;
}
