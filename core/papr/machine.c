// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The PAPR machine: what the core reaches of it, and what happens before each entry into a guest.
 * Next: table.c (calls), load.c (what a guest finds at its start), exit.c (faults).
 */
#include "papr.h"

#include "hvstring.h"
#include "panic.h"

BUILD_ASSERT(sizeof(struct papr_part) <= HV_PAGE_SIZE, "machine state of a partition is one page");

static err_t part_init(struct partition *p)
{
	p->mach = pool_get(&p->pool, 0, false);
	if (!p->mach)
		return HV_ENOMEM;
	papr_term_init(p->mach);
	return papr_nvram_init(p);
}

static void part_fini(struct partition *p)
{
	if (!p->mach)
		return;
	papr_forget_fdt(p);
	papr_nvram_fini(p);
	pool_put(&p->pool, p->mach, 0, false);
	p->mach = NULL;
}

static err_t vcpu_init(struct vcpu *v)
{
	struct papr_vcpu *pv = &papr_part(v->part)->vcpu[v->index];

	v->mach = pv;
	papr_icp_reset(pv);
	arch_papr_reset(&v->arch, GPA(0), 0);
	return HV_OK;
}

/* As after part_init and vcpu_init, but for the copy of the device tree. */
static void restart(struct partition *p)
{
	struct papr_part *pp = papr_part(p);

	pp->lpcr = 0;
	pp->rtc_offset = 0;
	pp->term_server = 0;
	CHECK(arch_papr_proc_table(&p->gspace, true, GPA(0), 0, true) == HV_OK);
	for (unsigned i = 0; i < p->nvcpus; i++) {
		struct papr_vcpu *pv = papr_vcpu(p->vcpu[i]);

		memset(pv, 0, sizeof(*pv));
		papr_icp_reset(pv);
		arch_papr_reset(&p->vcpu[i]->arch, GPA(0), 0);
	}
	papr_term_init(pp);
	papr_reload(p);
}

static void vcpu_fini(struct vcpu *v)
{
	v->mach = NULL;
}

/* The guest takes an external interrupt now, or the port is asked to tell when it would. */
static void present(struct vcpu *v, struct papr_vcpu *pv)
{
	struct papr_regs *r = papr_regs(v);
	u32 attn = papr_attn(pv);
	bool mediate = false;

	if (attn & ATTN_EXT) {
		if (r->msr & MSR_EE) {
			papr_inject(r, VEC_EXTERNAL, 0);
			atomic_fetch_or(&pv->attn, ATTN_TAKEN);
		} else {
			/* in its handler, before H_XIRR, it knows already */
			mediate = !(attn & ATTN_TAKEN);
		}
	}
	if (mediate == !!(attn & ATTN_MEDIATED))
		return;
	if (mediate)
		atomic_fetch_or(&pv->attn, ATTN_MEDIATED);
	else
		atomic_fetch_and(&pv->attn, ~ATTN_MEDIATED);
	arch_papr_mediate(&v->arch, mediate);
}

static void before_run(struct vcpu *v)
{
	struct papr_vcpu *pv = papr_vcpu(v);
	u32 attn = papr_attn(pv);

	if (likely(!attn))
		return;
	if (attn & ATTN_CEDED) { /* it goes on, wherever it was meanwhile */
		atomic_fetch_and(&pv->attn, ~ATTN_CEDED);
		pv->put_reason = PUT_TIME;
	}
	if (attn & ATTN_MODE)
		papr_mode_adopt(v);
	present(v, pv);
}

static void unpin(struct partition *p)
{
	for (unsigned i = 0; i < p->nvcpus; i++)
		papr_vpa_unpin(papr_vcpu(p->vcpu[i]));
}

const struct machine machine_papr = {
	.name = "papr",
	.hcalls = &papr_hcalls,
	.part_init = part_init,
	.part_fini = part_fini,
	.vcpu_init = vcpu_init,
	.vcpu_fini = vcpu_fini,
	.load = papr_load,
	.restart = restart,
	.before_run = before_run,
	.after_load = papr_vpa_load,
	.before_put = papr_vpa_put,
	.exit = papr_exit,
	.unpin = unpin,
	.term_input = papr_term_input,
};
