// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Vcpus on CPUs that run the core's own loop, in many orders: interrupts between them, timers and
 * HLT. Each step waits for the one before; a wake-up that is lost anywhere is the end of all
 * progress. A guest is a function here that says what it does next.
 */
#include "lab.h"

#define VCPUS	 4
#define IPI	 0x41
#define TIMER	 0x51
#define NOTHING	 0x11 /* below the task priority: wakes for nothing */
#define ROUNDS	 60
#define ICR	 0x830
#define EOI	 0x80b
#define DEADLINE 0x6e0

enum step { MAIN, NOISE, SEND, END, REARM, IDLE, SPIN };

static struct guest {
	enum step step;
	int serving;  /* vector whose handler runs, or -1 */
	bool resched; /* the handler has work for the main loop */
	u64 ret;      /* where the handler returns */
	unsigned got, timers;
} guest[VCPUS];

static bool timers; /* beside interrupts; they also end a HLT */

static u64 wrmsr(struct arch_vcpu *v, struct vcpu_exit *x, u32 nr, u64 val)
{
	v->pc.gpr[PC_RAX] = (u32)val;
	v->pc.gpr[PC_RDX] = val >> 32;
	x->kind = EXIT_REGISTER;
	x->len = 2;
	x->reg.space = REG_MSR;
	x->reg.nr = nr;
	x->reg.write = true;
	return val;
}

static bool interrupted(struct arch_vcpu *v, struct guest *g)
{
	if (!v->pcx.injected)
		return false;
	ck_assert(v->pcx.event.type == PC_EVENT_INTR && g->serving < 0);
	v->pcx.injected = false;
	g->serving = v->pcx.event.vector;
	g->ret = v->pc.rip;
	v->pc.rflags &= ~RFLAGS_IF;
	if (g->serving == IPI)
		g->got++;
	else
		g->timers++;
	g->step = END;
	return true;
}

/*
 * Rip 0: the loop's top, interrupts off. With work: send an interrupt to the next vcpu, set the
 * timer. Without: STI, HLT at rip 1; its end is rip 2; or a busy wait. A handler ends with EOI.
 */
static bool run(struct arch_vcpu *v, struct vcpu_exit *x)
{
	unsigned n = (unsigned)(container_of(v, struct vcpu, arch)->index);
	struct guest *g = &guest[n];

	interrupted(v, g);
	switch (g->step) {
	case END:
		wrmsr(v, x, EOI, 0);
		g->step = MAIN;
		g->resched |= g->serving == IPI;
		return true;
	case NOISE:
		g->step = SEND;
		wrmsr(v, x, ICR, (u64)((n + 1) % VCPUS) << 32 | NOTHING);
		return true;
	case SEND:
		g->step = REARM;
		wrmsr(v, x, ICR, (u64)((n + 1) % VCPUS) << 32 | IPI);
		return true;
	case REARM:
		g->step = MAIN;
		wrmsr(v, x, DEADLINE, timers ? arch_now() + um_random() % 20000 : 0);
		return true;
	case SPIN:
		return false;
	case IDLE: /* the HLT itself */
		if (v->pc.rip == 2) {
			g->step = MAIN;
			return false;
		}
		x->kind = EXIT_IDLE;
		x->len = 1;
		return true;
	default:
		break;
	}
	if (g->serving >= 0) { /* IRET */
		g->serving = -1;
		v->pc.rflags |= RFLAGS_IF;
		v->pc.rip = g->ret;
		if (v->pc.rip == 1) /* back to a HLT: with the work undone */
			g->step = IDLE;
		return false;
	}
	v->pc.rflags &= ~RFLAGS_IF;
	v->pc.rip = 0;
	if (g->resched) {
		g->resched = false;
		g->step = um_random() % 2 ? NOISE : SEND;
		return false;
	}
	v->pc.rflags |= RFLAGS_IF;
	if (um_random() % 4 == 0) { /* wait for it without leaving the guest */
		g->step = SPIN;
		return false;
	}
	v->pc.rip = 1;
	g->step = IDLE;
	x->kind = EXIT_IDLE;
	x->len = 1;
	return true;
}

static bool enough(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < VCPUS; i++)
		if (guest[i].got < ROUNDS)
			return false;
	return true;
}

static void orders(unsigned cpus, bool light, u64 seed)
{
	struct manifest_part mp = lab_manifest();
	enum um_stop why;

	lab_boot(
		&(struct um_config){ .ncpus = cpus, .ram = MIB(16), .seed = seed, .light = light });
	mp.vcpus = VCPUS;
	ck_assert_int_eq(partition_create(&mp, NULL, &lab_p), HV_OK);
	lock_take(&hv.lock);
	ck_assert_int_eq(partition_start(lab_p), HV_OK);
	lock_drop(&hv.lock);
	lock_take(&lab_p->lock);
	for (unsigned i = 0; i < VCPUS; i++) {
		struct vcpu *v = lab_p->vcpu[i];

		lab_x2apic(v);
		pc_apic_set_tpr(v, 0x20);
		pc_vcpu(v)->apic.lvt[LVT_TIMER] = 0x40000 | TIMER;
		guest[i] = (struct guest){ .serving = -1, .resched = i == 0 };
		v->arch.pc.rip = 0;
		if (i)
			vcpu_online(v);
	}
	lock_drop(&lab_p->lock);
	um_pc_guest = run;
	for (unsigned i = 0; i < cpus; i++)
		hv.cpu[i]->sched.slot_ticks = 5000;
	for (unsigned i = 0; i < cpus; i++)
		um_start_cpu(i, cpu_main);
	why = um_run(1000000, 0, enough, NULL);
	um_pc_guest = NULL;
	ck_assert_msg(why == UM_DONE, "%u CPUs, light %d, seed %llu: stands still", cpus, light,
		      (unsigned long long)seed);
	um_teardown();
}

START_TEST(no_wake_up_is_lost)
{
	for (u64 seed = 0; seed < 120; seed++) {
		timers = seed % 8 == 7;
		orders(1 + (unsigned)(seed % 4), seed / 4 & 1, seed);
	}
}
END_TEST

/*
 * INIT and start-up of vcpu 1 by vcpu 0, again and again, while vcpu 1's CPU chooses between it and
 * vcpu 3: nobody may begin anew while a CPU is about to load it.
 */
static bool restart_other(struct arch_vcpu *v, struct vcpu_exit *x)
{
	struct guest *g = &guest[0];

	if (container_of(v, struct vcpu, arch)->index)
		return false;
	if (v->pc.rip != g->ret) /* or else the command must be given again */
		g->got++;
	g->ret = v->pc.rip;
	wrmsr(v, x, ICR, 1ull << 32 | (g->got % 2 ? 0x4601 : 0x4500));
	return true;
}

static bool many_commands(void *arg)
{
	(void)arg;
	return guest[0].got >= 40 * ROUNDS;
}

START_TEST(start_up_waits_for_who_was_chosen)
{
	for (u64 seed = 0; seed < 40; seed++) {
		struct manifest_part mp = lab_manifest();
		enum um_stop why;

		lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(16), .seed = seed });
		mp.vcpus = VCPUS;
		ck_assert_int_eq(partition_create(&mp, NULL, &lab_p), HV_OK);
		lock_take(&hv.lock);
		ck_assert_int_eq(partition_start(lab_p), HV_OK);
		lock_drop(&hv.lock);
		lab_x2apic(lab_p->vcpu[0]);
		guest[0] = (struct guest){ .serving = -1 };
		lab_p->vcpu[0]->arch.pc.rip = 0;
		lock_take(&lab_p->lock);
		vcpu_online(lab_p->vcpu[3]);
		lock_drop(&lab_p->lock);
		um_pc_guest = restart_other;
		for (unsigned i = 0; i < 2; i++) {
			hv.cpu[i]->sched.slot_ticks = 500;
			um_start_cpu(i, cpu_main);
		}
		why = um_run(1000000, 0, many_commands, NULL);
		ck_assert_msg(why == UM_DONE, "seed %llu: %u commands, then %d",
			      (unsigned long long)seed, guest[0].got, why);
		um_pc_guest = NULL;
		um_teardown();
	}
}
END_TEST

Suite *suite_pc_race(void);
Suite *suite_pc_race(void)
{
	Suite *s = suite_create("pc_race");
	TCase *tc = tcase_create("pc_race");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, no_wake_up_is_lost);
	tcase_add_test(tc, start_up_waits_for_who_was_chosen);
	suite_add_tcase(s, tc);
	return s;
}
