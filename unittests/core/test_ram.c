// SPDX-License-Identifier: GPL-2.0-or-later
/* core/ram.c: firmware's memory maps come in any order, overlap, and have holes. */
#include <check.h>

#include "boot.h"
#include "hvtest.h"
#include "ram.h"

#define PAGES 64

static struct boot_info bi;

static void setup(void)
{
	bi = (struct boot_info){ .nram = 0 };
}

static void ck_range(unsigned i, u64 base, u64 end)
{
	ck_assert_uint_lt(i, bi.nram);
	ck_assert_uint_eq(bi.ram[i].base.v, base);
	ck_assert_uint_eq(bi.ram[i].base.v + bi.ram[i].size, end);
}

START_TEST(any_order)
{
	ram_add(&bi, 0x9000, 0xa000);
	ram_add(&bi, 0x1000, 0x2000);
	ram_add(&bi, 0x5000, 0x6000);
	ck_assert_uint_eq(bi.nram, 3);
	ck_range(0, 0x1000, 0x2000);
	ck_range(1, 0x5000, 0x6000);
	ck_range(2, 0x9000, 0xa000);
}
END_TEST

START_TEST(whole_pages_only)
{
	ram_add(&bi, 0x1001, 0x2fff);
	ram_add(&bi, 0x5000, 0x5000);
	ram_add(&bi, 0x7000, 0x6000);
	ram_add(&bi, ~0ull - 10, ~0ull);
	ck_assert_uint_eq(bi.nram, 0);
	ram_add(&bi, 0x1001, 0x3fff);
	ck_assert_uint_eq(bi.nram, 1);
	ck_range(0, 0x2000, 0x3000);
}
END_TEST

START_TEST(overlaps_become_one)
{
	ram_add(&bi, 0x1000, 0x3000);
	ram_add(&bi, 0x5000, 0x7000);
	ram_add(&bi, 0x9000, 0xb000);
	ram_add(&bi, 0x3000, 0x5000); /* touches two */
	ck_assert_uint_eq(bi.nram, 2);
	ck_range(0, 0x1000, 0x7000);
	ram_add(&bi, 0, 0x10000);
	ck_assert_uint_eq(bi.nram, 1);
	ck_range(0, 0, 0x10000);
	ram_add(&bi, 0x2000, 0x4000);
	ck_range(0, 0, 0x10000);
}
END_TEST

/* The smallest one goes, whether it is old or new. */
START_TEST(too_many)
{
	for (u64 i = 0; i < MAX_RAM_RANGES; i++)
		ram_add(&bi, i * 0x10000, i * 0x10000 + (i == 5 ? 0x2000 : 0x4000));
	ck_assert_uint_eq(bi.nram, MAX_RAM_RANGES);
	ram_add(&bi, 0x1000000, 0x1001000);
	ck_assert_uint_eq(bi.nram, MAX_RAM_RANGES);
	ck_range(5, 0x50000, 0x52000);
	ram_add(&bi, 0x1000000, 0x1003000);
	ck_assert_uint_eq(bi.nram, MAX_RAM_RANGES);
	ck_range(5, 0x60000, 0x64000);
	ck_range(MAX_RAM_RANGES - 1, 0x1000000, 0x1003000);
}
END_TEST

START_TEST(cut)
{
	ram_add(&bi, 0x10000, 0x20000);
	ram_cut(&bi, 0x14001, 0x14002); /* its page */
	ck_assert_uint_eq(bi.nram, 2);
	ck_range(0, 0x10000, 0x14000);
	ck_range(1, 0x15000, 0x20000);
	ram_cut(&bi, 0x13000, 0x16000);
	ck_range(0, 0x10000, 0x13000);
	ck_range(1, 0x16000, 0x20000);
	ram_cut(&bi, 0, 0x13000);
	ck_assert_uint_eq(bi.nram, 1);
	ram_cut(&bi, 0x20000, 0x30000);
	ck_range(0, 0x16000, 0x20000);
}
END_TEST

START_TEST(cut_of_nothing_and_to_the_end)
{
	ram_add(&bi, 0x1000, 0x9000);
	ram_cut(&bi, 0x3800, 0x3800);
	ram_cut(&bi, 0x4800, 0x4000);
	ck_assert_uint_eq(bi.nram, 1);
	ck_range(0, 0x1000, 0x9000);
	ram_cut(&bi, 0x5001, ~0ull);
	ck_assert_uint_eq(bi.nram, 1);
	ck_range(0, 0x1000, 0x5000);
}
END_TEST

START_TEST(take)
{
	ram_add(&bi, 0x10000, 0x20000);
	ram_add(&bi, 0x100000, 0x180000);
	ck_assert_uint_eq(ram_take(&bi, 0x800, 0x1000, ~0ull), 0x17f000);
	ck_assert_uint_eq(ram_take(&bi, 0x4000, 0x4000, ~0ull), 0x178000);
	ck_range(1, 0x100000, 0x178000); /* what alignment left stays */
	ck_range(2, 0x17c000, 0x17f000);
	ck_assert_uint_eq(ram_take(&bi, 0x1000, 0x1000, 0x30000), 0x1f000);
}
END_TEST

/* Against one bit for each page. */
START_TEST(random_against_a_map)
{
	u64 seed = 12345;
	bool map[PAGES] = { false };

	for (unsigned n = 0; n < 3000; n++) {
		u64 a, b;
		bool add;

		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		a = seed >> 33 & (PAGES - 1);
		b = seed >> 41 & (PAGES - 1);
		add = seed >> 63;
		if (add)
			ram_add(&bi, a << 12, b << 12);
		else if (a <= b)
			ram_cut(&bi, a << 12, b << 12);
		for (u64 i = a; i < b; i++)
			map[i] = add;
		for (unsigned i = 0; i < PAGES; i++) {
			bool have = false;

			for (unsigned r = 0; r < bi.nram; r++)
				have |= bi.ram[r].base.v <= (u64)i << 12 &&
					(u64)i << 12 < bi.ram[r].base.v + bi.ram[r].size;
			ck_assert_msg(have == map[i], "step %u, page %u", n, i);
		}
		for (unsigned r = 1; r < bi.nram; r++)
			ck_assert_uint_gt(bi.ram[r].base.v,
					  bi.ram[r - 1].base.v + bi.ram[r - 1].size);
	}
}
END_TEST

Suite *suite_ram(void);
Suite *suite_ram(void)
{
	Suite *s = suite_create("ram");
	TCase *tc = tcase_create("ram");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, any_order);
	tcase_add_test(tc, whole_pages_only);
	tcase_add_test(tc, overlaps_become_one);
	tcase_add_test(tc, too_many);
	tcase_add_test(tc, cut);
	tcase_add_test(tc, cut_of_nothing_and_to_the_end);
	tcase_add_test(tc, take);
	tcase_add_test(tc, random_against_a_map);
	suite_add_tcase(s, tc);
	return s;
}
