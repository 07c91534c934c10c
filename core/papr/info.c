// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a guest may know of its share of the machine. Next: vpa.c.
 */
#include "papr.h"

#include "hv.h"

#define WEIGHT 128 /* of every partition in the distribution of slack: all are equal */

/* Entitlement in hundredths of a processor; nobody is capped; one pool of all processors. */
s64 h_get_ppp(struct vcpu *v, u64 *ret)
{
	const struct partition *p = v->part;
	u64 slots = 0;

	for (unsigned i = 0; i < p->nvcpus; i++)
		slots += p->vcpu[i]->se.nslots;
	ret[0] = slots * 100 / SCHED_SLOTS;
	ret[1] = 0;
	ret[2] = 0;
	ret[3] = (u64)WEIGHT << 40 | (u64)hv.ncpus << 16 | hv.ncpus;
	return H_SUCCESS;
}

/* Time this vcpu has had on a processor, in units of the time base. */
s64 h_purr(struct vcpu *v, u64 *ret)
{
	ret[0] = papr_timebase(v->se.used + arch_now() - this_cpu()->started);
	return H_SUCCESS;
}

/* The hypervisor has no background work that it would do on a ceded processor. */
s64 h_poll_pending(struct vcpu *v)
{
	(void)v;
	return H_SUCCESS;
}
