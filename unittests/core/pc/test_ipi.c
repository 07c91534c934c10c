// SPDX-License-Identifier: GPL-2.0-or-later
/* Interrupts between vcpus: whom they reach, INIT and start-up, NMI, who is woken. */
#include "lab.h"

#define ICR 0x830

static void setup(void)
{
	lab_setup();
	lab_x2apic(lab_v0);
	lab_x2apic(lab_v1);
}

static void send(u32 low, u32 dest)
{
	ck_assert(lab_wrmsr(lab_v0, ICR, (u64)dest << 32 | low));
}

/* Whom it reached: bit 0 vcpu 0, bit 1 vcpu 1. */
static unsigned reached(u8 vector)
{
	unsigned got = 0;

	for (unsigned i = 0; i < 2; i++) {
		struct pc_apic *a = &pc_vcpu(lab_p->vcpu[i])->apic;

		if (a->irr[vector / 64] >> vector % 64 & 1)
			got |= 1u << i;
		a->irr[vector / 64] = 0;
	}
	return got;
}

START_TEST(destinations)
{
	send(0x30, 1);
	ck_assert_uint_eq(reached(0x30), 2);
	send(0x30, 0);
	ck_assert_uint_eq(reached(0x30), 1);
	send(0x30, 2);
	ck_assert_uint_eq(reached(0x30), 0);
	send(0x30, ~0u);
	ck_assert_uint_eq(reached(0x30), 3);
	send(0x30 | 1 << 11, 3); /* logical */
	ck_assert_uint_eq(reached(0x30), 3);
	send(0x30 | 1 << 11, 2);
	ck_assert_uint_eq(reached(0x30), 2);
	send(0x30 | 1 << 18, 1); /* self */
	ck_assert_uint_eq(reached(0x30), 1);
	send(0x30 | 2 << 18, 0); /* all */
	ck_assert_uint_eq(reached(0x30), 3);
	send(0x30 | 3 << 18, 0); /* all but self */
	ck_assert_uint_eq(reached(0x30), 2);
	send(0x130 | 1 << 11, 3); /* lowest priority: one of them */
	ck_assert_uint_eq(reached(0x30), 1);
	send(0x230, ~0u); /* SMI, and a reserved one: nothing */
	send(0x330, ~0u);
	ck_assert_uint_eq(reached(0x30), 0);
	ck_assert(lab_wrmsr(lab_v0, 0x83f, 0x31));
	ck_assert_uint_eq(reached(0x31), 1);
}
END_TEST

START_TEST(nmi)
{
	send(0x400, 0);
	lab_pc(lab_v0)->blocked = PC_READY_NMI;
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	ck_assert_uint_eq(lab_pc(lab_v0)->window, PC_READY_NMI);
	lab_pc(lab_v0)->blocked = 0;
	ck_assert_int_eq(lab_enter(lab_v0), 2);
	ck_assert_uint_eq(lab_pc(lab_v0)->event.type, PC_EVENT_NMI);
	ck_assert_uint_eq(lab_pc(lab_v0)->window, 0);
	ck_assert_int_eq(lab_enter(lab_v0), -1);
}
END_TEST

#define INIT	0x4500
#define STARTUP 0x4600

START_TEST(init_and_startup)
{
	const struct um_pc *pc = lab_pc(lab_v1);

	ck_assert(!lab_v1->online);
	send(STARTUP | 0x9a, 1);
	ck_assert(lab_v1->online);
	ck_assert_uint_eq(pc->base[PC_CS], 0x9a000);
	ck_assert_uint_eq(lab_v1->arch.pc.rip, 0);
	ck_assert(pc_apic_x2(&pc_vcpu(lab_v1)->apic));	    /* INIT leaves it its mode, */
	ck_assert_uint_eq(pc_vcpu(lab_v1)->apic.svr, 0xff); /* off by software */
	send(STARTUP | 0x77, 1);			    /* it does not wait for one */
	ck_assert_uint_eq(pc->base[PC_CS], 0x9a000);
	send(INIT | 1 << 15, 1);
	ck_assert(!lab_v1->online);
	send(0x8500, 1); /* the end of INIT means nothing */
	send(STARTUP | 0x10, 1);
	ck_assert(lab_v1->online);
	ck_assert_uint_eq(pc->base[PC_CS], 0x10000);
}
END_TEST

/* Intel's SDM 3, table 10-1: INIT leaves the counter and TSC_ADJUST. */
START_TEST(init_and_the_counter)
{
	pc_vcpu(lab_v1)->tsc_offset = 1000;
	pc_vcpu(lab_v1)->tsc_adjust = 77;
	send(STARTUP | 0x10, 1);
	ck_assert_uint_eq(pc_vcpu(lab_v1)->tsc_offset, 1000);
	ck_assert_uint_eq(pc_vcpu(lab_v1)->tsc_adjust, 77);
	ck_assert_uint_eq(lab_pc(lab_v1)->tsc_offset, 1000);
}
END_TEST

/* Of those that are meant, one that takes interrupts: not one that is off, nor one that waits. */
START_TEST(lowest_priority_goes_to_who_takes_it)
{
	const u32 to_all = 0x120 | 2 << 18;

	send(STARTUP | 0x10, 1);
	pc_vcpu(lab_v1)->apic.svr = 0x1ff;
	pc_vcpu(lab_v0)->apic.svr = 0xff;
	send(to_all, 0);
	ck_assert_int_eq(pc_apic_pending(lab_v1), 0x20);
	pc_message(lab_p, 0x0133, 0xff);
	ck_assert_int_eq(pc_apic_pending(lab_v1), 0x33);
	pc_vcpu(lab_v0)->apic.svr = 0x1ff;
	lab_v0->online = false;
	send(0x140 | 2 << 18, 0);
	lab_v0->online = true;
	ck_assert_int_eq(pc_apic_pending(lab_v1), 0x40);
	ck_assert_int_eq(pc_apic_pending(lab_v0), -1);
}
END_TEST

/* The start-up interrupt comes while the vcpu is still on its CPU: the sender tries again. */
START_TEST(startup_waits_for_its_cpu)
{
	u64 rip = lab_v0->arch.pc.rip;
	struct vcpu_exit x = { .kind = EXIT_REGISTER, .len = 2, .reg = { REG_MSR, ICR, true } };

	send(STARTUP | 1, 1);
	lab_v1->loaded = true;
	send(INIT, 1);
	ck_assert(!lab_v1->online);
	rip = lab_v0->arch.pc.rip;
	lab_v0->arch.pc.gpr[PC_RAX] = STARTUP | 2;
	lab_v0->arch.pc.gpr[PC_RDX] = 1;
	lab_exit(lab_v0, x);
	ck_assert_uint_eq(lab_v0->arch.pc.rip, rip);
	ck_assert_int_eq(lab_exception(lab_v0), -1);
	ck_assert(!lab_v1->online);
	lab_v1->loaded = false;
	lab_exit(lab_v0, x);
	ck_assert_uint_eq(lab_v0->arch.pc.rip, rip + 2);
	ck_assert(lab_v1->online);
	ck_assert_uint_eq(lab_pc(lab_v1)->base[PC_CS], 0x2000);
}
END_TEST

START_TEST(startup_of_a_partition_that_stops)
{
	lock_take(&hv.lock);
	ck_assert_int_eq(partition_stop(lab_p, STOP_ORDER), HV_OK);
	lock_drop(&hv.lock);
	send(STARTUP | 1, 1);
	ck_assert(!lab_v1->online);
}
END_TEST

START_TEST(wakes_who_waits)
{
	send(STARTUP | 1, 1);
	lab_x2apic(lab_v1);
	cpu_unload(hv.cpu[0]);
	um_set_cpu(1);
	ck_assert_int_eq(arch_cpu_init(), HV_OK);
	ck_assert(cpu_load(hv.cpu[1], lab_v1));
	lab_irq(lab_v1, true);
	lab_exit(lab_v1, (struct vcpu_exit){ .kind = EXIT_IDLE, .len = 1 });
	ck_assert_uint_eq(lab_v1->se.state, SE_BLOCKED);
	cpu_unload(hv.cpu[1]);
	um_set_cpu(0);
	ck_assert(cpu_load(hv.cpu[0], lab_v0));
	send(0x30, 1);
	ck_assert_uint_eq(lab_v1->se.state, SE_RUNNABLE);
	ck_assert(um_kicked(1));
	cpu_unload(hv.cpu[0]);
	um_set_cpu(1);
	ck_assert(cpu_load(hv.cpu[1], lab_v1));
	ck_assert_int_eq(lab_enter(lab_v1), 0x30);
	ck_assert_uint_eq(lab_v1->arch.pc.rip, 1); /* behind the HLT */
}
END_TEST

START_TEST(messages)
{
	lock_take(&lab_p->lock);
	pc_message(lab_p, 0x35, 1);
	ck_assert_uint_eq(reached(0x35), 2);
	pc_message(lab_p, 0x8035, 0xff); /* level */
	ck_assert_uint_eq(reached(0x35), 3);
	ck_assert_uint_eq(pc_vcpu(lab_v0)->apic.tmr[0], 1ull << 53);
	pc_message(lab_p, 0x135, 0xff);
	ck_assert_uint_eq(reached(0x35), 1);
	pc_message(lab_p, 0x735, 0xff); /* ExtINT: there is no such controller */
	pc_message(lab_p, 0x535, 0xff); /* INIT from a line: refused */
	ck_assert_uint_eq(reached(0x35), 0);
	lock_drop(&lab_p->lock);
	ck_assert(lab_v0->online);
	lock_take(&lab_p->lock);
	pc_message(lab_p, 0x400, 0);
	lock_drop(&lab_p->lock);
	ck_assert_int_eq(lab_enter(lab_v0), 2);
}
END_TEST

Suite *suite_pc_ipi(void);
Suite *suite_pc_ipi(void)
{
	return lab_suite("pc_ipi", setup,
			 (const TTest *const[]){
				 destinations, nmi, init_and_startup, init_and_the_counter,
				 lowest_priority_goes_to_who_takes_it, startup_waits_for_its_cpu,
				 startup_of_a_partition_that_stops, wakes_who_waits, messages,
				 NULL });
}
