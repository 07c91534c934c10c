// SPDX-License-Identifier: GPL-2.0-or-later
/* Cede, prod and confer, with the scheduler behind them. */
#include "lab.h"

START_TEST(cede_blocks_and_enables_interrupts)
{
	papr_regs(lab_v0)->msr = MSR_SF;
	ck_assert_int_eq(lab_call(lab_v0, H_CEDE, 0), H_SUCCESS);
	ck_assert_uint_eq(papr_regs(lab_v0)->msr, MSR_SF | MSR_EE);
	ck_assert_int_eq(lab_v0->se.state, SE_BLOCKED);
	ck_assert_uint_eq(lab_v0->se.wake, TIME_NEVER);
	ck_assert(hv.cpu[0]->resched);
}
END_TEST

START_TEST(cede_until_the_decrementer)
{
	lab_v0->arch.dec = arch_now() + 1000;
	ck_assert_int_eq(lab_call(lab_v0, H_CEDE, 0), H_SUCCESS);
	ck_assert_uint_eq(lab_v0->se.wake, lab_v0->arch.dec);
	lab_v0->se.state = SE_RUNNABLE;
	um_advance(2000); /* already due: it goes on at once */
	ck_assert_int_eq(lab_call(lab_v0, H_CEDE, 0), H_SUCCESS);
	ck_assert_int_eq(lab_v0->se.state, SE_RUNNABLE);
}
END_TEST

START_TEST(cede_with_an_interrupt_pending)
{
	lab_call(lab_v0, H_CPPR, 0xff);
	lab_call(lab_v0, H_IPI, 0, 4);
	ck_assert_int_eq(lab_call(lab_v0, H_CEDE, 0), H_SUCCESS);
	ck_assert_int_eq(lab_v0->se.state, SE_RUNNABLE);
	ck_assert(papr_regs(lab_v0)->msr & MSR_EE);
	machine_papr.before_run(lab_v0);
	ck_assert_uint_eq(papr_regs(lab_v0)->nip, VEC_EXTERNAL);
}
END_TEST

START_TEST(ipi_wakes_once)
{
	lab_call(lab_v0, H_CPPR, 0xff);
	lab_call(lab_v0, H_CEDE, 0);
	ck_assert_int_eq(lab_call(lab_v0, H_IPI, 0, 4), H_SUCCESS);
	ck_assert_int_eq(lab_v0->se.state, SE_RUNNABLE);
	machine_papr.before_run(lab_v0);
	lab_call(lab_v0, H_XIRR, 0);
	lab_call(lab_v0, H_IPI, 0, 0xff);
	lab_call(lab_v0, H_EOI, 0xff000002);
	/* no event is left that would end the next cede at once */
	lab_call(lab_v0, H_CEDE, 0);
	ck_assert_int_eq(lab_v0->se.state, SE_BLOCKED);
}
END_TEST

/* What came while it did not wait is no reason to return from the next cede. */
START_TEST(interrupts_are_not_remembered)
{
	lab_call(lab_v0, H_CPPR, 0xff);
	lab_call(lab_v0, H_PROD, 0);
	lab_call(lab_v0, H_CEDE, 0);
	lab_call(lab_v0, H_IPI, 0, 4);
	lab_call(lab_v0, H_IPI, 0, 0xff);
	lab_call(lab_v0, H_CEDE, 0);
	ck_assert_int_eq(lab_v0->se.state, SE_BLOCKED);
	lab_call(lab_v0, H_PROD, 0);
	lab_call(lab_v0, H_IPI, 0, 4);
	lab_call(lab_v0, H_IPI, 0, 0xff);
	lab_call(lab_v0, H_CEDE, 0);
	ck_assert_int_eq(lab_v0->se.state, SE_BLOCKED);
}
END_TEST

START_TEST(masked_ipi_does_not_wake)
{
	lab_call(lab_v0, H_CPPR, 4);
	lab_call(lab_v0, H_CEDE, 0);
	lab_call(lab_v0, H_IPI, 0, 4);
	ck_assert_int_eq(lab_v0->se.state, SE_BLOCKED);
}
END_TEST

START_TEST(prod_wakes)
{
	lab_call(lab_v0, H_CEDE, 0);
	ck_assert_int_eq(lab_call(lab_v0, H_PROD, 0), H_SUCCESS);
	ck_assert_int_eq(lab_v0->se.state, SE_RUNNABLE);
	/* it was consumed by that */
	lab_call(lab_v0, H_CEDE, 0);
	ck_assert_int_eq(lab_v0->se.state, SE_BLOCKED);
}
END_TEST

START_TEST(prod_before_cede)
{
	ck_assert_int_eq(lab_call(lab_v0, H_PROD, 0), H_SUCCESS);
	lab_call(lab_v0, H_PROD, 0);
	lab_call(lab_v0, H_CEDE, 0);
	ck_assert_int_eq(lab_v0->se.state, SE_RUNNABLE);
	lab_call(lab_v0, H_CEDE, 0);
	ck_assert_int_eq(lab_v0->se.state, SE_BLOCKED);
}
END_TEST

START_TEST(prod_of_a_stopped_vcpu_does_not_start_it)
{
	u64 before = lab_digest();

	ck_assert_int_eq(lab_call(lab_v0, H_PROD, 1), H_SUCCESS);
	ck_assert_int_eq(lab_v1->se.state, SE_OFF);
	ck_assert_uint_eq(lab_digest(), before);
}
END_TEST

START_TEST(confer_to_all)
{
	ck_assert_int_eq(lab_call(lab_v0, H_CONFER, ~0ull, 0), H_SUCCESS);
	ck_assert_int_eq(lab_v0->se.state, SE_RUNNABLE);
	ck_assert(hv.cpu[0]->resched);
	hv.cpu[0]->resched = false;
	ck_assert_int_eq(lab_call(lab_v0, H_CONFER, 0xffffffff, 0), H_SUCCESS);
	ck_assert(hv.cpu[0]->resched);
}
END_TEST

START_TEST(confer_to_oneself_waits_for_a_prod)
{
	ck_assert_int_eq(lab_call(lab_v0, H_CONFER, 0, 12), H_SUCCESS);
	ck_assert_int_eq(lab_v0->se.state, SE_BLOCKED);
	lab_call(lab_v0, H_PROD, 0);
	ck_assert_int_eq(lab_v0->se.state, SE_RUNNABLE);
}
END_TEST

/* Only when the other one has no processor, and has not had one since. */
START_TEST(confer_looks_at_the_dispatch_count)
{
	u64 before;

	lab_set_be(0x10004, 2, 640);
	ck_assert_int_eq(lab_call(lab_v0, H_REGISTER_VPA, 1ull << 45, 1, 0x10000), H_SUCCESS);
	lab_set_be(0x10000 + VPA_COUNT, 4, 8);
	before = lab_digest();
	ck_assert_int_eq(lab_call(lab_v0, H_CONFER, 1, 8), H_SUCCESS); /* even: it runs */
	ck_assert_int_eq(lab_call(lab_v0, H_CONFER, 1, 7), H_SUCCESS); /* another count */
	ck_assert_uint_eq(lab_digest(), before);
	lab_set_be(0x10000 + VPA_COUNT, 4, 9);
	before = lab_digest();
	ck_assert_int_eq(lab_call(lab_v0, H_CONFER, 1, 7), H_SUCCESS);
	ck_assert_uint_eq(lab_digest(), before);
	ck_assert_int_eq(lab_call(lab_v0, H_CONFER, 1, 9), H_SUCCESS);
	ck_assert(hv.cpu[0]->resched);
}
END_TEST

START_TEST(confer_leaves_other_registers_alone)
{
	ck_assert_int_eq(lab_call(lab_v0, H_CONFER, ~0ull, 77, 1, 2, 3), H_SUCCESS);
	ck_assert_uint_eq(lab_ret(lab_v0, 0), ~0ull);
	ck_assert_uint_eq(lab_ret(lab_v0, 1), 77);
	ck_assert_uint_eq(lab_ret(lab_v0, 4), 3);
	ck_assert_int_eq(lab_call(lab_v0, H_PROD, 0, 77), H_SUCCESS);
	ck_assert_uint_eq(lab_ret(lab_v0, 0), 0);
	ck_assert_uint_eq(lab_ret(lab_v0, 1), 77);
}
END_TEST

START_TEST(errors)
{
	lab_error(H_PARAMETER, lab_v0, H_CONFER, 2, 0);
	lab_error(H_PARAMETER, lab_v0, H_CONFER, 0xfffffffe, 0);
	lab_error(H_PARAMETER, lab_v0, H_PROD, 2);
	lab_error(H_PARAMETER, lab_v0, H_PROD, ~0ull);
}
END_TEST

/* On one CPU, time is lent to the vcpu that was named. */
START_TEST(confer_on_one_cpu)
{
	struct manifest_part mp = lab_manifest();
	struct vcpu *next;
	u64 until;

	um_teardown();
	mp.vcpus = 3;
	lab_boot(&(struct um_config){ .ncpus = 1, .ram = MIB(16) });
	lab_start(&mp);
	for (unsigned i = 1; i < 3; i++)
		ck_assert_int_eq(lab_rtas(lab_v0, "start-cpu", NULL, 0, i, LAB_ENTRY, 0), RTAS_OK);
	lab_set_be(0x10004, 2, 640);
	ck_assert_int_eq(lab_call(lab_v0, H_REGISTER_VPA, 1ull << 45, 2, 0x10000), H_SUCCESS);
	ck_assert_uint_eq(lab_be(0x10000 + VPA_COUNT, 4), 1);
	ck_assert_int_eq(lab_call(lab_v0, H_CONFER, 2, 1), H_SUCCESS);
	next = sched_pick(&hv.cpu[0]->sched, arch_now(), &until);
	ck_assert_ptr_eq(next, lab_p->vcpu[2]);
}
END_TEST

Suite *suite_papr_cede(void);
Suite *suite_papr_cede(void)
{
	return LAB_SUITE("papr_cede", cede_blocks_and_enables_interrupts,
			 cede_until_the_decrementer, cede_with_an_interrupt_pending, ipi_wakes_once,
			 interrupts_are_not_remembered, masked_ipi_does_not_wake, prod_wakes,
			 prod_before_cede, prod_of_a_stopped_vcpu_does_not_start_it, confer_to_all,
			 confer_to_oneself_waits_for_a_prod, confer_looks_at_the_dispatch_count,
			 confer_leaves_other_registers_alone, errors, confer_on_one_cpu);
}
