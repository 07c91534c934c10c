/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Suites in several processes: what main.c and workers.c know of each other. Read workers.c. */
#ifndef WORKERS_H
#define WORKERS_H

#include <stdbool.h>

struct tally {
	unsigned run, failed;
};

/* main.c: one suite in this process; its tests in processes of their own or not. */
struct tally run_suite(unsigned n, bool fork_tests);

/* workers.c: suites 0 .. n - 1, each in some process, as many at a time as there are CPUs. */
struct tally run_workers(unsigned n);

#endif
