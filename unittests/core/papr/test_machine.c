// SPDX-License-Identifier: GPL-2.0-or-later
/* What happens before a vcpu enters its guest; the machine as the core finds it. */
#include "lab.h"

static u64 xirr(struct vcpu *v)
{
	ck_assert_int_eq(lab_call(v, H_XIRR, 0xff), H_SUCCESS);
	return lab_ret(v, 0);
}

static void before_run(void)
{
	machine_papr.before_run(lab_v0);
}

static void pend(void)
{
	lab_call(lab_v0, H_CPPR, 0xff);
	lab_call(lab_v0, H_IPI, 0, 4);
}

START_TEST(delivered_when_the_guest_accepts)
{
	struct papr_regs *r = papr_regs(lab_v0);

	r->msr = MSR_SF | MSR_EE | MSR_ME | MSR_RI;
	r->nip = 0x4444;
	before_run(); /* nothing pending: nothing happens */
	ck_assert_uint_eq(r->nip, 0x4444);
	pend();
	before_run();
	ck_assert_uint_eq(r->nip, VEC_EXTERNAL);
	ck_assert_uint_eq(r->srr0, 0x4444);
	ck_assert_uint_eq(r->srr1, MSR_SF | MSR_EE | MSR_ME | MSR_RI);
	ck_assert_uint_eq(r->msr, MSR_SF | MSR_ME);
	ck_assert(!lab_v0->arch.mediate);
	/* in its handler it is left alone, and not watched */
	before_run();
	ck_assert_uint_eq(r->nip, VEC_EXTERNAL);
	ck_assert(!lab_v0->arch.mediate);
	/* returns without having asked what it was: it comes again */
	r->msr |= MSR_EE;
	r->nip = 0x4448;
	before_run();
	ck_assert_uint_eq(r->srr0, 0x4448);
	/* accepted: over */
	ck_assert_uint_eq(xirr(lab_v0), 0xff000002);
	r->msr |= MSR_EE;
	r->nip = 0x444c;
	before_run();
	ck_assert_uint_eq(r->nip, 0x444c);
}
END_TEST

START_TEST(watched_while_the_guest_does_not_accept)
{
	struct papr_regs *r = papr_regs(lab_v0);

	r->msr = MSR_SF | MSR_ME;
	r->nip = 0x4444;
	pend();
	before_run();
	ck_assert_uint_eq(r->nip, 0x4444);
	ck_assert(lab_v0->arch.mediate);
	r->msr |= MSR_EE;
	before_run();
	ck_assert_uint_eq(r->nip, VEC_EXTERNAL);
	ck_assert(!lab_v0->arch.mediate);
}
END_TEST

START_TEST(withdrawn_while_watched)
{
	struct papr_regs *r = papr_regs(lab_v0);

	r->msr = MSR_SF | MSR_ME;
	pend();
	before_run();
	ck_assert(lab_v0->arch.mediate);
	lab_call(lab_v0, H_CPPR, 0);
	before_run();
	ck_assert(!lab_v0->arch.mediate);
	ck_assert_uint_eq(papr_attn(papr_vcpu(lab_v0)), 0);
}
END_TEST

START_TEST(second_interrupt_is_news)
{
	struct papr_regs *r = papr_regs(lab_v0);

	r->msr = MSR_SF | MSR_ME | MSR_EE;
	ck_assert_int_eq(lab_rtas(lab_v0, "ibm,set-xive", NULL, 0, XICS_TERM, 0, 6), RTAS_OK);
	lab_call(lab_v0, H_CPPR, 0xff);
	machine_papr.term_input(lab_p);
	before_run();
	ck_assert_uint_eq(xirr(lab_v0), 0xff001000);
	lab_call(lab_v0, H_IPI, 0, 4); /* more favoured: may interrupt the handler */
	before_run();
	ck_assert(lab_v0->arch.mediate);
	ck_assert_uint_eq(xirr(lab_v0), 0x06000002);
}
END_TEST

START_TEST(found_by_name)
{
	ck_assert_ptr_eq(machine_find("papr"), &machine_papr);
	ck_assert_ptr_eq(lab_p->machine, &machine_papr);
}
END_TEST

START_TEST(gives_everything_back)
{
	u64 used = lab_p->pool.used;

	ck_assert_uint_gt(used, 0);
	cpu_unload(hv.cpu[0]);
	lock_take(&hv.lock);
	ck_assert_int_eq(partition_stop(lab_p, STOP_ORDER), HV_OK);
	partition_destroy_now(lab_p);
	lock_drop(&hv.lock);
	ck_assert_uint_eq(palloc_count(&hv.palloc, (lpid_t){ 1 }), 0);
	ck_assert_ptr_eq(palloc_verify(&hv.palloc), NULL);
}
END_TEST

Suite *suite_papr_machine(void);
Suite *suite_papr_machine(void)
{
	return LAB_SUITE("papr_machine", delivered_when_the_guest_accepts,
			 watched_while_the_guest_does_not_accept, withdrawn_while_watched,
			 second_interrupt_is_news, found_by_name, gives_everything_back);
}
