// SPDX-License-Identifier: GPL-2.0-or-later
/* arch/x86_64/xcr0.h, in the process: all values of the lower bits against the manual's rules. */
#include <check.h>

#include "../../arch/x86_64/xcr0.h"

#define BITS 20
#define AMX  0x60000u /* both or none, or the processor faults: so none */
#define MPX  0x18u

static bool bit(u64 val, unsigned n)
{
	return val >> n & 1;
}

START_TEST(only_what_cannot_fault)
{
	const u64 have[] = { 0x7, 0xe7, 0x2e7, AMX | MPX | 0x2e7, (1ull << BITS) - 1 };

	for (unsigned h = 0; h < 5; h++)
		for (u64 val = 0; val < 1ull << BITS; val++) {
			bool all = bit(val, 5) && bit(val, 6) && bit(val, 7);
			bool none = !bit(val, 5) && !bit(val, 6) && !bit(val, 7);
			bool legal = bit(val, 0) && !(val & ~have[h]) && !(val & (AMX | MPX)) &&
				     (bit(val, 1) || !bit(val, 2)) &&
				     (none || (all && bit(val, 2))) && !bit(val, 8) && val < 0x400;

			/* millions of them: Check's own assertion takes a microsecond each */
			if (xcr0_is_legal(val, have[h]) != legal)
				ck_abort_msg("0x%llx of 0x%llx", (unsigned long long)val,
					     (unsigned long long)have[h]);
		}
	ck_assert(!xcr0_is_legal(1ull << 62 | 7, ~0ull));
}
END_TEST

Suite *suite_xcr0(void);
Suite *suite_xcr0(void)
{
	Suite *s = suite_create("xcr0");
	TCase *tc = tcase_create("xcr0");

	tcase_add_test(tc, only_what_cannot_fault);
	suite_add_tcase(s, tc);
	return s;
}
