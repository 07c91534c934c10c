// SPDX-License-Identifier: GPL-2.0-or-later
/* The printing runner for tests inside a boot image (ktest.h). Next: arch/test_contract.c. */
#include "arch.h"
#include "fmt.h"
#include "ktest.h"

unsigned ktest_checks;

static void *back[5];

static __printf(1, 0) void say_list(const char *f, va_list ap)
{
	char text[240];
	size_t n = fmt_vprint(text, sizeof(text), f, ap);

	arch_puts(text, MIN(n, sizeof(text) - 1));
}

static __printf(1, 2) void say(const char *f, ...)
{
	va_list ap;

	va_start(ap, f);
	say_list(f, ap);
	va_end(ap);
}

void ktest_fail(const char *file, int line, const char *f, ...)
{
	va_list ap;

	say("  %s:%d: ", file, line);
	va_start(ap, f);
	say_list(f, ap);
	va_end(ap);
	say("\r\n");
	__builtin_longjmp(back, 1);
}

static bool body_passes(const struct ktest *t)
{
	if (__builtin_setjmp(back))
		return false;
	ktest_checks = 0;
	if (t->suite->setup)
		t->suite->setup();
	t->fn();
	if (!ktest_checks)
		K_FAIL("%s checks nothing", t->name);
	return true;
}

unsigned ktest_run_all(const char *name)
{
	const struct ktest *volatile t;
	volatile unsigned passed = 0, failed = 0;

	for (t = __start_ktests; t < __stop_ktests; t++) {
		if (body_passes(t)) {
			say("ok %s\r\n", t->name);
			passed++;
		} else {
			say("FAILED %s\r\n", t->name);
			failed++;
		}
		if (t->suite->teardown)
			t->suite->teardown();
	}
	say("suite %s: %u passed, %u failed\r\n", name, passed, failed);
	return passed ? failed : failed + 1;
}
