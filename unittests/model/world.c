// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the calls share, and what the machine does between them: interrupts, waiting and waking,
 * the life cycle, a vcpu that comes to its processor and leaves it, time. Next: abstract.c.
 */
#include <string.h>

#include "model_pc.h"

#define IPI	   2
#define TERM	   0x1000
#define MSR_AT_0   0x8000000000001000ull /* 64 bits, machine checks on */
#define SLICE	   4			 /* why a vcpu was away: its time was up */
#define BIT(n)	   (1ull << (n))
#define TRANSLATED 0x30ull

/* ---- interrupts ---------------------------------------------------------------------------- */

u32 m_interrupt(const struct m_part *p, unsigned vc, u64 *prio)
{
	const struct m_vcpu *v = &p->vcpu[vc];
	u32 source = IPI;

	*prio = v->mfrr;
	if (p->term_pending && p->term_server == vc && p->term_prio < *prio) {
		*prio = p->term_prio;
		source = TERM;
	}
	return *prio < v->cppr ? source : 0;
}

/* Who has an interrupt to take now that it did not have before hears of it. */
void m_interrupts_changed(struct model *m, unsigned lp)
{
	struct m_part *p = &m->s.part[lp];

	for (unsigned i = 0; i < p->nvcpus; i++) {
		struct m_vcpu *v = &p->vcpu[i];
		bool before = v->external;
		u64 prio;

		v->external = m_interrupt(p, i, &prio) != 0;
		if (!v->external || before)
			continue;
		if (v->sched == M_WAIT)
			m_wake(m, lp, i);
		if (v->loaded && m->more[lp].vcpu[i].cpu != m->here)
			m->look[m->more[lp].vcpu[i].cpu] = true;
	}
}

/* ---- waiting ------------------------------------------------------------------------------- */

static void ready(struct model *m, unsigned lp, unsigned vc, u64 since)
{
	struct m_vcpu *v = &m->s.part[lp].vcpu[vc];

	v->sched = M_RUN;
	v->wake = M_NEVER;
	m->more[lp].vcpu[vc].ready_since = since;
}

void m_wake(struct model *m, unsigned lp, unsigned vc)
{
	struct m_vcpu *v = &m->s.part[lp].vcpu[vc];

	if (v->sched == M_RUN)
		v->prodded = 1;
	if (v->sched != M_WAIT)
		return;
	ready(m, lp, vc, m->now);
	m->look[m->more[lp].vcpu[vc].cpu] = true;
}

bool m_wait(struct model *m, unsigned lp, unsigned vc)
{
	struct m_vcpu *v = &m->s.part[lp].vcpu[vc];
	bool wait = v->sched == M_RUN && !v->prodded && v->dec > m->now;

	v->prodded = 0;
	if (!wait)
		return false;
	v->sched = M_WAIT;
	v->wake = v->dec;
	m->look[m->more[lp].vcpu[vc].cpu] = true;
	return true;
}

bool m_ent(const struct model *m, unsigned cpu, u64 ent, unsigned *lp, unsigned *vc)
{
	for (*lp = 1; *lp <= M_PARTS; ++*lp)
		for (*vc = 0; *vc < m->s.part[*lp].nvcpus; ++*vc)
			if (m->more[*lp].vcpu[*vc].cpu == cpu && m->more[*lp].vcpu[*vc].ent == ent)
				return true;
	return false;
}

u64 m_next_ready(const struct model *m, unsigned cpu, u64 ent)
{
	u64 best = 64; /* how far behind ent, less one */

	for (unsigned lp = 1; lp <= M_PARTS; lp++)
		for (unsigned i = 0; i < m->s.part[lp].nvcpus; i++)
			if (m->more[lp].vcpu[i].cpu == cpu && m->s.part[lp].vcpu[i].sched == M_RUN)
				best = MIN(best, (m->more[lp].vcpu[i].ent - ent - 1) % 64);
	return best < 64 ? (ent + 1 + best) % 64 : M_DEAD;
}

static u64 slot(const struct model *m)
{
	return (m->now - m->epoch) / m->slot_ticks;
}

u64 m_slot_owner(const struct model *m, unsigned cpu)
{
	return m->slots[cpu][slot(m) % 64];
}

void m_give(struct model *m, unsigned cpu, u64 from, u64 to)
{
	m->s.cpu[cpu].gift = to;
	m->gift_owned[cpu] = m_slot_owner(m, cpu) == from;
	m->gift_slot[cpu] = slot(m);
	m->look[cpu] = true;
}

void m_expire(struct model *m)
{
	for (unsigned i = 0; i < M_CPUS; i++)
		if (m->gift_slot[i] != slot(m))
			m->s.cpu[i].gift = M_DEAD;
}

void m_tick(struct model *m, unsigned cpu)
{
	for (unsigned lp = 1; lp <= M_PARTS; lp++)
		for (unsigned i = 0; i < m->s.part[lp].nvcpus; i++) {
			struct m_vcpu *v = &m->s.part[lp].vcpu[i];

			if (m->more[lp].vcpu[i].cpu == cpu && v->sched == M_WAIT &&
			    v->wake <= m->now)
				ready(m, lp, i, v->wake);
		}
}

/* ---- life cycle ---------------------------------------------------------------------------- */

void m_vcpu_reset(struct m_vcpu *v, u64 nip, u64 r3)
{
	v->nip = nip;
	v->r3 = r3;
	v->msr = MSR_AT_0;
	v->srr0 = 0;
	v->srr1 = 0;
	v->cppr = 0;
	v->mfrr = 0xff;
	v->dec = M_NEVER;
}

void m_online(struct model *m, unsigned lp, unsigned vc)
{
	m->s.part[lp].vcpu[vc].online = 1;
	m->s.part[lp].vcpu[vc].prodded = 0;
	ready(m, lp, vc, m->now);
	m->look[m->more[lp].vcpu[vc].cpu] = true;
}

void m_offline(struct model *m, unsigned lp, unsigned vc)
{
	struct m_vcpu *v = &m->s.part[lp].vcpu[vc];

	v->online = 0;
	v->sched = M_OFF;
	v->wake = M_NEVER;
	v->prodded = 0;
	m->look[m->more[lp].vcpu[vc].cpu] = true;
}

s64 m_start(struct model *m, unsigned lp)
{
	if (m->s.part[lp].state != M_READY)
		return H_BAD_MODE;
	m->s.part[lp].state = M_RUNNING;
	m_online(m, lp, 0);
	return H_SUCCESS;
}

static s64 stop(struct model *m, unsigned lp, enum m_reason why, bool keep)
{
	struct m_part *p = &m->s.part[lp];

	if (p->state != M_READY && p->state != M_RUNNING && p->state != M_RESTARTING)
		return H_BAD_MODE;
	p->reason = why;
	m->more[lp].lost = p->state == M_RESTARTING;
	for (unsigned i = 0; i < p->nvcpus; i++) {
		p->vcpu[i].sched = M_OFF;
		p->vcpu[i].prodded = 0;
		p->vcpu[i].wake = M_NEVER;
		if (p->vcpu[i].loaded)
			m->look[m->more[lp].vcpu[i].cpu] = true;
	}
	if (why == M_REBOOT && m->more[lp].restart)
		p->state = M_RESTARTING;
	else
		p->state = keep ? M_STOPPED : M_DYING;
	if (p->state == M_DYING)
		p->hold = 0;
	return H_SUCCESS;
}

s64 m_stop(struct model *m, unsigned lp, enum m_reason why)
{
	return stop(m, lp, why, m->s.part[lp].hold);
}

s64 m_destroy(struct model *m, unsigned lp)
{
	struct m_part *p = &m->s.part[lp];

	if (p->state != M_STOPPED)
		return stop(m, lp, M_ORDER, false);
	p->state = M_DYING;
	p->hold = 0;
	return H_SUCCESS;
}

/* Nothing is shared with the hypervisor any more. */
void m_unpin(struct model *m, unsigned lp)
{
	struct m_part *p = &m->s.part[lp];

	for (unsigned i = 0; i < p->nvcpus; i++) {
		struct m_vcpu *v = &p->vcpu[i];

		if (v->vpa != M_NONE)
			m_pin(m, lp, v->vpa, -1);
		if (v->dtl != M_NONE)
			m_pin(m, lp, v->dtl, -1);
		v->vpa = M_NONE;
		v->vpa_size = 0;
		v->dtl = M_NONE;
		v->dtl_size = 0;
	}
}

/* As a PAPR partition stands at its start. */
static void papr_again(struct model *m, unsigned lp)
{
	struct m_part *p = &m->s.part[lp];
	struct m_part_more *pm = &m->more[lp];

	m_unpin(m, lp);
	for (unsigned i = 0; i < p->nvcpus; i++) {
		struct m_vcpu *v = &p->vcpu[i];

		m_vcpu_reset(v, i ? 0 : pm->boot_nip, i ? 0 : pm->boot_r3);
		v->external = 0;
		v->mode = 0;
	}
	p->mode = 0;
	p->prtb = 0;
	p->prtb_log2 = 0;
	p->term_server = 0;
	p->term_prio = 0xff;
	p->term_saved = 0xff;
	p->term_pending = 0;
	p->rtc_offset = 0;
}

void m_again(struct model *m, unsigned lp)
{
	struct m_part *p = &m->s.part[lp];
	struct m_part_more *pm = &m->more[lp];

	if (pm->pc)
		mp_again(m, lp);
	else
		papr_again(m, lp);
	for (unsigned i = 0; i < p->nvcpus; i++)
		p->vcpu[i].online = 0;
	p->in_len = 0;
	p->in_first = 0;
	p->in_last = 0;
	p->written = 0;
	memcpy(pm->mem, pm->boot, pm->bytes);
	pm->lost = false;
	p->state = M_READY;
	m_start(m, lp);
}

/* ---- a processor comes and goes ------------------------------------------------------------ */

void m_count(struct model *m, unsigned lp, unsigned vc, bool on)
{
	u64 at = m->s.part[lp].vcpu[vc].vpa + 0x100;
	u32 n = (u32)m_get(m, lp, at, 4) + 1;

	m_set(m, lp, at, 4, (n & 1) == on ? n + 1 : n);
}

static void leave(struct model *m, unsigned cpu)
{
	unsigned lp = (unsigned)m->s.cpu[cpu].loaded_part, vc = (unsigned)m->s.cpu[cpu].loaded_vcpu;
	struct m_vcpu *v = &m->s.part[lp].vcpu[vc];
	struct m_vcpu_more *vm = &m->more[lp].vcpu[vc];

	if (!lp)
		return;
	v->used += m->now - m->started[cpu];
	v->loaded = 0;
	vm->ready_since = m->now;
	if (v->vpa != M_NONE) {
		m_count(m, lp, vc, false);
		vm->had_vpa = true;
		vm->left = m->now;
	}
	m->s.cpu[cpu].loaded_part = 0;
	m->s.cpu[cpu].loaded_vcpu = 0;
}

/* One record of the dispatch trace log. */
static void log_dispatch(struct model *m, unsigned lp, unsigned vc, u64 waited, u64 stolen)
{
	struct m_vcpu *v = &m->s.part[lp].vcpu[vc];
	struct m_vcpu_more *vm = &m->more[lp].vcpu[vc];
	u64 index, at, mask, prio, why;

	mask = m_get(m, lp, v->vpa + 0xb8, 1);
	if (v->dtl == M_NONE || !(mask & (vm->put_reason == SLICE ? 2 : 1)))
		return;
	if (vm->put_reason == SLICE)
		why = 7;
	else if (m_interrupt(&m->s.part[lp], vc, &prio))
		why = 0;
	else
		why = v->dec <= m->now ? 3 : 2;
	index = m_get(m, lp, v->vpa + 0x218, 8);
	at = v->dtl + index % (v->dtl_size / 48) * 48;
	m_set(m, lp, at, 1, why);
	m_set(m, lp, at + 1, 1, vm->put_reason);
	m_set(m, lp, at + 2, 2, vm->cpu);
	m_set(m, lp, at + 4, 4, stolen);
	m_set(m, lp, at + 8, 4, 0);
	m_set(m, lp, at + 12, 4, waited);
	m_set(m, lp, at + 16, 8, m->now);
	m_set(m, lp, at + 24, 8, 0);
	m_set(m, lp, at + 32, 8, v->nip);
	m_set(m, lp, at + 40, 8, v->msr);
	m_set(m, lp, v->vpa + 0x218, 8, index + 1);
}

/* The times since the registration: ready without a processor, and waiting. */
static void account(struct model *m, unsigned lp, unsigned vc)
{
	struct m_vcpu *v = &m->s.part[lp].vcpu[vc];
	struct m_vcpu_more *vm = &m->more[lp].vcpu[vc];
	u64 away = m->now - vm->left, stolen = MIN(m->now - vm->ready_since, away);

	vm->stolen += stolen;
	vm->waited += away - stolen;
	m_set(m, lp, v->vpa + 0x158, 8, vm->stolen);
	m_set(m, lp, v->vpa + 0x168, 8, vm->waited);
	log_dispatch(m, lp, vc, away - stolen, stolen);
}

void m_switch(struct model *m, unsigned cpu, unsigned lp, unsigned vc)
{
	struct m_vcpu *v = &m->s.part[lp].vcpu[vc];
	struct m_vcpu_more *vm = &m->more[lp].vcpu[vc];

	if (m->s.cpu[cpu].loaded_part == lp && m->s.cpu[cpu].loaded_vcpu == vc)
		return;
	leave(m, cpu);
	if (!lp)
		return;
	v->loaded = 1;
	m->s.cpu[cpu].loaded_part = lp;
	m->s.cpu[cpu].loaded_vcpu = vc;
	m->started[cpu] = m->now;
	if (v->vpa != M_NONE) {
		if (vm->had_vpa)
			account(m, lp, vc);
		m_count(m, lp, vc, true);
	}
	vm->put_reason = SLICE;
}

/* Before the next instruction of the guest: an interrupt is taken (ISA 3.0B, Book III, 6.4). */
void m_enter(struct model *m, unsigned lp, unsigned vc)
{
	struct m_vcpu *v = &m->s.part[lp].vcpu[vc];
	u64 ail = v->mode >> 23 & 3, base = 0, msr;

	m->more[lp].vcpu[vc].put_reason = SLICE;
	if (!v->external || !(v->msr & BIT(15)))
		return;
	msr = BIT(63) | (v->msr & BIT(12)) | (v->mode >> 25 & 1);
	if (ail && (v->msr & TRANSLATED) == TRANSLATED) {
		base = ail == 2 ? 0x18000 : 0xc000000000004000;
		msr |= TRANSLATED;
	}
	v->srr0 = v->nip;
	v->srr1 = v->msr & ~0x783f0000ull;
	v->nip = base + 0x500;
	v->msr = msr;
}

/* ---- input --------------------------------------------------------------------------------- */

void m_input(struct model *m, unsigned lp, const u8 *buf, unsigned n)
{
	struct m_part *p = &m->s.part[lp];
	u8 *in = m->more[lp].in;

	if (p->state != M_READY && p->state != M_RUNNING)
		return;
	for (unsigned i = 0; i < n && p->in_len < 256; i++)
		in[p->in_len++] = buf[i];
	p->in_first = p->in_len ? in[0] : 0;
	p->in_last = p->in_len ? in[p->in_len - 1] : 0;
	if (m->more[lp].pc) {
		mp_input(m, lp);
		return;
	}
	p->term_pending = 1;
	m_interrupts_changed(m, lp);
}
