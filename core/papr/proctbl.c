// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * H_REGISTER_PROC_TBL: where a radix guest keeps its process table. Hash translation, and radix
 * without the guest's own invalidations (which would need calls for them), are not offered and so
 * not advertised. Next: gfdt.c (ibm,architecture-vec-5).
 */
#include "papr.h"

#include "gmem.h"

#define PRTB_MODIFY   0x10
#define PRTB_REGISTER 0x08
#define PRTB_RADIX    0x04
#define PRTB_TABLE    0x02 /* means nothing beside radix */
#define PRTB_GTSE     0x01
#define PRTB_FLAGS    0x1f
#define PRTB_MAX      12 /* 16 MiB: a table for 20 bits of PID */

static s64 set_table(struct vcpu *v, gpa_t base, unsigned log2)
{
	struct partition *p = v->part;
	err_t err;

	lock_take(&p->lock);
	err = arch_papr_proc_table(&p->gspace, true, base, log2, true);
	if (!err) {
		for (unsigned i = 0; i < p->nvcpus; i++)
			if (p->vcpu[i] != v)
				vcpu_kick(p->vcpu[i]);
	}
	lock_drop(&p->lock);
	if (err == HV_EINVAL)
		return H_P2; /* this processor wants it aligned to its size */
	return err ? H_PARAMETER : H_SUCCESS;
}

s64 h_register_proc_tbl(struct vcpu *v, u64 flags, u64 base, u64 page_size, u64 size)
{
	if ((flags & ~(u64)PRTB_FLAGS) || !(flags & PRTB_RADIX) || !(flags & PRTB_GTSE))
		return H_PARAMETER;
	if (!(flags & PRTB_MODIFY))
		return H_SUCCESS; /* keep what there is */
	if (!(flags & PRTB_REGISTER))
		return set_table(v, GPA(0), 0);
	if (!IS_ALIGNED(base, HV_PAGE_SIZE))
		return H_P2;
	if (page_size)
		return H_P3;
	if (size > PRTB_MAX)
		return H_P4;
	if (!gmem_contains(v->part, GPA(base), HV_PAGE_SIZE << size))
		return H_P2;
	return set_table(v, GPA(base), (unsigned)size + HV_PAGE_SHIFT);
}
