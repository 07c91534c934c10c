// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * XICS presentation: which interrupt a vcpu sees. It has two sources, the IPI (pending while its
 * priority register mfrr says so) and the terminal when that is routed to it; the more favoured
 * one (lower number) is presented while it is more favoured than the vcpu's own priority.
 * Nothing is latched and so nothing has to be rejected. Next: irq.c (the terminal's source).
 */
#include "papr.h"

#include "panic.h"

#define XISR(xirr) ((xirr)&0xffffff)

/* What the source routing says of this vcpu stays. */
void papr_icp_reset(struct papr_vcpu *pv)
{
	pv->icp.cppr = 0; /* nothing gets through */
	pv->icp.mfrr = XICS_MASKED;
	atomic_fetch_and(&pv->attn, ~(ATTN_EXT | ATTN_TAKEN));
}

/* The most favoured interrupt that may be presented, and its priority; 0 when there is none. */
static u32 best(const struct papr_icp *icp, u8 *prio)
{
	u32 src = XICS_IPI;

	*prio = icp->mfrr;
	if (icp->term_pending && icp->term_prio < *prio) {
		*prio = icp->term_prio;
		src = XICS_TERM;
	}
	return *prio < icp->cppr ? src : 0;
}

static u32 poll(const struct papr_icp *icp)
{
	u8 prio;

	return (u32)icp->cppr << 24 | best(icp, &prio);
}

/* The vcpu asks what is presented and takes it: its priority becomes that of the interrupt. */
static u32 accept(struct papr_icp *icp)
{
	u32 xirr = poll(icp);
	u8 prio;

	if (XISR(xirr)) {
		best(icp, &prio);
		icp->cppr = prio;
	}
	if (XISR(xirr) == XICS_TERM)
		icp->term_pending = false;
	return xirr;
}

void papr_icp_update(struct vcpu *v)
{
	struct papr_vcpu *pv = papr_vcpu(v);
	u32 old;

	ASSERT(lock_held(&v->lock));
	if (!XISR(poll(&pv->icp))) {
		atomic_fetch_and(&pv->attn, ~(ATTN_EXT | ATTN_TAKEN));
		return;
	}
	old = atomic_fetch_or(&pv->attn, ATTN_EXT);
	if (old & ATTN_EXT)
		return;
	if (old & ATTN_CEDED)
		vcpu_unblock(v); /* papr_wait looks at EXT, under the same lock */
	vcpu_kick(v);
}

/* After a change by v itself: what is deliverable now is news to it. */
static void update_own(struct vcpu *v) REQUIRES(&v->lock)
{
	atomic_fetch_and(&papr_vcpu(v)->attn, ~ATTN_TAKEN);
	papr_icp_update(v);
}

static bool legal_eoi(u64 xirr)
{
	u32 src = XISR(xirr);

	return src == 0 || src == XICS_IPI || src == XICS_TERM;
}

s64 h_xirr(struct vcpu *v, u64 *ret)
{
	lock_take(&v->lock);
	ret[0] = accept(&papr_vcpu(v)->icp);
	update_own(v);
	lock_drop(&v->lock);
	return H_SUCCESS;
}

s64 h_cppr(struct vcpu *v, u64 cppr)
{
	lock_take(&v->lock);
	papr_vcpu(v)->icp.cppr = (u8)cppr;
	update_own(v);
	lock_drop(&v->lock);
	return H_SUCCESS;
}

/* Any priority is taken, also a more favoured one: Linux ends an IPI with 0 in kexec. */
s64 h_eoi(struct vcpu *v, u64 xirr)
{
	if (!legal_eoi(xirr))
		return H_PARAMETER;
	return h_cppr(v, xirr >> 24);
}

s64 h_ipi(struct vcpu *v, u64 server, u64 mfrr)
{
	struct vcpu *to = vcpu_find(v->part, server);

	lock_take(&to->lock);
	papr_vcpu(to)->icp.mfrr = (u8)mfrr;
	papr_icp_update(to);
	lock_drop(&to->lock);
	return H_SUCCESS;
}

s64 h_ipoll(struct vcpu *v, u64 server, u64 *ret)
{
	struct vcpu *of = vcpu_find(v->part, server);

	lock_take(&of->lock);
	ret[0] = poll(&papr_vcpu(of)->icp);
	ret[1] = papr_vcpu(of)->icp.mfrr;
	lock_drop(&of->lock);
	return H_SUCCESS;
}

/* Does one of the four light calls to a copy of the state. False: not one of them, or an error. */
static bool light_step(const struct vcpu *v, struct papr_icp *icp, const u64 *gpr, u64 *result)
{
	switch (gpr[3]) {
	case H_XIRR:
		*result = accept(icp);
		return true;
	case H_CPPR:
		icp->cppr = (u8)gpr[4];
		return true;
	case H_EOI:
		icp->cppr = (u8)(gpr[4] >> 24);
		return legal_eoi(gpr[4]);
	case H_IPI:
		icp->mfrr = (u8)gpr[5];
		return gpr[4] == v->index;
	default:
		return false;
	}
}

/*
 * Light calls only change numbers of the calling vcpu. When one would leave an interrupt to
 * deliver, or the port still watches for the last one, nothing is changed and the full path does
 * it.
 */
bool papr_icp_light(struct vcpu *v, u64 *gpr)
{
	struct papr_vcpu *pv = papr_vcpu(v);
	u64 result = gpr[4];
	struct papr_icp new;
	bool done;

	if (gpr[3] < H_EOI || gpr[3] > H_XIRR || papr_attn(pv) & ~(ATTN_EXT | ATTN_TAKEN))
		return false;
	lock_take(&v->lock);
	new = pv->icp;
	done = light_step(v, &new, gpr, &result) && !XISR(poll(&new));
	if (done) {
		pv->icp = new;
		atomic_fetch_and(&pv->attn, ~(ATTN_EXT | ATTN_TAKEN));
	}
	lock_drop(&v->lock);
	if (done) {
		gpr[3] = H_SUCCESS;
		gpr[4] = result;
	}
	return done;
}
