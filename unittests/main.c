// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs every suite of the unit tests under Check: the suite_* functions of the test files (the
 * build lists them in suites.c) and the tests of ktest.h, in one process for each processor
 * (workers.c). The last line is "suite NAME: P passed, F failed"; a run of no test is a failure.
 * With the name of one suite all happens in this process, for debuggers, and CK_FORK counts.
 */
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ktest.h"
#include "workers.h"

#define TEST_SECONDS 120 /* for one test, also under valgrind */

typedef Suite *suite_fn(void);
extern suite_fn *const unit_suites[]; /* generated, NULL-terminated */

unsigned ktest_checks;

static const struct ktest *running;
static bool forked; /* each test is a process of its own */

/*
 * Check writes where it stands into a file at each assertion that holds, for the report of a test
 * that crashes: two million system calls. Only a process that may crash alone needs it.
 */
void __real__mark_point(const char *file, int line);
void __wrap__mark_point(const char *file, int line);
void __wrap__mark_point(const char *file, int line)
{
	if (forked)
		__real__mark_point(file, line);
}

void ktest_fail(const char *file, int line, const char *f, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, f);
	vsnprintf(text, sizeof(text), f, ap);
	va_end(ap);
	ck_abort_msg("%s:%d: %s", file, line, text);
	abort();
}

static void ktest_setup(void)
{
	ktest_checks = 0;
}

static void ktest_teardown(void)
{
	const struct ktest *t = running;

	running = NULL;
	if (t && t->suite->teardown)
		t->suite->teardown();
}

static void ktest_body(int i)
{
	const struct ktest *t = &__start_ktests[i];

	running = t;
	if (t->suite->setup)
		t->suite->setup();
	t->fn();
	if (!ktest_checks)
		ck_abort_msg("%s checks nothing", t->name);
}

/* One Check suite for each ktest_suite; tests of one need not stand together. */
static Suite *ktest_suite_create(const struct ktest_suite *s, TTest *info)
{
	Suite *suite = suite_create(s->name);
	TCase *tc = tcase_create(s->name);

	tcase_add_checked_fixture(tc, ktest_setup, ktest_teardown);
	tcase_set_timeout(tc, TEST_SECONDS);
	for (const struct ktest *t = __start_ktests; t < __stop_ktests; t++) {
		int i = (int)(t - __start_ktests);

		if (t->suite != s)
			continue;
		info[i] = (TTest){ t->name, ktest_body, t->file, t->line };
		tcase_add_loop_test(tc, &info[i], i, i + 1);
	}
	suite_add_tcase(suite, tc);
	return suite;
}

/* Suite number n, first those of the list and then those of ktest.h; NULL behind the last one. */
static Suite *nth_suite(unsigned n, TTest *info)
{
	const struct ktest *t, *u;
	unsigned i;

	for (i = 0; unit_suites[i]; i++)
		if (i == n)
			return unit_suites[i]();
	for (t = __start_ktests; t < __stop_ktests; t++) {
		for (u = __start_ktests; u < t && u->suite != t->suite; u++)
			;
		if (u == t && i++ == n)
			return ktest_suite_create(t->suite, info);
	}
	return NULL;
}

static TTest *new_info(void)
{
	TTest *info = calloc((size_t)(__stop_ktests - __start_ktests) + 1, sizeof(*info));

	if (!info)
		abort();
	return info;
}

static struct tally run(SRunner *r, const char *only)
{
	struct tally t = { 0 };

	forked = srunner_fork_status(r) == CK_FORK;
	srunner_run(r, only, NULL, getenv("CK_VERBOSITY") ? CK_ENV : CK_SILENT);
	t.run = (unsigned)srunner_ntests_run(r);
	t.failed = (unsigned)srunner_ntests_failed(r);
	if (t.failed && !getenv("CK_VERBOSITY")) {
		TestResult **f = srunner_failures(r);

		for (unsigned i = 0; i < t.failed; i++)
			printf("FAILED %s: %s:%d: %s\n", tr_tcname(f[i]), tr_lfile(f[i]),
			       tr_lno(f[i]), tr_msg(f[i]));
		free(f);
	}
	srunner_free(r);
	return t;
}

struct tally run_suite(unsigned n, bool fork_tests)
{
	TTest *info = new_info();
	SRunner *r = srunner_create(nth_suite(n, info));
	struct tally t;

	srunner_set_fork_status(r, fork_tests ? CK_FORK : CK_NOFORK);
	t = run(r, NULL);
	free(info);
	return t;
}

static struct tally run_one(const char *name)
{
	TTest *info = new_info();
	SRunner *r = srunner_create(NULL);
	struct tally t;
	Suite *s;

	for (unsigned i = 0; (s = nth_suite(i, info)) != NULL; i++)
		srunner_add_suite(r, s);
	t = run(r, name);
	free(info);
	return t;
}

static unsigned count_suites(void)
{
	const struct ktest *t, *u;
	unsigned n = 0;

	while (unit_suites[n])
		n++;
	for (t = __start_ktests; t < __stop_ktests; t++) {
		for (u = __start_ktests; u < t && u->suite != t->suite; u++)
			;
		n += u == t;
	}
	return n;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "unit";
	struct tally t = argc > 2 ? run_one(argv[2]) : run_workers(count_suites());

	if (!t.run) {
		printf("no test ran\n");
		t.failed = 1;
	}
	printf("suite %s: %u passed, %u failed\n", name, t.run > t.failed ? t.run - t.failed : 0,
	       t.failed);
	return t.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
