// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs every suite of the unit tests under Check: the suite_* functions of the test files (the
 * build lists them in suites.c) and the tests of ktest.h. The last line is "suite NAME: P passed,
 * F failed"; a run of no test is a failure. CK_FORK=no works, for valgrind and debuggers.
 */
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ktest.h"

#define SUITE_SECONDS 120 /* for one test, also under valgrind */

typedef Suite *suite_fn(void);
extern suite_fn *const unit_suites[]; /* generated, NULL-terminated */

unsigned ktest_checks;

static const struct ktest *running;

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
static void add_ktests(SRunner *r, const struct ktest_suite *s, TTest *info)
{
	Suite *suite = suite_create(s->name);
	TCase *tc = tcase_create(s->name);

	tcase_add_checked_fixture(tc, ktest_setup, ktest_teardown);
	tcase_set_timeout(tc, SUITE_SECONDS);
	for (const struct ktest *t = __start_ktests; t < __stop_ktests; t++) {
		int i = (int)(t - __start_ktests);

		if (t->suite != s)
			continue;
		info[i] = (TTest){ t->name, ktest_body, t->file, t->line };
		tcase_add_loop_test(tc, &info[i], i, i + 1);
	}
	suite_add_tcase(suite, tc);
	srunner_add_suite(r, suite);
}

static void add_all_ktests(SRunner *r, TTest *info)
{
	const struct ktest *t, *u;

	for (t = __start_ktests; t < __stop_ktests; t++) {
		for (u = __start_ktests; u < t && u->suite != t->suite; u++)
			;
		if (u == t)
			add_ktests(r, t->suite, info);
	}
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "unit";
	const char *only = argc > 2 ? argv[2] : NULL; /* one suite */
	TTest *info = calloc((size_t)(__stop_ktests - __start_ktests) + 1, sizeof(*info));
	SRunner *r = srunner_create(NULL);
	int run, failed;

	if (!info)
		return EXIT_FAILURE;
	for (suite_fn *const *s = unit_suites; *s; s++)
		srunner_add_suite(r, (*s)());
	add_all_ktests(r, info);
	srunner_run(r, only, NULL, getenv("CK_VERBOSITY") ? CK_ENV : CK_MINIMAL);
	run = srunner_ntests_run(r);
	failed = srunner_ntests_failed(r);
	if (failed && !getenv("CK_VERBOSITY")) {
		TestResult **f = srunner_failures(r);

		for (int i = 0; i < failed; i++)
			printf("FAILED %s: %s:%d: %s\n", tr_tcname(f[i]), tr_lfile(f[i]),
			       tr_lno(f[i]), tr_msg(f[i]));
		free(f);
	}
	srunner_free(r);
	free(info);
	if (!run) {
		printf("no test ran\n");
		failed = 1;
	}
	printf("suite %s: %d passed, %d failed\n", name, run ? run - failed : 0, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
