// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RTAS services that start and stop vcpus. Next: rtas.c, ../vcpu.c.
 */
#include "papr.h"

enum { CPU_STOPPED, CPU_STOPPING, CPU_NOT_STOPPED };

/* p's lock held. A stopping vcpu is off the scheduler, but its state is still on its CPU. */
static u32 state(const struct vcpu *v)
{
	if (v->online)
		return CPU_NOT_STOPPED;
	return v->loaded ? CPU_STOPPING : CPU_STOPPED;
}

/*
 * start-cpu: server, address, r3. The vcpu begins as vcpu 0 did: 64-bit, big-endian, real mode;
 * only where interrupts go is the partition's.
 */
s32 rtas_start_cpu(struct vcpu *v, const u32 *in, u32 *out)
{
	struct partition *p = v->part;
	struct vcpu *new = vcpu_find(p, in[0]);
	s32 status = RTAS_OK;

	(void)out;
	if (!new || !gmem_contains(p, GPA(in[1]), 4))
		return RTAS_PARAMETER;
	lock_take(&p->lock);
	switch (p->state == PART_RUNNING ? state(new) : CPU_NOT_STOPPED) {
	case CPU_STOPPED:
		lock_take(&new->lock);
		papr_icp_reset(papr_vcpu(new));
		papr_icp_update(new);
		lock_drop(&new->lock);
		arch_papr_reset(&new->arch, GPA(in[1]), in[2]);
		papr_mode_adopt(new);
		vcpu_online(new);
		break;
	case CPU_STOPPING:
		status = RTAS_BUSY;
		break;
	default:
		status = RTAS_HARDWARE;
	}
	lock_drop(&p->lock);
	return status;
}

/* stop-self: does not come back. */
s32 rtas_stop_self(struct vcpu *v, const u32 *in, u32 *out)
{
	(void)in;
	(void)out;
	lock_take(&v->part->lock);
	vcpu_offline(v);
	lock_drop(&v->part->lock);
	return RTAS_OK;
}

/* query-cpu-stopped-state: server -> state */
s32 rtas_query_cpu(struct vcpu *v, const u32 *in, u32 *out)
{
	const struct vcpu *of = vcpu_find(v->part, in[0]);

	if (!of)
		return RTAS_PARAMETER;
	lock_take(&v->part->lock);
	out[0] = state(of);
	lock_drop(&v->part->lock);
	return RTAS_OK;
}
