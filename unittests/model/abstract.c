// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The abstraction: real hypervisor state -> the model's, and the comparison. The only file beside
 * env.c that knows both sides. Next: drive.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../../core/papr/papr.h"
#include "hv.h"
#include "manifest.h"
#include "model_pc.h"
#include "oracle.h"
#include "um.h"

bool oracle_differs;

void differs(const char *f, ...)
{
	va_list ap;

	oracle_differs = true;
	printf("  ");
	va_start(ap, f);
	vprintf(f, ap);
	va_end(ap);
	printf("\n");
}

static void abstract_papr_vcpu(struct m_vcpu *a, const struct vcpu *v)
{
	const struct papr_vcpu *pv = v->mach;
	const struct papr_regs *r = &v->arch.papr;
	bool adopts = pv->attn & ATTN_MODE;

	a->cppr = pv->icp.cppr;
	a->mfrr = pv->icp.mfrr;
	a->external = !!(pv->attn & ATTN_EXT);
	a->mode = adopts ? papr_part(v->part)->lpcr : r->lpcr;
	a->nip = r->nip;
	a->msr = r->msr;
	a->srr0 = r->srr0;
	a->srr1 = r->srr1;
	a->r3 = r->gpr[3];
	a->dec = v->arch.dec;
	a->vpa = pv->vpa.base ? pv->vpa.g.v : M_NONE;
	a->vpa_size = pv->vpa.size;
	a->dtl = pv->dtl.base ? pv->dtl.g.v : M_NONE;
	a->dtl_size = pv->dtl.size;
}

/* The devices of a PC are compared in pc_abstract.c. */
static void abstract_pc_vcpu(struct m_vcpu *a, const struct vcpu *v)
{
	a->nip = v->arch.pc.rip;
	a->msr = v->arch.pc.rflags;
	a->srr1 = v->arch.pcx.blocked;
	a->r3 = v->arch.pc.gpr[PC_RAX];
	a->dec = v->arch.pcx.alarm;
	a->vpa = M_NONE;
	a->dtl = M_NONE;
}

static void abstract_vcpu(struct m_vcpu *a, const struct vcpu *v)
{
	a->online = v->online;
	a->loaded = v->loaded;
	a->sched = v->se.state;
	a->prodded = v->se.state == SE_OFF ? 0 : v->se.event;
	a->wake = v->se.wake;
	a->used = v->se.used;
	if (v->part->machine == &machine_papr)
		abstract_papr_vcpu(a, v);
	else
		abstract_pc_vcpu(a, v);
}

static void abstract_papr_part(struct m_part *a, struct partition *p)
{
	const struct papr_part *pp = papr_part(p);

	a->mode = pp->lpcr;
	a->prtb = p->gspace.proc_table;
	a->prtb_log2 = p->gspace.proc_table_log2;
	a->term_server = pp->term_server;
	a->term_prio = pp->term_prio;
	a->term_saved = pp->term_saved;
	a->rtc_offset = (u64)pp->rtc_offset;
	for (unsigned i = 0; i < p->nvcpus; i++) {
		const struct papr_icp *icp = &papr_vcpu(p->vcpu[i])->icp;
		bool server = i == pp->term_server;

		a->term_pending += icp->term_pending * (server ? 1ull : 1000ull);
		if (icp->term_prio != (server ? pp->term_prio : XICS_MASKED))
			a->term_prio = 1000 + i; /* the books do not agree */
	}
}

static void abstract_part(struct m_part *a, struct partition *p)
{
	const struct vterm *t = &p->term;

	a->state = p->state;
	a->reason = p->reason;
	a->hold = p->state == PART_DYING ? 0 : p->hold;
	a->controller = p->controller;
	a->nvcpus = p->nvcpus;
	a->pages = p->mem.bytes >> HV_PAGE_SHIFT;
	a->pool = p->pool.used;
	a->in_len = t->head - t->tail;
	a->in_first = a->in_len ? t->in[t->tail % VTERM_IN] : 0;
	a->in_last = a->in_len ? t->in[(t->head - 1) % VTERM_IN] : 0;
	a->written = t->nwritten;
	for (unsigned i = 0; i < p->nvcpus; i++)
		abstract_vcpu(&a->vcpu[i], p->vcpu[i]);
	if (p->machine == &machine_papr)
		abstract_papr_part(a, p);
}

void abstract_state(struct m_state *s)
{
	u64 slot = (arch_now() - hv.cpu[0]->sched.epoch) / hv.cpu[0]->sched.slot_ticks;

	memset(s, 0, sizeof(*s));
	s->free_pages = hv.palloc.nfree;
	s->total_pages = hv.palloc.ntotal;
	pages_abstract(s);
	for (unsigned i = 0; i < M_CPUS; i++) {
		const struct cpu *c = hv.cpu[i];

		s->cpu[i].loaded_part = c->loaded ? c->loaded->part->id.v : 0;
		s->cpu[i].loaded_vcpu = c->loaded ? c->loaded->index : 0;
		s->cpu[i].gift = c->sched.gift_slot == slot ? c->sched.gift : M_DEAD;
	}
	for (unsigned i = 1; i <= M_PARTS; i++)
		if (hv.part[i])
			abstract_part(&s->part[i], hv.part[i]);
}

/* ---- comparison ---------------------------------------------------------------------------- */

#define F(name)                                                                                   \
	if (a->name != b->name)                                                                   \
		differs("%s%s: model %llx, real %llx", where, #name, (unsigned long long)a->name, \
			(unsigned long long)b->name);

static void report_part(unsigned lp, const struct m_part *a, const struct m_part *b)
{
	char where[32];

	snprintf(where, sizeof(where), "partition %u ", lp);
	M_PART_FIELDS(F)
	for (unsigned i = 0; i < M_VCPUS; i++) {
		const struct m_vcpu *va = &a->vcpu[i], *vb = &b->vcpu[i];

		snprintf(where, sizeof(where), "partition %u vcpu %u ", lp, i);
		{
			const struct m_vcpu *a = va, *b = vb;

			M_VCPU_FIELDS(F)
		}
	}
}

static void report_cpu(unsigned n, const struct m_cpu *a, const struct m_cpu *b)
{
	char where[32];

	snprintf(where, sizeof(where), "CPU %u ", n);
	M_CPU_FIELDS(F)
}

static void report(const struct m_state *a, const struct m_state *b)
{
	const char *where = "";

	M_STATE_FIELDS(F)
	for (unsigned i = 0; i < M_CPUS; i++)
		report_cpu(i, &a->cpu[i], &b->cpu[i]);
	for (unsigned i = 1; i <= M_PARTS; i++)
		report_part(i, &a->part[i], &b->part[i]);
}

static void compare_bytes(const char *what, unsigned lp, u64 at, const u8 *a, const u8 *b, u64 n)
{
	if (memcmp(a, b, n) == 0)
		return;
	while (*a == *b) {
		a++;
		b++;
		at++;
	}
	differs("partition %u %s at 0x%llx: model %02x, real %02x", lp, what,
		(unsigned long long)at, *a, *b);
}

static bool has_memory(const struct model *m, unsigned lp)
{
	const struct m_part *p = &m->s.part[lp];

	if (m->more[lp].lost)
		return false;
	return p->state == M_READY || p->state == M_RUNNING || p->state == M_STOPPED;
}

static void compare_page(const struct model *m, unsigned lp, unsigned page)
{
	const struct m_part_more *pm = &m->more[lp];

	if (has_memory(m, lp))
		compare_bytes("memory", lp, (u64)page * HV_PAGE_SIZE, pm->mem + page * HV_PAGE_SIZE,
			      pm->page[page], HV_PAGE_SIZE);
}

static void compare_memory(const struct model *m, bool all)
{
	for (unsigned i = 0; i < m->ntouched; i++)
		compare_page(m, m->touched[i].part, m->touched[i].page);
	for (unsigned lp = 1; lp <= M_PARTS; lp++) {
		if (!has_memory(m, lp))
			continue;
		if (all)
			for (unsigned i = 0; i < m->more[lp].bytes >> HV_PAGE_SHIFT; i++)
				compare_page(m, lp, i);
		if (!m->more[lp].pc && (all || m->nvram_touched & 1u << lp))
			compare_bytes("nvram", lp, 0, m->more[lp].nvram, m->more[lp].real_nvram,
				      M_NVRAM);
	}
}

bool compare_state(const struct model *m, bool all_memory)
{
	struct m_state real;

	abstract_state(&real);
	if (memcmp(&real, &m->s, sizeof(real)))
		report(&m->s, &real);
	pages_compare(m, all_memory);
	pc_compare(m);
	compare_memory(m, all_memory);
	return !oracle_differs;
}

/* ---- a new partition ----------------------------------------------------------------------- */

void adopt_partition(struct model *m, unsigned lp, bool restart)
{
	struct partition *p = hv.part[lp];
	struct m_part_more *pm = &m->more[lp];
	struct m_part *a = &m->s.part[lp];
	struct m_state real;

	abstract_state(&real);
	*a = real.part[lp];
	m->s.free_pages -= a->pages + a->pool + 1;
	m->s.free_frames -= a->pages + a->pool + 1;
	m->s.hv_frames++;
	pm->restart = restart;
	pm->lost = false;
	pm->bytes = p->mem.bytes;
	memcpy(pm->name, p->name, sizeof(pm->name));
	pm->boot_nip = a->vcpu[0].nip;
	pm->boot_r3 = a->vcpu[0].r3;
	pm->pc = p->machine == &machine_pc;
	if (pm->pc) {
		memset(&m->pc[lp], 0, sizeof(m->pc[lp]));
		mp_again(m, lp);
	} else {
		pm->real_nvram = papr_part(p)->nvram;
		memcpy(pm->nvram, pm->real_nvram, M_NVRAM);
	}
	memset(pm->vcpu, 0, sizeof(pm->vcpu));
	for (unsigned i = 0; i < p->nvcpus; i++) {
		pm->vcpu[i].cpu = p->vcpu[i]->cpu;
		pm->vcpu[i].ent = p->vcpu[i]->index_on_cpu;
		pm->vcpu[i].slots = p->vcpu[i]->se.nslots;
	}
	pages_created(m, lp);
	pages_mapped(m, lp);
	for (u64 i = 0; i < pm->bytes >> HV_PAGE_SHIFT && !oracle_differs; i++)
		memcpy(pm->mem + i * HV_PAGE_SIZE, pm->page[i], HV_PAGE_SIZE);
	memcpy(pm->boot, pm->mem, pm->bytes);
}
