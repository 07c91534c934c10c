// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual processor areas: registration with LoPAR's checks, and what is kept in them. */
#include "lab.h"

#define FN(n)	((u64)(n) << 45)
#define REG_VPA FN(1)
#define REG_DTL FN(2)
#define DEL_VPA FN(5)
#define DEL_DTL FN(6)
#define AREA	0x10000
#define LOG	0x20000
#define SHARED	2

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

static unsigned pins(u64 g)
{
	u64 run;
	pa_t pa;

	ck_assert_int_eq(gmem_translate(lab_p, GPA(g), PROT_R, &pa, &run), HV_OK);
	return palloc_frame(&hv.palloc, pa)->pins;
}

START_TEST(registers)
{
	area(AREA, 640);
	lab_set_be(AREA + 9, 1, 0x10);
	ck_assert_int_eq(reg(REG_VPA, 0, AREA), H_SUCCESS);
	ck_assert_uint_eq(lab_be(AREA + 9, 1), 0x10 | SHARED);
	ck_assert_uint_eq(lab_be(AREA + VPA_COUNT, 4) & 1, 0); /* it runs */
	ck_assert_uint_eq(pins(AREA), 1);
	/* of another vcpu, which does not run */
	area(LOG, 1024);
	lab_set_be(LOG + VPA_COUNT, 4, 6);
	ck_assert_int_eq(reg(REG_VPA, 1, LOG), H_SUCCESS);
	ck_assert_uint_eq(lab_be(LOG + VPA_COUNT, 4), 7);
}
END_TEST

START_TEST(last_registration_wins)
{
	area(AREA, 640);
	area(LOG, 640);
	reg(REG_VPA, 0, AREA);
	ck_assert_int_eq(reg(REG_VPA, 0, LOG), H_SUCCESS);
	ck_assert_uint_eq(pins(AREA), 0);
	ck_assert_uint_eq(pins(LOG), 1);
	ck_assert_int_eq(reg(REG_VPA, 0, LOG), H_SUCCESS); /* the same again */
	ck_assert_uint_eq(pins(LOG), 1);
}
END_TEST

START_TEST(fits_to_the_end_of_a_page)
{
	area(AREA + 4096 - 640, 640);
	ck_assert_int_eq(reg(REG_VPA, 0, AREA + 4096 - 640), H_SUCCESS);
	area(LAB_MEM - 4096, 4096);
	ck_assert_int_eq(reg(REG_VPA, 0, LAB_MEM - 4096), H_SUCCESS);
}
END_TEST

START_TEST(errors_of_the_vpa)
{
	area(AREA, 639);
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_VPA, REG_VPA, 0, AREA);
	area(AREA, 4097);
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_VPA, REG_VPA, 0, AREA);
	area(AREA + 4096 - 512, 640); /* spans two pages */
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_VPA, REG_VPA, 0, AREA + 4096 - 512);
	area(AREA + 64, 640); /* not aligned to a cache line */
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_VPA, REG_VPA, 0, AREA + 64);
	area(AREA, 640);
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_VPA, REG_VPA, 2, AREA);
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_VPA, REG_VPA, 0, LAB_MEM);
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_VPA, REG_VPA, 0, ~0ull << 7);
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_VPA, REG_VPA, 0, 1ull << 63);
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_VPA, FN(0), 0, AREA);
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_VPA, FN(3), 0, AREA); /* SLB shadow */
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_VPA, FN(4), 0, AREA);
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_VPA, FN(7), 0, 0);
}
END_TEST

START_TEST(errors_of_the_log)
{
	area(AREA, 640);
	log_area(LOG, 48);
	lab_error(H_RESOURCE, lab_v0, H_REGISTER_VPA, REG_DTL, 0, LOG); /* no VPA yet */
	reg(REG_VPA, 0, AREA);
	lab_error(H_RESOURCE, lab_v0, H_REGISTER_VPA, REG_DTL, 1, LOG); /* nor has vcpu 1 */
	log_area(LOG, 47);
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_VPA, REG_DTL, 0, LOG);
	log_area(LOG, 4097);
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_VPA, REG_DTL, 0, LOG);
	log_area(LOG, ~0u);
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_VPA, REG_DTL, 0, LOG);
	log_area(LOG + 128, 4096); /* spans two pages */
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_VPA, REG_DTL, 0, LOG + 128);
	log_area(LOG + 1, 48);
	lab_error(H_PARAMETER, lab_v0, H_REGISTER_VPA, REG_DTL, 0, LOG + 1);
	log_area(LOG, 4096);
	ck_assert_int_eq(reg(REG_DTL, 0, LOG), H_SUCCESS);
	ck_assert_uint_eq(pins(LOG), 1);
	lab_error(H_RESOURCE, lab_v0, H_REGISTER_VPA, DEL_VPA, 0, 0); /* the log first */
}
END_TEST

START_TEST(deregisters)
{
	ck_assert_int_eq(reg(DEL_VPA, 0, 0), H_SUCCESS); /* no check that there is one */
	ck_assert_int_eq(reg(DEL_DTL, 0, 0), H_SUCCESS);
	area(AREA, 640);
	log_area(LOG, 4096);
	reg(REG_VPA, 0, AREA);
	reg(REG_DTL, 0, LOG);
	ck_assert_int_eq(reg(DEL_DTL, 0, 0x1234567), H_SUCCESS); /* the address does not matter */
	ck_assert_uint_eq(pins(LOG), 0);
	ck_assert_int_eq(reg(DEL_VPA, 0, 0), H_SUCCESS);
	ck_assert_uint_eq(pins(AREA), 0);
}
END_TEST

/* The dispatch count is even while the vcpu runs, whatever the guest writes into it. */
START_TEST(counts_dispatches)
{
	u32 n;

	area(AREA, 640);
	reg(REG_VPA, 0, AREA);
	n = (u32)lab_be(AREA + VPA_COUNT, 4);
	cpu_unload(hv.cpu[0]);
	ck_assert_uint_eq(lab_be(AREA + VPA_COUNT, 4), n + 1);
	ck_assert(cpu_load(hv.cpu[0], lab_v0));
	ck_assert_uint_eq(lab_be(AREA + VPA_COUNT, 4), n + 2);
	lab_set_be(AREA + VPA_COUNT, 4, 0xffffffff);
	cpu_unload(hv.cpu[0]);
	ck_assert_uint_eq(lab_be(AREA + VPA_COUNT, 4) & 1, 1);
	lab_set_be(AREA + VPA_COUNT, 4, 4);
	cpu_load(hv.cpu[0], lab_v0);
	ck_assert_uint_eq(lab_be(AREA + VPA_COUNT, 4) & 1, 0);
}
END_TEST

/* Time off the processor: ready and waiting for it, or waiting for its own reasons. */
START_TEST(accounts_time)
{
	area(AREA, 640);
	reg(REG_VPA, 0, AREA);
	cpu_unload(hv.cpu[0]);
	um_advance(100000);
	cpu_load(hv.cpu[0], lab_v0);
	ck_assert_uint_ge(lab_be(AREA + 0x158, 8), 100000);
	ck_assert_uint_lt(lab_be(AREA + 0x158, 8), 101000);
	ck_assert_uint_lt(lab_be(AREA + 0x168, 8), 1000);
	lab_call(lab_v0, H_CEDE, 0);
	cpu_unload(hv.cpu[0]);
	um_advance(500000);
	lab_call(lab_v1, H_PROD, 0);
	um_advance(2000);
	cpu_load(hv.cpu[0], lab_v0);
	ck_assert_uint_ge(lab_be(AREA + 0x158, 8), 102000);
	ck_assert_uint_lt(lab_be(AREA + 0x158, 8), 104000);
	ck_assert_uint_ge(lab_be(AREA + 0x168, 8), 500000);
	ck_assert_uint_lt(lab_be(AREA + 0x168, 8), 502000);
}
END_TEST

START_TEST(destroy_breaks_the_pins)
{
	area(AREA, 640);
	log_area(LOG, 4096);
	reg(REG_VPA, 0, AREA);
	reg(REG_DTL, 0, LOG);
	cpu_unload(hv.cpu[0]);
	lock_take(&hv.lock);
	ck_assert_int_eq(partition_stop(lab_p, STOP_ORDER), HV_OK);
	partition_destroy_now(lab_p);
	lock_drop(&hv.lock);
	ck_assert_ptr_eq(palloc_verify(&hv.palloc), NULL);
	ck_assert_uint_eq(palloc_count(&hv.palloc, (lpid_t){ 1 }), 0);
}
END_TEST

/* The guest's time base need not run as the port's clock does. */
START_TEST(another_time_base)
{
	struct papr_cpu_desc d = *arch_papr_cpu();
	u64 hour = 3600ull * UM_TICK_HZ;

	d.timebase_hz = UM_TICK_HZ / 4 * 3;
	ck_assert_uint_eq(papr_timebase(12345), 12345);
	um_teardown();
	lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(16), .papr_cpu = &d });
	ck_assert_uint_eq(papr_timebase(0), 0);
	ck_assert_uint_eq(papr_timebase(4), 3);
	ck_assert_uint_eq(papr_timebase(UM_TICK_HZ), d.timebase_hz);
	ck_assert_uint_eq(papr_timebase(UM_TICK_HZ + 5), d.timebase_hz + 3);
	ck_assert_uint_eq(papr_timebase(hour * 24 * 365 * 100), hour / 4 * 3 * 24 * 365 * 100);
}
END_TEST

Suite *suite_papr_vpa(void);
Suite *suite_papr_vpa(void)
{
	return LAB_SUITE("papr_vpa", registers, last_registration_wins, fits_to_the_end_of_a_page,
			 errors_of_the_vpa, errors_of_the_log, deregisters, counts_dispatches,
			 accounts_time, destroy_breaks_the_pins, another_time_base);
}
