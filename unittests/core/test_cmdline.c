// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line: options, and what is none of ours. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "boot.h"
#include "cmdline.h"

START_TEST(levels)
{
	static const char *const word[] = { "error", "warn", "info", "debug" };

	for (unsigned i = 0; i < ARRAY_SIZE(word); i++) {
		char line[64];

		snprintf(line, sizeof(line), "a=b rhype.log=%s quiet", word[i]);
		cmdline_apply(line);
		ck_assert_uint_eq(hv.log.level, i);
	}
	cmdline_apply("rhype.log=info");
	ck_assert_str_eq(um_output(NULL), "");
}
END_TEST

START_TEST(trace_is_off_until_asked_for)
{
	ck_assert(!hv.tracing);
	cmdline_apply("");
	cmdline_apply("trace rhypeXtrace");
	ck_assert(!hv.tracing);
	cmdline_apply("  rhype.trace ");
	ck_assert(hv.tracing);
}
END_TEST

START_TEST(mitigations_are_on_until_switched_off)
{
	cmdline_apply("mitigations=off rhype.mitigations=on rhype.mitigations");
	ck_assert(!hv.unmitigated);
	um_output_clear();
	cmdline_apply("rhype.mitigations=off");
	ck_assert(hv.unmitigated);
	ck_assert_str_eq(um_output(NULL), "");
}
END_TEST

START_TEST(unknown_options_are_named)
{
	const char *const bad[] = { "rhype.logg=info", "rhype.log=loud", "rhype.log=", "rhype.trac",
				    "rhype.tracer" };

	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		um_output_clear();
		cmdline_apply(bad[i]);
		ck_assert_ptr_nonnull(strstr(um_output(NULL), bad[i]));
		ck_assert_ptr_nonnull(strstr(um_output(NULL), "unknown option"));
	}
	ck_assert_uint_eq(hv.log.level, LOG_INFO);
	ck_assert(!hv.tracing);
}
END_TEST

START_TEST(spaces_do_not_matter)
{
	cmdline_apply("  quiet   rhype.log=debug  ");
	ck_assert_uint_eq(hv.log.level, LOG_DEBUG);
	cmdline_apply("rhype.log=warn");
	ck_assert_uint_eq(hv.log.level, LOG_WARN);
}
END_TEST

START_TEST(long_words_are_cut)
{
	char line[300];

	memset(line, 'x', sizeof(line));
	memcpy(line, "rhype.", 6);
	line[sizeof(line) - 1] = '\0';
	cmdline_apply(line);
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "rhype.xxx"));
}
END_TEST

Suite *suite_cmdline(void);
Suite *suite_cmdline(void)
{
	Suite *suite = suite_create("cmdline");
	TCase *t = tcase_create("cmdline");

	tcase_add_checked_fixture(t, boot, um_teardown);
	tcase_add_test(t, levels);
	tcase_add_test(t, trace_is_off_until_asked_for);
	tcase_add_test(t, mitigations_are_on_until_switched_off);
	tcase_add_test(t, unknown_options_are_named);
	tcase_add_test(t, spaces_do_not_matter);
	tcase_add_test(t, long_words_are_cut);
	suite_add_tcase(suite, t);
	return suite;
}
