// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The one interrupt source of a partition, "input waits at the terminal", and the RTAS services
 * that route and mask it. It is edge triggered. Next: icp.c (how it reaches a vcpu), term.c.
 */
#include "papr.h"

void papr_term_init(struct papr_part *pp)
{
	pp->term_prio = XICS_MASKED;
	pp->term_saved = XICS_MASKED;
	for (unsigned i = 0; i < MAX_VCPUS; i++)
		pp->vcpu[i].icp.term_prio = XICS_MASKED;
}

/* What is pending moves along: from the old server's state to the new one's. */
void papr_term_route(struct partition *p, u32 server, u8 prio)
{
	struct papr_part *pp = papr_part(p);
	struct vcpu *from = p->vcpu[pp->term_server], *to = p->vcpu[server];
	bool pending;

	lock_take(&from->lock);
	pending = papr_vcpu(from)->icp.term_pending;
	papr_vcpu(from)->icp.term_pending = false;
	papr_vcpu(from)->icp.term_prio = XICS_MASKED;
	papr_icp_update(from);
	lock_drop(&from->lock);
	pp->term_server = server;
	pp->term_prio = prio;
	lock_take(&to->lock);
	papr_vcpu(to)->icp.term_pending = pending;
	papr_vcpu(to)->icp.term_prio = prio;
	papr_icp_update(to);
	lock_drop(&to->lock);
}

void papr_term_input(struct partition *p)
{
	struct vcpu *v;

	lock_take(&p->lock);
	v = vcpu_find(p, papr_part(p)->term_server);
	if (v) {
		lock_take(&v->lock);
		papr_vcpu(v)->icp.term_pending = true;
		papr_icp_update(v);
		lock_drop(&v->lock);
	}
	lock_drop(&p->lock);
}

/* ibm,set-xive: source, server, priority */
s32 rtas_set_xive(struct vcpu *v, const u32 *in, u32 *out)
{
	struct partition *p = v->part;

	(void)out;
	if (in[0] != XICS_TERM || !vcpu_find(p, in[1]) || in[2] > XICS_MASKED)
		return RTAS_PARAMETER;
	lock_take(&p->lock);
	papr_part(p)->term_saved = (u8)in[2];
	papr_term_route(p, in[1], (u8)in[2]);
	lock_drop(&p->lock);
	return RTAS_OK;
}

/* ibm,get-xive: source -> server, priority */
s32 rtas_get_xive(struct vcpu *v, const u32 *in, u32 *out)
{
	struct papr_part *pp = papr_part(v->part);

	if (in[0] != XICS_TERM)
		return RTAS_PARAMETER;
	lock_take(&v->part->lock);
	out[0] = pp->term_server;
	out[1] = pp->term_prio;
	lock_drop(&v->part->lock);
	return RTAS_OK;
}

static s32 set_mask(struct vcpu *v, u32 src, bool on)
{
	struct papr_part *pp = papr_part(v->part);

	if (src != XICS_TERM)
		return RTAS_PARAMETER;
	lock_take(&v->part->lock);
	papr_term_route(v->part, pp->term_server, on ? pp->term_saved : XICS_MASKED);
	lock_drop(&v->part->lock);
	return RTAS_OK;
}

s32 rtas_int_on(struct vcpu *v, const u32 *in, u32 *out)
{
	(void)out;
	return set_mask(v, in[0], true);
}

s32 rtas_int_off(struct vcpu *v, const u32 *in, u32 *out)
{
	(void)out;
	return set_mask(v, in[0], false);
}
