// SPDX-License-Identifier: GPL-2.0-or-later
/* RTAS time of day: the calendar, and a clock of its own for each partition. */
#include "lab.h"

static void expect(u32 year, u32 mon, u32 day, u32 h, u32 m, u32 s)
{
	const u32 want[] = { year, mon, day, h, m, s, 0 };
	u32 out[7];

	ck_assert_int_eq(lab_rtas(lab_v0, "get-time-of-day", out, 7), RTAS_OK);
	ck_assert_uint_le(out[5] - s, 1); /* the bench itself takes time */
	out[5] = s;
	for (unsigned i = 0; i < 7; i++)
		ck_assert_uint_eq(out[i], want[i]);
}

static s32 set(u32 year, u32 mon, u32 day, u32 h, u32 m, u32 s)
{
	return lab_rtas(lab_v0, "set-time-of-day", NULL, 0, year, mon, day, h, m, s, 0);
}

START_TEST(machine_clock)
{
	expect(2023, 11, 14, 22, 13, 20);
	um_advance(UM_TICK_HZ * 3600);
	expect(2023, 11, 14, 23, 13, 20);
	um_advance(UM_TICK_HZ * 3600);
	expect(2023, 11, 15, 0, 13, 20);
}
END_TEST

START_TEST(own_clock)
{
	static const u32 days[][3] = {
		{ 1970, 1, 1 },	 { 1999, 12, 31 },     { 2000, 2, 29 },	 { 2000, 3, 1 },
		{ 2024, 2, 29 }, { 2100, 3, 1 },       { 2100, 2, 28 },	 { 2038, 1, 19 },
		{ 2106, 2, 7 },	 { 2399 - 1, 12, 31 }, { 2026, 11, 22 }, { 2004, 12, 31 },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(days); i++) {
		ck_assert_int_eq(set(days[i][0], days[i][1], days[i][2], 3, 14, 15), RTAS_OK);
		expect(days[i][0], days[i][1], days[i][2], 3, 14, 15);
	}
	set(2024, 12, 31, 23, 59, 59);
	um_advance(UM_TICK_HZ);
	expect(2025, 1, 1, 0, 0, 0);
	set(1970, 1, 1, 0, 0, 0);
	expect(1970, 1, 1, 0, 0, 0);
}
END_TEST

/* A clock that runs on from the last date it can be set to. */
START_TEST(last_year)
{
	u32 out[7];

	set(2398, 12, 31, 0, 0, 0);
	um_advance(330ull * 86400 * UM_TICK_HZ);
	expect(2399, 11, 26, 0, 0, 0);
	um_advance(36ull * 86400 * UM_TICK_HZ);
	ck_assert_int_eq(lab_rtas(lab_v0, "get-time-of-day", out, 7), RTAS_HARDWARE);
}
END_TEST

START_TEST(errors)
{
	static const u32 bad[][7] = {
		{ 1969, 12, 31, 0, 0, 0, 0 }, { 2399, 1, 1, 0, 0, 0, 0 },
		{ ~0u, 1, 1, 0, 0, 0, 0 },    { 2024, 0, 1, 0, 0, 0, 0 },
		{ 2024, 13, 1, 0, 0, 0, 0 },  { 2024, 1, 0, 0, 0, 0, 0 },
		{ 2024, 1, 32, 0, 0, 0, 0 },  { 2023, 2, 29, 0, 0, 0, 0 },
		{ 2100, 2, 29, 0, 0, 0, 0 },  { 2024, 4, 31, 0, 0, 0, 0 },
		{ 2024, 1, 1, 24, 0, 0, 0 },  { 2024, 1, 1, 0, 60, 0, 0 },
		{ 2024, 1, 1, 0, 0, 60, 0 },  { 2024, 1, 1, 0, 0, 0, 1000000000 },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		lab_rtas_error(RTAS_PARAMETER, lab_v0, "set-time-of-day", 0, bad[i][0], bad[i][1],
			       bad[i][2], bad[i][3], bad[i][4], bad[i][5], bad[i][6]);
}
END_TEST

static void setup_no_clock(void)
{
	struct manifest_part mp = lab_manifest();

	lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(16), .no_rtc = true });
	lab_start(&mp);
}

START_TEST(no_clock)
{
	u32 out[7];

	um_teardown();
	setup_no_clock();
	ck_assert_int_eq(lab_rtas(lab_v0, "get-time-of-day", out, 7), RTAS_HARDWARE);
	ck_assert_uint_eq(out[0], 0xeeeeeeee);
	lab_rtas_error(RTAS_HARDWARE, lab_v0, "set-time-of-day", 0, 2024, 1, 1, 0, 0, 0, 0);
}
END_TEST

/* Times that the calendar does not reach, whoever set them. */
START_TEST(out_of_range)
{
	static const s64 offset[] = { -(s64)LAB_RTC - 100, 1ll << 40, 1ll << 62 };
	u32 out[7];

	for (unsigned i = 0; i < ARRAY_SIZE(offset); i++) {
		papr_part(lab_p)->rtc_offset = offset[i];
		ck_assert_int_eq(lab_rtas(lab_v0, "get-time-of-day", out, 7), RTAS_HARDWARE);
		ck_assert_uint_eq(out[0], 0xeeeeeeee);
	}
}
END_TEST

Suite *suite_papr_rtas_time(void);
Suite *suite_papr_rtas_time(void)
{
	return LAB_SUITE("papr_rtas_time", machine_clock, own_clock, last_year, errors, no_clock,
			 out_of_range);
}
