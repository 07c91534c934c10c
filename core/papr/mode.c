// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * H_SET_MODE: byte order and place of a partition's interrupt handlers. A mode holds for all its
 * vcpus; each takes it over before its next guest instruction. Next: machine.c (before_run).
 */
#include "papr.h"

#define MODE_AIL 3 /* resources; breakpoints and watchpoints (1, 2) are not offered */
#define MODE_LE	 4

/*
 * LPCR[AIL] as offered. The register holds for the hypervisor's own interrupts, too, and a port
 * has vectors for them where 3 puts them, but none where 2 would: that is never accepted.
 */
#define AIL_REAL 0
#define AIL_FAR	 3

void papr_mode_adopt(struct vcpu *v)
{
	struct papr_regs *r = papr_regs(v);

	atomic_fetch_and(&papr_vcpu(v)->attn, ~ATTN_MODE);
	r->lpcr = papr_part(v->part)->lpcr;
	arch_papr_mode_changed(&v->arch);
}

static void change(struct vcpu *v, u64 mask, u64 bits)
{
	struct partition *p = v->part;

	lock_take(&p->lock);
	papr_part(p)->lpcr = (papr_part(p)->lpcr & ~mask) | bits;
	for (unsigned i = 0; i < p->nvcpus; i++) {
		atomic_fetch_or(&papr_vcpu(p->vcpu[i])->attn, ATTN_MODE);
		if (p->vcpu[i] != v)
			vcpu_kick(p->vcpu[i]);
	}
	lock_drop(&p->lock);
}

s64 h_set_mode(struct vcpu *v, u64 flags, u64 resource, u64 value1, u64 value2)
{
	if (resource != MODE_LE && (resource != MODE_AIL || !arch_papr_cpu()->ail))
		return H_P2;
	if (value1)
		return H_P3;
	if (value2)
		return H_P4;
	if (resource == MODE_AIL) {
		if (flags != AIL_REAL && flags != AIL_FAR)
			return H_UNSUPPORTED_FLAG;
		change(v, LPCR_AIL, flags << LPCR_AIL_SHIFT);
	} else {
		if (flags > 1)
			return H_UNSUPPORTED_FLAG;
		if (papr_regs(v)->msr & MSR_EE)
			return H_BAD_MODE;
		change(v, LPCR_ILE, flags ? LPCR_ILE : 0);
	}
	return H_SUCCESS;
}
