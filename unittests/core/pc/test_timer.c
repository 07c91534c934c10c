// SPDX-License-Identifier: GPL-2.0-or-later
/* The local APIC's timer in its three modes, and the time stamp counter. */
#include "lab.h"

#define DEADLINE 0x6e0
#define LVT	 0x832
#define COUNT	 0x838
#define NOW	 0x839
#define DIVIDE	 0x83e

static void setup(void)
{
	lab_setup();
	lab_x2apic(lab_v0);
	lab_irq(lab_v0, true);
}

static bool near(u64 a, u64 b)
{
	return (a > b ? a - b : b - a) < LAB_MS(1) / 20;
}

START_TEST(one_shot)
{
	ck_assert(lab_wrmsr(lab_v0, DIVIDE, 0xb)); /* by 1 */
	ck_assert(lab_wrmsr(lab_v0, LVT, 0x50));
	ck_assert_uint_eq(lab_msr(lab_v0, NOW), 0);
	ck_assert(lab_wrmsr(lab_v0, COUNT, LAB_MS(2)));
	ck_assert_uint_eq(lab_pc(lab_v0)->alarm, pc_vcpu(lab_v0)->due);
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	um_advance(LAB_MS(1));
	ck_assert(near(lab_msr(lab_v0, NOW), LAB_MS(1)));
	um_advance(LAB_MS(1));
	ck_assert_int_eq(lab_enter(lab_v0), 0x50);
	ck_assert_uint_eq(lab_pc(lab_v0)->alarm, TIME_NEVER);
	ck_assert_uint_eq(lab_msr(lab_v0, NOW), 0);
	ck_assert_uint_eq(lab_msr(lab_v0, COUNT), LAB_MS(2));
}
END_TEST

START_TEST(dividers)
{
	static const struct {
		u32 code, by;
	} d[] = { { 0, 2 },  { 1, 4 },	{ 2, 8 },    { 3, 16 },
		  { 8, 32 }, { 9, 64 }, { 10, 128 }, { 11, 1 } };

	ck_assert(lab_wrmsr(lab_v0, LVT, 0x50));
	for (unsigned i = 0; i < ARRAY_SIZE(d); i++) {
		ck_assert(lab_wrmsr(lab_v0, DIVIDE, d[i].code));
		ck_assert(lab_wrmsr(lab_v0, COUNT, 100000));
		ck_assert(near(lab_pc(lab_v0)->alarm, arch_now() + 100000ull * d[i].by));
	}
	ck_assert(lab_wrmsr(lab_v0, COUNT, 0)); /* stops it */
	ck_assert_uint_eq(lab_pc(lab_v0)->alarm, TIME_NEVER);
}
END_TEST

/* The count goes down behind each divided tick, and is 0 when the timer fires, not before. */
START_TEST(count)
{
	u64 end;

	ck_assert(lab_wrmsr(lab_v0, LVT, 0x50));
	ck_assert(lab_wrmsr(lab_v0, DIVIDE, 0xa)); /* by 128 */
	ck_assert(lab_wrmsr(lab_v0, COUNT, 100000));
	end = lab_pc(lab_v0)->alarm;
	um_set_time(end - 128 * 50000 - 1);
	ck_assert_uint_eq(pc_timer_count(&pc_vcpu(lab_v0)->apic), 50001);
	um_set_time(end - 128 * 50000);
	ck_assert_uint_eq(pc_timer_count(&pc_vcpu(lab_v0)->apic), 50000);
	pc_timer_divide(lab_v0, 0xb); /* goes on at another rate */
	ck_assert_uint_eq(pc_timer_count(&pc_vcpu(lab_v0)->apic), 50000);
	ck_assert_uint_eq(lab_pc(lab_v0)->alarm, arch_now() + 50000);
	pc_timer_divide(lab_v0, 0xa);
	um_set_time(lab_pc(lab_v0)->alarm - 1);
	ck_assert_uint_eq(pc_timer_count(&pc_vcpu(lab_v0)->apic), 1);
	um_advance(1);
	ck_assert_uint_eq(pc_timer_count(&pc_vcpu(lab_v0)->apic), 0);
}
END_TEST

START_TEST(periodic)
{
	u64 first;

	ck_assert(lab_wrmsr(lab_v0, DIVIDE, 0xb));
	ck_assert(lab_wrmsr(lab_v0, LVT, 0x20051));
	ck_assert(lab_wrmsr(lab_v0, COUNT, LAB_MS(1)));
	first = lab_pc(lab_v0)->alarm;
	for (unsigned i = 1; i < 4; i++) {
		um_advance(LAB_MS(1));
		ck_assert_int_eq(lab_enter(lab_v0), 0x51);
		ck_assert_uint_eq(lab_pc(lab_v0)->alarm, first + i * LAB_MS(1)); /* no drift */
		ck_assert(lab_wrmsr(lab_v0, 0x80b, 0));
	}
	um_advance(LAB_MS(100)); /* late: those between are lost, the next one is not at once */
	ck_assert_int_eq(lab_enter(lab_v0), 0x51);
	ck_assert_uint_ge(lab_pc(lab_v0)->alarm, arch_now() + LAB_MS(1) / 4);
	ck_assert(lab_wrmsr(lab_v0, LVT, 0x20051));
	ck_assert(lab_wrmsr(lab_v0, COUNT, 1)); /* a period nobody could use */
	um_advance(1000);
	lab_enter(lab_v0);
	ck_assert_uint_ge(lab_pc(lab_v0)->alarm, arch_now() + UM_TICK_HZ / 20000 / 4);
}
END_TEST

START_TEST(deadline)
{
	u64 tsc;

	ck_assert(lab_wrmsr(lab_v0, DEADLINE, 12345)); /* the mode is another: nothing */
	ck_assert_uint_eq(lab_msr(lab_v0, DEADLINE), 0);
	ck_assert(lab_wrmsr(lab_v0, LVT, 0x40052));
	ck_assert(lab_wrmsr(lab_v0, COUNT, 5)); /* not looked at */
	ck_assert_uint_eq(lab_msr(lab_v0, COUNT), 0);
	ck_assert_uint_eq(lab_pc(lab_v0)->alarm, TIME_NEVER);
	ck_assert(lab_wrmsr(lab_v0, 0x10, 1ull << 63)); /* a counter about to wrap is fine */
	tsc = lab_msr(lab_v0, 0x10);
	ck_assert(lab_wrmsr(lab_v0, DEADLINE, tsc + LAB_MS(1)));
	ck_assert_uint_eq(lab_msr(lab_v0, DEADLINE), tsc + LAB_MS(1));
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	um_advance(LAB_MS(1));
	ck_assert_int_eq(lab_enter(lab_v0), 0x52);
	ck_assert_uint_eq(lab_msr(lab_v0, DEADLINE), 0);
	ck_assert(lab_wrmsr(lab_v0, 0x80b, 0));
	ck_assert(lab_wrmsr(lab_v0, DEADLINE, tsc)); /* has passed: at once */
	ck_assert_int_eq(lab_enter(lab_v0), 0x52);
	ck_assert(lab_wrmsr(lab_v0, 0x80b, 0));
	ck_assert(lab_wrmsr(lab_v0, DEADLINE, lab_msr(lab_v0, 0x10) + LAB_MS(1)));
	ck_assert(lab_wrmsr(lab_v0, DEADLINE, 0));
	ck_assert_uint_eq(lab_pc(lab_v0)->alarm, TIME_NEVER);
	ck_assert(lab_wrmsr(lab_v0, DEADLINE, lab_msr(lab_v0, 0x10) + LAB_MS(1)));
	ck_assert(lab_wrmsr(lab_v0, LVT, 0x52)); /* another mode disarms it */
	ck_assert_uint_eq(lab_pc(lab_v0)->alarm, TIME_NEVER);
}
END_TEST

/* No counter comes so far: such a deadline is not one that has passed. */
START_TEST(far_deadline)
{
	ck_assert(lab_wrmsr(lab_v0, LVT, 0x40052));
	for (unsigned wrap = 0; wrap < 2; wrap++) {
		ck_assert(lab_wrmsr(lab_v0, DEADLINE, ~0ull));
		ck_assert_uint_ge(lab_pc(lab_v0)->alarm, arch_now() + (1ull << 62));
		um_advance(LAB_MS(1));
		ck_assert_int_eq(lab_enter(lab_v0), -1);
		ck_assert(lab_wrmsr(lab_v0, 0x10, 1ull << 63));
	}
	ck_assert(lab_wrmsr(lab_v0, DEADLINE, LAB_MS(1))); /* the counter is beyond it */
	ck_assert_int_eq(lab_enter(lab_v0), 0x52);
}
END_TEST

START_TEST(masked)
{
	ck_assert(lab_wrmsr(lab_v0, LVT, 0x10050));
	ck_assert(lab_wrmsr(lab_v0, COUNT, 1000));
	um_advance(LAB_MS(1));
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	ck_assert_uint_eq(lab_pc(lab_v0)->alarm, TIME_NEVER);
}
END_TEST

START_TEST(counter)
{
	u64 now = lab_msr(lab_v0, 0x10);

	ck_assert(near(now, arch_now()));
	ck_assert(lab_wrmsr(lab_v0, LVT, 0x40052));
	ck_assert(lab_wrmsr(lab_v0, DEADLINE, now + LAB_MS(5)));
	ck_assert(lab_wrmsr(lab_v0, 0x3b, LAB_MS(3))); /* moves the counter, and so the moment */
	ck_assert_uint_eq(lab_pc(lab_v0)->tsc_offset, LAB_MS(3));
	ck_assert(near(lab_msr(lab_v0, 0x10), arch_now() + LAB_MS(3)));
	ck_assert(near(lab_pc(lab_v0)->alarm, arch_now() + LAB_MS(2)));
	ck_assert(lab_wrmsr(lab_v0, 0x10, 0));
	ck_assert(lab_msr(lab_v0, 0x10) < LAB_MS(1));
	ck_assert_uint_eq(lab_msr(lab_v0, 0x3b), lab_pc(lab_v0)->tsc_offset);
}
END_TEST

Suite *suite_pc_timer(void);
Suite *suite_pc_timer(void)
{
	return lab_suite("pc_timer", setup,
			 (const TTest *const[]){ one_shot, dividers, count, periodic, deadline,
						 far_deadline, masked, counter, NULL });
}
