// SPDX-License-Identifier: GPL-2.0-or-later
/* What happens before an entry, life of machine state, restart. */
#include "lab.h"
#include "state.h"

START_TEST(window_until_the_guest_is_ready)
{
	lab_x2apic(lab_v0);
	pc_apic_accept(lab_v0, 0x40, false);
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	ck_assert_uint_eq(lab_pc(lab_v0)->window, PC_READY_INTR);
	pc_apic_accept(lab_v0, 0x80, false);
	lab_irq(lab_v0, true);
	lab_exit(lab_v0, (struct vcpu_exit){ .kind = EXIT_WINDOW });
	ck_assert_int_eq(lab_enter(lab_v0), 0x80);
	ck_assert_uint_eq(lab_pc(lab_v0)->window, 0); /* 0x40 is below it */
	ck_assert(lab_wrmsr(lab_v0, 0x80b, 0));
	ck_assert_int_eq(lab_enter(lab_v0), 0x40);
	ck_assert_uint_eq(pc_vcpu(lab_v0)->attn, 0);
}
END_TEST

/* CR8 is the guest's own: it holds interrupts back and lets them come without an exit for it. */
START_TEST(window_until_cr8_is_low)
{
	struct um_pc *pc = lab_pc(lab_v0);

	lab_x2apic(lab_v0);
	lab_irq(lab_v0, true);
	pc->cr8 = 8;
	pc_apic_accept(lab_v0, 0x40, false);
	pc_apic_accept(lab_v0, 0x7f, false);
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	ck_assert_uint_eq(pc->window, PC_BELOW(7));
	ck_assert(!um_pc_window_open(&lab_v0->arch));
	pc_apic_accept(lab_v0, 0x90, false);
	ck_assert_int_eq(lab_enter(lab_v0), 0x90);
	ck_assert_uint_eq(pc->window, 0);
	ck_assert(lab_wrmsr(lab_v0, 0x80b, 0));
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	ck_assert_uint_eq(pc->window, PC_BELOW(7));
	pc->cr8 = 7;
	ck_assert(!um_pc_window_open(&lab_v0->arch));
	pc->cr8 = 6;
	ck_assert(um_pc_window_open(&lab_v0->arch));
	lab_exit(lab_v0, (struct vcpu_exit){ .kind = EXIT_WINDOW });
	ck_assert_int_eq(lab_enter(lab_v0), 0x7f);
	pc->cr8 = 5;
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	ck_assert(lab_wrmsr(lab_v0, 0x80b, 0));
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	ck_assert_uint_eq(pc->window, PC_BELOW(4));
	/* from below, interrupts off: then it is a window like others */
	lab_irq(lab_v0, false);
	pc->cr8 = 0;
	ck_assert(!um_pc_window_open(&lab_v0->arch));
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	ck_assert_uint_eq(pc->window, PC_READY_INTR);
	lab_irq(lab_v0, true);
	ck_assert_int_eq(lab_enter(lab_v0), 0x40);
	ck_assert_uint_eq(pc_vcpu(lab_v0)->attn, 0);
}
END_TEST

/* In service and held back: the end of the one says nothing about the other. */
START_TEST(held_behind_one_in_service)
{
	struct um_pc *pc = lab_pc(lab_v0);

	lab_x2apic(lab_v0);
	lab_irq(lab_v0, true);
	pc_apic_accept(lab_v0, 0x60, false);
	ck_assert_int_eq(lab_enter(lab_v0), 0x60);
	pc->cr8 = 8;
	pc_apic_accept(lab_v0, 0x61, false);
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	ck_assert_uint_eq(pc->window, 0); /* of the same class: EOI comes first */
	pc_apic_accept(lab_v0, 0x70, false);
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	ck_assert_uint_eq(pc->window, PC_BELOW(7));
	ck_assert(lab_wrmsr(lab_v0, 0x808, 0)); /* the register's own way */
	ck_assert_uint_eq(pc->cr8, 0);
	ck_assert_int_eq(lab_enter(lab_v0), 0x70);
	ck_assert_uint_eq(pc->window, 0);
}
END_TEST

/* The register and CR8 are one; switched off, both are 0. */
START_TEST(cr8_is_the_register)
{
	struct um_pc *pc = lab_pc(lab_v0);

	lab_x2apic(lab_v0);
	ck_assert(lab_wrmsr(lab_v0, 0x808, 0x57));
	ck_assert_uint_eq(pc->cr8, 5);
	ck_assert_uint_eq(lab_msr(lab_v0, 0x808), 0x57);
	pc->cr8 = 6;
	ck_assert_uint_eq(lab_msr(lab_v0, 0x808), 0x60);
	ck_assert_uint_eq(lab_msr(lab_v0, 0x80a), 0x60); /* of the processor */
	pc->cr8 = 5;
	ck_assert_uint_eq(lab_msr(lab_v0, 0x80a), 0x50);
	ck_assert(lab_wrmsr(lab_v0, 0x1b, 0xfee00100));
	ck_assert_uint_eq(pc->cr8, 0);
}
END_TEST

START_TEST(one_event_for_each_entry)
{
	lab_x2apic(lab_v0);
	lab_irq(lab_v0, true);
	pc_apic_accept(lab_v0, 0x40, false);
	pc_attn(lab_v0, ATTN_NMI);
	ck_assert_int_eq(lab_enter(lab_v0), 2);
	ck_assert_uint_eq(lab_pc(lab_v0)->window, PC_READY_INTR);
	ck_assert_int_eq(lab_enter(lab_v0), 0x40);
	pc_apic_accept(lab_v0, 0x50, false);
	pc_raise(lab_v0, PC_EXC_GP); /* an exception comes first */
	ck_assert_int_eq(lab_enter(lab_v0), PC_EXC_GP);
	ck_assert_int_eq(lab_enter(lab_v0), 0x50);
}
END_TEST

START_TEST(window_after_put_and_load)
{
	lab_x2apic(lab_v0);
	pc_apic_accept(lab_v0, 0x40, false);
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	cpu_unload(hv.cpu[0]);
	ck_assert_uint_eq(lab_pc(lab_v0)->window, 0);
	ck_assert(cpu_load(hv.cpu[0], lab_v0));
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	ck_assert_uint_eq(lab_pc(lab_v0)->window, PC_READY_INTR);
}
END_TEST

START_TEST(vcpus_at_the_start)
{
	ck_assert(lab_v0->online && !lab_v1->online);
	ck_assert(!pc_vcpu(lab_v0)->wait_sipi && pc_vcpu(lab_v1)->wait_sipi);
	ck_assert_ptr_ne(lab_v0->mach, lab_v1->mach);
}
END_TEST

/* Everything of a partition that can restart: memory, machine, vcpus. */
static u64 whole(void)
{
	hv.cpu[0]->resched = false;
	lab_p->state = PART_READY;
	vterm_init(&lab_p->term, lab_p->id);
	for (unsigned i = 0; i < lab_p->nvcpus; i++) {
		struct vcpu *v = lab_p->vcpu[i];

		v->online = false;
		v->se = (struct sched_ent){ 0 };
		memset(&v->arch.pc.gpr[PC_RAX], 0, 8);
	}
	um_output_clear();
	return lab_digest();
}

static struct manifest m;

static void restartable(u64 memory)
{
	um_teardown();
	lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(16), .rtc = LAB_RTC });
	m = (struct manifest){ .nparts = 1 };
	m.part[0] = lab_manifest();
	m.part[0].restart = true;
	m.part[0].memory = memory;
	ck_assert_int_eq(partition_create(&m.part[0], &m, &lab_p), HV_OK);
	lab_v0 = lab_p->vcpu[0];
	lab_v1 = lab_p->vcpu[1];
}

static void run(void)
{
	lock_take(&hv.lock);
	ck_assert_int_eq(partition_start(lab_p), HV_OK);
	lock_drop(&hv.lock);
	ck_assert(cpu_load(hv.cpu[0], lab_v0));
}

static void reboot(void)
{
	lab_out(lab_v0, 0x64, 1, 0xfe);
	ck_assert_uint_eq(lab_p->state, PART_RESTART);
	cpu_unload(hv.cpu[0]);
	while (lab_p->state == PART_RESTART)
		ck_assert(partition_reap());
	ck_assert_uint_eq(lab_p->state, PART_RUNNING);
}

/* Whatever was used: after a restart all is as after the creation. */
START_TEST(restart)
{
	u64 before;

	restartable(LAB_MEM);
	before = whole();
	run();
	lab_x2apic(lab_v0);
	ck_assert(lab_wrmsr(lab_v0, 0x830, 1ull << 32 | 0x4605));
	ck_assert(lab_v1->online);
	ck_assert(lab_wrmsr(lab_v0, 0x200, 1));
	ck_assert(lab_wrmsr(lab_v0, 0x10, 5));
	ck_assert(lab_wrmsr(lab_v0, 0x4b564d01, 0x8001));
	ck_assert(lab_wrmsr(lab_v0, 0x838, 1u << 31));
	ck_assert(lab_wrmsr(lab_v0, MSR_PC_EFER, EFER_LME));
	lab_out(lab_v0, 0x3f9, 1, 5);
	lab_out(lab_v0, 0x70, 1, 5);
	ck_assert(pc_mmio_write(lab_v0, PC_IOAPIC_BASE, 4, 0x18));
	ck_assert(pc_mmio_write(lab_v0, PC_IOAPIC_BASE + 0x10, 4, 0x33));
	pc_attn(lab_v1, ATTN_NMI);
	lab_put(PC_ACPI, "xxxx", 4);
	lab_st(PC_BOOT, 8, 0);
	lab_st(0x8000, 8, 0x1111);
	reboot();
	ck_assert_uint_eq(whole(), before);
}
END_TEST

/* The memory of the CMOS clock has a battery. */
START_TEST(restart_keeps_cmos)
{
	restartable(LAB_MEM);
	run();
	lab_out(lab_v0, 0x70, 1, 0x40);
	ck_assert_uint_eq(lab_in(lab_v0, 0x71, 1), 0);
	lab_out(lab_v0, 0x71, 1, 0x5a);
	lab_out(lab_v0, 0x70, 1, 0x0b);
	lab_out(lab_v0, 0x71, 1, 0x06);
	reboot();
	ck_assert(cpu_load(hv.cpu[0], lab_v0));
	lab_out(lab_v0, 0x70, 1, 0x40);
	ck_assert_uint_eq(lab_in(lab_v0, 0x71, 1), 0x5a);
	lab_out(lab_v0, 0x70, 1, 0x0b);
	ck_assert_uint_eq(lab_in(lab_v0, 0x71, 1), 0x02);
}
END_TEST

/* Memory above the machine's hole is cleared, too. */
START_TEST(restart_around_the_hole)
{
	static struct machine with_hole;

	with_hole = machine_pc;
	with_hole.hole = MIB(1);
	with_hole.hole_end = MIB(2);
	restartable(MIB(1));
	lock_take(&lab_p->lock);
	ck_assert_int_eq(gmem_add(lab_p, GPA(MIB(2)), MIB(1)), HV_OK);
	lock_drop(&lab_p->lock);
	lab_p->machine = &with_hole;
	run();
	lab_st(0x8000, 8, 0x1111);
	lab_st(MIB(2), 8, 0x2222);
	lab_st(MIB(3) - 8, 8, 0x3333);
	reboot();
	ck_assert_uint_eq(lab_ld(0x8000, 8) | lab_ld(MIB(2), 8) | lab_ld(MIB(3) - 8, 8), 0);
}
END_TEST

Suite *suite_pc_machine(void);
Suite *suite_pc_machine(void)
{
	return LAB_SUITE("pc_machine", window_until_the_guest_is_ready, window_until_cr8_is_low,
			 held_behind_one_in_service, cr8_is_the_register, one_event_for_each_entry,
			 window_after_put_and_load, vcpus_at_the_start, restart, restart_keeps_cmos,
			 restart_around_the_hole);
}
