// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What happens to a PC between accesses: it is switched on, waits at a HLT, is woken, and is given
 * interrupts before its next instruction. Next: pc_abstract.c.
 */
#include <string.h>

#include "model_pc.h"

#define IF  0x200ull
#define PAT 0x0007040600070406ull /* at the start (APM 2, 7.8.1) */

/* What the guest's processor does not take at the moment, whatever the flags say (m_vcpu.srr1). */
#define NO_INTERRUPT 1u
#define NO_NMI	     2u

/* What its processor was told of, and has not looked at. */
#define TOLD_INTERRUPT 1u
#define TOLD_NMI       2u

struct mp_call mp_call(struct model *m, unsigned lp, unsigned vc)
{
	return (struct mp_call){ m, lp, vc, &m->pc[lp], &m->pc[lp].vcpu[vc] };
}

/* ---- start ----------------------------------------------------------------------------------- */

void mp_reset(struct model *m, unsigned lp, unsigned vc, u64 vector)
{
	struct mp_vcpu *v = &m->pc[lp].vcpu[vc];
	struct m_vcpu *a = &m->s.part[lp].vcpu[vc];

	(void)vector;
	mp_apic_reset(v, vc);
	v->nmi = v->at_hlt = v->asleep = v->wait_sipi = 0;
	v->clock = 0; /* but not the counter (SDM 3, table 10-1) */
	v->efer = v->aux = 0;
	v->pat = PAT;
	m->told[lp][vc] = 0;
	a->nip = 0;
	a->msr = 2;
	a->srr1 = 0;
	a->r3 = 0;
}

void mp_power_on(struct model *m, unsigned lp)
{
	struct m_pc *pc = &m->pc[lp];

	memset(pc, 0, sizeof(*pc));
	mp_ioapic_reset(pc);
	mp_uart_reset(pc);
	mp_rtc_reset(pc);
	for (unsigned i = 0; i < m->s.part[lp].nvcpus; i++) {
		mp_msr_reset(&pc->vcpu[i]);
		mp_apic_power_on(&pc->vcpu[i], i);
		mp_reset(m, lp, i, 0);
		pc->vcpu[i].wait_sipi = i != 0;
	}
	mp_alarms(m, lp);
}

/*
 * It is restarted: the first processor begins where the image does. A battery keeps the memory of
 * the clock.
 */
void mp_again(struct model *m, unsigned lp)
{
	struct m_pc *pc = &m->pc[lp];
	u8 kept[sizeof(pc->cmos)];

	memcpy(kept, pc->cmos, sizeof(kept));
	mp_power_on(m, lp);
	memcpy(pc->cmos, kept, sizeof(kept));
	m->s.part[lp].vcpu[0].nip = m->more[lp].boot_nip;
	m->s.part[lp].vcpu[0].r3 = m->more[lp].boot_r3;
}

/* ---- waiting --------------------------------------------------------------------------------- */

static void attention(struct model *m, unsigned lp, unsigned vc, u8 what)
{
	const struct m_vcpu *a = &m->s.part[lp].vcpu[vc];
	unsigned cpu = (unsigned)m->more[lp].vcpu[vc].cpu;

	if (m->pc[lp].vcpu[vc].asleep)
		m_wake(m, lp, vc);
	if (a->loaded && cpu != m->here && !(m->told[lp][vc] & what))
		m->look[cpu] = true;
	m->told[lp][vc] |= what;
}

void mp_attention(struct model *m, unsigned lp, unsigned vc)
{
	attention(m, lp, vc, TOLD_INTERRUPT);
}

void mp_nmi(struct model *m, unsigned lp, unsigned vc)
{
	m->pc[lp].vcpu[vc].nmi = 1;
	attention(m, lp, vc, TOLD_NMI);
}

void mp_input(struct model *m, unsigned lp)
{
	mp_uart_input(m, lp);
}

/* The alarm of each processor is its timer; nothing ever waits for the console here. */
void mp_alarms(struct model *m, unsigned lp)
{
	for (unsigned i = 0; i < m->s.part[lp].nvcpus; i++)
		m->s.part[lp].vcpu[i].dec = m->pc[lp].vcpu[i].fires;
}

static bool takes_interrupt(const struct m_vcpu *a)
{
	return a->msr & IF && !(a->srr1 & NO_INTERRUPT);
}

/* HLT: until an interrupt that is taken, or an NMI. */
void mp_halt(struct mp_call *c)
{
	const struct m_vcpu *a = &c->m->s.part[c->lp].vcpu[c->vc];

	c->v->at_hlt = 1;
	c->v->asleep = 1;
	if (mp_deliverable(c->v) >= 0 && takes_interrupt(a))
		return;
	if (c->v->nmi && !(a->srr1 & NO_NMI))
		return;
	mp_alarms(c->m, c->lp);
	m_wait(c->m, c->lp, c->vc);
}

int mp_enter(struct model *m, unsigned lp, unsigned vc)
{
	struct mp_vcpu *v = &m->pc[lp].vcpu[vc];
	struct m_vcpu *a = &m->s.part[lp].vcpu[vc];
	int given = -1, next;

	if (v->fires <= m->now)
		mp_fire(m, lp, vc);
	v->asleep = 0;
	next = mp_deliverable(v);
	if (v->nmi && !(a->srr1 & NO_NMI)) {
		v->nmi = 0;
		given = 2;
	} else if (next >= 0 && takes_interrupt(a)) {
		mp_take(v, next);
		given = next;
	}
	if (given >= 0) {
		a->nip += v->at_hlt; /* its handler returns behind the HLT, which is one byte */
		v->at_hlt = 0;
	}
	m->told[lp][vc] = (mp_deliverable(v) >= 0 ? TOLD_INTERRUPT : 0) | (v->nmi ? TOLD_NMI : 0);
	mp_alarms(m, lp);
	return given;
}
