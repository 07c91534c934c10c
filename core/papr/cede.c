// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Vcpus that give their processor away: cede (wait for an interrupt or a prod), prod, confer. The
 * "prod bit" of LoPAR is the scheduler's event flag. Next: icp.c (interrupts that wake), vcpu.h.
 */
#include "papr.h"

#include "hv.h"

void papr_wait(struct vcpu *v, enum put_reason why)
{
	struct papr_vcpu *pv = papr_vcpu(v);

	lock_take(&v->lock);
	if (!(papr_attn(pv) & ATTN_EXT)) {
		atomic_fetch_or(&pv->attn, ATTN_CEDED);
		pv->put_reason = (u8)why;
		vcpu_block(v, arch_vcpu_wake(&v->arch));
	}
	lock_drop(&v->lock);
}

s64 h_cede(struct vcpu *v)
{
	papr_regs(v)->msr |= MSR_EE;
	papr_wait(v, PUT_CEDE);
	return H_SUCCESS;
}

s64 h_prod(struct vcpu *v, u64 proc)
{
	(void)v;
	vcpu_wake(vcpu_find(v->part, proc));
	return H_SUCCESS;
}

/* `to` is not on a processor and has not been there since its caller looked. */
static bool still_off(struct vcpu *to, u64 count)
{
	u32 now;

	lock_take(&to->lock);
	now = gpin_load_be32(&papr_vcpu(to)->vpa, VPA_COUNT);
	lock_drop(&to->lock);
	return (now & 1) && now == (u32)count;
}

/*
 * A vcpu cannot lend its time to one that lives on another CPU: it then only gets out of the way.
 * proc is a 32-bit number; -1 stands for all vcpus of the partition.
 */
s64 h_confer(struct vcpu *v, u64 proc, u64 count)
{
	struct vcpu *to = NULL;

	if ((u32)proc != ~0u) {
		to = vcpu_find(v->part, (u32)proc);
		if (!to)
			return H_PARAMETER;
		if (to == v) { /* until somebody prods it */
			papr_wait(v, PUT_CONFER);
			return H_SUCCESS;
		}
		if (!still_off(to, count))
			return H_SUCCESS;
		if (to->cpu != v->cpu)
			to = NULL;
	}
	atomic_fetch_or(&papr_vcpu(v)->attn, ATTN_CEDED);
	papr_vcpu(v)->put_reason = PUT_CONFER;
	sched_pass(&hv.cpu[v->cpu]->sched, v, to, arch_now());
	this_cpu()->resched = true;
	return H_SUCCESS;
}
