// SPDX-License-Identifier: GPL-2.0-or-later
/* State of a local APIC: priorities, acceptance, who is meant by a destination. */
#include "lab.h"

static struct pc_apic *apic(void)
{
	return &pc_vcpu(lab_v0)->apic;
}

START_TEST(accepts_only_when_enabled)
{
	pc_apic_accept(lab_v0, 0x40, false);
	ck_assert_int_eq(pc_apic_pending(lab_v0), -1); /* software has not enabled it */
	lab_x2apic(lab_v0);
	pc_apic_accept(lab_v0, 15, false);
	ck_assert_int_eq(pc_apic_pending(lab_v0), -1);
	pc_apic_accept(lab_v0, 0x40, false);
	ck_assert_int_eq(pc_apic_pending(lab_v0), 0x40);
	ck_assert_uint_eq(apic()->tmr[1], 0);
	pc_apic_accept(lab_v0, 0x41, true);
	ck_assert_uint_eq(apic()->tmr[1], 2);
	pc_apic_accept(lab_v0, 0x41, false);
	ck_assert_uint_eq(apic()->tmr[1], 0);
	for (unsigned vector = 0x80; vector < 0x100; vector += 0x40) {
		pc_apic_accept(lab_v0, (u8)vector, true);
		ck_assert_uint_eq(apic()->tmr[vector / 64], 1);
		pc_apic_accept(lab_v0, (u8)vector, false);
		ck_assert_uint_eq(apic()->tmr[vector / 64], 0);
		pc_apic_take(apic(), (u8)vector);
		pc_apic_eoi(apic());
	}
	apic()->base &= ~(1u << 11);
	pc_apic_accept(lab_v0, 0xf0, false);
	ck_assert_int_eq(pc_apic_pending(lab_v0), 0x41);
}
END_TEST

START_TEST(priorities)
{
	lab_x2apic(lab_v0);
	pc_apic_accept(lab_v0, 0x45, false);
	pc_apic_accept(lab_v0, 0x41, false);
	pc_apic_accept(lab_v0, 0xe0, false);
	pc_apic_set_tpr(lab_v0, 0xe0);
	ck_assert_int_eq(pc_apic_pending(lab_v0), -1);
	pc_apic_set_tpr(lab_v0, 0xdf);
	ck_assert_int_eq(pc_apic_pending(lab_v0), 0xe0);
	pc_apic_take(apic(), 0xe0);
	ck_assert_uint_eq(pc_apic_ppr(lab_v0), 0xe0);
	ck_assert_int_eq(pc_apic_pending(lab_v0), -1);
	ck_assert_int_eq(pc_apic_eoi(apic()), 0xe0);
	ck_assert_uint_eq(pc_apic_ppr(lab_v0), 0xdf);
	pc_apic_set_tpr(lab_v0, 0);
	ck_assert_int_eq(pc_apic_pending(lab_v0), 0x45);
	pc_apic_take(apic(), 0x45);
	ck_assert_int_eq(pc_apic_pending(lab_v0), -1); /* 0x41: the same class */
	pc_apic_accept(lab_v0, 0x50, false);
	ck_assert_int_eq(pc_apic_pending(lab_v0), 0x50);
	pc_apic_take(apic(), 0x50);
	ck_assert_int_eq(pc_apic_eoi(apic()), 0x50);
	ck_assert_int_eq(pc_apic_eoi(apic()), 0x45);
	ck_assert_int_eq(pc_apic_pending(lab_v0), 0x41);
	pc_apic_take(apic(), 0x41);
	ck_assert_int_eq(pc_apic_eoi(apic()), 0x41);
	ck_assert_int_eq(pc_apic_eoi(apic()), -1);
}
END_TEST

static bool match(u32 dest, bool logical, bool x2)
{
	return pc_apic_match(lab_v1, dest, logical, x2);
}

START_TEST(destinations)
{
	struct pc_apic *a = &pc_vcpu(lab_v1)->apic;

	ck_assert(match(1, false, false) && match(1, false, true));
	ck_assert(!match(0, false, false) && !match(0x101, false, true));
	ck_assert(match(0xff, false, false) && match(~0u, false, true));
	ck_assert(!match(0xff, false, true));
	a->ldr = 0x02000000;
	ck_assert(match(0x03, true, false) && !match(0x05, true, false));
	a->dfr = 0x0fffffff; /* clusters */
	a->ldr = 0x32000000;
	ck_assert(match(0x33, true, false) && match(0xf2, true, false));
	ck_assert(!match(0x23, true, false) && !match(0x31, true, false));
	lab_x2apic(lab_v1);
	ck_assert(match(2, true, true) && match(3, true, true));
	ck_assert(!match(1, true, true) && !match(0x10002, true, true));
	a->base &= ~(3u << 10);
	ck_assert(!match(1, false, false) && !match(0xff, false, false));
}
END_TEST

START_TEST(reset_state)
{
	struct pc_apic *a = apic();

	lab_x2apic(lab_v0);
	pc_apic_accept(lab_v0, 0x99, true);
	pc_apic_take(a, 0x99);
	a->tpr = a->esr = a->icr = 5;
	pc_apic_reset(a, 0);
	ck_assert(pc_apic_x2(a)); /* INIT leaves it its mode */
	ck_assert_uint_eq(a->ldr, 1);
	ck_assert_int_eq(pc_apic_pending(lab_v0), -1);
	pc_apic_power_on(a, 0);
	ck_assert_uint_eq(a->ldr, 0);
	ck_assert_int_eq(pc_apic_eoi(a), -1);
	ck_assert_uint_eq(a->base, 0xfee00900);
	ck_assert_uint_eq(pc_vcpu(lab_v1)->apic.base, 0xfee00800);
	ck_assert_uint_eq(a->svr, 0xff);
	for (unsigned i = 0; i < PC_LVTS; i++)
		ck_assert_uint_eq(a->lvt[i], 0x10000);
	ck_assert_uint_eq(a->timer, TIME_NEVER);
}
END_TEST

Suite *suite_pc_apic(void);
Suite *suite_pc_apic(void)
{
	return LAB_SUITE("pc_apic", accepts_only_when_enabled, priorities, destinations,
			 reset_state);
}
