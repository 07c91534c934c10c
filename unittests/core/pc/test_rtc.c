// SPDX-License-Identifier: GPL-2.0-or-later
/* The CMOS clock: 2023-11-14 22:13:20, a Tuesday, in both number forms. */
#include "lab.h"

static u8 cmos(u8 index)
{
	lab_out(lab_v0, 0x70, 1, index);
	return (u8)lab_in(lab_v0, 0x71, 1);
}

static void set(u8 index, u8 val)
{
	lab_out(lab_v0, 0x70, 1, index);
	lab_out(lab_v0, 0x71, 1, val);
}

/* Seconds that the bench has taken: less than ten. */
static u8 late(unsigned row)
{
	return row ? 0 : (u8)(arch_now() / UM_TICK_HZ);
}

START_TEST(time_of_day)
{
	static const struct {
		u8 index, bcd, binary;
	} want[] = { { 0, 0x20, 20 }, { 2, 0x13, 13 }, { 4, 0x22, 22 }, { 6, 0x03, 3 },
		     { 7, 0x14, 14 }, { 8, 0x11, 11 }, { 9, 0x23, 23 }, { 0x32, 0x20, 20 } };

	for (unsigned i = 0; i < ARRAY_SIZE(want); i++)
		ck_assert_uint_eq(cmos(want[i].index), want[i].bcd + late(i));
	set(11, 0x06);
	for (unsigned i = 0; i < ARRAY_SIZE(want); i++) {
		set(want[i].index, 0x77); /* not the guest's to set */
		ck_assert_uint_eq(cmos(want[i].index), want[i].binary + late(i));
	}
	um_advance(UM_TICK_HZ);
	ck_assert_uint_eq(cmos(0), 20 + late(0));
}
END_TEST

START_TEST(registers)
{
	ck_assert_uint_eq(cmos(10), 0x26);
	ck_assert_uint_eq(cmos(11), 0x02);
	ck_assert_uint_eq(cmos(12), 0);
	ck_assert_uint_eq(cmos(13), 0x80);
	set(10, 0xff);
	ck_assert_uint_eq(cmos(10), 0x7f); /* never in an update */
	set(11, 0xff);
	ck_assert_uint_eq(cmos(11), 0x8f); /* no interrupts */
	set(12, 0xff);
	set(13, 0);
	ck_assert_uint_eq(cmos(12), 0);
	ck_assert_uint_eq(cmos(13), 0x80);
	set(0x50, 0x99);
	ck_assert_uint_eq(cmos(0xd0), 0x99); /* the index has 7 bits */
	ck_assert_uint_eq(lab_in(lab_v0, 0x70, 1), 0xff);
}
END_TEST

START_TEST(no_clock)
{
	struct manifest_part mp = lab_manifest();

	um_teardown();
	lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(16), .no_rtc = true });
	lab_start(&mp);
	ck_assert_uint_eq(cmos(13), 0);
	ck_assert_uint_eq(cmos(9), 0);
	ck_assert_uint_eq(cmos(8), 1);
}
END_TEST

Suite *suite_pc_rtc(void);
Suite *suite_pc_rtc(void)
{
	return LAB_SUITE("pc_rtc", time_of_day, registers, no_clock);
}
