// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The exits of a PC that are served without leaving the port. Next: exit.c (the full ones),
 * machine.c (what is delivered).
 */
#include "hv.h"
#include "pc.h"

enum {
	MSR_APIC_BASE = 0x1b,
	MSR_TSC_DEADLINE = 0x6e0,
	MSR_X2_EOI = 0x80b,
	MSR_X2_ICR = 0x830,
	MSR_X2_SELF = 0x83f
};

static inline enum light behind(struct vcpu *v, const struct vcpu_exit *x, enum light done)
{
	pc_regs(v)->rip += x->len;
	return done;
}

/* Out of line, as are the others: the shortest ways need no registers saved. */
#define LIGHT static __attribute__((noinline)) enum light

/* The end of an edge interrupt. That of a level is for the I/O APIC, too, under the lock. */
LIGHT light_eoi(struct vcpu *v, const struct vcpu_exit *x)
{
	struct pc_apic *a = &pc_vcpu(v)->apic;
	int vector;
	u64 bit;

	if (!pc_apic_x2(a))
		return LIGHT_NOT;
	vector = pc_apic_eoi(a);
	if (vector < 0)
		return behind(v, x, LIGHT_DONE);
	bit = 1ull << vector % 64;
	if (unlikely(a->tmr[vector / 64] & bit)) {
		a->isr[vector / 64] |= bit;
		return LIGHT_NOT;
	}
	if (!pc_apic_waits(v))
		return behind(v, x, LIGHT_DONE);
	pc_attn(v, ATTN_IRQ);
	return behind(v, x, LIGHT_LOOK);
}

/*
 * A fixed interrupt to one vcpu. To another one of this CPU it is done, too, but then the scheduler
 * has to be asked.
 */
LIGHT light_ipi(struct vcpu *v, u64 icr, struct vcpu_exit *x)
{
	const u32 plain = 0xff | 1u << 14; /* vector; "assert" means nothing here */
	struct pc_apic *a = &pc_vcpu(v)->apic;
	struct vcpu *to = icr >> 32 == v->index ? v : vcpu_find(v->part, icr >> 32);

	if (!pc_apic_x2(a) || (u32)icr & ~plain || (u8)icr < 16 || !to)
		return LIGHT_NOT;
	a->icr = (u32)icr;
	a->icr2 = (u32)(icr >> 32);
	pc_apic_accept(to, (u8)icr, false);
	if (to == v)
		return behind(v, x, LIGHT_LOOK);
	if (to->cpu != v->cpu)
		return behind(v, x, LIGHT_DONE);
	x->kind = EXIT_WINDOW;
	return behind(v, x, LIGHT_NOT);
}

LIGHT light_self(struct vcpu *v, u64 val, const struct vcpu_exit *x)
{
	if (!pc_apic_x2(&pc_vcpu(v)->apic) || val < 16 || val > 0xff)
		return LIGHT_NOT;
	pc_apic_accept(v, (u8)val, false);
	return behind(v, x, LIGHT_LOOK);
}

LIGHT light_deadline(struct vcpu *v, u64 deadline, const struct vcpu_exit *x)
{
	if (deadline && deadline <= pc_tsc(v))
		return LIGHT_NOT;
	pc_timer_deadline(v, deadline);
	return behind(v, x, LIGHT_DONE);
}

LIGHT light_write(struct vcpu *v, struct vcpu_exit *x)
{
	const u64 *gpr = pc_regs(v)->gpr;
	u64 val = gpr[PC_RDX] << 32 | (u32)gpr[PC_RAX];

	switch (x->reg.nr) {
	case MSR_X2_EOI:
		return val == 0 ? light_eoi(v, x) : LIGHT_NOT;
	case MSR_X2_ICR:
		return light_ipi(v, val, x);
	case MSR_X2_SELF:
		return light_self(v, val, x);
	case MSR_TSC_DEADLINE:
		return light_deadline(v, val, x);
	case MSR_APIC_BASE: /* as it is */
		return val == pc_vcpu(v)->apic.base ? behind(v, x, LIGHT_DONE) : LIGHT_NOT;
	default:
		return LIGHT_NOT;
	}
}

LIGHT light_read(struct vcpu *v, const struct vcpu_exit *x)
{
	return pc_do_rdmsr(v, x->reg.nr) ? LIGHT_NOT : behind(v, x, LIGHT_DONE);
}

LIGHT light_cpuid(struct vcpu *v, const struct vcpu_exit *x)
{
	pc_regs(v)->rip += x->len;
	pc_cpuid(v);
	return LIGHT_DONE;
}

/* A HLT that ends at once. If it does not after all, the guest stands at it, and comes again. */
LIGHT light_halt(struct vcpu *v, u8 len)
{
	pc_stand(v, len);
	return pc_may_wake(v) ? LIGHT_LOOK : LIGHT_NOT;
}

LIGHT light_other(struct vcpu *v, const struct vcpu_exit *x)
{
	return x->kind == EXIT_IDLE ? light_halt(v, x->len) : LIGHT_NOT;
}

static inline enum light light_call(struct vcpu *v, const struct vcpu_exit *x)
{
	if (likely(x->hcall.nr != HV_NULL))
		return LIGHT_NOT;
	*x->hcall.status = H_SUCCESS;
	v->nhcalls++;
	return LIGHT_DONE;
}

enum light pc_light(struct arch_vcpu *av, struct vcpu_exit *x)
{
	struct vcpu *v = container_of(av, struct vcpu, arch);

	if (unlikely(hv.tracing))
		return LIGHT_NOT;
	if (x->kind != EXIT_REGISTER)
		return x->kind == EXIT_HCALL ? light_call(v, x) : light_other(v, x);
	if (unlikely(!x->len))
		return LIGHT_NOT;
	if (x->reg.space == REG_CPUID)
		return light_cpuid(v, x);
	return x->reg.write ? light_write(v, x) : light_read(v, x);
}
