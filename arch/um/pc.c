// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * arch_pc.h: the processor that PC partitions of the process port see. It keeps what it is told, so
 * that tests can look at it. Next: papr.c, its sibling.
 */
#include "arch_pc.h"

#include "hvstring.h"
#include "state.h"

/* Made up, as far as it may be: long mode, x2APIC, XSAVE for x87, SSE and AVX, TSC deadline. */
static const struct cpuid_row {
	u32 leaf, sub, out[4];
} cpuid[] = {
	{ 0x0, 0, { 0xd, 0x59485222, 0x2020204d, 0x20204550 } },
	{ 0x1, 0, { 0x00800f12, 0x00010800, 0x7ffafbff, 0x178bfbff } },
	{ 0x7, 0, { 0, 0x219c97a9, 0x00000004, 0 } },
	{ 0xd, 0, { 7, 832, 832, 0 } },
	{ 0xd, 1, { 1, 0, 0, 0 } },
	{ 0xd, 2, { 256, 576, 0, 0 } },
	{ 0x80000000, 0, { 0x80000008, 0x59485222, 0x2020204d, 0x20204550 } },
	{ 0x80000001, 0, { 0x00800f12, 0, 0x000003f7, 0x2fd3fbff } },
	{ 0x80000002, 0, { 0x70796872, 0x72702065, 0x7365636f, 0x00000073 } },
	{ 0x80000007, 0, { 0, 0, 0, 0x100 } },
	{ 0x80000008, 0, { 0x3028, 0, 0, 0 } },
};

void arch_pc_cpuid(u32 leaf, u32 sub, u32 out[4])
{
	memset(out, 0, 4 * sizeof(*out));
	for (unsigned i = 0; i < ARRAY_SIZE(cpuid); i++)
		if (cpuid[i].leaf == leaf && cpuid[i].sub == sub)
			memcpy(out, cpuid[i].out, sizeof(cpuid[i].out));
}

static void here(const struct arch_vcpu *v, const char *what)
{
	if (v->cpu != (int)um_self)
		um_bug("%s: the vcpu is not loaded here", what);
}

static void here_or_nowhere(const struct arch_vcpu *v, const char *what)
{
	if (v->cpu >= 0)
		here(v, what);
}

void arch_pc_reset(struct arch_vcpu *v, const struct pc_start *s)
{
	if (v->cpu >= 0)
		um_bug("arch_pc_reset of a loaded vcpu");
	v->pc = (struct pc_regs){ .rflags = RFLAGS_ONE };
	v->pcx = (struct um_pc){
		.on = true, .cr0 = 0x60000010, .pat = 0x0007040600070406, .alarm = TIME_NEVER
	};
	v->heavy = (struct um_heavy){ 0 };
	memset(v->guest->gate, 0, sizeof(v->guest->gate));
	if (s->kind == PC_START_FLAT32) {
		v->pc.rip = s->entry.v;
		v->pc.gpr[PC_RAX] = s->eax;
		v->pc.gpr[PC_RBX] = s->ebx;
		v->pcx.cr0 |= CR0_PE;
		v->pcx.code32 = true;
	} else {
		v->pcx.base[PC_CS] = (u64)s->vector << 12;
	}
	v->guest->restart = true;
}

void arch_pc_mode(const struct arch_vcpu *v, struct pc_mode *m)
{
	const struct um_pc *pc = &v->pcx;

	here(v, "arch_pc_mode");
	*m = (struct pc_mode){ .cr0 = pc->cr0,
			       .cr3 = pc->cr3,
			       .cr4 = pc->cr4,
			       .efer = pc->efer,
			       .cpl = pc->cpl,
			       .code64 = pc->code64,
			       .code32 = pc->code32 };
	memcpy(m->base, pc->base, sizeof(m->base));
}

/* LME may not change while paging is on; LMA follows by itself (APM 2, 14.6). */
static err_t set_efer(struct um_pc *pc, u64 val)
{
	u64 may = EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE;

	if (val & ~may || ((val ^ pc->efer) & EFER_LME && pc->cr0 & CR0_PG))
		return HV_EINVAL;
	pc->efer = (val & ~EFER_LMA) | (pc->efer & EFER_LMA);
	return HV_OK;
}

/* Each byte is one of the types 0, 1, 4, 5, 6, 7 (APM 2, 7.8.1). */
static err_t set_pat(struct um_pc *pc, u64 val)
{
	for (unsigned i = 0; i < 64; i += 8)
		if ((val >> i & 0xff) > 7 || (val >> i & 0xfe) == 2)
			return HV_EINVAL;
	pc->pat = val;
	return HV_OK;
}

err_t arch_pc_msr(struct arch_vcpu *v, u32 nr, bool write, u64 *val)
{
	struct um_pc *pc = &v->pcx;

	here(v, "arch_pc_msr");
	switch (nr) {
	case MSR_PC_EFER:
		if (write)
			return set_efer(pc, *val);
		*val = pc->efer;
		return HV_OK;
	case MSR_PC_PAT:
		if (write)
			return set_pat(pc, *val);
		*val = pc->pat;
		return HV_OK;
	case MSR_PC_AUX:
		if (write && *val >> 32)
			return HV_EINVAL;
		if (write)
			pc->aux = *val;
		*val = pc->aux;
		return HV_OK;
	default:
		return HV_ENOENT;
	}
}

unsigned arch_pc_ready(const struct arch_vcpu *v)
{
	unsigned ready = v->pcx.nmi ? 0 : PC_READY_NMI;

	here(v, "arch_pc_ready");
	if (v->pc.rflags & RFLAGS_IF)
		ready |= PC_READY_INTR;
	if (v->pcx.injected || (v->pcx.shadow && v->pcx.shadow_rip == v->pc.rip))
		return 0;
	return ready & ~v->pcx.blocked;
}

void arch_pc_inject(struct arch_vcpu *v, const struct pc_event *e)
{
	struct um_pc *pc = &v->pcx;

	here(v, "arch_pc_inject");
	if (pc->injected)
		um_bug("arch_pc_inject twice before an entry");
	if (e->type == PC_EVENT_INTR && !(arch_pc_ready(v) & PC_READY_INTR))
		um_bug("arch_pc_inject: the guest does not take interrupts");
	if (e->type == PC_EVENT_NMI && !(arch_pc_ready(v) & PC_READY_NMI))
		um_bug("arch_pc_inject: the guest does not take an NMI");
	pc->injected = true;
	pc->event = (struct um_pc_event){ (u8)e->type, e->vector, e->has_error, e->error };
	if (e->type == PC_EVENT_EXCEPTION && e->vector == PC_EXC_PF)
		pc->cr2 = e->cr2;
}

void arch_pc_set_cr8(struct arch_vcpu *v, u8 val)
{
	here_or_nowhere(v, "arch_pc_set_cr8");
	v->pcx.cr8 = val;
}

void arch_pc_window(struct arch_vcpu *v, unsigned what)
{
	here(v, "arch_pc_window");
	if (PC_BELOW_OF(what) > v->pcx.cr8)
		um_bug("arch_pc_window: CR8 is below %u already", PC_BELOW_OF(what));
	v->pcx.window = what;
}

bool um_pc_window_open(const struct arch_vcpu *v)
{
	const struct um_pc *pc = &v->pcx;
	unsigned ready = arch_pc_ready(v);

	return pc->window & ready || (pc->cr8 < PC_BELOW_OF(pc->window) && ready & PC_READY_INTR);
}

void arch_pc_alarm(struct arch_vcpu *v, u64 when)
{
	here_or_nowhere(v, "arch_pc_alarm");
	v->pcx.alarm = when;
}

void arch_pc_tsc_offset(struct arch_vcpu *v, u64 offset)
{
	here_or_nowhere(v, "arch_pc_tsc_offset");
	v->pcx.tsc_offset = offset;
}

/* ---- running ---------------------------------------------------------------------------- */

bool (*um_pc_guest)(struct arch_vcpu *v, struct vcpu_exit *x);

/* At an instruction boundary: the hypervisor's reasons come first. */
static bool pc_async(struct arch_vcpu *v, struct vcpu_exit *x)
{
	struct arch_cpu *c = um_cpu();

	if (c->kicked || um_alarm_due(c)) {
		c->kicked = false;
		if (um_alarm_due(c))
			c->alarm = TIME_NEVER;
		x->kind = EXIT_PREEMPT;
		return true;
	}
	x->kind = EXIT_WINDOW;
	return v->pcx.alarm <= um.now || um_pc_window_open(v);
}

static bool light(struct arch_vcpu *v, struct vcpu_exit *x)
{
	enum light done;

	if (!um.cfg.light ||
	    (x->kind != EXIT_HCALL && x->kind != EXIT_REGISTER && x->kind != EXIT_IDLE))
		return false;
	done = pc_light(v, x);
	if (done == LIGHT_LOOK)
		pc_look(v);
	return done != LIGHT_NOT;
}

static void run_function(struct arch_vcpu *v, struct vcpu_exit *x)
{
	do {
		um_point();
		memset(x, 0xee, sizeof(*x));
		if (pc_async(v, x))
			return;
	} while (!um_pc_guest(v, x) || light(v, x));
}

void um_pc_run(struct arch_vcpu *v, struct vcpu_exit *x)
{
	if (um_pc_guest) {
		run_function(v, x);
		return;
	}
	do {
		memset(x, 0xee, sizeof(*x));
		um_guest_enter(v->guest, x);
	} while (light(v, x));
}
