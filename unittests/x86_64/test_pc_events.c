// SPDX-License-Identifier: GPL-2.0-or-later
/* arch_pc.h on the processor: events, windows, alarms. Next: guest_pc.S. */
#include "pc_guest.h"

static const struct ktest_suite ktest_this = { "pc_events", pc_setup, pc_teardown };

static void inject(enum pc_event_type type, u8 vector, bool has_error, u32 error, u64 cr2)
{
	const struct pc_event e = { type, vector, has_error, error, cr2 };

	arch_pc_inject(av(0), &e);
}

/* ---- events ------------------------------------------------------------------------------ */

KTEST(interrupt_arrives)
{
	go(AGAIN);
	K_EQ(arch_pc_ready(av(0)), PC_READY_NMI);
	av(0)->pc.rflags |= RFLAGS_IF;
	K_EQ(arch_pc_ready(av(0)), PC_READY_NMI | PC_READY_INTR);
	inject(PC_EVENT_INTR, VECTOR, false, 0, 0);
	K_EQ(arch_pc_ready(av(0)), 0);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_INTERRUPTS), 1);
	K_EQ(arch_pc_ready(av(0)), PC_READY_NMI | PC_READY_INTR);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_INTERRUPTS), 1);
	done();
}

KTEST(window_opens)
{
	go(LATE_STI);
	arch_pc_window(av(0), PC_READY_INTR);
	K_EQ(run(0), EXIT_WINDOW);
	K_CHECK(arch_pc_ready(av(0)) & PC_READY_INTR);
	arch_pc_window(av(0), 0);
	inject(PC_EVENT_INTR, VECTOR, false, 0, 0);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_INTERRUPTS), 1);
	done();
}

KTEST(window_is_cancelled)
{
	go(LATE_STI);
	arch_pc_window(av(0), PC_READY_INTR);
	arch_pc_window(av(0), 0);
	expect_call(0, 0x2005);
	go(LATE_STI);
	arch_pc_window(av(0), PC_READY_INTR);
	done();
	arch_vcpu_load(av(0));
	expect_call(0, 0x2005);
	done();
}

/* CR8 belongs to the guest, and a window waits until it is low. */
KTEST(window_below_cr8)
{
	for (u8 below = 1; below <= 9; below += 4) {
		go(LOWER_CR8);
		arch_pc_set_cr8(av(0), 9);
		arch_pc_window(av(0), PC_BELOW(below));
		expect_call(0, 0x2007);
		K_EQ(av(0)->pc.gpr[PC_RCX], 9);
		K_EQ(run(0), EXIT_WINDOW);
		K_CHECK(arch_pc_cr8(av(0)) < below);
		arch_pc_set_cr8(av(0), 9);
		av(0)->pc.rflags &= ~RFLAGS_IF;
		go(LOWER_CR8);
		arch_pc_window(av(0), 0);
		expect_call(0, 0x2007);
		K_EQ(arch_pc_cr8(av(0)), 9);
	}
	done();
}

/* HLT behind STI: whoever waits to interrupt must not do it between them. */
KTEST(no_interrupt_in_the_shadow)
{
	unsigned i;

	for (i = 0; i < 50; i++) {
		go(SLEEP);
		av(0)->pc.rflags &= ~RFLAGS_IF;
		arch_pc_window(av(0), PC_READY_INTR);
		if (i % 2)
			arch_cpu_kick(arch_cpu_self());
		while (run(0) == EXIT_WINDOW) /* the shadow is over: the guest sleeps now */
			K_EQ(arch_pc_ready(av(0)) & PC_READY_INTR, 0);
		K_EQ(x.kind, EXIT_IDLE);
		K_EQ(av(0)->pc.rip, address(SLEEP) + 1);
		K_EQ(x.len, 1);
		av(0)->pc.rip += x.len;
		K_CHECK(arch_pc_ready(av(0)) & PC_READY_INTR);
		arch_pc_window(av(0), 0);
		inject(PC_EVENT_INTR, VECTOR, false, 0, 0);
		expect_call(0, 0x2005);
		K_EQ(peek(data, D_INTERRUPTS), i + 1);
	}
	done();
}

/* An entry into the shadow that ends before the HLT, which has not been done, does not end it. */
KTEST(shadow_outlives_an_entry)
{
	go(SLEEP);
	av(0)->pc.rflags &= ~RFLAGS_IF;
	K_EQ(run(0), EXIT_IDLE);
	arch_pc_window(av(0), PC_READY_INTR);
	for (unsigned i = 0; i < 20; i++) {
		arch_cpu_kick(arch_cpu_self());
		K_EQ(arch_pc_ready(av(0)) & PC_READY_INTR, 0);
		K_EQ(run(0), EXIT_IDLE);
		K_EQ(av(0)->pc.rip, address(SLEEP) + 1);
	}
	done();
}

KTEST(one_nmi_at_a_time)
{
	go(AGAIN);
	inject(PC_EVENT_NMI, 2, false, 0, 0);
	K_EQ(arch_pc_ready(av(0)), 0);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_NMIS), 1);
	K_CHECK(arch_pc_ready(av(0)) & PC_READY_NMI);
	go(COUNT);
	inject(PC_EVENT_NMI, 2, false, 0, 0);
	arch_pc_window(av(0), PC_READY_NMI);
	K_EQ(run(0), EXIT_WINDOW);
	K_CHECK(arch_pc_ready(av(0)) & PC_READY_NMI);
	K_EQ(peek(data, D_NMIS), 2);
	done();
}

KTEST(faults_arrive)
{
	go(AGAIN);
	inject(PC_EVENT_EXCEPTION, PC_EXC_PF, true, PC_PF_WRITE, 0xffff800012345678);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_FAULTS), 1);
	K_EQ(peek(data, D_ERROR), PC_PF_WRITE);
	K_EQ(peek(data, D_CR2), 0xffff800012345678);
	inject(PC_EVENT_EXCEPTION, PC_EXC_GP, true, 0x18, 0);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_FAULTS), 2);
	K_EQ(peek(data, D_ERROR), 0x18);
	done();
}

KTEST(two_faults_are_a_double_fault)
{
	gate(PC_EXC_DF, FAULT);
	go(AGAIN);
	inject(PC_EVENT_EXCEPTION, PC_EXC_GP, true, 1, 0);
	inject(PC_EVENT_EXCEPTION, PC_EXC_GP, true, 2, 0);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_FAULTS), 1);
	K_EQ(peek(data, D_ERROR), 0);
	/* benign and contributory: the second one only */
	inject(PC_EVENT_EXCEPTION, PC_EXC_UD, false, 0, 0);
	inject(PC_EVENT_EXCEPTION, PC_EXC_GP, true, 4, 0);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_ERROR), 4);
	inject(PC_EVENT_EXCEPTION, PC_EXC_PF, true, 0, 0);
	inject(PC_EVENT_EXCEPTION, PC_EXC_PF, true, 0, 0);
	inject(PC_EVENT_EXCEPTION, PC_EXC_GP, true, 0, 0);
	K_EQ(run(0), EXIT_SHUTDOWN);
	done();
}

/* No handler for the double fault either: the processor gives up. */
KTEST(triple_fault_is_a_shutdown)
{
	poke(data, D_IDT + 16 * PC_EXC_GP, 0);
	poke(data, D_IDT + 16 * PC_EXC_DF, 0);
	go(AGAIN);
	inject(PC_EVENT_EXCEPTION, PC_EXC_GP, true, 0, 0);
	K_EQ(run(0), EXIT_SHUTDOWN);
	done();
}

/* The stack is gone while an interrupt is delivered: it is delivered when the page is back. */
KTEST(interrupted_delivery_is_done_again)
{
	pa_t page = data;
	u64 done_bytes;

	go(AGAIN);
	av(0)->pc.rflags |= RFLAGS_IF;
	av(0)->pc.gpr[PC_RSP] = DATA + 3 * HV_PAGE_SIZE; /* nothing there */
	inject(PC_EVENT_INTR, VECTOR, false, 0, 0);
	K_EQ(run(0), EXIT_MEMORY);
	K_EQ(x.mem.access, ACCESS_WRITE);
	K_EQ(arch_pc_ready(av(0)), 0);
	K_EQ(peek(data, D_INTERRUPTS), 0);
	K_EQ(palloc_get(&hv.palloc, 0, FRAME_GUEST, VCPU_ID, true, &page), HV_OK);
	K_EQ(arch_gspace_map(vcpu_gs, GPA(DATA + 2 * HV_PAGE_SIZE), page, HV_PAGE_SIZE,
			     PROT_R | PROT_W, MT_NORMAL, &done_bytes),
	     HV_OK);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_INTERRUPTS), 1);
	done();
	unmap_page(DATA + 2 * HV_PAGE_SIZE);
	palloc_put(&hv.palloc, page, 1, FRAME_GUEST, VCPU_ID);
}

/*
 * No handler can be reached, and the core answers each time with another fault: the guest never
 * comes to an instruction, but our interrupts must be seen. Also when it faults within itself.
 */
static void must_be_preempted(void)
{
	u64 end = arch_now() + arch_tick_hz() * 2;

	arch_alarm(arch_now() + arch_tick_hz() / 200);
	do {
		arch_vcpu_run(av(0), &x);
		if (x.kind == EXIT_MEMORY)
			inject(PC_EVENT_EXCEPTION, PC_EXC_UD, false, 0, 0);
	} while (x.kind == EXIT_MEMORY && arch_now() < end);
	arch_alarm(TIME_NEVER);
	K_EQ(x.kind, EXIT_PREEMPT);
}

KTEST(faults_without_end_are_preempted)
{
	unsigned i;

	go(AGAIN);
	gate(PC_EXC_UD, FAULT);
	av(0)->pc.gpr[PC_RSP] = DATA + 3 * HV_PAGE_SIZE;
	for (i = 0; i < 3; i++) {
		inject(PC_EVENT_EXCEPTION, PC_EXC_UD, false, 0, 0);
		must_be_preempted();
	}
	done();
}

/* INT3 happens again by itself: what was interrupted of it is not to be given to the processor. */
KTEST(interrupted_breakpoint_happens_again)
{
	gate(3, INTERRUPT);
	go(BREAKPOINT);
	av(0)->pc.gpr[PC_RSP] = DATA + 3 * HV_PAGE_SIZE;
	K_EQ(run(0), EXIT_MEMORY);
	K_EQ(av(0)->pc.rip, address(BREAKPOINT));
	K_EQ(peek(data, D_INTERRUPTS), 0);
	av(0)->pc.gpr[PC_RSP] = DATA + 0xff0;
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_INTERRUPTS), 1);
	done();
}

/* The step's exception comes while STI still holds interrupts off. */
KTEST(single_step_over_sti)
{
	gate(PC_EXC_DB, INTERRUPT);
	go(STEP_STI);
	av(0)->pc.rflags &= ~RFLAGS_IF;
	av(0)->pc.rflags |= RFLAGS_TF;
	expect_call(0, 0x2005);
	K_CHECK(peek(data, D_INTERRUPTS) >= 3);
	done();
}

/* Vector 1 of a start-up interrupt: code at 0x1000, the table of vectors at 0. */
KTEST(faults_in_real_mode_have_no_code)
{
	const struct pc_start s = { .kind = PC_START_SIPI, .vector = 1 };

	done();
	map_page(0, data, PROT_R | PROT_W);
	map_page(0x1000, vcpu_far, PROT_R | PROT_X);
	poke(data, 4 * (PC_EXC_GP - 1), (0x1000000 | offset(REAL_FAULT)) << 32);
	arch_pc_reset(av(0), &s);
	arch_vcpu_load(av(0));
	av(0)->pc.gpr[PC_RSP] = 0x800;
	inject(PC_EVENT_EXCEPTION, PC_EXC_GP, true, 0x18, 0);
	expect_call(0, 0x2006);
	K_EQ(av(0)->pc.gpr[PC_RSP], 0x800 - 6);
	done();
	unmap_page(0);
	unmap_page(0x1000);
}

/* ---- time -------------------------------------------------------------------------------- */

KTEST(own_alarm_opens_a_window)
{
	u64 when = arch_now() + arch_tick_hz() / 200;
	unsigned i;

	go(COUNT);
	arch_alarm(TIME_NEVER);
	arch_pc_alarm(av(0), when);
	K_EQ(arch_vcpu_wake(av(0)), when);
	K_EQ(run(0), EXIT_WINDOW);
	K_CHECK(arch_now() >= when);
	for (i = 0; i < 3; i++) { /* it has passed: each run returns at once */
		arch_pc_alarm(av(0), when - i - 1);
		K_EQ(run(0), EXIT_WINDOW);
	}
	done();
	K_EQ(arch_vcpu_wake(av(0)), when - 3);
	arch_vcpu_load(av(0));
	K_EQ(run(0), EXIT_WINDOW);
	arch_pc_alarm(av(0), TIME_NEVER);
	K_EQ(arch_vcpu_wake(av(0)), TIME_NEVER);
	arch_alarm(arch_now() + arch_tick_hz() / 100);
	arch_vcpu_run(av(0), &x);
	K_EQ(x.kind, EXIT_PREEMPT);
	done();
}
