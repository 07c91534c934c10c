// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One number for the whole state of the hypervisor and its partitions: a call that returns an error
 * must leave it as it was. Left out: what only counts or records (log, trace, numbers of calls),
 * the register of a call's status, and where in its lists the allocator keeps a free page. Next to
 * read: machine.c.
 */
#include "../../core/pc/pc.h"
#include "fuzz.h"
#include "hvstring.h"
#include "state.h"

static u64 h;

static void mix(const void *p, size_t n)
{
	const u8 *b = p;

	for (; n >= 8; n -= 8, b += 8) {
		u64 w;

		memcpy(&w, b, 8);
		h = (h ^ w) * 0x100000001b3;
		h ^= h >> 29;
	}
	for (; n; n--)
		h = (h ^ *b++) * 0x100000001b3;
}

#define MIX(x) mix(&(x), sizeof(x))

static void mix_pin(const struct gpin *pin)
{
	MIX(pin->base);
	MIX(pin->g);
	MIX(pin->size);
}

static void mix_papr_vcpu(const struct vcpu *v)
{
	const struct papr_regs *r = &v->arch.papr;
	const struct papr_vcpu *pv = v->mach;

	mix(r, offsetof(struct papr_regs, gpr[3]));
	mix((const u8 *)r + offsetof(struct papr_regs, gpr[4]),
	    sizeof(*r) - offsetof(struct papr_regs, gpr[4]));
	MIX(v->arch.dec);
	MIX(v->arch.mediate);
	mix(v->loaded ? &um.cpu[v->cpu].heavy : &v->arch.heavy, sizeof(v->arch.heavy));
	MIX(pv->attn);
	MIX(pv->icp);
	MIX(pv->on_cpu);
	MIX(pv->put_reason);
	MIX(pv->put_time);
	MIX(pv->waited);
	MIX(pv->stolen);
	mix_pin(&pv->vpa);
	mix_pin(&pv->dtl);
}

static void mix_pc_vcpu(const struct vcpu *v)
{
	const struct pc_regs *r = &v->arch.pc;

	mix(&r->gpr[PC_RAX + 1], (PC_GPRS - 1) * sizeof(u64));
	MIX(r->rip);
	MIX(r->rflags);
	MIX(v->arch.pcx);
	mix(v->mach, sizeof(struct pc_vcpu));
}

static void mix_vcpu(const struct vcpu *v)
{
	MIX(v->online);
	MIX(v->loaded);
	MIX(v->cpu);
	MIX(v->index_on_cpu);
	MIX(v->se.state);
	MIX(v->se.nslots);
	MIX(v->se.event);
	MIX(v->se.wake);
	MIX(v->se.used);
	if (v->part->machine == &machine_pc)
		mix_pc_vcpu(v);
	else
		mix_papr_vcpu(v);
}

static void mix_machine(const struct partition *p)
{
	const struct papr_part *pp = p->mach;

	if (p->machine == &machine_pc) {
		mix(p->mach, sizeof(struct pc_part));
		return;
	}
	MIX(pp->lpcr);
	MIX(pp->term_server);
	MIX(pp->term_prio);
	MIX(pp->term_saved);
	MIX(pp->rtc_offset);
	MIX(pp->layout);
	MIX(pp->fdt);
	mix(pp->nvram, PAPR_NVRAM);
}

static void mix_gspace(const struct arch_gspace *gs)
{
	MIX(gs->ntables);
	MIX(gs->proc_table);
	MIX(gs->proc_table_log2);
	MIX(gs->radix);
	MIX(gs->gtse);
}

static void mix_memory(const struct partition *p)
{
	for (unsigned i = 0; i < p->mem.n; i++)
		mix(um_phys(p->mem.r[i].p), p->mem.r[i].size);
}

static void mix_partition(const struct partition *p, bool deep)
{
	MIX(p->id);
	MIX(p->name);
	MIX(p->state);
	MIX(p->reason);
	MIX(p->controller);
	MIX(p->hold);
	MIX(p->pool.limit);
	MIX(p->pool.used);
	MIX(p->pool.tables);
	MIX(p->nvcpus);
	MIX(p->nloaded);
	MIX(p->unpinned);
	MIX(p->boot);
	MIX(p->restart_done);
	MIX(p->mem.bytes);
	MIX(p->mem.unmapped);
	for (unsigned i = 0; i < p->mem.n; i++) {
		MIX(p->mem.r[i].g);
		MIX(p->mem.r[i].p);
		MIX(p->mem.r[i].size);
		MIX(p->mem.r[i].prot);
	}
	MIX(p->term.in);
	MIX(p->term.head);
	MIX(p->term.tail);
	MIX(p->term.nwritten);
	mix_gspace(&p->gspace);
	if (p->mach)
		mix_machine(p);
	for (unsigned i = 0; i < p->nvcpus; i++)
		mix_vcpu(p->vcpu[i]);
	if (deep && p->state != PART_DYING)
		mix_memory(p);
}

static void mix_cpu(const struct cpu *c)
{
	MIX(c->loaded);
	MIX(c->resched);
	MIX(c->sched.slot_ticks);
	MIX(c->sched.slot);
	MIX(c->sched.ent);
	MIX(c->sched.n);
	MIX(c->sched.last_slack);
	MIX(c->sched.gift);
	MIX(c->sched.gift_slot);
	MIX(c->sched.gift_owned);
}

static void mix_frames(void)
{
	for (u64 i = 0; i < hv.palloc.nframes; i++) {
		const struct frame *f = &hv.palloc.frames[i];

		MIX(f->use);
		MIX(f->owner);
		MIX(f->pins);
	}
	for (u64 i = 0; i < um.npages; i++)
		MIX(um.page[i].guest);
}

u64 oracle_digest(bool deep)
{
	h = 0xcbf29ce484222325;
	for (unsigned i = 1; i <= MAX_PARTITIONS; i++)
		if (hv.part[i])
			mix_partition(hv.part[i], deep);
	for (unsigned i = 0; i < hv.ncpus; i++)
		mix_cpu(hv.cpu[i]);
	MIX(hv.nalive);
	MIX(hv.nreap);
	MIX(hv.reap_at);
	MIX(hv.console.focus);
	MIX(hv.console.top);
	MIX(hv.palloc.nfree);
	MIX(hv.palloc.ntotal);
	if (deep)
		mix_frames();
	return h;
}
