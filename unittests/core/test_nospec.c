// SPDX-License-Identifier: GPL-2.0-or-later
/* include/nospec.h: the same as a check, for every index and bound. */
#include <check.h>

#include "nospec.h"

START_TEST(below_it_is_itself)
{
	for (u64 n = 1; n < 300; n++)
		for (u64 i = 0; i < 600; i++)
			ck_assert_uint_eq(nospec(i, n), i < n ? i : 0);
}
END_TEST

START_TEST(at_the_ends)
{
	const u64 big = (1ull << 63) - 1, n[] = { 1, 2, 28, 1ull << 32, big };

	for (unsigned k = 0; k < ARRAY_SIZE(n); k++) {
		const u64 i[] = { 0,	      n[k] - 1, n[k], n[k] + 1,	  1ull << 31, ~0u,
				  1ull << 32, big - 1,	big,  1ull << 63, ~0ull - 1,  ~0ull };

		for (unsigned m = 0; m < ARRAY_SIZE(i); m++)
			ck_assert_uint_eq(nospec(i[m], n[k]), i[m] < n[k] ? i[m] : 0);
	}
}
END_TEST

Suite *suite_nospec(void);
Suite *suite_nospec(void)
{
	Suite *suite = suite_create("nospec");
	TCase *t = tcase_create("nospec");

	tcase_add_test(t, below_it_is_itself);
	tcase_add_test(t, at_the_ends);
	suite_add_tcase(suite, t);
	return suite;
}
