// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exits that are no calls: the guest gets the interrupt its processor would raise. A guest that
 * faults for ever costs its own time only. Next: regs.c.
 */
#include "papr.h"

static void inject_fault(struct vcpu *v, const struct vcpu_exit *x)
{
	struct papr_regs *r = papr_regs(v);
	u32 dsisr = x->mem.mapped ? DSISR_PROTECTED : DSISR_NO_PAGE;

	if (x->mem.access & ACCESS_EXEC) {
		papr_inject(r, VEC_INST_STORAGE,
			    x->mem.mapped ? SRR1_ISI_NO_EXEC : SRR1_ISI_NO_PAGE);
		return;
	}
	if (x->mem.access & ACCESS_WRITE)
		dsisr |= DSISR_STORE;
	arch_papr_set_fault(&v->arch, x->mem.va, dsisr);
	papr_inject(r, VEC_DATA_STORAGE, 0);
}

static void inject_program(struct vcpu *v, enum illegal_cause cause)
{
	struct papr_regs *r = papr_regs(v);

	if (cause == ILLEGAL_PRIVILEGE) {
		r->nip -= 4; /* the call instruction itself */
		papr_inject(r, VEC_PROGRAM, SRR1_PROGRAM_PRIVILEGE);
	} else {
		papr_inject(r, VEC_PROGRAM, SRR1_PROGRAM_ILLEGAL);
	}
}

void papr_exit(struct vcpu *v, struct vcpu_exit *x)
{
	switch (x->kind) {
	case EXIT_MEMORY:
		inject_fault(v, x);
		break;
	case EXIT_ILLEGAL:
		inject_program(v, x->illegal.cause);
		break;
	case EXIT_IDLE:
		papr_wait(v, PUT_CEDE);
		break;
	case EXIT_IO:
	case EXIT_REGISTER: /* a PAPR guest has no ports, and no register that the core emulates */
		inject_program(v, ILLEGAL_INSTRUCTION);
		break;
	default: /* physical interrupt: no partition owns a device, so it was spurious */
		break;
	}
}
