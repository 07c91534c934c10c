// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual processor areas: pages of the guest in which it sees when its vcpus run (LoPAR, "Per
 * Virtual Processor Area"). Next: dtl.c (the dispatch trace log).
 */
#include "papr.h"

#include "endian.h"
#include "gcopy.h"
#include "hv.h"

#define VPA_MIN	   640
#define VPA_SIZE   0x4 /* be16; in a trace log be32 */
#define VPA_STATUS 0x9 /* Linux reads here whether processors are shared */
#define VPA_SHARED 2
#define VPA_WAIT3  0x158 /* runnable, without a processor */
#define VPA_WAIT1  0x168 /* waiting to become runnable */

/* Sub-functions of H_REGISTER_VPA, in bits 16 to 18 of the flags. */
#define VPA_FUNCTION(flags) (((flags) >> 45) & 7)
enum { REG_VPA = 1, REG_DTL = 2, DEREG_VPA = 5, DEREG_DTL = 6 };

u64 papr_timebase(u64 ticks)
{
	u64 tb = arch_papr_cpu()->timebase_hz, hz = arch_tick_hz();

	return tb == hz ? ticks : ticks / hz * tb + ticks % hz * tb / hz;
}

/* The dispatch count is even while the vcpu has a processor and odd while it has none. */
static void count(struct papr_vcpu *pv, bool on)
{
	u32 n = gpin_load_be32(&pv->vpa, VPA_COUNT) + 1;

	gpin_store_be32(&pv->vpa, VPA_COUNT, (n & 1) == on ? n + 1 : n);
}

/* How long it was away, split into its own waiting and its time as a ready one. */
static void account(struct vcpu *v, struct papr_vcpu *pv) REQUIRES(&v->lock)
{
	u64 now = arch_now(), away, ready;

	if (!pv->put_time)
		return;
	away = now - pv->put_time;
	ready = MIN(now - MIN(now, v->se.since), away);
	pv->stolen += ready;
	pv->waited += away - ready;
	gpin_store_be64(&pv->vpa, VPA_WAIT3, papr_timebase(pv->stolen));
	gpin_store_be64(&pv->vpa, VPA_WAIT1, papr_timebase(pv->waited));
	papr_dtl_log(v, now, away - ready, ready);
}

void papr_vpa_load(struct vcpu *v)
{
	struct papr_vcpu *pv = papr_vcpu(v);

	lock_take(&v->lock);
	pv->on_cpu = true;
	if (pv->vpa.base) {
		account(v, pv);
		count(pv, true);
	}
	pv->put_reason = PUT_TIME;
	lock_drop(&v->lock);
}

void papr_vpa_put(struct vcpu *v)
{
	struct papr_vcpu *pv = papr_vcpu(v);

	atomic_fetch_and(&pv->attn, ~ATTN_MEDIATED); /* the port forgets it when it puts v */
	lock_take(&v->lock);
	pv->on_cpu = false;
	if (pv->vpa.base) {
		count(pv, false);
		pv->put_time = arch_now();
	}
	lock_drop(&v->lock);
}

void papr_vpa_unpin(struct papr_vcpu *pv)
{
	gpin_drop(&pv->vpa);
	gpin_drop(&pv->dtl);
}

/* The size a new area claims for itself, or 0 when it cannot be one. */
static u32 claimed_size(const struct partition *p, gpa_t g, bool dtl)
{
	be32_t size32;
	be16_t size16;

	if (!IS_ALIGNED(g.v, arch_papr_cpu()->dcache_line))
		return 0;
	if (dtl)
		return gcopy_from(p, &size32, GPA(g.v + VPA_SIZE), 4) ? 0 : be32_to_cpu(size32);
	return gcopy_from(p, &size16, GPA(g.v + VPA_SIZE), 2) ? 0 : be16_to_cpu(size16);
}

static s64 register_vpa(struct vcpu *v, gpa_t g) REQUIRES(&v->lock)
{
	struct papr_vcpu *pv = papr_vcpu(v);
	struct gpin pin = { 0 };
	u32 size = claimed_size(v->part, g, false);

	if (size < VPA_MIN || gpin_take(&pin, v->part, g, size))
		return H_PARAMETER;
	gpin_drop(&pv->vpa);
	pv->vpa = pin;
	gpin_store_u8(&pin, VPA_STATUS, gpin_load_u8(&pin, VPA_STATUS) | VPA_SHARED);
	pv->put_time = 0;
	pv->waited = 0;
	pv->stolen = 0;
	count(pv, pv->on_cpu);
	return H_SUCCESS;
}

static s64 register_dtl(struct vcpu *v, gpa_t g) REQUIRES(&v->lock)
{
	struct papr_vcpu *pv = papr_vcpu(v);
	struct gpin pin = { 0 };
	u32 size = claimed_size(v->part, g, true);

	if (size < DTL_ENTRY || size > HV_PAGE_SIZE)
		return H_PARAMETER;
	if (!pv->vpa.base)
		return H_RESOURCE;
	if (gpin_take(&pin, v->part, g, size))
		return H_PARAMETER;
	gpin_drop(&pv->dtl);
	pv->dtl = pin;
	return H_SUCCESS;
}

static s64 function(struct vcpu *v, u64 flags, gpa_t g) REQUIRES(&v->lock)
{
	struct papr_vcpu *pv = papr_vcpu(v);

	switch (VPA_FUNCTION(flags)) {
	case REG_VPA:
		return register_vpa(v, g);
	case REG_DTL:
		return register_dtl(v, g);
	case DEREG_VPA:
		if (pv->dtl.base)
			return H_RESOURCE;
		gpin_drop(&pv->vpa);
		return H_SUCCESS;
	case DEREG_DTL:
		gpin_drop(&pv->dtl);
		return H_SUCCESS;
	default: /* among them the SLB shadow buffer: radix guests have no SLB */
		return H_PARAMETER;
	}
}

s64 h_register_vpa(struct vcpu *v, u64 flags, u64 proc, u64 addr)
{
	struct vcpu *of = vcpu_find(v->part, proc);
	s64 s;

	lock_take(&of->lock);
	s = function(of, flags, GPA(addr));
	lock_drop(&of->lock);
	return s;
}
