// SPDX-License-Identifier: GPL-2.0-or-later
/* The dispatch trace log: its records, what is enabled, how it wraps. */
#include "lab.h"

#define FN(n)	((u64)(n) << 45)
#define REG_VPA FN(1)
#define REG_DTL FN(2)
#define AREA	0x10000
#define LOG	0x20000

static void area(u64 g, u32 size)
{
	lab_set_be(g + 4, 2, size);
}

static void log_area(u64 g, u32 size)
{
	lab_set_be(g + 4, 4, size);
}

static s64 reg(u64 flags, u64 proc, u64 addr)
{
	return lab_call(lab_v0, H_REGISTER_VPA, flags, proc, addr);
}

static void logging(u8 mask, u32 size)
{
	area(AREA, 640);
	log_area(LOG, size);
	ck_assert_int_eq(reg(REG_VPA, 0, AREA), H_SUCCESS);
	ck_assert_int_eq(reg(REG_DTL, 0, LOG), H_SUCCESS);
	lab_set_be(AREA + VPA_DTL_MASK, 1, mask);
	lab_set_be(AREA + VPA_DTL_INDEX, 8, 0);
}

static u64 logged(void)
{
	return lab_be(AREA + VPA_DTL_INDEX, 8);
}

static void preempt(void)
{
	cpu_unload(hv.cpu[0]);
	um_advance(70000);
	cpu_load(hv.cpu[0], lab_v0);
}

START_TEST(log_of_a_preemption)
{
	logging(2, 4096);
	papr_regs(lab_v0)->nip = 0x1234;
	papr_regs(lab_v0)->msr = MSR_SF | MSR_ME;
	preempt();
	ck_assert_uint_eq(logged(), 1);
	ck_assert_uint_eq(lab_be(LOG, 1), 7);
	ck_assert_uint_eq(lab_be(LOG + 1, 1), 4);
	ck_assert_uint_eq(lab_be(LOG + 2, 2), 0);
	ck_assert_uint_ge(lab_be(LOG + 4, 4), 70000);
	ck_assert_uint_eq(lab_be(LOG + 8, 4), 0);
	ck_assert_uint_le(lab_be(LOG + 0x10, 8), arch_now());
	ck_assert_uint_eq(lab_be(LOG + 0x20, 8), 0x1234);
	ck_assert_uint_eq(lab_be(LOG + 0x28, 8), MSR_SF | MSR_ME);
}
END_TEST

START_TEST(log_of_a_wait)
{
	logging(1, 4096);
	preempt();
	ck_assert_uint_eq(logged(), 0); /* not asked for */
	lab_call(lab_v0, H_CEDE, 0);
	cpu_unload(hv.cpu[0]);
	um_advance(500000);
	lab_call(lab_v1, H_PROD, 0);
	cpu_load(hv.cpu[0], lab_v0);
	ck_assert_uint_eq(logged(), 1);
	ck_assert_uint_eq(lab_be(LOG, 1), 2);
	ck_assert_uint_eq(lab_be(LOG + 1, 1), 2);
	ck_assert_uint_ge(lab_be(LOG + 0xc, 4), 500000);
	/* by an interrupt */
	papr_vcpu(lab_v0)->icp.cppr = 0xff;
	lab_call(lab_v0, H_CEDE, 0);
	cpu_unload(hv.cpu[0]);
	lab_call(lab_v1, H_IPI, 0, 4);
	cpu_load(hv.cpu[0], lab_v0);
	ck_assert_uint_eq(lab_be(LOG + 48, 1), 0);
	/* by the decrementer */
	lab_call(lab_v0, H_CPPR, 0);
	lab_v0->arch.dec = arch_now() + 1000;
	lab_call(lab_v0, H_CEDE, 0);
	cpu_unload(hv.cpu[0]);
	um_advance(5000);
	lab_v0->se.state = SE_RUNNABLE;
	cpu_load(hv.cpu[0], lab_v0);
	ck_assert_uint_eq(lab_be(LOG + 96, 1), 3);
	ck_assert_uint_eq(logged(), 3);
}
END_TEST

/* A cede that does not wait, or whose wait ends before anybody takes the CPU, is no absence. */
START_TEST(log_of_a_wait_that_was_none)
{
	logging(3, 4096);
	lab_call(lab_v0, H_PROD, 0);
	lab_call(lab_v0, H_CEDE, 0);
	machine_papr.before_run(lab_v0);
	preempt();
	ck_assert_uint_eq(lab_be(LOG + 1, 1), 4);
	lab_call(lab_v0, H_CEDE, 0);
	lab_call(lab_v0, H_PROD, 0);
	machine_papr.before_run(lab_v0);
	preempt();
	ck_assert_uint_eq(lab_be(LOG + 48 + 1, 1), 4);
	lab_call(lab_v0, H_CONFER, ~0ull, 0);
	machine_papr.before_run(lab_v0);
	preempt();
	ck_assert_uint_eq(lab_be(LOG + 96 + 1, 1), 4);
	lab_call(lab_v0, H_CONFER, ~0ull, 0);
	preempt();
	ck_assert_uint_eq(lab_be(LOG + 144 + 1, 1), 3);
	ck_assert_uint_eq(logged(), 4);
}
END_TEST

START_TEST(log_wraps)
{
	logging(3, 48 * 3 + 20); /* room for three, and what is left is not used */
	lab_set_be(AREA + VPA_DTL_INDEX, 8, ~0ull);
	lab_set_be(LOG + 48 * 3, 8, 0x1122334455667788);
	for (unsigned i = 0; i < 7; i++)
		preempt();
	ck_assert_uint_eq(logged(), 6);
	ck_assert_uint_eq(lab_be(LOG + 48 * 3, 8), 0x1122334455667788);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_uint_eq(lab_be(LOG + 48 * i + 1, 1), 4);
}
END_TEST

Suite *suite_papr_dtl(void);
Suite *suite_papr_dtl(void)
{
	return LAB_SUITE("papr_dtl", log_of_a_preemption, log_of_a_wait,
			 log_of_a_wait_that_was_none, log_wraps);
}
