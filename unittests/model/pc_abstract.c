// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The abstraction of a PC: what its devices hold for real -> the model's terms, and the comparison.
 * Next: pc_drive.c (who makes the accesses).
 */
#include <stdio.h>
#include <string.h>

#include "../../core/pc/pc.h"
#include "hv.h"
#include "model_pc.h"
#include "oracle.h"

/* Books that must agree, whatever the access was. */
static void check_books(const struct mp_vcpu *a, const struct vcpu *v)
{
	const struct pc_vcpu *pv = pc_vcpu(v);

	if (pv->due != MIN(pv->apic.timer, pv->retry) || v->arch.pcx.alarm != pv->due)
		differs("vcpu %u: the alarm is not when its timer is", v->index);
	if (v->arch.pcx.tsc_offset != pv->tsc_offset)
		differs("vcpu %u: the port has another counter", v->index);
	if (mp_deliverable(a) >= 0 && !(pv->attn & (ATTN_IRQ | ATTN_HELD)))
		differs("vcpu %u: nobody looks at its interrupt", v->index);
}

static void abstract_vcpu(struct mp_vcpu *a, const struct vcpu *v)
{
	const struct pc_vcpu *pv = pc_vcpu(v);
	const struct pc_apic *p = &pv->apic;
	const struct um_pc *pc = &v->arch.pcx;

	for (size_t i = 0; i < 4; i++) {
		a->irr[i] = p->irr[i];
		a->tmr[i] = p->tmr[i];
		a->isr[i] = p->isr[i];
	}
	a->base = p->base;
	a->tpr = p->tpr >> 4 == pc->cr8 ? p->tpr : (u64)pc->cr8 << 4;
	a->ldr = p->ldr;
	a->dfr = p->dfr;
	a->svr = p->svr;
	a->esr = p->esr;
	a->errors = p->esr_next;
	a->icr = p->icr;
	a->icr2 = p->icr2;
	for (unsigned i = 0; i < MP_LVTS; i++)
		a->lvt[i] = p->lvt[i];
	a->divide = p->tdcr;
	a->initial = p->initial;
	a->fires = p->timer;
	a->deadline = p->deadline;
	a->nmi = !!(pv->attn & ATTN_NMI);
	a->wait_sipi = pv->wait_sipi;
	a->at_hlt = pv->halted && v->arch.pc.rip == pv->halt_rip;
	a->asleep = !!(pv->attn & ATTN_HALTED);
	a->tsc = pv->tsc_offset;
	a->tsc_adjust = pv->tsc_adjust;
	a->clock = pv->clock;
	a->misc_enable = pv->misc_enable;
	memcpy(a->mtrr, pv->mtrr, sizeof(a->mtrr));
	a->efer = pc->efer;
	a->pat = pc->pat;
	a->aux = pc->aux;
	check_books(a, v);
}

static void abstract_pc(struct m_pc *a, const struct partition *p)
{
	const struct pc_part *pp = pc_part(p);
	const struct pc_uart *u = &pp->uart;

	memset(a, 0, sizeof(*a));
	a->select = pp->ioapic.select;
	a->id = pp->ioapic.id;
	a->lines = pp->ioapic.level;
	memcpy(a->rte, pp->ioapic.rte, sizeof(a->rte));
	a->ier = u->ier;
	a->fcr = u->fcr & 1;
	a->lcr = u->lcr;
	a->mcr = u->mcr;
	a->scratch = u->scr;
	a->divisor = u->dll | u->dlm << 8;
	a->thre = u->thr_irq;
	a->nrx = u->nrx;
	memcpy(a->rx, u->rx, MIN(u->nrx, (u8)MP_FIFO));
	a->ntx = u->ntx;
	a->index = pp->rtc.index;
	a->reg_a = pp->rtc.reg_a;
	a->reg_b = pp->rtc.reg_b;
	memcpy(a->cmos, pp->rtc.ram, sizeof(a->cmos));
	for (unsigned i = 0; i < p->nvcpus; i++)
		abstract_vcpu(&a->vcpu[i], p->vcpu[i]);
}

/* ---- comparison ------------------------------------------------------------------------------ */

static void report_one(const char *where, const char *name, int i, u64 model, u64 real)
{
	char index[16] = "";

	if (model == real)
		return;
	if (i >= 0)
		snprintf(index, sizeof(index), "[%d]", i);
	differs("%s%s%s: model %llx, real %llx", where, name, index, (unsigned long long)model,
		(unsigned long long)real);
}

#define F(name) report_one(where, #name, -1, a->name, b->name);
#define A(type, name, n)                   \
	for (int i = 0; i < (int)(n); i++) \
		report_one(where, #name, i, a->name[i], b->name[i]);

static void report_vcpu(unsigned lp, unsigned vc, const struct mp_vcpu *a, const struct mp_vcpu *b)
{
	char where[40];

	snprintf(where, sizeof(where), "partition %u vcpu %u ", lp, vc);
	MP_VCPU_FIELDS(F, A)
}

static void report(unsigned lp, const struct m_pc *a, const struct m_pc *b)
{
	char where[40];

	snprintf(where, sizeof(where), "partition %u ", lp);
	MP_FIELDS(F, A)
	for (unsigned i = 0; i < M_VCPUS; i++)
		report_vcpu(lp, i, &a->vcpu[i], &b->vcpu[i]);
}

void pc_compare(const struct model *m)
{
	struct m_pc real;

	for (unsigned lp = 1; lp <= M_PARTS; lp++) {
		u64 state = m->s.part[lp].state;

		if (!m->more[lp].pc ||
		    (state != M_READY && state != M_RUNNING && state != M_STOPPED))
			continue;
		if (!hv.part[lp] || hv.part[lp]->nvcpus > M_VCPUS)
			continue; /* told already */
		abstract_pc(&real, hv.part[lp]);
		if (memcmp(&real, &m->pc[lp], sizeof(real)))
			report(lp, &m->pc[lp], &real);
	}
}
