// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The dispatch trace log: one record each time a vcpu gets a processor back, for those reasons of
 * its absence that the guest enabled in its VPA. Next: vpa.c.
 */
#include "papr.h"

/* Bits of the enable mask. */
#define DTL_WAITS 1 /* the vcpu gave its processor away */
#define DTL_SLICE 2 /* it was taken away */

/* Why it was dispatched (LoPAR numbers). */
enum { AT_EXTERNAL = 0, AT_PROD = 2, AT_DECREMENTER = 3, AT_SLICE = 7 };

/* Offsets in a record. */
#define DTL_REASONS	0x0 /* of the dispatch, of the absence (8 bits each); CPU */
#define DTL_TO_DISPATCH 0x4
#define DTL_TO_QUEUE	0x8
#define DTL_TO_READY	0xc
#define DTL_TIME	0x10
#define DTL_FAULT	0x18
#define DTL_SRR0	0x20
#define DTL_SRR1	0x28

static u8 reason(const struct vcpu *v, struct papr_vcpu *pv, u64 now)
{
	if (pv->put_reason == PUT_TIME)
		return AT_SLICE;
	if (papr_attn(pv) & ATTN_EXT)
		return AT_EXTERNAL;
	return arch_vcpu_wake(&v->arch) <= now ? AT_DECREMENTER : AT_PROD;
}

void papr_dtl_log(struct vcpu *v, u64 now, u64 waited, u64 ready)
{
	struct papr_vcpu *pv = papr_vcpu(v);
	u64 index = gpin_load_be64(&pv->vpa, VPA_DTL_INDEX);
	u8 mask = gpin_load_u8(&pv->vpa, VPA_DTL_MASK);
	u32 at;

	if (!pv->dtl.base || !(mask & (pv->put_reason == PUT_TIME ? DTL_SLICE : DTL_WAITS)))
		return;
	at = (u32)(index % (pv->dtl.size / DTL_ENTRY)) * DTL_ENTRY;
	gpin_store_be32(&pv->dtl, at + DTL_REASONS,
			(u32)reason(v, pv, now) << 24 | (u32)pv->put_reason << 16 |
				arch_cpu_self());
	gpin_store_be32(&pv->dtl, at + DTL_TO_DISPATCH, (u32)papr_timebase(ready));
	gpin_store_be32(&pv->dtl, at + DTL_TO_QUEUE, 0);
	gpin_store_be32(&pv->dtl, at + DTL_TO_READY, (u32)papr_timebase(waited));
	gpin_store_be64(&pv->dtl, at + DTL_TIME, papr_timebase(now));
	gpin_store_be64(&pv->dtl, at + DTL_FAULT, 0);
	gpin_store_be64(&pv->dtl, at + DTL_SRR0, papr_regs(v)->nip);
	gpin_store_be64(&pv->dtl, at + DTL_SRR1, papr_regs(v)->msr);
	arch_barrier(); /* the record before the index that announces it */
	gpin_store_be64(&pv->vpa, VPA_DTL_INDEX, index + 1);
}
