// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The PC machine's call table: the neutral rows, there are no others; and the exits that are served
 * without leaving the port. Next: ../dispatch.c (the full path), exit.c.
 */
#include "hcall_rows.h"
#include "hv.h"
#include "pc.h"

#define HCALL HCALL_THUNK
#include "../../include/hcalls.def"
#undef HCALL

#define HCALL HCALL_INDEX
enum {
#include "../../include/hcalls.def"
	ROWS
};
#undef HCALL

#define HCALL HCALL_ROW
static const struct hcall_row rows[ROWS] = {
#include "../../include/hcalls.def"
};
#undef HCALL

BUILD_ASSERT(ROWS < 255, "row numbers fit the index arrays");

const struct hcall_table pc_hcalls = {
	.rows = rows,
	.nrows = ROWS,
	.unknown = KVM_ENOSYS, /* a kernel that saw KVM's signature makes KVM's calls */
	.own = {
#define HCALL HCALL_IN_OWN
#include "../../include/hcalls.def"
#undef HCALL
	},
};

enum {
	MSR_APIC_BASE = 0x1b,
	MSR_TSC_DEADLINE = 0x6e0,
	MSR_X2_EOI = 0x80b,
	MSR_X2_ICR = 0x830,
	MSR_X2_SELF = 0x83f
};

/*
 * Light writes of registers. Whoever makes work for before_run, or for the scheduler, turns the
 * exit into an EXIT_WINDOW, which asks for both.
 */
static void look(struct vcpu_exit *x)
{
	x->kind = EXIT_WINDOW;
}

/* The end of an edge interrupt. That of a level is for the I/O APIC, too, under the lock. */
static __attribute__((noinline)) bool light_eoi(struct vcpu *v, struct vcpu_exit *x)
{
	struct pc_apic *a = &pc_vcpu(v)->apic;
	int vector;
	u32 bit;

	if (!pc_apic_x2(a))
		return false;
	vector = pc_apic_eoi(a);
	if (vector < 0)
		return true;
	bit = 1u << vector % 32;
	if (unlikely(a->tmr[vector / 32] & bit)) {
		a->isr[vector / 32] |= bit;
		return false;
	}
	if (pc_apic_pending(a) >= 0) {
		pc_attn(v, ATTN_IRQ);
		look(x);
	}
	return true;
}

/* A fixed interrupt to one vcpu. Out of line, as its registers need saving. */
static __attribute__((noinline)) bool light_ipi(struct vcpu *v, u64 icr, struct vcpu_exit *x)
{
	const u32 plain = 0xff | 1u << 14; /* vector; "assert" means nothing here */
	struct pc_apic *a = &pc_vcpu(v)->apic;
	struct vcpu *to = vcpu_find(v->part, icr >> 32);

	if (!pc_apic_x2(a) || (u32)icr & ~plain || (u8)icr < 16 || !to)
		return false;
	pc_apic_accept(to, (u8)icr, false);
	a->icr = (u32)icr;
	a->icr2 = (u32)(icr >> 32);
	if (to->cpu == v->cpu)
		look(x);
	return true;
}

static __attribute__((noinline)) bool light_self(struct vcpu *v, u64 val, struct vcpu_exit *x)
{
	if (!pc_apic_x2(&pc_vcpu(v)->apic) || val < 16 || val > 0xff)
		return false;
	pc_apic_accept(v, (u8)val, false);
	look(x);
	return true;
}

static __attribute__((noinline)) bool light_deadline(struct vcpu *v, u64 deadline)
{
	if (deadline && deadline <= pc_tsc(v))
		return false;
	pc_timer_deadline(v, deadline);
	return true;
}

static __attribute__((noinline)) bool light_write(struct vcpu *v, struct vcpu_exit *x)
{
	const u64 *gpr = pc_regs(v)->gpr;
	u64 val = gpr[PC_RDX] << 32 | (u32)gpr[PC_RAX];

	switch (x->reg.nr) {
	case MSR_X2_EOI:
		return val == 0 && light_eoi(v, x);
	case MSR_X2_ICR:
		return light_ipi(v, val, x);
	case MSR_X2_SELF:
		return light_self(v, val, x);
	case MSR_TSC_DEADLINE:
		return light_deadline(v, val);
	case MSR_APIC_BASE:
		return val == pc_vcpu(v)->apic.base; /* as it is */
	default:
		return false;
	}
}

static bool light_register(struct vcpu *v, struct vcpu_exit *x)
{
	bool done = true;

	if (!x->len)
		return false;
	if (x->reg.space == REG_CPUID)
		pc_cpuid(v);
	else if (x->reg.write)
		done = light_write(v, x);
	else
		done = pc_do_msr(v, x->reg.nr, false) == HV_OK;
	if (!done)
		return false;
	pc_regs(v)->rip += x->len;
	return x->kind == EXIT_REGISTER;
}

bool pc_light(struct arch_vcpu *av, struct vcpu_exit *x)
{
	struct vcpu *v = container_of(av, struct vcpu, arch);

	if (unlikely(hv.tracing))
		return false;
	if (x->kind == EXIT_REGISTER)
		return light_register(v, x);
	if (x->kind != EXIT_HCALL || x->hcall.nr != HV_NULL)
		return false;
	*x->hcall.status = H_SUCCESS;
	v->nhcalls++;
	return true;
}
