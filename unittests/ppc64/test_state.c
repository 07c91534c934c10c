// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What only this port has: the whole register state of two partitions on one CPU, and the guest's
 * limits. Runs in the test image (contract_ppc64.c). Next: arch/ppc64/vcpu.c.
 */
#include "../arch/contract.h"
#include "hv.h"
#include "hvstring.h"
#include "ktest.h"
#include "partition.h"
#include "pool.h"
#include "port.h"
#include "vcpu.h"

#define FIRST_ID   203
#define CODE	   0x10000ull
#define STATE_CALL 0x2001
#define NPARTS	   2

/* multiples of 4, for EBBHR; bit 2 is VSCR[NJ]; FPSCR[RN] stays 0 */
static const u64 seed[NPARTS] = { 0x14, 0x28 };

extern const char state_start[], state_check[], state_msr[], state_illegal[], state_facility[];
extern const char state_fetch[], state_come_from[], state_end[];

static struct pool pool[NPARTS];
static struct partition part[NPARTS];
static struct vcpu vcpu[NPARTS];
static pa_t code;
static struct vcpu_exit x;

static struct arch_vcpu *start(unsigned i, const char *entry, u64 r3)
{
	arch_papr_reset(&vcpu[i].arch, GPA(CODE + (u64)(entry - state_start)), r3);
	vcpu[i].arch.papr.msr |= MSR_LE;
	return &vcpu[i].arch;
}

static void setup(void)
{
	u64 done;

	K_EQ(palloc_get(&hv.palloc, 1, FRAME_GUEST, (lpid_t){ FIRST_ID }, true, &code), HV_OK);
	K_CHECK(state_end - state_start <= 2 * (long)HV_PAGE_SIZE);
	arch_load_image(code, state_start, (u64)(state_end - state_start));
	memset(part, 0, sizeof(part));
	memset(vcpu, 0, sizeof(vcpu));
	for (unsigned i = 0; i < NPARTS; i++) {
		part[i].id.v = FIRST_ID + i;
		part[i].state = PART_RUNNING;
		part[i].machine = machines[0];
		pool_init(&pool[i], part[i].id, 100);
		K_EQ(arch_gspace_init(&part[i].gspace, part[i].id, &pool[i]), HV_OK);
		K_EQ(arch_gspace_map(&part[i].gspace, GPA(CODE), code, 2 * HV_PAGE_SIZE,
				     PROT_R | PROT_X, MT_NORMAL, &done),
		     HV_OK);
		vcpu[i].part = &part[i];
		K_EQ(arch_vcpu_init(&vcpu[i].arch, &part[i].gspace, 0, &pool[i]), HV_OK);
	}
}

static void teardown(void)
{
	contract_teardown();
	for (unsigned i = 0; i < NPARTS; i++) {
		arch_vcpu_fini(&vcpu[i].arch);
		arch_gspace_fini(&part[i].gspace);
	}
	palloc_put(&hv.palloc, code, 2, FRAME_GUEST, (lpid_t){ FIRST_ID });
}

static const struct ktest_suite ktest_this = { "ppc64_state", setup, teardown };

static void run(struct arch_vcpu *v)
{
	do
		arch_vcpu_run(v, &x);
	while (x.kind == EXIT_PREEMPT);
}

/* The next report; 0 means that all registers hold their pattern, else it names one. */
static u64 report(struct arch_vcpu *v)
{
	run(v);
	K_EQ(x.kind, EXIT_HCALL);
	K_EQ(x.hcall.nr, STATE_CALL);
	return x.hcall.args[0];
}

KTEST(all_registers_survive_other_partitions)
{
	struct arch_vcpu *v[NPARTS];
	u64 short_time = arch_tick_hz() / 20000;

	for (unsigned i = 0; i < NPARTS; i++)
		v[i] = start(i, state_start, seed[i]);
	for (unsigned turn = 0; turn < 200; turn++) {
		unsigned i = turn % NPARTS;

		arch_vcpu_load(v[i]);
		if (turn % 3 == 2) { /* leave in the middle */
			arch_alarm(arch_now() + short_time);
			arch_vcpu_run(v[i], &x);
			K_CHECK(x.kind == EXIT_PREEMPT || x.hcall.args[0] == 0);
		} else {
			arch_alarm(arch_now() + arch_tick_hz());
			K_EQ(report(v[i]), 0);
		}
		arch_vcpu_put(v[i]);
	}
}

KTEST(nothing_stays_for_the_next_partition)
{
	struct arch_vcpu *v = start(0, state_start, seed[0]);

	arch_vcpu_load(v);
	K_EQ(report(v), 0);
	arch_vcpu_put(v);
	v = start(1, state_check, 0);
	arch_vcpu_load(v);
	K_EQ(report(v), 0);
	arch_vcpu_put(v);
	/* and the check does find what differs */
	v = start(1, state_check, 4);
	arch_vcpu_load(v);
	K_CHECK(report(v) != 0);
	arch_vcpu_put(v);
}

KTEST(msr_of_a_guest_is_bounded)
{
	struct arch_vcpu *v = start(0, state_msr, 0);

	v->papr.msr |= MSR_HV | MSR_TM | MSR_TS;
	v->papr.msr &= ~MSR_ME;
	arch_vcpu_load(v);
	K_EQ(report(v) & (MSR_HV | MSR_TM | MSR_TS | MSR_ME), MSR_ME);
	K_EQ(v->papr.msr & (MSR_HV | MSR_TM | MSR_TS), 0);
	arch_vcpu_put(v);
}

KTEST(refused_instructions)
{
	struct arch_vcpu *v = start(0, state_illegal, 0);
	u64 nip = v->papr.nip;

	arch_vcpu_load(v);
	run(v);
	K_EQ(x.kind, EXIT_ILLEGAL);
	K_EQ(x.illegal.cause, ILLEGAL_INSTRUCTION);
	K_EQ(v->papr.nip, nip);
	v->papr.nip = nip = CODE + (u64)(state_facility - state_start);
	run(v);
	K_EQ(x.kind, EXIT_ILLEGAL);
	K_EQ(x.illegal.cause, ILLEGAL_FACILITY);
	K_EQ(x.illegal.info, 0xa); /* MSGP */
	K_EQ(v->papr.nip, nip);
	arch_vcpu_put(v);
}

/* User mode needs a process table; without one its first fetch is a fault of the table walk. */
KTEST(translation_without_a_process_table)
{
	struct arch_vcpu *v = start(0, state_msr, 0);

	v->papr.msr |= MSR_PR | MSR_IR | MSR_DR;
	arch_vcpu_load(v);
	for (unsigned i = 0; i < 3; i++) {
		arch_alarm(arch_now() + arch_tick_hz() / 1000);
		arch_vcpu_run(v, &x);
		K_CHECK(x.kind == EXIT_MEMORY || x.kind == EXIT_PREEMPT);
	}
	arch_vcpu_put(v);
}

/* Addresses of a guest's fetch: far away, and in the hypervisor itself. */
KTEST(fetch_outside_memory)
{
	u64 where[] = { 1ull << 51, (u64)image_start, 0xc00 };
	struct arch_vcpu *v;

	for (unsigned i = 0; i < ARRAY_SIZE(where); i++) {
		v = start(0, state_fetch, where[i]);
		arch_vcpu_load(v);
		run(v);
		K_EQ(x.kind, EXIT_MEMORY);
		K_EQ(x.mem.addr.v, where[i]);
		K_EQ(x.mem.access, ACCESS_EXEC);
		K_CHECK(!x.mem.mapped);
		arch_vcpu_put(v);
	}
}

/* The decrementer counts while its vcpu is not loaded, and is due when it has run out. */
KTEST(decrementer_goes_on_while_not_loaded)
{
	struct arch_vcpu *v = start(0, state_msr, 0);
	u64 ms = arch_tick_hz() / 1000, due = arch_now() + 5 * ms;

	v->dec_expires = due;
	arch_vcpu_load(v);
	K_CHECK(arch_vcpu_wake(v) >= due - ms && arch_vcpu_wake(v) <= due + ms);
	arch_vcpu_put(v);
	K_CHECK(arch_vcpu_wake(v) >= due - ms && arch_vcpu_wake(v) <= due + ms);
	while (arch_now() < due + ms) {
		arch_alarm(due + ms);
		arch_cpu_idle();
	}
	K_CHECK(arch_vcpu_wake(v) <= arch_now());
	arch_vcpu_load(v);
	K_CHECK(arch_vcpu_wake(v) <= arch_now());
	arch_vcpu_put(v);
}

/* A loaded vcpu whose decrementer has run out does not keep the CPU awake. */
KTEST(idle_waits_beside_a_due_decrementer)
{
	struct arch_vcpu *v = start(0, state_msr, 0);
	u64 start_time, ms = arch_tick_hz() / 1000;
	unsigned n = 0;

	v->dec_expires = arch_now() - 1;
	arch_vcpu_load(v);
	start_time = arch_now();
	for (; arch_now() < start_time + 20 * ms; n++) {
		arch_alarm(start_time + 20 * ms);
		arch_cpu_idle();
	}
	K_CHECK(n <= 3);
	K_CHECK(arch_vcpu_wake(v) <= arch_now());
	arch_vcpu_put(v);
}

/* Our own interrupts follow LPCR[AIL]: of a mode we have no vectors for, nothing reaches it. */
KTEST(vectors_stay_where_we_have_them)
{
	struct arch_vcpu *v = start(0, state_msr, 0);

	arch_vcpu_load(v);
	for (u64 ail = 0; ail <= 3; ail++) {
		v->papr.lpcr = LPCR_ILE | ail << LPCR_AIL_SHIFT;
		arch_papr_mode_changed(v);
		K_EQ(mfspr(SPR_LPCR) & (LPCR_ILE | LPCR_AIL), LPCR_ILE | (ail == 3 ? LPCR_AIL : 0));
	}
	arch_vcpu_put(v);
}

static u64 bolted(u64 i)
{
	u64 v;

	asm volatile("slbmfee %0, %1" : "=r"(v) : "r"(i));
	return v;
}

KTEST(put_ends_what_a_guest_had_set_up)
{
	struct arch_vcpu *v = start(0, state_msr, 0);
	u64 valid = 1ull << 27;

	arch_vcpu_load(v);
	mtspr(SPR_MMCRA, 1);
	for (u64 i = 0; i < 4; i++) {
		asm volatile("slbmte %0, %1" : : "r"(0x123000ull), "r"((i + 5) << 28 | valid | i));
		K_CHECK(bolted(i) & valid);
	}
	arch_vcpu_put(v);
	K_EQ(mfspr(SPR_MMCRA), 0);
	for (u64 i = 0; i < 4; i++)
		K_EQ(bolted(i), 0);
	arch_vcpu_load(v);
	K_EQ(mfspr(SPR_MMCRA), 1);
	arch_vcpu_put(v);
}

/* With PSSCR[EC] a guest's stop is ours to refuse; our own sleep needs it off, and puts it back. */
KTEST(stop_is_never_left_open)
{
	struct arch_vcpu *v = start(0, state_msr, 0);

	mtspr(SPR_PSSCR, 0);
	arch_vcpu_load(v);
	K_EQ(mfspr(SPR_PSSCR), PSSCR_EC);
	arch_alarm(arch_now() + arch_tick_hz() / 1000);
	arch_cpu_idle();
	K_EQ(mfspr(SPR_PSSCR), PSSCR_EC);
	arch_vcpu_put(v);
}

/* Each vcpu has its own: they do not tell how long others ran. */
KTEST(processor_time_stands_still_while_not_loaded)
{
	struct arch_vcpu *v = start(0, state_msr, 0);
	u64 ms = arch_tick_hz() / 1000, purr, spurr, since;

	arch_vcpu_load(v);
	K_CHECK(mfspr(SPR_PURR) < 10 * ms && mfspr(SPR_SPURR) < 10 * ms);
	purr = mfspr(SPR_PURR);
	spurr = mfspr(SPR_SPURR);
	arch_vcpu_put(v);
	for (since = arch_now(); arch_now() < since + 50 * ms;)
		arch_relax();
	arch_vcpu_load(v);
	K_CHECK(mfspr(SPR_PURR) >= purr && mfspr(SPR_PURR) < purr + 40 * ms);
	K_CHECK(mfspr(SPR_SPURR) >= spurr && mfspr(SPR_SPURR) < spurr + 40 * ms);
	arch_vcpu_put(v);
}

KTEST(a_guest_does_not_see_where_we_came_from)
{
	struct arch_vcpu *v = start(0, state_come_from, 0);

	arch_vcpu_load(v);
	K_EQ(report(v), 0);
	arch_vcpu_put(v);
}

/* No such interrupt can be made here; firmware at least knows the call and finds nothing wrong. */
KTEST(firmware_takes_maintenance_interrupts)
{
	K_CHECK(hmi_repair());
	K_EQ(mfspr(SPR_HMER) & mfspr(SPR_HMEER), 0);
}
