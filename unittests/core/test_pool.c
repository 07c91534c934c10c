// SPDX-License-Identifier: GPL-2.0-or-later
/* core/pool.c: what a partition may use of the hypervisor's memory, and that it comes back. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "pool.h"

#define OWNER     \
	(lpid_t)  \
	{         \
		5 \
	}

static struct pool pool;
static u64 nfree;

static void setup(void)
{
	boot();
	nfree = hv.palloc.nfree;
	pool_init(&pool, OWNER, 20);
}

static void ck_all_back(void)
{
	ck_assert_uint_eq(pool.used, 0);
	ck_assert_uint_eq(palloc_count(&hv.palloc, OWNER), 0);
	ck_assert_uint_eq(hv.palloc.nfree, nfree);
	ck_assert_ptr_null(palloc_verify(&hv.palloc));
}

START_TEST(pages_are_charged_and_zero)
{
	u8 *a = pool_get(&pool, 0, false), *b = pool_get(&pool, 2, true);

	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_nonnull(b);
	ck_assert_uint_eq(pool.used, 5);
	ck_assert_uint_eq(palloc_frame(&hv.palloc, arch_pa(a))->use, FRAME_HV);
	ck_assert_uint_eq(palloc_frame(&hv.palloc, arch_pa(b))->use, FRAME_TABLE);
	ck_assert_uint_eq(palloc_count(&hv.palloc, OWNER), 5);
	ck_assert(IS_ALIGNED(arch_pa(b).v, 4 * HV_PAGE_SIZE));
	for (unsigned i = 0; i < 4 * HV_PAGE_SIZE; i++)
		ck_assert_uint_eq(b[i], 0);
	memset(a, 1, HV_PAGE_SIZE);
	memset(b, 1, 4 * HV_PAGE_SIZE);
	pool_put(&pool, a, 0, false);
	pool_put(&pool, b, 2, true);
	ck_assert_uint_eq(pool.peak, 5);
	ck_all_back();
}
END_TEST

START_TEST(limit_holds_exactly)
{
	void *a = pool_get(&pool, 4, true), *b = pool_get(&pool, 2, true);

	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_nonnull(b);
	ck_assert_uint_eq(pool.used, pool.limit);
	ck_assert_ptr_null(pool_get(&pool, 0, false));
	pool_put(&pool, b, 2, true);
	ck_assert_ptr_null(pool_get(&pool, 3, false));
	ck_assert_uint_eq(pool.used, 16);
	ck_assert_uint_eq(pool.peak, 20);
	pool_put(&pool, a, 4, true);
	ck_all_back();
}
END_TEST

START_TEST(no_budget_no_page)
{
	pool_init(&pool, OWNER, 0);
	ck_assert_ptr_null(pool_get(&pool, 0, true));
	ck_all_back();
}
END_TEST

START_TEST(machine_without_memory)
{
	palloc_fail_nth(1);
	ck_assert_ptr_null(pool_get(&pool, 0, true));
	ck_assert_uint_eq(pool.used, 0);
	pool_init(&pool, OWNER, ~0ull);
	ck_assert_ptr_null(pool_get(&pool, PALLOC_ORDERS - 1, true));
	ck_assert_ptr_null(pool_get(&pool, PALLOC_ORDERS, true));
	ck_assert_ptr_null(pool_get(&pool, 64, true));
	ck_assert_ptr_null(pool_get(&pool, ~0u, true));
	ck_all_back();
}
END_TEST

START_TEST(nothing_to_put)
{
	pool_put(&pool, NULL, 0, true);
	pool_put(&pool, NULL, 99, true);
	ck_all_back();
}
END_TEST

START_TEST(wrong_puts_panic)
{
	void *a = pool_get(&pool, 1, true);
	struct pool other;

	switch (_i) {
	case 0:
		ck_panics(pool_put(&pool, a, 1, false), "use == use");
		break;
	case 1:
		ck_panics(pool_put(&pool, a, 2, true), "used >= n");
		break;
	case 2:
		ck_panics(pool_put(&pool, a, PALLOC_ORDERS, true), "PALLOC_ORDERS");
		break;
	case 3:
		pool_init(&other, (lpid_t){ 6 }, 5);
		other.used = 2;
		ck_panics(pool_put(&other, a, 1, true), "owner");
		break;
	}
}
END_TEST

START_TEST(random_life)
{
	struct {
		void *v;
		unsigned order;
		bool table;
	} held[16] = { { NULL, 0, false } };
	u64 used = 0, peak = 0;

	srandom(1);
	for (unsigned step = 0; step < 3000; step++) {
		unsigned i = (unsigned)random() % 16;
		u64 n;

		if (held[i].v) {
			pool_put(&pool, held[i].v, held[i].order, held[i].table);
			used -= 1ull << held[i].order;
			held[i].v = NULL;
		} else {
			held[i].order = (unsigned)random() % 4;
			held[i].table = random() % 2;
			n = 1ull << held[i].order;
			held[i].v = pool_get(&pool, held[i].order, held[i].table);
			ck_assert_int_eq(held[i].v != NULL, used + n <= 20);
			used += held[i].v ? n : 0;
		}
		peak = MAX(peak, used);
		ck_assert_uint_eq(pool.used, used);
		ck_assert_uint_eq(pool.peak, peak);
		ck_assert_uint_eq(palloc_count(&hv.palloc, OWNER), used);
	}
	for (unsigned i = 0; i < 16; i++)
		pool_put(&pool, held[i].v, held[i].order, held[i].table);
	ck_all_back();
}
END_TEST

Suite *suite_pool(void);
Suite *suite_pool(void)
{
	Suite *suite = suite_create("pool");
	TCase *t = tcase_create("pool");

	tcase_add_checked_fixture(t, setup, um_teardown);
	tcase_add_test(t, pages_are_charged_and_zero);
	tcase_add_test(t, limit_holds_exactly);
	tcase_add_test(t, no_budget_no_page);
	tcase_add_test(t, machine_without_memory);
	tcase_add_test(t, nothing_to_put);
	tcase_add_loop_test(t, wrong_puts_panic, 0, 4);
	tcase_add_test(t, random_life);
	suite_add_tcase(suite, t);
	return suite;
}
