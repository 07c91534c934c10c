// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events for a guest: what waits for its next entry, what two at once become (APM 2, 8.2.9), and
 * what an exit has interrupted. Next: vcpu.c.
 */
#include "panic.h"
#include "virt.h"

#define EXC_DE 0
#define EXC_BP 3
#define EXC_OF 4
#define EXC_TS 10
#define EXC_NP 11
#define EXC_CP 21

static bool contributory(u8 vector)
{
	return vector == EXC_DE || (vector >= EXC_TS && vector <= PC_EXC_GP) || vector == EXC_CP;
}

static void set(struct arch_vcpu *v, unsigned type, u8 vector, bool has_error, u32 error)
{
	v->event.what = EVENT_VALID | EVENT_TYPE(type) | vector | (has_error ? EVENT_ERROR : 0);
	v->event.error = error;
}

/* An interrupt whose delivery faults is lost, as on the processor: it was acknowledged. */
void event_exception(struct arch_vcpu *v, u8 vector, bool has_error, u32 error)
{
	u32 old = v->event.what;
	u8 first = EVENT_VECTOR(old);

	v->cut = true;
	if (!(old & EVENT_VALID) || EVENT_TYPE_OF(old) != TYPE_EXCEPTION) {
		set(v, TYPE_EXCEPTION, vector, has_error, error);
	} else if (first == PC_EXC_DF && (contributory(vector) || vector == PC_EXC_PF)) {
		v->shut_down = true;
	} else if ((contributory(first) && contributory(vector)) ||
		   (first == PC_EXC_PF && (contributory(vector) || vector == PC_EXC_PF))) {
		set(v, TYPE_EXCEPTION, PC_EXC_DF, true, 0);
	} else {
		set(v, TYPE_EXCEPTION, vector, has_error, error);
	}
}

/* INT n, INT3 and INTO happen again by themselves: the guest still stands before them. */
void event_interrupted(struct arch_vcpu *v, u32 what, u32 error)
{
	u8 vector = EVENT_VECTOR(what);
	unsigned type = EVENT_TYPE_OF(what);

	if (!(what & EVENT_VALID) || type >= TYPE_SOFT ||
	    (type == TYPE_EXCEPTION && (vector == EXC_BP || vector == EXC_OF)))
		return;
	v->event.what = what;
	v->event.error = error;
	v->cut = true;
}

void arch_pc_inject(struct arch_vcpu *v, const struct pc_event *e)
{
	if (e->type == PC_EVENT_EXCEPTION) {
		if (e->vector == PC_EXC_PF)
			virt->set_cr2(v, e->cr2);
		event_exception(v, e->vector, e->has_error, e->error);
		return;
	}
	ASSERT(!(v->event.what & EVENT_VALID));
	if (e->type == PC_EVENT_NMI) {
		set(v, TYPE_NMI, PC_EXC_NMI, false, 0);
		v->nmi_masked = true;
		virt_changed(v);
	} else {
		set(v, TYPE_INTR, e->vector, false, 0);
	}
}

/* In the shadow of STI or MOV SS, unless the core has stepped over the instruction since. */
static bool in_shadow(const struct arch_vcpu *v)
{
	return v->shadow && v->pc.rip == v->left_rip;
}

unsigned arch_pc_ready(const struct arch_vcpu *v)
{
	if (v->event.what & EVENT_VALID || v->shut_down || in_shadow(v))
		return 0;
	return (v->pc.rflags & RFLAGS_IF ? PC_READY_INTR : 0) | (v->nmi_masked ? 0 : PC_READY_NMI);
}

void arch_pc_set_cr8(struct arch_vcpu *v, u8 val)
{
	*v->cr8 = (u8)(val << v->cr8_shift);
	virt_changed(v);
}

bool window_is_open(const struct arch_vcpu *v)
{
	unsigned ready = arch_pc_ready(v);

	return v->window & ready ||
	       (ready & PC_READY_INTR && arch_pc_cr8(v) < PC_BELOW_OF(v->window));
}

void arch_pc_window(struct arch_vcpu *v, unsigned what)
{
	if (v->window == what)
		return;
	v->window = what;
	virt_changed(v);
}
