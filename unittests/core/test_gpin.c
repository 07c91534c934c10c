// SPDX-License-Identifier: GPL-2.0-or-later
/* core/gpin.c: pins are counted, writable, within a page, and keep their page from being freed. */
#include "gpin.h"
#include "part.h"

#define PAGE HV_PAGE_SIZE
#define G    MIB(1)

static struct partition part;
static struct gpin pin;
static u8 *mem;		    /* the first page */
static struct frame *frame; /* of the first page */

static void setup(void)
{
	u64 run;
	pa_t p;

	boot();
	part_init(&part, 1);
	pin = (struct gpin){ .base = NULL };
	ck_assert_int_eq(gmem_add(&part, GPA(G), 2 * PAGE), HV_OK);
	ck_assert_int_eq(gmem_translate(&part, GPA(G), 0, &p, &run), HV_OK);
	mem = um_phys(p);
	frame = palloc_frame(&hv.palloc, p);
}

START_TEST(take_and_drop)
{
	pa_t page;

	ck_assert_int_eq(gpin_take(&pin, &part, GPA(G + 64), 640), HV_OK);
	ck_assert_ptr_nonnull(pin.base);
	ck_assert_uint_eq(pin.size, 640);
	ck_assert_uint_eq(pin.g.v, G + 64);
	ck_assert_uint_eq(frame->pins, 1);
	ck_assert_uint_eq(um_page_open(pin.page), 1);
	((u8 *)pin.base)[639] = 7;
	ck_assert_uint_eq(mem[64 + 639], 7);
	page = pin.page;
	gpin_drop(&pin);
	ck_assert_ptr_null(pin.base);
	ck_assert_uint_eq(frame->pins, 0);
	ck_assert_uint_eq(um_page_open(page), 0);
	gpin_drop(&pin); /* empty: fine */
	part_fini(&part);
}
END_TEST

START_TEST(several_pins_of_a_page)
{
	struct gpin two = { .base = NULL };
	pa_t page;

	ck_assert_int_eq(gpin_take(&pin, &part, GPA(G), 8), HV_OK);
	ck_assert_int_eq(gpin_take(&two, &part, GPA(G + 8), 8), HV_OK);
	page = pin.page;
	ck_assert_uint_eq(frame->pins, 2);
	gpin_drop(&pin);
	ck_assert_uint_eq(frame->pins, 1);
	ck_assert_uint_eq(um_page_open(page), 1);
	gpin_store_u8(&two, 7, 9);
	ck_assert_uint_eq(mem[15], 9);
	gpin_drop(&two);
	ck_assert_uint_eq(um_page_open(page), 0);
	part_fini(&part);
}
END_TEST

START_TEST(whole_page)
{
	ck_assert_int_eq(gpin_take(&pin, &part, GPA(G + PAGE), PAGE), HV_OK);
	gpin_store_be64(&pin, PAGE - 8, 1);
	gpin_drop(&pin);
	part_fini(&part);
}
END_TEST

static const struct {
	u64 g;
	u32 size;
	err_t err;
} refused[] = {
	{ G, 0, HV_EINVAL },
	{ G + 1, PAGE, HV_EINVAL },
	{ G + PAGE - 8, 16, HV_EINVAL },
	{ G, PAGE + 1, HV_EINVAL },
	{ G, ~0u, HV_EINVAL },
	{ G + PAGE - 1, ~0u, HV_EINVAL },
	{ G - PAGE, 8, HV_ERANGE },
	{ G + 2 * PAGE, 8, HV_ERANGE },
	{ 0, 8, HV_ERANGE },
	{ ~0ull, 1, HV_ERANGE },
	{ ~0ull, 2, HV_EINVAL },
};

START_TEST(bad_places)
{
	ck_assert_int_eq(gpin_take(&pin, &part, GPA(refused[_i].g), refused[_i].size),
			 refused[_i].err);
	ck_assert_ptr_null(pin.base);
	ck_assert_uint_eq(frame->pins, 0);
	part_fini(&part); /* nothing stayed pinned */
}
END_TEST

START_TEST(must_be_readable_and_writable)
{
	part.mem.r[0].prot = PROT_R;
	ck_assert_int_eq(gpin_take(&pin, &part, GPA(G), 8), HV_EPERM);
	part.mem.r[0].prot = PROT_W;
	ck_assert_int_eq(gpin_take(&pin, &part, GPA(G), 8), HV_EPERM);
	ck_assert_uint_eq(frame->pins, 0);
}
END_TEST

START_TEST(counter_does_not_wrap)
{
	frame->pins = 0xfffe;
	ck_assert_int_eq(gpin_take(&pin, &part, GPA(G), 8), HV_OK);
	struct gpin two = { .base = NULL };
	ck_assert_int_eq(gpin_take(&two, &part, GPA(G), 8), HV_ENOMEM);
	ck_assert_ptr_null(two.base);
	ck_assert_uint_eq(frame->pins, 0xffff);
	gpin_drop(&pin);
	ck_assert_uint_eq(frame->pins, 0xfffe);
}
END_TEST

START_TEST(stores_and_loads_are_big_endian)
{
	static const u8 want[] = { 1, 2, 3, 4, 0xf5, 6, 7, 8, 9, 10, 11, 12, 13 };

	ck_assert_int_eq(gpin_take(&pin, &part, GPA(G + 16), 32), HV_OK);
	gpin_store_be64(&pin, 0, 0x01020304f5060708ull);
	gpin_store_be32(&pin, 8, 0x090a0b0cu);
	gpin_store_u8(&pin, 12, 13);
	ck_assert_mem_eq(mem + 16, want, sizeof(want));
	ck_assert_uint_eq(mem[15], 0);
	ck_assert_uint_eq(mem[29], 0);
	ck_assert_uint_eq(gpin_load_be64(&pin, 0), 0x01020304f5060708ull);
	ck_assert_uint_eq(gpin_load_be32(&pin, 4), 0xf5060708u);
	ck_assert_uint_eq(gpin_load_u8(&pin, 4), 0xf5);
	gpin_drop(&pin);
}
END_TEST

START_TEST(empty_pin_takes_and_gives_nothing)
{
	gpin_store_be64(&pin, 0, 1);
	gpin_store_be32(&pin, 0, 1);
	gpin_store_u8(&pin, 1000, 1);
	ck_assert_uint_eq(gpin_load_be64(&pin, 0), 0);
	ck_assert_uint_eq(gpin_load_be32(&pin, 4), 0);
	ck_assert_uint_eq(gpin_load_u8(&pin, 5), 0);
}
END_TEST

START_TEST(our_own_mistakes_panic)
{
	ck_assert_int_eq(gpin_take(&pin, &part, GPA(G), 32), HV_OK);
	switch (_i) {
	case 0:
		ck_panics(gpin_take(&pin, &part, GPA(G), 8), "!pin->base");
		break;
	case 1:
		ck_panics(gpin_store_be64(&pin, 28, 1), "size");
		break;
	case 2:
		ck_panics(gpin_load_be32(&pin, 32), "size");
		break;
	case 3:
		ck_panics(gpin_store_u8(&pin, ~0u, 1), "size");
		break;
	case 4:
		ck_panics(gpin_store_be64(&pin, 4, 1), "pin->base + off");
		break;
	case 5: /* the page goes while it is pinned */
		ck_panics(part_fini(&part), "pins == 0");
		break;
	}
}
END_TEST

Suite *suite_gpin(void);
Suite *suite_gpin(void)
{
	Suite *suite = suite_create("gpin");
	TCase *t = tcase_create("gpin");

	tcase_add_checked_fixture(t, setup, um_teardown);
	tcase_add_test(t, take_and_drop);
	tcase_add_test(t, several_pins_of_a_page);
	tcase_add_test(t, whole_page);
	tcase_add_loop_test(t, bad_places, 0, ARRAY_SIZE(refused));
	tcase_add_test(t, must_be_readable_and_writable);
	tcase_add_test(t, counter_does_not_wrap);
	tcase_add_test(t, stores_and_loads_are_big_endian);
	tcase_add_test(t, empty_pin_takes_and_gives_nothing);
	tcase_add_loop_test(t, our_own_mistakes_panic, 0, 6);
	suite_add_tcase(suite, t);
	return suite;
}
