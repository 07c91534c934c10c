// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guests of the process port: how they start, memory with a TLB that forgets only when told to,
 * state that moves with a vcpu, vcpus that vanish. Next: test_um_irq.c.
 */
#include "guest_bench.h"

/* ---- start ------------------------------------------------------------------------------- */

UM_PROGRAM(tg_says_r3)
{
	see(r3);
	see(um_vcpu_index());
	um_hcall(0x1000, NULL, 0, NULL, 0);
}

START_TEST(program_starts_at_its_record)
{
	start("tg_says_r3", 0x1234);
	expect_call(0x1000);
	ck_assert_uint_eq(seen[0], 0x1234);
	ck_assert_uint_eq(seen[1], 0);
	/* its end is a computation without end */
	arch_alarm(arch_now() + MS(2));
	expect(EXIT_PREEMPT);
	ck_assert_int_eq(um_program("tg_says_r3", NULL), -1);
}
END_TEST

/* Not an endless row of program checks: whoever wrote the name wants to hear of it. */
START_TEST(unknown_program_is_dead)
{
	start("no_such_program", 0);
	expect(EXIT_DEAD);
	ck_assert_str_eq(x.dead.why, "there is no guest program 'no_such_program' (rhype --guests "
				     "names all)");
	ck_assert_uint_eq(regs()->nip, ENTRY);
}
END_TEST

START_TEST(nothing_to_execute)
{
	start("no_such_program", 0);
	*(u8 *)um_phys(code) = 0; /* no record stands there any more */
	expect(EXIT_ILLEGAL);
	ck_assert_int_eq(x.illegal.cause, ILLEGAL_INSTRUCTION);
	ck_assert_uint_eq(regs()->nip, ENTRY);
	expect(EXIT_ILLEGAL); /* for ever, and only an exit each time */
	arch_vcpu_put(av(0));
	arch_papr_reset(av(0), GPA(NOTHING), 0);
	arch_vcpu_load(av(0));
	expect_memory(NOTHING, ACCESS_EXEC, false);
	arch_vcpu_put(av(0));
	arch_papr_reset(av(0), GPA(DATA), 0);
	arch_vcpu_load(av(0));
	expect_memory(DATA, ACCESS_EXEC, true);
	arch_vcpu_put(av(0));
	arch_papr_reset(av(0), GPA(0x40), 0);
	arch_vcpu_load(av(0));
	expect(EXIT_ILLEGAL);
}
END_TEST

UM_PROGRAM(tg_jumps)
{
	see(r3);
	if (r3 < 3)
		um_jump(ENTRY, r3 + 1);
	um_jump(NOTHING, 9);
	see(77);
}

START_TEST(jumps_begin_anew)
{
	start("tg_jumps", 0);
	expect_memory(NOTHING, ACCESS_EXEC, false);
	for (unsigned i = 0; i < 4; i++)
		ck_assert_uint_eq(seen[i], i);
	ck_assert_uint_eq(nseen, 4);
	ck_assert_uint_eq(regs()->nip, NOTHING);
}
END_TEST

/* ---- memory ------------------------------------------------------------------------------ */

UM_PROGRAM(tg_memory)
{
	char text[12];

	um_st8(DATA, 0x11);
	um_st16(DATA + 2, 0x2222);
	um_st32(DATA + 4, 0x33333333);
	um_st64(DATA + 8, 0x4444444444444444);
	see(um_ld8(DATA));
	see(um_ld16(DATA + 2));
	see(um_ld32(DATA + 4));
	see(um_ld64(DATA + 8));
	um_write(DATA + 0x1000 - 5, "across", 7);
	um_read(text, DATA + 0x1000 - 5, 7);
	see(strcmp(text, "across"));
	um_st64(DATA + 0x100, 5);
	see(um_cas64(DATA + 0x100, 4, 9));
	see(um_cas64(DATA + 0x100, 5, 6));
	see(um_ld64(DATA + 0x100));
	um_st64(DATA + 0x1ffc, 1); /* the second half is outside */
}

START_TEST(loads_and_stores)
{
	static const u64 want[] = { 0x11, 0x2222, 0x33333333, 0x4444444444444444, 0, 5, 5, 6 };
	u8 *w;

	start("tg_memory", 0);
	expect_memory(DATA + 0x2000, ACCESS_WRITE, false);
	ck_assert_uint_eq(x.mem.size, 4);
	for (unsigned i = 0; i < ARRAY_SIZE(want); i++)
		ck_assert_uint_eq(seen[i], want[i]);
	w = arch_window_open(PA(data.v + HV_PAGE_SIZE));
	ck_assert_str_eq((char *)w, "s");
	arch_window_close(w);
}
END_TEST

UM_PROGRAM(tg_loads)
{
	for (;;)
		um_hcall(0x1000, (u64[]){ um_ld64(r3) }, 1, NULL, 0);
}

START_TEST(forgotten_sync_is_seen)
{
	start("tg_loads", DATA);
	memcpy(um_phys(data), "one-----", 8);
	expect_call(0x1000);
	ck_assert_mem_eq(x.hcall.args, "one-----", 8);
	unmap(DATA, HV_PAGE_SIZE);
	/* still in the TLB */
	expect_call(0x1000);
	/* the page is given away: now it is a breach, and the port says so */
	palloc_put(&hv.palloc, data, 2, FRAME_GUEST, pool.owner);
	ck_assert_int_eq(um_catch(arch_vcpu_run(av(0), &x)), UM_BUG);
	ck_assert(strstr(um_bug_text(), "no guest's"));
}
END_TEST

START_TEST(sync_empties_every_tlb)
{
	start("tg_loads", DATA);
	expect_call(0x1000);
	arch_vcpu_put(av(0));
	um_set_cpu(1);
	ck_assert_int_eq(arch_cpu_init(), HV_OK);
	arch_vcpu_load(av(0));
	expect_call(0x1000);
	unmap(DATA, HV_PAGE_SIZE);
	arch_gspace_sync(gs);
	expect_memory(DATA, ACCESS_READ, false);
	arch_vcpu_put(av(0));
	um_set_cpu(0);
	arch_vcpu_load(av(0));
	expect_memory(DATA, ACCESS_READ, false);
}
END_TEST

START_TEST(a_new_space_finds_no_old_translations)
{
	start("tg_loads", DATA);
	expect_call(0x1000);
	arch_vcpu_put(av(0));
	arch_vcpu_fini(av(0));
	arch_vcpu_fini(av(1));
	arch_gspace_fini(gs);
	ck_assert_uint_eq(pool.used, 0);
	ck_assert_int_eq(arch_gspace_init(gs, pool.owner, &pool), HV_OK);
	ck_assert_int_eq(arch_vcpu_init(av(0), gs, 0, &pool), HV_OK);
	map(ENTRY, code, HV_PAGE_SIZE, PROT_R | PROT_X);
	arch_papr_reset(av(0), GPA(ENTRY), DATA);
	arch_vcpu_load(av(0));
	expect_memory(DATA, ACCESS_READ, false);
}
END_TEST

START_TEST(a_machine_address_without_memory_kills)
{
	start("tg_loads", NOTHING);
	map(NOTHING, PA(0xf0000000), HV_PAGE_SIZE, PROT_R);
	expect(EXIT_DEAD);
	ck_assert_uint_eq(x.dead.code, NOTHING);
}
END_TEST

/* ---- time, state ------------------------------------------------------------------------- */

UM_PROGRAM(tg_compute)
{
	um_compute(r3);
	um_hcall(0x1000, NULL, 0, NULL, 0);
}

START_TEST(preempted_work_is_not_lost)
{
	u64 begin, ran = 0;
	unsigned turns = 0;

	start("tg_compute", MS(100));
	for (;;) {
		begin = arch_now();
		arch_alarm(begin + MS(7));
		arch_vcpu_run(av(0), &x);
		ran += arch_now() - begin;
		if (x.kind != EXIT_PREEMPT)
			break;
		ck_assert_uint_ge(arch_now(), begin + MS(7));
		turns++;
		um_advance(MS(50)); /* others run */
	}
	ck_assert_int_eq(x.kind, EXIT_HCALL);
	ck_assert_uint_eq(turns, 14);
	ck_assert_uint_ge(ran, MS(100));
	ck_assert_uint_lt(ran, MS(101));
}
END_TEST

UM_PROGRAM(tg_registers)
{
	for (unsigned i = 0; i < UM_SPRS; i++)
		um_set_spr(i, r3 + i);
	um_hcall(0x1000, NULL, 0, NULL, 0);
	for (unsigned i = 0; i < UM_SPRS; i++)
		see(um_spr(i));
	um_hcall(0x1004, NULL, 0, NULL, 0);
}

START_TEST(registers_move_with_the_vcpu)
{
	start("tg_registers", 100);
	expect_call(0x1000);
	arch_vcpu_put(av(0));
	arch_papr_reset(av(1), GPA(ENTRY), 200);
	arch_vcpu_load(av(1));
	arch_vcpu_run(av(1), &x);
	arch_vcpu_put(av(1));
	um_set_cpu(1);
	ck_assert_int_eq(arch_cpu_init(), HV_OK);
	arch_vcpu_load(av(0));
	expect_call(0x1004);
	for (unsigned i = 0; i < UM_SPRS; i++)
		ck_assert_uint_eq(seen[i], 100 + i);
}
END_TEST

START_TEST(a_vcpu_vanishes_anywhere)
{
	static const char *const names[] = { "tg_timer", "tg_faults", "tg_loads",
					     "tg_fault_storm" };

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		for (unsigned exits = 0; exits < 6; exits++) {
			start(names[i], NOTHING);
			for (unsigned n = 0; n < exits; n++) {
				arch_alarm(arch_now() + MS(1));
				arch_vcpu_run(av(0), &x);
				if (x.kind == EXIT_MEMORY)
					inject(VEC_DATA_STORAGE, 0);
			}
			arch_vcpu_put(av(0));
			arch_vcpu_fini(av(0));
			arch_vcpu_fini(av(1));
			arch_gspace_fini(gs);
			ck_assert_uint_eq(pool.used, 0);
			down();
		}
	}
}
END_TEST

/* ---- light calls ------------------------------------------------------------------------- */

UM_PROGRAM(tg_null_calls)
{
	for (unsigned i = 0; i < 10; i++)
		see((u64)um_hcall(HV_NULL, NULL, 0, NULL, 0));
	see((u64)um_hcall(0x1001, NULL, 0, NULL, 0));
}

START_TEST(light_calls_stay_inside)
{
	for (unsigned light = 0; light < 2; light++) {
		boot(&(struct um_config){ .ram = MIB(2), .light = light });
		load_program("tg_null_calls");
		arch_papr_reset(av(0), GPA(ENTRY), 0);
		arch_vcpu_load(av(0));
		for (unsigned i = 0; !light && i < 10; i++) {
			expect_call(HV_NULL);
			*x.hcall.status = H_SUCCESS;
		}
		expect_call(0x1001);
		ck_assert_uint_eq(nseen, 10);
		for (unsigned i = 0; i < 10; i++)
			ck_assert_uint_eq(seen[i], H_SUCCESS);
		down();
	}
}
END_TEST

/* ---- several CPUs ------------------------------------------------------------------------ */

static void sync_other(unsigned cpu)
{
	(void)cpu;
	unmap(DATA, HV_PAGE_SIZE);
	arch_gspace_sync(gs);
	palloc_put(&hv.palloc, data, 2, FRAME_GUEST, pool.owner); /* safe from here on */
	see(1);
}

UM_PROGRAM(tg_load_loop)
{
	for (;;)
		um_ld64(r3);
}

/* A guest runs here while CPU 1 takes its memory away: it is kicked, then it faults. */
START_TEST(sync_reaches_a_running_guest)
{
	for (u64 seed = 0; seed < 30; seed++) {
		boot(&(struct um_config){ .ncpus = 2, .ram = MIB(2), .seed = seed + 1 });
		load_program("tg_load_loop");
		arch_papr_reset(av(0), GPA(ENTRY), DATA);
		arch_vcpu_load(av(0));
		um_start_cpu(1, sync_other);
		do {
			arch_vcpu_run(av(0), &x);
		} while (x.kind == EXIT_PREEMPT);
		ck_assert_int_eq(x.kind, EXIT_MEMORY);
		while (!nseen)
			arch_relax();
		down();
	}
}
END_TEST

Suite *suite_um_guest(void);
Suite *suite_um_guest(void)
{
	const TTest *const tests[] = {
		program_starts_at_its_record,
		unknown_program_is_dead,
		nothing_to_execute,
		jumps_begin_anew,
		loads_and_stores,
		forgotten_sync_is_seen,
		sync_empties_every_tlb,
		a_new_space_finds_no_old_translations,
		a_machine_address_without_memory_kills,
		preempted_work_is_not_lost,
		registers_move_with_the_vcpu,
		a_vcpu_vanishes_anywhere,
		light_calls_stay_inside,
		sync_reaches_a_running_guest,
		NULL,
	};

	return bench_suite("um_guest", tests);
}
