// SPDX-License-Identifier: GPL-2.0-or-later
/* core/palloc.c at boot: a map over every shape of RAM, from which nothing is lost. */
#include <check.h>
#include <string.h>

#include "boot.h"
#include "palloc.h"

#define HV_OWNER  \
	(lpid_t)  \
	{         \
		0 \
	}

static struct palloc *pa = &hv.palloc;

static void ck_sound(void)
{
	const char *wrong = palloc_verify(pa);

	ck_assert_msg(!wrong, "%s", wrong);
}

static bool all_bytes(pa_t p, u64 pages, u8 value)
{
	const u8 *b = um_phys(p);

	/* each byte is as the one before it */
	return !pages || (b[0] == value && !memcmp(b, b + 1, (pages << HV_PAGE_SHIFT) - 1));
}

/* RAM as given, in pages from the start of simulated RAM. The map is built in it. */
static void init_ranges(unsigned n, const u64 (*r)[2])
{
	struct boot_info bi = { .nram = n };

	for (unsigned i = 0; i < n; i++)
		bi.ram[i] = (struct mem_range){ PA(UM_RAM_BASE + (r[i][0] << HV_PAGE_SHIFT)),
						r[i][1] << HV_PAGE_SHIFT };
	hv_reset(); /* its CPU objects are in the way */
	palloc_init(pa, &bi);
}

static u64 map_pages(u64 span)
{
	return (span * sizeof(struct frame) + HV_PAGE_SIZE - 1) >> HV_PAGE_SHIFT;
}

/* Every page of the ranges is free, or the map's; every other page of the map is nobody's. */
static void ck_ranges(unsigned n, const u64 (*r)[2])
{
	u64 first = r[0][0], span = r[n - 1][0] + r[n - 1][1] - first, ram = 0, used = 0;

	init_ranges(n, r);
	ck_sound();
	for (u64 i = 0; i < span; i++) {
		pa_t p = PA(UM_RAM_BASE + ((first + i) << HV_PAGE_SHIFT));
		struct frame *f = palloc_frame(pa, p);
		bool in = false;

		for (unsigned k = 0; k < n; k++)
			in |= first + i - r[k][0] < r[k][1];
		ck_assert_int_eq(f != NULL, in);
		ram += in;
		used += f && f->use == FRAME_HV;
	}
	ck_assert_uint_eq(used, map_pages(span));
	ck_assert_uint_eq(pa->nfree, ram - used);
	ck_assert_uint_eq(pa->ntotal, pa->nfree);
	ck_assert_uint_eq(palloc_count(pa, HV_OWNER), used);
}

START_TEST(one_range)
{
	ck_ranges(1, (u64[][2]){ { 0, 2048 } });
	ck_ranges(1, (u64[][2]){ { 3, 2041 } });
	ck_ranges(1, (u64[][2]){ { 256, 2 } });
	ck_assert_uint_eq(pa->nfree, 1);
}
END_TEST

START_TEST(several_ranges)
{
	ck_ranges(2, (u64[][2]){ { 0, 500 }, { 600, 1400 } });
	ck_ranges(2, (u64[][2]){ { 0, 1400 }, { 1500, 548 } });
	ck_ranges(2, (u64[][2]){ { 1, 1023 }, { 1024, 1024 } }); /* they touch */
	ck_ranges(5, (u64[][2]){ { 0, 1 }, { 2, 1 }, { 4, 3 }, { 9, 700 }, { 2047, 1 } });
	ck_assert_ptr_null(palloc_frame(pa, PA(UM_RAM_BASE + (1ull << HV_PAGE_SHIFT))));
}
END_TEST

/* RAM begins at machine page 256, so blocks of order 9 begin at 256, 768 and 1280 here. */
static void ck_blocks_of_order_9(unsigned want)
{
	pa_t p;

	while (palloc_get(pa, 9, FRAME_HV, HV_OWNER, false, &p) == HV_OK)
		want--;
	ck_assert_uint_eq(want, 0);
	ck_sound();
}

START_TEST(blocks_join_over_touching_ranges)
{
	ck_ranges(2, (u64[][2]){ { 1, 1100 }, { 1101, 947 } });
	ck_blocks_of_order_9(3);
}
END_TEST

START_TEST(blocks_do_not_cross_holes)
{
	ck_ranges(2, (u64[][2]){ { 1, 1100 }, { 1102, 946 } });
	ck_blocks_of_order_9(2);
}
END_TEST

/* What happens to stand behind the map looks like the free buddy of its last block. */
START_TEST(blocks_do_not_cross_the_end)
{
	struct frame *behind = um_phys(PA(UM_RAM_BASE + (map_pages(1280) << HV_PAGE_SHIFT)));

	*behind = (struct frame){ .use = FRAME_FREE, .flags = FRAME_HEAD, .order = 9 };
	ck_ranges(1, (u64[][2]){ { 0, 1280 } });
	ck_assert_ptr_eq(arch_va(PA(UM_RAM_BASE)), pa->frames);
	ck_blocks_of_order_9(2);
}
END_TEST

START_TEST(map_is_taken_from_the_ragged_end)
{
	pa_t map;

	init_ranges(1, (u64[][2]){ { 1, 1791 } }); /* ends at a multiple of 8 MiB */
	map = arch_pa(pa->frames);
	ck_assert_uint_eq(map.v, UM_RAM_BASE + HV_PAGE_SIZE);
	init_ranges(1, (u64[][2]){ { 256, 1001 } });
	map = arch_pa(pa->frames);
	ck_assert_uint_eq(map.v >> HV_PAGE_SHIFT,
			  (UM_RAM_BASE >> HV_PAGE_SHIFT) + 1257 - map_pages(1001));
}
END_TEST

START_TEST(map_lies_in_the_largest_range)
{
	init_ranges(3, (u64[][2]){ { 0, 100 }, { 200, 1000 }, { 1300, 700 } });
	ck_assert_uint_ge(arch_pa(pa->frames).v, UM_RAM_BASE + (200ull << HV_PAGE_SHIFT));
	ck_assert_uint_lt(arch_pa(pa->frames).v, UM_RAM_BASE + (1200ull << HV_PAGE_SHIFT));
}
END_TEST

START_TEST(boot_does_not_touch_free_memory)
{
	u64 touched = 0;

	/* RAM was garbage; only the map was written (hv_init has allocated what it needs) */
	for (u64 i = 0; i < pa->nframes; i++) {
		pa_t p = PA((pa->base + i) << HV_PAGE_SHIFT);

		if (pa->frames[i].use == FRAME_FREE)
			touched += !all_bytes(p, 1, 0xa5);
	}
	ck_assert_uint_gt(pa->nfree, 1000);
	ck_assert_uint_eq(touched, 0);
}
END_TEST

static u64 adopt(u64 page, u64 n)
{
	u64 got = palloc_adopt(pa, PA(UM_RAM_BASE + (page << HV_PAGE_SHIFT)), n);

	ck_sound();
	ck_assert_uint_eq(pa->ntotal, pa->nfree);
	return got;
}

START_TEST(pages_left_out_at_boot_come_later)
{
	u64 n;

	/* a hole from 1000 to 1100, and something before and behind all RAM */
	ck_ranges(2, (u64[][2]){ { 5, 995 }, { 1100, 940 } });
	n = pa->nfree;
	ck_assert_uint_eq(adopt(1000, 60), 60);
	ck_assert_uint_eq(pa->nfree, n + 60);
	ck_assert_ptr_nonnull(palloc_frame(pa, PA(UM_RAM_BASE + (1059ull << HV_PAGE_SHIFT))));
	ck_assert_ptr_null(palloc_frame(pa, PA(UM_RAM_BASE + (1060ull << HV_PAGE_SHIFT))));
	ck_assert_uint_eq(adopt(0, 5), 0); /* the map does not reach there */
	ck_assert_uint_eq(adopt(2040, 8), 0);
	ck_assert_uint_eq(adopt(1060, 0), 0);
	ck_assert_uint_eq(adopt(1060, 40), 40);
	ck_assert_uint_eq(pa->nfree, n + 100);
	ck_panics(adopt(1000, 1), "FRAME_NONE");
}
END_TEST

START_TEST(no_memory_panics)
{
	struct boot_info none = { .nram = 0 };
	struct boot_info one = { .nram = 1, .ram = { { PA(UM_RAM_BASE), HV_PAGE_SIZE } } };
	struct boot_info wide = {
		.nram = 2, .ram = { { PA(UM_RAM_BASE), MIB(4) }, { PA(GIB(64)), HV_PAGE_SIZE } }
	};
	struct boot_info huge = { .nram = 2,
				  .ram = { { PA(0), MIB(4) }, { PA(1ull << 60), HV_PAGE_SIZE } } };

	ck_panics(palloc_init(pa, &none), "the machine has no memory");
	boot();
	ck_panics(palloc_init(pa, &one), "no memory for the page map");
	boot();
	ck_panics(palloc_init(pa, &wide), "no memory for the page map");
	boot();
	ck_panics(palloc_init(pa, &huge), "memory is spread too far");
}
END_TEST

Suite *suite_palloc_boot(void);
Suite *suite_palloc_boot(void)
{
	Suite *suite = suite_create("palloc_boot");
	TCase *t = tcase_create("palloc_boot");

	tcase_add_checked_fixture(t, boot, um_teardown);
	tcase_add_test(t, one_range);
	tcase_add_test(t, several_ranges);
	tcase_add_test(t, blocks_join_over_touching_ranges);
	tcase_add_test(t, blocks_do_not_cross_holes);
	tcase_add_test(t, blocks_do_not_cross_the_end);
	tcase_add_test(t, map_is_taken_from_the_ragged_end);
	tcase_add_test(t, map_lies_in_the_largest_range);
	tcase_add_test(t, boot_does_not_touch_free_memory);
	tcase_add_test(t, pages_left_out_at_boot_come_later);
	tcase_add_test(t, no_memory_panics);
	suite_add_tcase(suite, t);
	return suite;
}
