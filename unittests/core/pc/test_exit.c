// SPDX-License-Identifier: GPL-2.0-or-later
/* What becomes of exits: HLT and who ends it, undefined instructions, lengths that are not told. */
#include "lab.h"

static void hlt(void)
{
	lab_exit(lab_v0, (struct vcpu_exit){ .kind = EXIT_IDLE, .len = 1 });
}

START_TEST(undefined)
{
	lab_exit(lab_v0, (struct vcpu_exit){ .kind = EXIT_ILLEGAL,
					     .illegal = { .cause = ILLEGAL_INSTRUCTION } });
	ck_assert_int_eq(lab_exception(lab_v0), PC_EXC_UD);
	lab_exit(lab_v0, (struct vcpu_exit){ .kind = EXIT_ILLEGAL,
					     .illegal = { .cause = ILLEGAL_PRIVILEGE } });
	ck_assert_int_eq(lab_exception(lab_v0), PC_EXC_UD);
	ck_assert(!lab_pc(lab_v0)->event.has_error);
	ck_assert_uint_eq(lab_v0->arch.pc.rip, LAB_ENTRY);
}
END_TEST

START_TEST(spurious_interrupt_is_nothing)
{
	u64 before = lab_digest();

	lab_exit(lab_v0, (struct vcpu_exit){ .kind = EXIT_INTERRUPT });
	ck_assert_uint_eq(lab_digest(), before);
}
END_TEST

START_TEST(hlt_blocks)
{
	lab_x2apic(lab_v0);
	lab_irq(lab_v0, true);
	hlt();
	ck_assert_uint_eq(lab_v0->se.state, SE_BLOCKED);
	ck_assert_uint_eq(lab_v0->se.wake, TIME_NEVER);
	ck_assert_uint_eq(lab_v0->arch.pc.rip, LAB_ENTRY);
	pc_apic_accept(lab_v0, 0x55, false);
	ck_assert_uint_eq(lab_v0->se.state, SE_RUNNABLE);
	ck_assert_int_eq(lab_enter(lab_v0), 0x55);
	ck_assert_uint_eq(lab_v0->arch.pc.rip, LAB_ENTRY + 1);
}
END_TEST

START_TEST(hlt_with_something_pending)
{
	lab_x2apic(lab_v0);
	lab_irq(lab_v0, true);
	pc_apic_accept(lab_v0, 0x55, false);
	hlt();
	ck_assert_uint_eq(lab_v0->se.state, SE_RUNNABLE);
	ck_assert_int_eq(lab_enter(lab_v0), 0x55);
	ck_assert_uint_eq(lab_v0->arch.pc.rip, LAB_ENTRY + 1);
	ck_assert_uint_eq(pc_vcpu(lab_v0)->attn, 0);
}
END_TEST

/* With interrupts off only an NMI (or INIT) ends it; waking for nothing leaves it where it is. */
START_TEST(hlt_with_interrupts_off)
{
	lab_x2apic(lab_v0);
	pc_apic_accept(lab_v0, 0x55, false);
	hlt();
	ck_assert_uint_eq(lab_v0->se.state, SE_BLOCKED);
	pc_apic_accept(lab_v0, 0x56, false);
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	ck_assert_uint_eq(lab_v0->arch.pc.rip, LAB_ENTRY);
	hlt();
	pc_attn(lab_v0, ATTN_NMI);
	ck_assert_uint_eq(lab_v0->se.state, SE_RUNNABLE);
	ck_assert_int_eq(lab_enter(lab_v0), 2);
	ck_assert_uint_eq(lab_v0->arch.pc.rip, LAB_ENTRY + 1);
	lab_irq(lab_v0, true);
	ck_assert_int_eq(lab_enter(lab_v0), 0x56); /* nothing was lost */
}
END_TEST

/* STI; HLT: what waits ends the HLT, though the shadow of STI keeps it off the HLT itself. */
START_TEST(hlt_in_a_shadow)
{
	struct um_pc *pc = lab_pc(lab_v0);

	lab_x2apic(lab_v0);
	lab_irq(lab_v0, true);
	pc->shadow = true;
	pc->shadow_rip = LAB_ENTRY;
	pc_apic_accept(lab_v0, 0x55, false);
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	hlt();
	ck_assert_uint_eq(lab_v0->se.state, SE_RUNNABLE);
	ck_assert_int_eq(lab_enter(lab_v0), 0x55);
	ck_assert_uint_eq(lab_v0->arch.pc.rip, LAB_ENTRY + 1);
	lab_v0->arch.pc.rip = LAB_ENTRY;
	pc_attn(lab_v0, ATTN_NMI);
	hlt();
	ck_assert_uint_eq(lab_v0->se.state, SE_RUNNABLE);
	ck_assert_int_eq(lab_enter(lab_v0), 2);
	ck_assert_uint_eq(lab_v0->arch.pc.rip, LAB_ENTRY + 1);
}
END_TEST

/* Woken for nothing, then by something: its handler returns behind the HLT. */
START_TEST(hlt_woken_twice)
{
	lab_x2apic(lab_v0);
	lab_irq(lab_v0, true);
	hlt();
	pc_attn(lab_v0, ATTN_IRQ);
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	ck_assert_uint_eq(lab_v0->arch.pc.rip, LAB_ENTRY);
	pc_apic_accept(lab_v0, 0x55, false);
	ck_assert_int_eq(lab_enter(lab_v0), 0x55);
	ck_assert_uint_eq(lab_v0->arch.pc.rip, LAB_ENTRY + 1);
	pc_apic_accept(lab_v0, 0x65, false); /* elsewhere nothing is skipped */
	ck_assert_int_eq(lab_enter(lab_v0), 0x65);
	ck_assert_uint_eq(lab_v0->arch.pc.rip, LAB_ENTRY + 1);
}
END_TEST

START_TEST(hlt_below_the_task_priority)
{
	lab_x2apic(lab_v0);
	lab_irq(lab_v0, true);
	pc_apic_set_tpr(lab_v0, 0x60);
	pc_apic_accept(lab_v0, 0x55, false);
	hlt();
	ck_assert_uint_eq(lab_v0->se.state, SE_BLOCKED);
	pc_apic_accept(lab_v0, 0x75, false);
	ck_assert_uint_eq(lab_v0->se.state, SE_RUNNABLE);
	ck_assert_int_eq(lab_enter(lab_v0), 0x75);
	ck_assert(lab_wrmsr(lab_v0, 0x80b, 0));
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	ck_assert_uint_eq(pc_vcpu(lab_v0)->attn, ATTN_HELD);
	hlt();
	ck_assert_uint_eq(lab_v0->se.state, SE_BLOCKED);
	vcpu_wake(lab_v0);
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	lab_pc(lab_v0)->cr8 = 4; /* between that and the HLT, and no window was seen */
	hlt();
	ck_assert_uint_eq(lab_v0->se.state, SE_RUNNABLE);
	ck_assert_int_eq(lab_enter(lab_v0), 0x55);
}
END_TEST

START_TEST(hlt_until_the_timer)
{
	lab_x2apic(lab_v0);
	lab_irq(lab_v0, true);
	ck_assert(lab_wrmsr(lab_v0, 0x832, 0x40060));
	ck_assert(lab_wrmsr(lab_v0, 0x6e0, lab_msr(lab_v0, 0x10) + LAB_MS(2)));
	hlt();
	ck_assert_uint_eq(lab_v0->se.state, SE_BLOCKED);
	ck_assert_uint_eq(lab_v0->se.wake, lab_pc(lab_v0)->alarm);
	um_advance(LAB_MS(2));
	ck_assert_int_eq(lab_enter(lab_v0), 0x60);
}
END_TEST

/* A port that does not know lengths: the instruction is looked at. */
START_TEST(unknown_length)
{
	static const u8 code[] = { 0x66, 0x0f, 0xa2, 0x0f, 0x32, 0x26, 0xec, 0x90 };
	struct pc_regs *r = pc_regs(lab_v0);

	lab_put(LAB_ENTRY, code, sizeof(code));
	r->gpr[PC_RAX] = 0x40000001;
	lab_exit(lab_v0,
		 (struct vcpu_exit){ .kind = EXIT_REGISTER, .reg = { .space = REG_CPUID } });
	ck_assert_uint_eq(r->rip, LAB_ENTRY + 3);
	ck_assert_uint_eq(r->gpr[PC_RAX], 0x1000008);
	lab_exit(lab_v0,
		 (struct vcpu_exit){ .kind = EXIT_REGISTER, .reg = { REG_MSR, 0x1b, false } });
	ck_assert_uint_eq(r->rip, LAB_ENTRY + 5);
	lab_exit(lab_v0, (struct vcpu_exit){ .kind = EXIT_IO, .io = { .port = 0x64, .size = 1 } });
	ck_assert_uint_eq(r->rip, LAB_ENTRY + 7);
	r->gpr[PC_RAX] = 0x40000001; /* none of those that exit: it changed meanwhile */
	lab_exit(lab_v0,
		 (struct vcpu_exit){ .kind = EXIT_REGISTER, .reg = { .space = REG_CPUID } });
	ck_assert_int_eq(lab_exception(lab_v0), PC_EXC_UD);
	ck_assert_uint_eq(r->rip, LAB_ENTRY + 7);
	ck_assert_uint_eq(r->gpr[PC_RAX], 0x40000001);
}
END_TEST

Suite *suite_pc_exit(void);
Suite *suite_pc_exit(void)
{
	return LAB_SUITE("pc_exit", undefined, spurious_interrupt_is_nothing, hlt_blocks,
			 hlt_with_something_pending, hlt_with_interrupts_off, hlt_in_a_shadow,
			 hlt_woken_twice, hlt_below_the_task_priority, hlt_until_the_timer,
			 unknown_length);
}
