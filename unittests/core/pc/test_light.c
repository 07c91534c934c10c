// SPDX-License-Identifier: GPL-2.0-or-later
/* What is served lightly is what the full path does. */
#include "hcall.h"
#include "lab.h"

static enum light light(struct vcpu_exit *x)
{
	enum light done = pc_light(&lab_v0->arch, x);

	ck_assert_uint_eq(lock_count(), 0);
	return done;
}

START_TEST(null_call)
{
	u64 *gpr = lab_v0->arch.pc.gpr, n = lab_v0->nhcalls;
	struct vcpu_exit x = { .kind = EXIT_HCALL,
			       .hcall = { HV_NULL, &gpr[PC_CALL_ARGS], &gpr[PC_RAX] } };

	gpr[PC_RAX] = HV_NULL;
	ck_assert_int_eq(light(&x), LIGHT_DONE);
	ck_assert_uint_eq(gpr[PC_RAX], H_SUCCESS);
	ck_assert_uint_eq(lab_v0->nhcalls, n + 1);
	hv.tracing = true;
	ck_assert_int_eq(light(&x), LIGHT_NOT);
	hv.tracing = false;
	x.hcall.nr = HV_VERSION;
	ck_assert_int_eq(light(&x), LIGHT_NOT);
	x = (struct vcpu_exit){ .kind = EXIT_IO };
	ck_assert_int_eq(light(&x), LIGHT_NOT);
}
END_TEST

/* States that matter to the light writes. */
static void state(unsigned n)
{
	struct pc_apic *a = &pc_vcpu(lab_v0)->apic;

	pc_apic_power_on(a, 0);
	pc_apic_set_tpr(lab_v0, 0);
	atomic_store(&pc_vcpu(lab_v0)->attn, 0);
	pc_apic_power_on(&pc_vcpu(lab_v1)->apic, 1);
	atomic_store(&pc_vcpu(lab_v1)->attn, n & 32 ? ATTN_HALTED : 0);
	if (n & 16)
		lab_x2apic(lab_v0);
	lab_x2apic(lab_v1);
	if (n & 1)
		a->isr[1] = 0x20;
	if (n & 2)
		a->tmr[1] = 0x20;
	if (n & 4) {
		a->irr[0] = 1ull << 32;
		atomic_store(&pc_vcpu(lab_v0)->attn, ATTN_IRQ);
	}
	if (n & 8)
		a->lvt[LVT_TIMER] = 0x40077;
	lab_v0->se = (struct sched_ent){ .state = SE_RUNNABLE, .nslots = 8 };
	lab_v1->se = (struct sched_ent){ .state = SE_BLOCKED, .nslots = 8, .wake = TIME_NEVER };
	lab_v0->arch.pc.rip = LAB_ENTRY;
	lab_pc(lab_v0)->pat = 0x0007040600070406;
	pc_alarm(lab_v0);
}

#define NOW (1ull << 62)
static const struct {
	u32 nr;
	u64 val;
} w[] = {
	{ 0x80b, 0 },
	{ 0x80b, 1 },
	{ 0x830, 1ull << 32 | 0x40 },
	{ 0x830, 1ull << 32 | 0x4040 },
	{ 0x830, 0x40 },
	{ 0x83f, 0x40 },
	{ 0x83f, 0x0f },
	{ 0x83f, 0x140 },
	{ 0x830, 2ull << 32 | 0x40 },
	{ 0x830, 1ull << 32 | 0x0f },
	{ 0x830, 1ull << 32 | 0x440 },
	{ 0x830, ~0ull << 32 | 0x40 },
	{ 0x830, 3ull << 18 | 0x40 },
	{ 0x6e0, 0 },
	{ 0x6e0, 1 },
	{ 0x6e0, NOW },
	{ 0x808, 0x20 },
	{ 0x1b, 0xfee00d00 },
	{ 0x1b, 0xfee00900 },
	{ 0x1b, 0x1fee00d00 },
	{ MSR_PC_PAT, 0 },
};

/* An own change may ask for a look in vain. */
static void forget_idle_look(unsigned n)
{
	if (pc_apic_pending(lab_v0) < 0 && !(n & 4))
		atomic_fetch_and(&pc_vcpu(lab_v0)->attn, ~ATTN_IRQ);
}

/* From every state each write: light does nothing, or all that the full path does. */
START_TEST(light_equals_full)
{
	const struct vcpu_exit none = { .kind = EXIT_REGISTER, .len = 2 };
	unsigned done = 0, looks = 0;

	for (unsigned n = 0; n < 64; n++)
		for (unsigned i = 0; i < ARRAY_SIZE(w); i++) {
			struct vcpu_exit x = none;
			u64 *gpr = lab_v0->arch.pc.gpr, before, full;
			enum light how;

			x.reg.space = REG_MSR;
			x.reg.nr = w[i].nr;
			x.reg.write = true;
			gpr[PC_RAX] = w[i].val & 0xffffffff;
			gpr[PC_RDX] = w[i].val >> 32;
			state(n);
			before = lab_digest();
			exit_dispatch(lab_v0, &x);
			if (lab_exception(lab_v0) >= 0)
				lab_pc(lab_v0)->event = (struct um_pc_event){ 0 };
			forget_idle_look(n);
			full = lab_digest();
			state(n);
			how = light(&x);
			if (how == LIGHT_NOT && x.kind != EXIT_WINDOW) {
				ck_assert_msg(lab_digest() == before, "state %u, write %u", n, i);
				continue;
			}
			done++;
			if (how == LIGHT_LOOK) {
				looks++;
				ck_assert(pc_vcpu(lab_v0)->attn & ATTN_IRQ);
				forget_idle_look(n);
			} else { /* what is deliverable was so before, and is watched for */
				ck_assert(pc_apic_pending(lab_v0) < 0 || n & 4);
				ck_assert_uint_eq(pc_vcpu(lab_v0)->attn, n & 4 ? ATTN_IRQ : 0);
			}
			if (w[i].nr != 0x6e0 || w[i].val != NOW) /* time goes on between the two */
				ck_assert_msg(lab_digest() == full, "state %u, write %u", n, i);
		}
	ck_assert_uint_gt(done, 100);
	ck_assert_uint_gt(looks, 50);
}
END_TEST

/* Who shares the sender's CPU gets it only if the scheduler is asked. */
START_TEST(ipi_to_a_neighbour)
{
	struct vcpu_exit x = { .kind = EXIT_REGISTER,
			       .len = 2,
			       .reg = { .space = REG_MSR, .nr = 0x830, .write = true } };
	struct manifest_part mp = lab_manifest();
	u64 *gpr;

	lab_teardown();
	lab_boot(&(struct um_config){ .ncpus = 1, .ram = MIB(16), .rtc = LAB_RTC });
	lab_start(&mp);
	ck_assert_uint_eq(lab_v1->cpu, lab_v0->cpu);
	state(16 | 32);
	gpr = lab_v0->arch.pc.gpr;
	gpr[PC_RAX] = 0x40;
	gpr[PC_RDX] = 1;
	ck_assert_int_eq(light(&x), LIGHT_NOT);
	ck_assert_uint_eq(x.kind, EXIT_WINDOW);
	ck_assert_uint_eq(lab_v1->se.state, SE_RUNNABLE);
	ck_assert(hv.cpu[0]->resched);
}
END_TEST

START_TEST(light_reads)
{
	static const u32 nr[] = { 0x10, 0x1b, 0x802, 0x80a, 0x839, 0x9999, 0x277, 0x4b564d01 };

	lab_x2apic(lab_v0);
	for (unsigned i = 0; i < ARRAY_SIZE(nr); i++) {
		u64 *gpr = lab_v0->arch.pc.gpr, full, before = lab_digest();
		struct vcpu_exit x = { .kind = EXIT_REGISTER,
				       .len = 2,
				       .reg = { REG_MSR, nr[i], false } };
		bool known = lab_rdmsr(lab_v0, nr[i], &full);

		lab_v0->arch.pc.rip = LAB_ENTRY;
		lab_pc(lab_v0)->event = (struct um_pc_event){ 0 };
		ck_assert_int_eq(light(&x), known ? LIGHT_DONE : LIGHT_NOT);
		if (known && nr[i] != 0x10)
			ck_assert_uint_eq(gpr[PC_RDX] << 32 | (u32)gpr[PC_RAX], full);
		ck_assert_uint_eq(lab_v0->arch.pc.rip, LAB_ENTRY + (known ? 2 : 0));
		lab_v0->arch.pc.rip = LAB_ENTRY;
		ck_assert_uint_eq(lab_digest(), before);
		x.len = 0;
		ck_assert_int_eq(light(&x), LIGHT_NOT);
	}
}
END_TEST

START_TEST(light_cpuid)
{
	u64 *gpr = lab_v0->arch.pc.gpr;
	struct vcpu_exit x = { .kind = EXIT_REGISTER, .len = 2, .reg = { .space = REG_CPUID } };

	gpr[PC_RAX] = 0x40000000;
	ck_assert_int_eq(light(&x), LIGHT_DONE);
	ck_assert_uint_eq(gpr[PC_RBX], 0x4b4d564b); /* "KVMK" */
	ck_assert_uint_eq(lab_v0->arch.pc.rip, LAB_ENTRY + 2);
}
END_TEST

/* A HLT with something that ends it, and with something that only may. */
START_TEST(light_halt)
{
	static const struct {
		u32 attn;
		u64 rflags;
		int vector;   /* that is pending */
		bool look;    /* instead of a full exit */
		bool deliver; /* and it is given */
	} c[] = {
		{ 0, 0x202, -1, false, false },
		{ ATTN_IRQ, 0x202, 0x41, true, true },
		{ ATTN_IRQ, 0x2, 0x41, false, false },
		{ ATTN_NMI, 0x2, -1, true, true },
		{ ATTN_IRQ, 0x202, -1, true, false },
		{ ATTN_IRQ | ATTN_NMI, 0x2, 0x41, true, true },
		{ ATTN_IRQ | ATTN_NMI, 0x202, 0x41, true, true },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(c); i++) {
		struct vcpu_exit x = { .kind = EXIT_IDLE, .len = 1 };
		struct um_pc *port = lab_pc(lab_v0);

		state(16);
		port->event = (struct um_pc_event){ 0 };
		port->injected = false;
		pc_vcpu(lab_v0)->halted = false;
		lab_v0->arch.pc.rflags = c[i].rflags;
		if (c[i].vector >= 0)
			pc_vcpu(lab_v0)->apic.irr[1] = 1ull << (c[i].vector - 64);
		atomic_store(&pc_vcpu(lab_v0)->attn, c[i].attn);
		ck_assert_int_eq(light(&x), c[i].look ? LIGHT_LOOK : LIGHT_NOT);
		ck_assert_int_eq(x.kind, EXIT_IDLE);
		ck_assert_uint_eq(lab_v0->arch.pc.rip, LAB_ENTRY);
		if (c[i].look)
			pc_look(&lab_v0->arch);
		ck_assert_int_eq(port->injected, c[i].deliver);
		ck_assert_uint_eq(lab_v0->arch.pc.rip, LAB_ENTRY + c[i].deliver);
		if (c[i].deliver) {
			ck_assert_int_eq(port->event.vector,
					 c[i].attn & ATTN_NMI ? PC_EXC_NMI : c[i].vector);
			continue;
		}
		/* it comes again, or takes the full exit at once */
		ck_assert_int_eq(light(&x), LIGHT_NOT);
		exit_dispatch(lab_v0, &x);
		ck_assert_uint_eq(lab_v0->se.state, SE_BLOCKED);
	}
}
END_TEST

/* An interrupt to itself: given when it can be, else told when it can. */
START_TEST(own_interrupt)
{
	struct vcpu_exit x = { .kind = EXIT_REGISTER,
			       .len = 2,
			       .reg = { .space = REG_MSR, .nr = 0x83f, .write = true } };
	struct um_pc *port = lab_pc(lab_v0);
	u64 *gpr = lab_v0->arch.pc.gpr;

	state(16);
	gpr[PC_RAX] = 0x40;
	gpr[PC_RDX] = 0;
	lab_v0->arch.pc.rflags = 0x2;
	ck_assert_int_eq(light(&x), LIGHT_LOOK);
	pc_look(&lab_v0->arch);
	ck_assert(!port->injected);
	ck_assert_uint_eq(port->window, PC_READY_INTR);
	ck_assert(pc_vcpu(lab_v0)->attn & ATTN_IRQ);
	gpr[PC_RAX] = 0x50;
	lab_v0->arch.pc.rflags = 0x202;
	ck_assert_int_eq(light(&x), LIGHT_LOOK);
	pc_look(&lab_v0->arch);
	ck_assert(port->injected);
	ck_assert_int_eq(port->event.vector, 0x50);
	ck_assert_uint_eq(port->window, 0);
	ck_assert_uint_eq(pc_vcpu(lab_v0)->attn, 0); /* 0x40 waits for the end of 0x50 */
	port->event = (struct um_pc_event){ 0 };
	port->injected = false;
	x.reg.nr = 0x80b;
	gpr[PC_RAX] = 0;
	ck_assert_int_eq(light(&x), LIGHT_LOOK);
	pc_look(&lab_v0->arch);
	ck_assert(port->injected);
	ck_assert_int_eq(port->event.vector, 0x40);
	ck_assert_uint_eq(lab_v0->arch.pc.rip, LAB_ENTRY + 6);
}
END_TEST

Suite *suite_pc_light(void);
Suite *suite_pc_light(void)
{
	return LAB_SUITE("pc_light", null_call, light_equals_full, ipi_to_a_neighbour, light_reads,
			 light_cpuid, light_halt, own_interrupt);
}
