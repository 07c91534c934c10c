// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All vcpus use all devices at random, and each other. Boot arguments: seed, ops (of all vcpus
 * together).
 */
#include "pc_lib.h"

#define CLOCK(i)   PAGE(8 + (i))
#define VCPU()	   ((unsigned)s_below(rng, g_vcpus()))
#define MSR_CLOCK  0x4b564d01
#define ONE_SHOT   PC_VEC_TIMER
#define PERIODIC   (PC_VEC_TIMER | 0x20000)
#define DEADLINE   (PC_VEC_TIMER | 0x40000)
#define NO_PLACE   0x80000000ul /* no memory and no device */
#define CMOS_FIRST 0x20

static void work(u64 arg);

static void external(void *arg)
{
	(void)arg;
	g_take_ipi();
}

/* A level comes again until its cause is gone. */
static void other(u64 vector)
{
	if (vector == COM1_VECTOR)
		pc_out(PC_COM1 + 1, 1, 0);
	guest_drop_external();
}

static void waits(u64 *rng)
{
	u32 mode = s_below(rng, 2) ? ONE_SHOT : PERIODIC;

	if (s_below(rng, 2)) {
		s_sleep(1000 + s_below(rng, 30000));
		return;
	}
	g_irqs(false); /* or the timer could be over before the wait */
	pc_apic_set(APIC_TIMER, mode);
	pc_apic_set(APIC_DIVIDE, s_below(rng, 2) ? 0xb : 0);
	pc_apic_set(APIC_INITIAL, (u32)(1000 + s_below(rng, 30000)));
	g_cede();
	g_irqs(false);
	pc_apic_set(APIC_INITIAL, 0);
	pc_apic_set(APIC_TIMER, DEADLINE);
}

static void interrupts(u64 *rng)
{
	static const u32 how[] = {
		0, 0, 0, TO_SELF, TO_ALL, TO_OTHERS, TO_BITS, TO_BITS | TO_LOWEST
	};
	u32 h = how[s_below(rng, sizeof(how) / sizeof(how[0]))];
	u32 vector = s_below(rng, 2) ? PC_VEC_EXTERNAL : (u32)(0x60 + s_below(rng, 0x80));

	if (s_below(rng, 3) == 0)
		pc_apic_set(APIC_TPR, (u32)s_below(rng, 256));
	pc_send(vector | h, h & TO_BITS ? (u32)s_below(rng, 16) : VCPU());
	g_irqs(true);
	g_irqs(s_below(rng, 4) == 0);
	pc_apic_set(APIC_TPR, 0);
}

static void terminal(u64 *rng)
{
	switch (s_below(rng, 3)) {
	case 0:
		for (unsigned n = 0; n < 20 && pc_in(PC_COM1 + 5, 1) & 1; n++)
			pc_in(PC_COM1, 1);
		break;
	case 1:
		s_lock();
		pc_out(PC_COM1 + 4, 1, (u32)s_below(rng, 2) * 8);
		pc_out(PC_COM1 + 1, 1, (u32)s_below(rng, 4));
		s_route(VCPU(), COM1_VECTOR | (u32)s_below(rng, 4) << 15);
		s_unlock();
		break;
	default:
		s_say("some words of a guest\n" + s_below(rng, 22));
	}
}

static void clocks(u64 *rng)
{
	u8 at = (u8)(CMOS_FIRST + g_vcpu());
	u64 r;

	switch (s_below(rng, 4)) {
	case 0:
		G_CHECK(pc_try_wrmsr(MSR_CLOCK, CLOCK(g_vcpu()) | s_below(rng, 2)));
		break;
	case 1:
		G_CHECK(pc_try_rdmsr(0x10, &r));
		break;
	default:
		s_lock();
		pc_cmos_set(at, (u8)*rng);
		G_EQ(pc_cmos(at), *rng & 0xff);
		s_unlock();
	}
}

static void processors(u64 *rng)
{
	unsigned v = VCPU();

	if (s_below(rng, 3) == 0 && g_vcpu())
		s_stop();
	if (v)
		s_start(v, work, 0); /* somebody else may have been quicker */
}

static void looks(u64 *rng)
{
	u64 r[G_MAX_ARGS];

	switch (s_below(rng, 5)) {
	case 0:
		G_EQ(G_CALL(HV_YIELD, NULL, 0), H_SUCCESS);
		break;
	case 1:
		G_CALL(HV_YIELD, NULL, 1 + s_below(rng, 6)); /* it may be gone, or elsewhere */
		break;
	case 2:
		G_EQ(G_CALL(HV_MEMORY_INFO, NULL, 0), H_AUTHORITY);
		break;
	case 3:
		G_EQ(g_load(NO_PLACE, 4), ~0u);
		break;
	default:
		G_EQ(G_CALL(HV_VERSION, r, 0), H_SUCCESS);
	}
}

static void one(u64 *rng)
{
	static void (*const what[])(u64 * rng) = { waits,    waits,  interrupts, interrupts,
						   terminal, clocks, processors, looks };

	what[s_below(rng, sizeof(what) / sizeof(what[0]))](rng);
}

static void work(u64 arg)
{
	(void)arg;
	g_handler(G_IRQ_EXTERNAL, external, NULL);
	pc_other(other);
	g_ipis_on();
	s_do(one);
}

GUEST(mix)
{
	g_store(VCPUS, 8, g_vcpus());
	g_store(WORD(0), 8, g_arg("seed", 1));
	g_store(OPS, 8, g_arg("ops", 50));
	for (unsigned i = 1; i < g_vcpus(); i++)
		s_start(i, work, 0); /* those that run start others, too */
	work(0);
}
