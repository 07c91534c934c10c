/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests that run as a Check suite in the process and as a printing runner inside a boot image
 * (krun.c). A file of such tests defines `ktest_this` before its first KTEST. A test that checks
 * nothing fails.
 */
#ifndef KTEST_H
#define KTEST_H

#include "types.h"

struct ktest_suite {
	const char *name;
	void (*setup)(void);	/* before each test, or NULL */
	void (*teardown)(void); /* after each, also a failed one */
};

struct ktest {
	const struct ktest_suite *suite;
	const char *name, *file;
	void (*fn)(void);
	int line;
};

/* All tests of a program, collected by the linker. */
extern const struct ktest __start_ktests[], __stop_ktests[];

#define KTEST(test)                                                                   \
	static void ktest_##test(void);                                               \
	static const struct ktest ktest_row_##test                                    \
		__attribute__((section("ktests"), used, aligned(sizeof(void *)))) = { \
			.suite = &ktest_this,                                         \
			.name = #test,                                                \
			.file = __FILE__,                                             \
			.fn = ktest_##test,                                           \
			.line = __LINE__,                                             \
		};                                                                    \
	static void ktest_##test(void)

extern unsigned ktest_checks; /* made by the test that runs */

/* Ends the test that runs. Supplied by the runner. */
__noreturn void ktest_fail(const char *file, int line, const char *f, ...) __printf(3, 4);

#define K_CHECK(cond)                                                \
	do {                                                         \
		ktest_checks++;                                      \
		if (!(cond))                                         \
			ktest_fail(__FILE__, __LINE__, "%s", #cond); \
	} while (0)

#define K_EQ(a, b)                                                                                \
	do {                                                                                      \
		unsigned long long k_a_ = (unsigned long long)(a);                                \
		unsigned long long k_b_ = (unsigned long long)(b);                                \
                                                                                                  \
		ktest_checks++;                                                                   \
		if (k_a_ != k_b_)                                                                 \
			ktest_fail(__FILE__, __LINE__, "%s is 0x%llx, not %s (0x%llx)", #a, k_a_, \
				   #b, k_b_);                                                     \
	} while (0)

#define K_FAIL(...) ktest_fail(__FILE__, __LINE__, __VA_ARGS__)

/*
 * krun.c, boot images: run all tests, a line for each on the console ("ok NAME" or "FAILED NAME:
 * where: what"), then "suite NAME: P passed, F failed". Returns how many failed; none run = 1.
 */
unsigned ktest_run_all(const char *name);

#endif
