// SPDX-License-Identifier: GPL-2.0-or-later
/* KVM's clock: the rate it states, the page, the time of day. */
#include "lab.h"

#define CLOCK 0x4b564d01
#define WALL  0x4b564d00
#define PAGE  0x8000

/* What Linux makes of multiplier and shift: kHz. */
static u64 khz(u32 mul, s32 shift)
{
	u64 k = (1000000ull << 32) / mul;

	return shift < 0 ? k << -shift : k >> shift;
}

START_TEST(rates)
{
	static const u64 hz[] = { 1000000,    19200000,	  512000000,  999999999,
				  1000000000, 1000000001, 2000000000, 2000000001,
				  2400000000, 2900000000, 3700000000, 5100000000 };
	u32 mul;
	s32 shift;

	for (unsigned i = 0; i < ARRAY_SIZE(hz); i++) {
		u64 err;

		pc_clock_rate(hz[i], &mul, &shift);
		ck_assert_uint_ge(mul, 1u << 30);
		err = khz(mul, shift) > hz[i] / 1000 ? khz(mul, shift) - hz[i] / 1000
						     : hz[i] / 1000 - khz(mul, shift);
		ck_assert_msg(err <= 1 + hz[i] / 1000000000, "%llu Hz: %llu kHz",
			      (unsigned long long)hz[i], (unsigned long long)khz(mul, shift));
	}
}
END_TEST

/* Nanoseconds that the guest computes now. */
static u64 ns(void)
{
	u64 delta = lab_msr(lab_v0, 0x10) - lab_ld(PAGE + 8, 8);
	s32 shift = (int8_t)lab_ld(PAGE + 28, 1);

	delta = shift < 0 ? delta >> -shift : delta << shift;
	return lab_ld(PAGE + 16, 8) + (u64)((unsigned __int128)delta * lab_ld(PAGE + 24, 4) >> 32);
}

static void right_time(void)
{
	u64 want = arch_now() * 1000 / (UM_TICK_HZ / 1000000), is = ns();

	ck_assert_uint_ge(is, want);
	ck_assert_uint_lt(is, want + 100000);
}

START_TEST(page)
{
	lab_st(PAGE + 32, 4, 0xabcd);
	ck_assert(lab_wrmsr(lab_v0, CLOCK, PAGE | 1));
	ck_assert_uint_eq(lab_msr(lab_v0, CLOCK), PAGE | 1);
	ck_assert_uint_eq(lab_ld(PAGE, 4), 2);
	ck_assert_uint_eq(lab_ld(PAGE + 29, 1), 1);
	ck_assert_uint_eq(lab_ld(PAGE + 32, 4), 0xabcd);
	right_time();
	um_advance(UM_TICK_HZ);
	right_time();
	ck_assert(lab_wrmsr(lab_v0, 0x10, 0)); /* the counter moves, the clock does not */
	right_time();
	ck_assert(lab_wrmsr(lab_v0, 0x3b, 1ull << 40));
	right_time();
	ck_assert(lab_wrmsr(lab_v0, CLOCK, 0));
	lab_st(PAGE, 8, 0);
	ck_assert(lab_wrmsr(lab_v0, 0x10, 0));
	ck_assert_uint_eq(lab_ld(PAGE, 8), 0);		     /* off: not written any more */
	ck_assert(lab_wrmsr(lab_v0, 0x12, (PAGE + 64) | 1)); /* the old number */
	ck_assert_uint_eq(lab_ld(PAGE + 64, 4), 2);
}
END_TEST

START_TEST(bad_page)
{
	u64 before = lab_digest();

	ck_assert(!lab_wrmsr(lab_v0, CLOCK, LAB_MEM | 1));
	ck_assert(!lab_wrmsr(lab_v0, CLOCK, (LAB_MEM - 28) | 1));
	ck_assert(!lab_wrmsr(lab_v0, CLOCK, ~0ull));
	ck_assert(!lab_wrmsr(lab_v0, WALL, LAB_MEM));
	ck_assert(!lab_wrmsr(lab_v0, WALL, LAB_MEM - 8));
	lab_pc(lab_v0)->event = (struct um_pc_event){ 0 };
	ck_assert_uint_eq(lab_digest(), before);
	ck_assert(lab_wrmsr(lab_v0, CLOCK, (LAB_MEM - 32) | 1));
	ck_assert(lab_wrmsr(lab_v0, CLOCK, 0x1ff0 | 1)); /* over the end of a page */
	ck_assert_uint_eq(lab_ld(0x1ff0, 4), 2);
}
END_TEST

START_TEST(wall)
{
	um_advance(UM_TICK_HZ * 10);
	ck_assert(lab_wrmsr(lab_v0, WALL, PAGE));
	ck_assert_uint_eq(lab_ld(PAGE, 4), 2);
	ck_assert_uint_eq(lab_ld(PAGE + 4, 4), LAB_RTC);
	ck_assert_uint_eq(lab_ld(PAGE + 8, 4), 0);
	ck_assert(lab_wrmsr(lab_v0, 0x11, PAGE + 16));
	ck_assert_uint_eq(lab_ld(PAGE + 20, 4), LAB_RTC);
}
END_TEST

Suite *suite_pc_clock(void);
Suite *suite_pc_clock(void)
{
	return LAB_SUITE("pc_clock", rates, page, bad_page, wall);
}
