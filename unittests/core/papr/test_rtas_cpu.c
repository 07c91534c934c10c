// SPDX-License-Identifier: GPL-2.0-or-later
/* Starting and stopping vcpus through RTAS. */
#include "lab.h"

enum { STOPPED, STOPPING, RUNS };

static u32 query(struct vcpu *by, u32 server)
{
	u32 state;

	ck_assert_int_eq(lab_rtas(by, "query-cpu-stopped-state", &state, 1, server), RTAS_OK);
	return state;
}

static s32 start(u32 server)
{
	return lab_rtas(lab_v0, "start-cpu", NULL, 0, server, 0x5000, 0x77);
}

START_TEST(starts)
{
	const struct papr_regs *r = papr_regs(lab_v1);

	papr_regs(lab_v1)->gpr[9] = 1;
	ck_assert_uint_eq(query(lab_v0, 0), RUNS);
	ck_assert_uint_eq(query(lab_v0, 1), STOPPED);
	ck_assert_int_eq(start(1), RTAS_OK);
	ck_assert_uint_eq(query(lab_v0, 1), RUNS);
	ck_assert(lab_v1->online);
	ck_assert_int_eq(lab_v1->se.state, SE_RUNNABLE);
	ck_assert(um_kicked(1));
	ck_assert_uint_eq(r->nip, 0x5000);
	ck_assert_uint_eq(r->gpr[3], 0x77);
	ck_assert_uint_eq(r->gpr[9], 0);
	/* 64-bit, big-endian, no translation, no interrupts */
	ck_assert_uint_eq(r->msr & (MSR_SF | MSR_LE | MSR_IR | MSR_DR | MSR_EE | MSR_PR), MSR_SF);
}
END_TEST

START_TEST(starts_with_interrupts_masked)
{
	papr_vcpu(lab_v1)->icp.cppr = 0xff;
	lab_call(lab_v0, H_IPI, 1, 4);
	ck_assert_int_eq(start(1), RTAS_OK);
	ck_assert_uint_eq(papr_attn(papr_vcpu(lab_v1)) & ATTN_EXT, 0);
	lab_call(lab_v0, H_IPOLL, 1);
	ck_assert_uint_eq(lab_ret(lab_v0, 0), 0);
	ck_assert_uint_eq(lab_ret(lab_v0, 1), 0xff);
}
END_TEST

START_TEST(start_errors)
{
	lab_rtas_error(RTAS_HARDWARE, lab_v0, "start-cpu", 0, 0, 0x5000, 0); /* runs */
	lab_rtas_error(RTAS_PARAMETER, lab_v0, "start-cpu", 0, 2, 0x5000, 0);
	lab_rtas_error(RTAS_PARAMETER, lab_v0, "start-cpu", 0, ~0u, 0x5000, 0);
	lab_rtas_error(RTAS_PARAMETER, lab_v0, "start-cpu", 0, 1, LAB_MEM, 0);
	lab_rtas_error(RTAS_PARAMETER, lab_v0, "start-cpu", 0, 1, 0xfffffffc, 0);
	ck_assert_int_eq(start(1), RTAS_OK);
	lab_rtas_error(RTAS_HARDWARE, lab_v0, "start-cpu", 0, 1, 0x5000, 0);
}
END_TEST

START_TEST(stops_and_starts_again)
{
	ck_assert_int_eq(start(1), RTAS_OK);
	/* vcpu 1 stops itself on CPU 1: its state stays there until that CPU lets go of it */
	cpu_unload(hv.cpu[0]);
	um_set_cpu(1);
	ck_assert_int_eq(arch_cpu_init(), HV_OK);
	ck_assert(cpu_load(hv.cpu[1], lab_v1));
	lab_rtas(lab_v1, "stop-self", NULL, 0);
	ck_assert(!lab_v1->online);
	ck_assert_int_eq(lab_v1->se.state, SE_OFF);
	ck_assert(hv.cpu[1]->resched);
	ck_assert_uint_eq(query(lab_v1, 1), STOPPING);
	lab_rtas_error(RTAS_BUSY, lab_v1, "start-cpu", 0, 1, 0x5000, 0);
	cpu_unload(hv.cpu[1]);
	um_set_cpu(0);
	ck_assert(cpu_load(hv.cpu[0], lab_v0));
	ck_assert_uint_eq(query(lab_v0, 1), STOPPED);
	lab_call(lab_v0, H_PROD, 1);
	ck_assert_int_eq(lab_v1->se.state, SE_OFF);
	ck_assert_int_eq(start(1), RTAS_OK);
	ck_assert_uint_eq(query(lab_v0, 1), RUNS);
	ck_assert_uint_eq(papr_regs(lab_v1)->nip, 0x5000);
}
END_TEST

START_TEST(not_in_a_partition_that_ends)
{
	lock_take(&hv.lock);
	ck_assert_int_eq(partition_stop(lab_p, STOP_ORDER), HV_OK);
	lock_drop(&hv.lock);
	lab_rtas_error(RTAS_HARDWARE, lab_v0, "start-cpu", 0, 1, 0x5000, 0);
}
END_TEST

START_TEST(query_errors)
{
	u32 state;

	ck_assert_int_eq(lab_rtas(lab_v0, "query-cpu-stopped-state", &state, 1, 2), RTAS_PARAMETER);
	ck_assert_int_eq(lab_rtas(lab_v0, "query-cpu-stopped-state", &state, 1, 0x80000000),
			 RTAS_PARAMETER);
	ck_assert_uint_eq(state, 0xeeeeeeee);
}
END_TEST

Suite *suite_papr_rtas_cpu(void);
Suite *suite_papr_rtas_cpu(void)
{
	return LAB_SUITE("papr_rtas_cpu", starts, starts_with_interrupts_masked, start_errors,
			 stops_and_starts_again, not_in_a_partition_that_ends, query_errors);
}
