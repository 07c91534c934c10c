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

enum { MSR_X2_EOI = 0x80b, MSR_X2_ICR = 0x830, MSR_TSC_DEADLINE = 0x6e0 };

/* The end of an edge interrupt, after which nothing is to be delivered. */
static bool light_eoi(struct pc_apic *a)
{
	int vector;
	u32 bit;

	if (!pc_apic_x2(a))
		return false;
	vector = pc_apic_eoi(a);
	if (vector < 0)
		return true;
	bit = 1u << vector % 32;
	if (!(a->tmr[vector / 32] & bit) && pc_apic_pending(a) < 0)
		return true;
	a->isr[vector / 32] |= bit;
	return false;
}

/*
 * A fixed interrupt to one other vcpu. Not to one of the same CPU: that could only go on once the
 * scheduler was asked, and the sender may wait for it without leaving the guest.
 */
static bool light_ipi(struct vcpu *v, u64 icr)
{
	const u32 plain = 0xff | 1u << 14; /* vector; "assert" means nothing here */
	struct pc_apic *a = &pc_vcpu(v)->apic;
	struct vcpu *to = vcpu_find(v->part, icr >> 32);
	u32 dest = (u32)(icr >> 32);

	if (!pc_apic_x2(a) || (u32)icr & ~plain || (u8)icr < 16 || !to || to->cpu == v->cpu)
		return false;
	pc_apic_accept(to, (u8)icr, false);
	a->icr = (u32)icr;
	a->icr2 = dest;
	return true;
}

static bool light_deadline(struct vcpu *v, u64 deadline)
{
	if (deadline && (s64)(deadline - pc_tsc(v)) <= 0)
		return false;
	pc_timer_deadline(v, deadline);
	return true;
}

static bool light_write(struct vcpu *v, u32 nr)
{
	const u64 *gpr = pc_regs(v)->gpr;
	u64 val = gpr[PC_RDX] << 32 | (u32)gpr[PC_RAX];

	switch (nr) {
	case MSR_X2_EOI:
		return val == 0 && light_eoi(&pc_vcpu(v)->apic);
	case MSR_X2_ICR:
		return light_ipi(v, val);
	case MSR_TSC_DEADLINE:
		return light_deadline(v, val);
	default:
		return false;
	}
}

static bool light_register(struct vcpu *v, const struct vcpu_exit *x)
{
	bool done = true;

	if (!x->len)
		return false;
	if (x->reg.space == REG_CPUID)
		pc_do_cpuid(v);
	else if (x->reg.write)
		done = light_write(v, x->reg.nr);
	else
		done = pc_do_msr(v, x->reg.nr, false) == HV_OK;
	if (done)
		pc_regs(v)->rip += x->len;
	return done;
}

bool pc_light(struct arch_vcpu *av, struct vcpu_exit *x)
{
	struct vcpu *v = container_of(av, struct vcpu, arch);

	if (unlikely(hv.tracing))
		return false;
	if (x->kind == EXIT_HCALL && x->hcall.nr == HV_NULL) {
		*x->hcall.status = H_SUCCESS;
		v->nhcalls++;
		return true;
	}
	return x->kind == EXIT_REGISTER && light_register(v, x);
}
