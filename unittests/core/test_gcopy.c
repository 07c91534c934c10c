// SPDX-License-Identifier: GPL-2.0-or-later
/* core/gcopy.c: right bytes, all or nothing, no window left open. */
#include <stdlib.h>

#include "gcopy.h"
#include "part.h"

#define PAGE  HV_PAGE_SIZE
#define G     MIB(1) /* the partition: [G, G + 8 pages), the last two with other rights */
#define NPAGE 8

static struct partition part;
static u8 model[NPAGE * HV_PAGE_SIZE];

static u8 *phys(u64 off)
{
	u64 run;
	pa_t p;

	ck_assert_int_eq(gmem_translate(&part, GPA(G + off), 0, &p, &run), HV_OK);
	return um_phys(p);
}

/* Guest memory is what the model says, and nothing is open. */
static void ck_memory(void)
{
	for (u64 off = 0; off < sizeof(model); off += PAGE)
		ck_assert_mem_eq(phys(off), model + off, PAGE);
	ck_assert_uint_eq(this_cpu()->windows, 0);
	ck_assert_uint_eq(um_windows(0), 0);
}

static void setup(void)
{
	struct gmem *m = &part.mem;

	boot();
	part_init(&part, 1);
	/* pages of which no two are neighbours in the machine: every crossing is a real one */
	for (unsigned i = 0; i < NPAGE; i++) {
		pa_t gap;

		ck_assert_int_eq(gmem_add(&part, GPA(G + i * PAGE), PAGE), HV_OK);
		ck_assert_int_eq(palloc_get(&hv.palloc, 0, FRAME_HV, (lpid_t){ 0 }, false, &gap),
				 HV_OK);
	}
	ck_assert_uint_eq(m->n, NPAGE);
	m->r[6].prot = PROT_R;
	m->r[7].prot = PROT_W;
	srandom(1);
	for (u64 i = 0; i < sizeof(model); i++)
		model[i] = (u8)random();
	for (u64 off = 0; off < sizeof(model); off += PAGE)
		memcpy(phys(off), model + off, PAGE);
}

START_TEST(random_copies)
{
	static u8 buf[GCOPY_MAX], want[GCOPY_MAX];

	for (unsigned i = 0; i < 3000; i++) {
		u64 n = (u64)random() % (GCOPY_MAX + 1);
		u64 off = (u64)random() % (6 * PAGE - n);

		memset(buf, '#', sizeof(buf));
		memset(want, '#', sizeof(want));
		if (i % 2) {
			for (u64 k = 0; k < n; k++)
				buf[k] = model[off + k] = (u8)random();
			ck_assert_int_eq(gcopy_to(&part, GPA(G + off), buf, n), HV_OK);
		} else {
			memcpy(want, model + off, n);
			ck_assert_int_eq(gcopy_from(&part, buf, GPA(G + off), n), HV_OK);
			ck_assert_mem_eq(buf, want, sizeof(buf));
		}
		ck_memory();
	}
}
END_TEST

START_TEST(largest_copy_over_a_page_boundary)
{
	u8 buf[GCOPY_MAX];

	ck_assert_int_eq(gcopy_from(&part, buf, GPA(G + PAGE - 1), GCOPY_MAX), HV_OK);
	ck_assert_mem_eq(buf, model + PAGE - 1, GCOPY_MAX);
	ck_memory();
}
END_TEST

/* The address space has an end, also when there is memory behind it, at 0. */
START_TEST(around_the_end_of_all_addresses)
{
	u64 last = ~0ull - PAGE + 1, word = 0x1234;
	struct gmem before = part.mem;

	/* the port's tables do not reach that far, but the ranges do */
	part.mem.n = 2;
	part.mem.r[0].g = GPA(0);
	part.mem.r[0].size = PAGE;
	part.mem.r[1] = part.mem.r[0];
	part.mem.r[1].g = GPA(last);
	ck_assert_int_eq(gcopy_to(&part, GPA(~0ull - 7), &word, 8), HV_OK);
	ck_assert_int_eq(gcopy_from(&part, &word, GPA(~0ull - 7), 8), HV_OK);
	ck_assert_uint_eq(word, 0x1234);
	ck_assert_int_eq(gcopy_to(&part, GPA(~0ull - 6), &word, 8), HV_ERANGE);
	ck_assert_int_eq(gcopy_from(&part, &word, GPA(~0ull - 6), 8), HV_ERANGE);
	ck_assert_int_eq(gcopy_load(&part, GPA(~0ull - 6), &word, 8), HV_ERANGE);
	ck_assert_int_eq(gcopy_load(&part, GPA(~0ull - 7), &word, 8), HV_OK);
	ck_assert(gmem_contains(&part, GPA(last), PAGE));
	ck_assert(!gmem_contains(&part, GPA(last), PAGE + 1));
	part.mem = before;
}
END_TEST

START_TEST(nothing_to_copy)
{
	u8 byte = 1;

	ck_assert_int_eq(gcopy_from(&part, &byte, GPA(0), 0), HV_OK);
	ck_assert_int_eq(gcopy_to(&part, GPA(~0ull), &byte, 0), HV_OK);
	ck_assert_int_eq(gcopy_load(&part, GPA(0), &byte, 0), HV_OK);
	ck_assert_uint_eq(byte, 1);
	ck_memory();
}
END_TEST

static const struct {
	u64 g, n;
	err_t from, to;
} refused[] = {
	{ G - 1, 1, HV_ERANGE, HV_ERANGE },
	{ G - 1, 2, HV_ERANGE, HV_ERANGE },
	{ G + NPAGE * PAGE, 1, HV_ERANGE, HV_ERANGE },
	{ G + NPAGE * PAGE - 1, 2, HV_EPERM, HV_ERANGE },
	{ 0, 8, HV_ERANGE, HV_ERANGE },
	{ ~0ull, 1, HV_ERANGE, HV_ERANGE },
	{ ~0ull, 2, HV_ERANGE, HV_ERANGE }, /* wraps */
	{ ~0ull - 7, 16, HV_ERANGE, HV_ERANGE },
	{ G, GCOPY_MAX + 1, HV_EINVAL, HV_EINVAL },
	{ G, ~0ull, HV_EINVAL, HV_EINVAL },
	{ G + 6 * PAGE - 4, 8, HV_OK, HV_EPERM }, /* into the page that is read only */
	{ G + 6 * PAGE, 8, HV_OK, HV_EPERM },
	{ G + 7 * PAGE, 8, HV_EPERM, HV_OK },
	{ G + 7 * PAGE - 4, 8, HV_EPERM, HV_EPERM },
};

START_TEST(all_or_nothing)
{
	static u8 buf[GCOPY_MAX + 1], same[sizeof(buf)];
	u64 g = refused[_i].g, n = refused[_i].n;

	memset(buf, '#', sizeof(buf));
	memset(same, '#', sizeof(same));
	ck_assert_int_eq(gcopy_from(&part, buf, GPA(g), n), refused[_i].from);
	if (refused[_i].from)
		ck_assert_mem_eq(buf, same, sizeof(buf));
	ck_memory();
	ck_assert_int_eq(gcopy_to(&part, GPA(g), same, n), refused[_i].to);
	if (!refused[_i].to)
		memset(model + (g - G), '#', n);
	ck_memory();
}
END_TEST

START_TEST(load_an_image)
{
	static u8 image[6 * HV_PAGE_SIZE];

	for (u64 i = 0; i < sizeof(image); i++)
		image[i] = (u8)random();
	ck_assert_int_eq(gcopy_load(&part, GPA(G + 100), image, 5 * PAGE), HV_OK);
	memcpy(model + 100, image, 5 * PAGE);
	ck_memory();
	ck_assert_int_eq(gcopy_load(&part, GPA(G + 6 * PAGE - 3), image, 3), HV_OK);
	memcpy(model + 6 * PAGE - 3, image, 3);
	ck_memory();
	ck_assert_int_eq(gcopy_load(&part, GPA(G), image, 6 * PAGE), HV_OK);
	memcpy(model, image, 6 * PAGE);
	ck_memory();
}
END_TEST

START_TEST(load_is_all_or_nothing)
{
	static u8 image[9 * HV_PAGE_SIZE];

	ck_assert_int_eq(gcopy_load(&part, GPA(G + 5), image, 6 * PAGE), HV_EPERM);
	ck_memory();
	part.mem.r[6].prot = PROT_RWX;
	ck_assert_int_eq(gcopy_load(&part, GPA(G + 5), image, 8 * PAGE), HV_ERANGE);
	ck_memory();
	ck_assert_int_eq(gcopy_load(&part, GPA(G - 1), image, 2), HV_ERANGE);
	ck_assert_int_eq(gcopy_load(&part, GPA(~0ull), image, 2), HV_ERANGE);
	ck_assert_int_eq(gcopy_load(&part, GPA(G), image, ~0ull), HV_ERANGE);
	ck_memory();
}
END_TEST

Suite *suite_gcopy(void);
Suite *suite_gcopy(void)
{
	Suite *suite = suite_create("gcopy");
	TCase *t = tcase_create("gcopy");

	tcase_add_checked_fixture(t, setup, um_teardown);
	tcase_add_test(t, random_copies);
	tcase_add_test(t, largest_copy_over_a_page_boundary);
	tcase_add_test(t, around_the_end_of_all_addresses);
	tcase_add_test(t, nothing_to_copy);
	tcase_add_loop_test(t, all_or_nothing, 0, ARRAY_SIZE(refused));
	tcase_add_test(t, load_an_image);
	tcase_add_test(t, load_is_all_or_nothing);
	suite_add_tcase(suite, t);
	return suite;
}
