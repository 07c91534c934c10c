// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guests of the process port: faults, interrupts, user mode. Next: test_system.c.
 */
#include "guest_bench.h"

/* ---- interrupts -------------------------------------------------------------------------- */

static void note(u64 vec)
{
	see(vec);
	see(um_regs()->srr0);
}

static void note_and_skip(u64 vec)
{
	note(vec);
	see(um_dar());
	see(um_dsisr());
	um_regs()->gpr[20] = 0; /* handlers keep the registers of what they interrupted */
	um_regs()->srr0 += 4;
}

UM_PROGRAM(tg_faults)
{
	um_vector(VEC_DATA_STORAGE, note_and_skip);
	um_vector(VEC_PROGRAM, note_and_skip);
	um_regs()->gpr[20] = 20;
	see(um_ld32(NOTHING));
	um_st32(NOTHING + 8, 1);
	um_illegal();
	see(um_regs()->gpr[20]);
	um_hcall(0x1000, NULL, 0, NULL, 0);
}

START_TEST(faults_are_reflected)
{
	u64 nip;

	start("tg_faults", 0);
	expect_memory(NOTHING, ACCESS_READ, false);
	ck_assert_uint_eq(x.mem.size, 4);
	nip = regs()->nip;
	arch_papr_set_fault(av(0), NOTHING, DSISR_NO_PAGE);
	inject(VEC_DATA_STORAGE, 0);
	expect_memory(NOTHING + 8, ACCESS_WRITE, false);
	ck_assert_uint_gt(regs()->nip, nip);
	arch_papr_set_fault(av(0), NOTHING + 8, DSISR_NO_PAGE | DSISR_STORE);
	inject(VEC_DATA_STORAGE, 0);
	expect(EXIT_ILLEGAL);
	ck_assert_int_eq(x.illegal.cause, ILLEGAL_INSTRUCTION);
	inject(VEC_PROGRAM, SRR1_PROGRAM_ILLEGAL);
	expect_call(0x1000);
	ck_assert_uint_eq(nseen, 14);
	ck_assert_uint_eq(seen[0], VEC_DATA_STORAGE);
	ck_assert_uint_eq(seen[1], nip);
	ck_assert_uint_eq(seen[2], NOTHING);
	ck_assert_uint_eq(seen[3], DSISR_NO_PAGE);
	ck_assert_uint_eq(seen[4], 0); /* the skipped load */
	ck_assert_uint_eq(seen[7], NOTHING + 8);
	ck_assert_uint_eq(seen[8], DSISR_NO_PAGE | DSISR_STORE);
	ck_assert_uint_eq(seen[9], VEC_PROGRAM);
	ck_assert_uint_eq(seen[13], 20);
}
END_TEST

START_TEST(a_fault_without_a_handler_is_the_next_fault)
{
	start("tg_loads", NOTHING);
	expect_memory(NOTHING, ACCESS_READ, false);
	inject(VEC_DATA_STORAGE, 0);
	expect(EXIT_ILLEGAL);
	ck_assert_uint_eq(regs()->nip, VEC_DATA_STORAGE);
	inject(VEC_PROGRAM, SRR1_PROGRAM_ILLEGAL);
	expect(EXIT_ILLEGAL);
	ck_assert_uint_eq(regs()->nip, VEC_PROGRAM);
	/* and a vector page that is not there is a fault, too */
	unmap(0, HV_PAGE_SIZE);
	arch_gspace_sync(gs);
	inject(VEC_PROGRAM, 0);
	expect_memory(VEC_PROGRAM, ACCESS_EXEC, false);
}
END_TEST

static void fault_again(u64 vec)
{
	(void)vec;
	um_ld8(NOTHING);
}

UM_PROGRAM(tg_fault_storm)
{
	um_vector(VEC_DATA_STORAGE, fault_again);
	um_ld8(NOTHING);
}

/* Handlers that fault in handlers cost a bounded amount of stack, and nobody else anything. */
START_TEST(fault_storm_is_bounded)
{
	start("tg_fault_storm", 0);
	for (unsigned i = 0; i < 5000; i++) {
		arch_vcpu_run(av(0), &x);
		if (x.kind == EXIT_MEMORY)
			inject(VEC_DATA_STORAGE, 0);
		else if (x.kind == EXIT_ILLEGAL)
			inject(VEC_PROGRAM, SRR1_PROGRAM_ILLEGAL);
		else
			ck_abort_msg("exit %d", x.kind);
	}
}
END_TEST

static void tick(u64 vec)
{
	note(vec);
	um_clear_dec();
}

UM_PROGRAM(tg_timer)
{
	um_vector(VEC_DECREMENTER, tick);
	um_vector(VEC_EXTERNAL, note);
	um_set_dec(MS(1));
	um_compute(MS(2));
	see(1); /* interrupts are off: nothing yet */
	um_irq(true);
	see(2);
	um_irq(false);
	um_set_dec(MS(1));
	um_irq(true);
	see(um_timebase());
	um_compute(MS(3));
	see(um_timebase());
	um_hcall(0x1000, NULL, 0, NULL, 0);
	um_irq(false);
	um_wait();
	um_irq(true);
	um_hcall(0x1004, NULL, 0, NULL, 0);
}

START_TEST(decrementer)
{
	start("tg_timer", 0);
	expect_call(0x1000);
	ck_assert_uint_eq(seen[0], 1);
	ck_assert_uint_eq(seen[1], VEC_DECREMENTER);
	ck_assert_uint_eq(seen[3], 2);
	ck_assert_uint_eq(seen[5], VEC_DECREMENTER);
	/* computing took its own time, and the handler came in the middle of it */
	ck_assert_uint_ge(seen[7] - seen[4], MS(3));
	ck_assert_uint_lt(seen[7] - seen[4], MS(4));
	ck_assert_uint_eq(arch_vcpu_wake(av(0)), TIME_NEVER);
	*x.hcall.status = 0;
	/* an external interrupt that the core delivers when the guest waits */
	expect(EXIT_IDLE);
	ck_assert_uint_eq(regs()->msr & MSR_EE, 0);
	arch_papr_mediate(av(0), true);
	expect(EXIT_WINDOW);
	ck_assert_uint_eq(regs()->msr & MSR_EE, MSR_EE);
	arch_papr_mediate(av(0), false);
	inject(VEC_EXTERNAL, 0);
	expect_call(0x1004);
	ck_assert_uint_eq(seen[8], VEC_EXTERNAL);
	ck_assert_uint_eq(regs()->msr & MSR_EE, MSR_EE);
}
END_TEST

UM_PROGRAM(tg_user_mode)
{
	um_vector(VEC_PROGRAM, note);
	um_set_msr(um_msr() | MSR_PR);
	um_hcall(0x1000, NULL, 0, NULL, 0);
}

static void back_to_system(u64 vec)
{
	note(vec);
	um_regs()->srr0 += 4;
	um_regs()->srr1 &= ~MSR_PR;
}

UM_PROGRAM(tg_user_privileged)
{
	um_vector(VEC_PROGRAM, back_to_system);
	um_set_msr(um_msr() | MSR_PR);
	um_set_dec(5); /* not from user mode */
	see(um_msr() & MSR_PR);
	um_hcall(0x1000, NULL, 0, NULL, 0);
}

START_TEST(user_mode)
{
	start("tg_user_mode", 0);
	expect(EXIT_ILLEGAL);
	ck_assert_int_eq(x.illegal.cause, ILLEGAL_PRIVILEGE);
	av(0)->papr.nip -= 4; /* it points past the instruction, as after a call */
	expect(EXIT_ILLEGAL);
	av(0)->papr.nip -= 4;
	inject(VEC_PROGRAM, SRR1_PROGRAM_PRIVILEGE);
	expect(EXIT_ILLEGAL); /* the handler returns to the same instruction, still in user mode */
	ck_assert_uint_eq(seen[0], VEC_PROGRAM);
	down();
	start("tg_user_privileged", 0);
	expect_call(0x1000);
	ck_assert_uint_eq(seen[0], VEC_PROGRAM);
	ck_assert_uint_eq(seen[2], 0);
	ck_assert_uint_eq(arch_vcpu_wake(av(0)), TIME_NEVER);
}
END_TEST

Suite *suite_um_irq(void);
Suite *suite_um_irq(void)
{
	const TTest *const tests[] = {
		faults_are_reflected,
		a_fault_without_a_handler_is_the_next_fault,
		fault_storm_is_bounded,
		decrementer,
		user_mode,
		NULL,
	};

	return bench_suite("um_irq", tests);
}
