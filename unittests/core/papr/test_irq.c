// SPDX-License-Identifier: GPL-2.0-or-later
/* The terminal's interrupt source: routing, masking, and that nothing gets lost on the way. */
#include "lab.h"

static bool pending(struct vcpu *v)
{
	return papr_attn(papr_vcpu(v)) & ATTN_EXT;
}

static void open_all(void)
{
	lab_call(lab_v0, H_CPPR, 0xff);
	papr_vcpu(lab_v1)->icp.cppr = 0xff;
}

static s32 set(u32 server, u32 prio)
{
	return lab_rtas(lab_v0, "ibm,set-xive", NULL, 0, XICS_TERM, server, prio);
}

static void expect(u32 server, u32 prio)
{
	u32 out[2];

	ck_assert_int_eq(lab_rtas(lab_v0, "ibm,get-xive", out, 2, XICS_TERM), RTAS_OK);
	ck_assert_uint_eq(out[0], server);
	ck_assert_uint_eq(out[1], prio);
}

START_TEST(starts_masked)
{
	open_all();
	expect(0, 0xff);
	machine_papr.term_input(lab_p);
	ck_assert(!pending(lab_v0));
	/* input that came while it was masked is presented when it is not any more */
	ck_assert_int_eq(set(0, 5), RTAS_OK);
	expect(0, 5);
	ck_assert(pending(lab_v0));
	ck_assert_int_eq(lab_call(lab_v0, H_XIRR, 0), H_SUCCESS);
	ck_assert_uint_eq(lab_ret(lab_v0, 0), 0xff001000);
	ck_assert_int_eq(lab_call(lab_v0, H_EOI, 0xff001000), H_SUCCESS);
	ck_assert(!pending(lab_v0)); /* edge: once */
}
END_TEST

START_TEST(another_edge_while_it_is_served)
{
	open_all();
	set(0, 5);
	machine_papr.term_input(lab_p);
	lab_call(lab_v0, H_XIRR, 0);
	machine_papr.term_input(lab_p);
	machine_papr.term_input(lab_p);
	ck_assert(!pending(lab_v0));
	lab_call(lab_v0, H_EOI, 0xff001000);
	ck_assert(pending(lab_v0));
}
END_TEST

START_TEST(moves_with_its_route)
{
	open_all();
	lab_v1->loaded = true;
	set(0, 5);
	machine_papr.term_input(lab_p);
	ck_assert(pending(lab_v0));
	ck_assert(!pending(lab_v1));
	set(1, 6);
	expect(1, 6);
	ck_assert(!pending(lab_v0));
	ck_assert(pending(lab_v1));
	ck_assert(um_kicked(1));
	ck_assert_int_eq(lab_call(lab_v0, H_IPOLL, 1), H_SUCCESS);
	ck_assert_uint_eq(lab_ret(lab_v0, 0), 0xff001000);
	machine_papr.term_input(lab_p);
	ck_assert(!pending(lab_v0));
}
END_TEST

START_TEST(off_and_on)
{
	open_all();
	set(0, 5);
	ck_assert_int_eq(lab_rtas(lab_v0, "ibm,int-off", NULL, 0, XICS_TERM), RTAS_OK);
	expect(0, 0xff);
	machine_papr.term_input(lab_p);
	ck_assert(!pending(lab_v0));
	ck_assert_int_eq(lab_rtas(lab_v0, "ibm,int-on", NULL, 0, XICS_TERM), RTAS_OK);
	expect(0, 5);
	ck_assert(pending(lab_v0));
}
END_TEST

START_TEST(wakes_one_that_ceded)
{
	open_all();
	set(0, 5);
	ck_assert_int_eq(lab_call(lab_v0, H_CEDE, 0), H_SUCCESS);
	ck_assert_int_eq(lab_v0->se.state, SE_BLOCKED);
	machine_papr.term_input(lab_p);
	ck_assert_int_eq(lab_v0->se.state, SE_RUNNABLE);
}
END_TEST

START_TEST(errors)
{
	set(0, 5);
	lab_rtas_error(RTAS_PARAMETER, lab_v0, "ibm,set-xive", 0, XICS_TERM, 2, 5);
	lab_rtas_error(RTAS_PARAMETER, lab_v0, "ibm,set-xive", 0, XICS_TERM, ~0u, 5);
	lab_rtas_error(RTAS_PARAMETER, lab_v0, "ibm,set-xive", 0, XICS_TERM, 0, 0x100);
	lab_rtas_error(RTAS_PARAMETER, lab_v0, "ibm,set-xive", 0, XICS_IPI, 0, 5);
	lab_rtas_error(RTAS_PARAMETER, lab_v0, "ibm,set-xive", 0, 0x1001, 0, 5);
	lab_rtas_error(RTAS_PARAMETER, lab_v0, "ibm,int-on", 0, 0);
	lab_rtas_error(RTAS_PARAMETER, lab_v0, "ibm,int-off", 0, XICS_IPI);
}
END_TEST

START_TEST(get_xive_error_gives_no_values)
{
	u32 out[2];

	ck_assert_int_eq(lab_rtas(lab_v0, "ibm,get-xive", out, 2, 0x1001), RTAS_PARAMETER);
	ck_assert_uint_eq(out[0], 0xeeeeeeee);
	ck_assert_uint_eq(out[1], 0xeeeeeeee);
}
END_TEST

Suite *suite_papr_irq(void);
Suite *suite_papr_irq(void)
{
	return LAB_SUITE("papr_irq", starts_masked, another_edge_while_it_is_served,
			 moves_with_its_route, off_and_on, wakes_one_that_ceded, errors,
			 get_xive_error_gives_no_values);
}
