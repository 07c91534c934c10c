// SPDX-License-Identifier: GPL-2.0-or-later
/* XICS presentation: the calls, who is woken and kicked, and what an interrupt does to a guest. */
#include "lab.h"

static u64 xirr(struct vcpu *v)
{
	ck_assert_int_eq(lab_call(v, H_XIRR, 0xff), H_SUCCESS);
	return lab_ret(v, 0);
}

START_TEST(boots_with_everything_masked)
{
	ck_assert_int_eq(lab_call(lab_v0, H_IPI, 0, 4), H_SUCCESS);
	ck_assert_uint_eq(xirr(lab_v0), 0);
	ck_assert_uint_eq(papr_attn(papr_vcpu(lab_v0)) & ATTN_EXT, 0);
}
END_TEST

START_TEST(ipi_life)
{
	ck_assert_int_eq(lab_call(lab_v0, H_CPPR, 0xff), H_SUCCESS);
	ck_assert_uint_eq(xirr(lab_v0), 0xff000000); /* none: priority stays */
	ck_assert_uint_eq(xirr(lab_v0), 0xff000000);
	ck_assert_int_eq(lab_call(lab_v0, H_IPI, 0, 4), H_SUCCESS);
	ck_assert_uint_eq(papr_attn(papr_vcpu(lab_v0)) & ATTN_EXT, ATTN_EXT);
	ck_assert_uint_eq(xirr(lab_v0), 0xff000002);
	ck_assert_uint_eq(papr_attn(papr_vcpu(lab_v0)) & ATTN_EXT, 0);
	ck_assert_uint_eq(xirr(lab_v0), 0x04000000); /* being served: masks itself */
	ck_assert_int_eq(lab_call(lab_v0, H_IPI, 0, 0xff), H_SUCCESS);
	ck_assert_int_eq(lab_call(lab_v0, H_EOI, 0xff000002), H_SUCCESS);
	ck_assert_uint_eq(xirr(lab_v0), 0xff000000);
}
END_TEST

START_TEST(ipi_not_withdrawn_comes_again)
{
	lab_call(lab_v0, H_CPPR, 0xff);
	lab_call(lab_v0, H_IPI, 0, 4);
	ck_assert_uint_eq(xirr(lab_v0), 0xff000002);
	ck_assert_int_eq(lab_call(lab_v0, H_EOI, 0xff000002), H_SUCCESS);
	ck_assert_uint_eq(papr_attn(papr_vcpu(lab_v0)) & ATTN_EXT, ATTN_EXT);
	ck_assert_uint_eq(xirr(lab_v0), 0xff000002);
}
END_TEST

START_TEST(priority_is_strict)
{
	lab_call(lab_v0, H_IPI, 0, 4);
	lab_call(lab_v0, H_CPPR, 4); /* equal: not presented */
	ck_assert_uint_eq(xirr(lab_v0), 0x04000000);
	lab_call(lab_v0, H_CPPR, 0x1105); /* only the low byte counts */
	ck_assert_uint_eq(xirr(lab_v0), 0x05000002);
}
END_TEST

START_TEST(masking_withdraws)
{
	lab_call(lab_v0, H_CPPR, 0xff);
	lab_call(lab_v0, H_IPI, 0, 4);
	lab_call(lab_v0, H_CPPR, 0);
	ck_assert_uint_eq(papr_attn(papr_vcpu(lab_v0)) & ATTN_EXT, 0);
	lab_call(lab_v0, H_CPPR, 0xff);
	ck_assert_uint_eq(papr_attn(papr_vcpu(lab_v0)) & ATTN_EXT, ATTN_EXT);
	lab_call(lab_v0, H_IPI, 0, 0xff);
	ck_assert_uint_eq(papr_attn(papr_vcpu(lab_v0)) & ATTN_EXT, 0);
}
END_TEST

START_TEST(poll_has_no_effect)
{
	u64 before;

	lab_call(lab_v0, H_CPPR, 0xff);
	lab_call(lab_v0, H_IPI, 0, 7);
	before = lab_digest();
	ck_assert_int_eq(lab_call(lab_v0, H_IPOLL, 0), H_SUCCESS);
	ck_assert_uint_eq(lab_ret(lab_v0, 0), 0xff000002);
	ck_assert_uint_eq(lab_ret(lab_v0, 1), 7);
	ck_assert_uint_eq(lab_digest(), before);
	ck_assert_int_eq(lab_call(lab_v0, H_IPOLL, 1), H_SUCCESS);
	ck_assert_uint_eq(lab_ret(lab_v0, 0), 0);
	ck_assert_uint_eq(lab_ret(lab_v0, 1), 0xff);
}
END_TEST

START_TEST(errors)
{
	lab_error(H_PARAMETER, lab_v0, H_IPI, 2, 4);
	lab_error(H_PARAMETER, lab_v0, H_IPI, ~0ull, 4);
	lab_error(H_PARAMETER, lab_v0, H_IPI, 1ull << 32, 4);
	lab_error(H_PARAMETER, lab_v0, H_IPOLL, 2);
	lab_error(H_PARAMETER, lab_v0, H_EOI, 0xff000003);
	lab_error(H_PARAMETER, lab_v0, H_EOI, 0xff001001);
	lab_error(H_PARAMETER, lab_v0, H_EOI, 0xffffff);
}
END_TEST

START_TEST(eoi_takes_what_linux_gives)
{
	lab_call(lab_v0, H_CPPR, 5);
	ck_assert_int_eq(lab_call(lab_v0, H_EOI, 0x00000002), H_SUCCESS); /* kexec */
	ck_assert_uint_eq(xirr(lab_v0), 0);
	ck_assert_int_eq(lab_call(lab_v0, H_EOI, 0xff000000), H_SUCCESS); /* spurious */
	ck_assert_uint_eq(xirr(lab_v0), 0xff000000);
	ck_assert_int_eq(lab_call(lab_v0, H_EOI, 0xff001000), H_SUCCESS);
}
END_TEST

START_TEST(ipi_to_a_running_vcpu_kicks)
{
	papr_vcpu(lab_v1)->icp.cppr = 0xff;
	ck_assert(!um_kicked(1));
	ck_assert_int_eq(lab_call(lab_v0, H_IPI, 1, 4), H_SUCCESS);
	ck_assert(um_kicked(1));
	ck_assert_uint_eq(papr_attn(papr_vcpu(lab_v1)) & ATTN_EXT, ATTN_EXT);
}
END_TEST

START_TEST(masked_ipi_does_not_kick)
{
	papr_vcpu(lab_v1)->icp.cppr = 4;
	ck_assert_int_eq(lab_call(lab_v0, H_IPI, 1, 4), H_SUCCESS);
	ck_assert(!um_kicked(1));
	/* masked interrupts are kept */
	ck_assert_int_eq(lab_call(lab_v0, H_IPOLL, 1), H_SUCCESS);
	ck_assert_uint_eq(lab_ret(lab_v0, 1), 4);
}
END_TEST

/* ---- before_run ------------------------------------------------------------------------- */

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

Suite *suite_papr_icp(void);
Suite *suite_papr_icp(void)
{
	return LAB_SUITE("papr_icp", boots_with_everything_masked, ipi_life,
			 ipi_not_withdrawn_comes_again, priority_is_strict, masking_withdraws,
			 poll_has_no_effect, errors, eoi_takes_what_linux_gives,
			 ipi_to_a_running_vcpu_kicks, masked_ipi_does_not_kick,
			 delivered_when_the_guest_accepts, watched_while_the_guest_does_not_accept,
			 withdrawn_while_watched, second_interrupt_is_news);
}
