// SPDX-License-Identifier: GPL-2.0-or-later
/* XICS presentation: the calls, and who is kicked. */
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
	lab_v1->loaded = true;
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

Suite *suite_papr_icp(void);
Suite *suite_papr_icp(void)
{
	return LAB_SUITE("papr_icp", boots_with_everything_masked, ipi_life,
			 ipi_not_withdrawn_comes_again, priority_is_strict, masking_withdraws,
			 poll_has_no_effect, errors, eoi_takes_what_linux_gives,
			 ipi_to_a_running_vcpu_kicks, masked_ipi_does_not_kick);
}
