// SPDX-License-Identifier: GPL-2.0-or-later
/* H_SET_MODE, and that every vcpu of the partition takes a mode over. */
#include "lab.h"

#define AIL 3
#define LE  4

static u64 mode(struct vcpu *v)
{
	return papr_regs(v)->lpcr;
}

START_TEST(byte_order)
{
	lab_v1->loaded = true;
	ck_assert_int_eq(lab_call(lab_v0, H_SET_MODE, 1, LE, 0, 0), H_SUCCESS);
	ck_assert_uint_eq(mode(lab_v0), 0); /* before its next instruction */
	machine_papr.before_run(lab_v0);
	ck_assert_uint_eq(mode(lab_v0), LPCR_ILE);
	ck_assert(um_kicked(1));
	machine_papr.before_run(lab_v1);
	ck_assert_uint_eq(mode(lab_v1), LPCR_ILE);
	ck_assert_int_eq(lab_call(lab_v0, H_SET_MODE, 0, LE, 0, 0), H_SUCCESS);
	machine_papr.before_run(lab_v0);
	ck_assert_uint_eq(mode(lab_v0), 0);
}
END_TEST

START_TEST(place_of_the_vectors)
{
	ck_assert_int_eq(lab_call(lab_v0, H_SET_MODE, 1, LE, 0, 0), H_SUCCESS);
	for (u64 ail = 0; ail <= 3; ail += 3) {
		ck_assert_int_eq(lab_call(lab_v0, H_SET_MODE, ail, AIL, 0, 0), H_SUCCESS);
		machine_papr.before_run(lab_v0);
		ck_assert_uint_eq(mode(lab_v0), LPCR_ILE | ail << LPCR_AIL_SHIFT);
	}
}
END_TEST

/* A vcpu that is started later begins with the modes of its partition. */
START_TEST(later_vcpus)
{
	lab_call(lab_v0, H_SET_MODE, 1, LE, 0, 0);
	lab_call(lab_v0, H_SET_MODE, 3, AIL, 0, 0);
	ck_assert_int_eq(lab_rtas(lab_v0, "start-cpu", NULL, 0, 1, LAB_ENTRY, 7), RTAS_OK);
	ck_assert_uint_eq(mode(lab_v1), LPCR_ILE | LPCR_AIL);
}
END_TEST

START_TEST(errors)
{
	lab_error(H_P2, lab_v0, H_SET_MODE, 0, 0, 0, 0);
	lab_error(H_P2, lab_v0, H_SET_MODE, 0, 1, 0, 0); /* breakpoint */
	lab_error(H_P2, lab_v0, H_SET_MODE, 0, 2, 0, 0); /* watchpoint */
	lab_error(H_P2, lab_v0, H_SET_MODE, 0, 5, 0, 0);
	lab_error(H_P2, lab_v0, H_SET_MODE, 0, 1ull << 32 | AIL, 0, 0);
	lab_error(H_P3, lab_v0, H_SET_MODE, 3, AIL, 1, 1);
	lab_error(H_P4, lab_v0, H_SET_MODE, 3, AIL, 0, 1);
	for (u64 ail = 1; ail <= 2; ail++) { /* would move the hypervisor's own vectors away */
		lab_error(H_UNSUPPORTED_FLAG, lab_v0, H_SET_MODE, ail, AIL, 0, 0);
		machine_papr.before_run(lab_v0);
		ck_assert_uint_eq(mode(lab_v0), 0);
	}
	lab_error(H_UNSUPPORTED_FLAG, lab_v0, H_SET_MODE, 4, AIL, 0, 0);
	lab_error(H_UNSUPPORTED_FLAG, lab_v0, H_SET_MODE, 1ull << 32, AIL, 0, 0);
	lab_error(H_P3, lab_v0, H_SET_MODE, 1, LE, 1, 0);
	lab_error(H_P4, lab_v0, H_SET_MODE, 1, LE, 0, 1);
	lab_error(H_UNSUPPORTED_FLAG, lab_v0, H_SET_MODE, 2, LE, 0, 0);
	papr_regs(lab_v0)->msr |= MSR_EE;
	lab_error(H_BAD_MODE, lab_v0, H_SET_MODE, 1, LE, 0, 0);
}
END_TEST

/* A processor without that mode: the resource is not there. */
START_TEST(no_other_place_for_interrupts)
{
	struct papr_cpu_desc d = *arch_papr_cpu();
	struct manifest_part mp = lab_manifest();

	um_teardown();
	d.ail = false;
	lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(16), .papr_cpu = &d });
	lab_start(&mp);
	lab_error(H_P2, lab_v0, H_SET_MODE, 3, 3, 0, 0);
	lab_error(H_P2, lab_v0, H_SET_MODE, 0, 3, 0, 0);
	ck_assert_int_eq(lab_call(lab_v0, H_SET_MODE, 1, 4, 0, 0), H_SUCCESS);
}
END_TEST

Suite *suite_papr_mode(void);
Suite *suite_papr_mode(void)
{
	return LAB_SUITE("papr_mode", byte_order, place_of_the_vectors, later_vcpus, errors,
			 no_other_place_for_interrupts);
}
