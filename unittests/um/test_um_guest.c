// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guests of the process port: their instructions, interrupts, translation with a TLB that forgets
 * only when told to, and vcpus that vanish. The test plays the core. Next: test_system.c.
 */
#include <check.h>
#include <string.h>

#include "arch_papr.h"
#include "hv.h"
#include "machine.h"
#include "partition.h"
#include "pool.h"
#include "um.h"
#include "um_guest.h"
#include "vcpu.h"

#define MS(n)	((u64)(n) * (UM_TICK_HZ / 1000))
#define ENTRY	0x4000ull
#define DATA	0x8000ull /* two pages */
#define NOTHING 0x100000ull

static struct pool pool;
static struct partition part;
static struct vcpu vcpu[2];
static struct arch_gspace *gs;
static struct vcpu_exit x;
static pa_t low, code, data; /* pages 0, ENTRY, DATA and the next */
static u64 seen[64];	     /* what a guest reports to the test */
static unsigned nseen;

static void see(u64 v)
{
	ck_assert_uint_lt(nseen, ARRAY_SIZE(seen));
	seen[nseen++] = v;
}

static struct arch_vcpu *av(unsigned i)
{
	return &vcpu[i].arch;
}

static struct papr_regs *regs(void)
{
	return &vcpu[0].arch.papr;
}

static pa_t guest_pages(unsigned order)
{
	pa_t p;

	ck_assert_int_eq(palloc_get(&hv.palloc, order, FRAME_GUEST, pool.owner, true, &p), HV_OK);
	return p;
}

static void map(u64 g, pa_t p, u64 size, unsigned prot)
{
	u64 done;

	ck_assert_int_eq(arch_gspace_map(gs, GPA(g), p, size, prot, MT_NORMAL, &done), HV_OK);
}

static void unmap(u64 g, u64 size)
{
	u64 done;

	ck_assert_int_eq(arch_gspace_unmap(gs, GPA(g), size, &done), HV_OK);
}

static void boot(const struct um_config *c)
{
	struct boot_info bi;

	um_setup(c);
	hv_reset();
	arch_boot(&bi);
	hv_init(&bi);
	um_lock_count = lock_count;
	ck_assert_int_eq(arch_cpu_init(), HV_OK);
	memset(&part, 0, sizeof(part));
	memset(vcpu, 0, sizeof(vcpu));
	part.machine = &machine_papr;
	gs = &part.gspace;
	nseen = 0;
	pool_init(&pool, (lpid_t){ 9 }, 50);
	ck_assert_int_eq(arch_gspace_init(gs, pool.owner, &pool), HV_OK);
	low = guest_pages(0);
	code = guest_pages(0);
	data = guest_pages(1);
	map(0, low, HV_PAGE_SIZE, PROT_RWX);
	map(ENTRY, code, HV_PAGE_SIZE, PROT_R | PROT_X);
	map(DATA, data, 2 * HV_PAGE_SIZE, PROT_R | PROT_W);
	for (unsigned i = 0; i < 2; i++) {
		vcpu[i].part = &part;
		vcpu[i].index = i;
		ck_assert_int_eq(arch_vcpu_init(av(i), gs, i, &pool), HV_OK);
	}
}

static void load_program(const char *name)
{
	char record[UM_MAGIC_LEN + UM_NAME_MAX + 1] = UM_MAGIC;

	strncpy(record + UM_MAGIC_LEN, name, UM_NAME_MAX);
	arch_load_image(code, record, sizeof(record));
}

static void start(const char *name, u64 r3)
{
	boot(&(struct um_config){ .ncpus = 2, .ram = MIB(2) });
	load_program(name);
	arch_papr_reset(av(0), GPA(ENTRY), r3);
	arch_vcpu_load(av(0));
}

static void down(void)
{
	um_teardown();
}

static void expect(enum exit_kind kind)
{
	arch_vcpu_run(av(0), &x);
	ck_assert_msg(x.kind == kind, "exit %d, not %d", x.kind, kind);
}

static void expect_call(u64 nr)
{
	expect(EXIT_HCALL);
	ck_assert_uint_eq(x.hcall.nr, nr);
}

static void expect_memory(u64 addr, unsigned access, bool mapped)
{
	expect(EXIT_MEMORY);
	ck_assert_uint_eq(x.mem.addr.v, addr);
	ck_assert_uint_eq(x.mem.access, access);
	ck_assert_int_eq(x.mem.mapped, mapped);
}

/* What the core does to reflect a fault. */
static void inject(u64 vec, u64 bits)
{
	struct papr_regs *r = regs();

	r->srr0 = r->nip;
	r->srr1 = (r->msr & ~0x783f0000ull) | bits;
	r->msr &= ~(MSR_EE | MSR_PR | MSR_RI);
	r->nip = vec;
}

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

START_TEST(nothing_to_execute)
{
	start("no_such_program", 0);
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
	expect(EXIT_ILLEGAL);
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
		nothing_to_execute,
		jumps_begin_anew,
		loads_and_stores,
		forgotten_sync_is_seen,
		sync_empties_every_tlb,
		a_new_space_finds_no_old_translations,
		a_machine_address_without_memory_kills,
		faults_are_reflected,
		a_fault_without_a_handler_is_the_next_fault,
		fault_storm_is_bounded,
		decrementer,
		user_mode,
		preempted_work_is_not_lost,
		registers_move_with_the_vcpu,
		a_vcpu_vanishes_anywhere,
		light_calls_stay_inside,
		sync_reaches_a_running_guest,
	};
	Suite *s = suite_create("um_guest");
	TCase *tc = tcase_create("um_guest");

	tcase_add_checked_fixture(tc, NULL, down);
	for (unsigned i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	return s;
}
