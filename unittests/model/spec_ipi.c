// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interrupts from one place to another: who is meant, and what each kind does (APM 2, 16.5 and
 * 16.6; SDM 3, 11.6). INIT and start-up: SDM 3, 9.4. Next: spec_ioapic.c.
 */
#include "model_pc.h"

enum { FIXED, LOWEST, SMI, RESERVED, NMI, INIT, STARTUP };
enum { DESTINATION, MYSELF, ALL, OTHERS };
#define KIND(w)	   ((w) >> 8 & 7)
#define LOGICAL(w) ((w) >> 11 & 1)
#define ASSERT(w)  ((w) >> 14 & 1)
#define LEVEL(w)   ((w) >> 15 & 1)
#define WHO(w)	   ((w) >> 18 & 3)
#define SENT_BAD   (1u << 5) /* error: a vector below 16 was to be sent */
#define ENABLED	   (1u << 8)

/* x2APIC: a cluster in the upper half, a bit for each member in the lower; else 8 bits. */
static bool logical(const struct mp_vcpu *to, u64 dest)
{
	u64 id = to->ldr >> 24;

	if (mp_apic_x2(to))
		return to->ldr >> 16 == dest >> 16 && (to->ldr & dest & 0xffff);
	if (to->dfr >> 28 == 0xf) /* flat: a bit for each */
		return id & dest;
	return (dest >> 4 == 0xf || dest >> 4 == id >> 4) && (id & dest & 0xf);
}

static bool meant(const struct model *m, unsigned lp, unsigned to, u64 word, u64 dest,
		  u64 everybody)
{
	const struct mp_vcpu *v = &m->pc[lp].vcpu[to];

	if (!mp_apic_on(v))
		return false;
	if (dest == everybody)
		return true;
	return LOGICAL(word) ? logical(v, dest) : dest == to;
}

static bool commanded(const struct mp_call *c, unsigned to, u64 icr, u64 dest)
{
	switch (WHO(icr)) {
	case MYSELF:
		return to == c->vc;
	case ALL:
		return true;
	case OTHERS:
		return to != c->vc;
	default:
		return meant(c->m, c->lp, to, icr, dest, mp_apic_x2(c->v) ? 0xffffffff : 0xff);
	}
}

/* It stops, and waits for a start-up. */
static void init(struct model *m, unsigned lp, unsigned to)
{
	m->pc[lp].vcpu[to].wait_sipi = 1;
	if (m->s.part[lp].vcpu[to].online)
		m_offline(m, lp, to);
}

/* Who does not wait for a start-up is not started. False: it has not left its processor yet. */
static bool startup(struct model *m, unsigned lp, unsigned to, u64 vector)
{
	if (!m->pc[lp].vcpu[to].wait_sipi || m->s.part[lp].state != M_RUNNING)
		return true;
	if (m->s.part[lp].vcpu[to].loaded)
		return false;
	mp_reset(m, lp, to, vector);
	m_online(m, lp, to);
	return true;
}

/* May it have an interrupt of lowest priority? */
static bool takes_part(const struct model *m, unsigned lp, unsigned to)
{
	return m->pc[lp].vcpu[to].svr & ENABLED && m->s.part[lp].vcpu[to].online;
}

enum mp_answer mp_command(struct mp_call *c, u64 icr, u64 dest)
{
	u64 vector = icr & 0xff, kind = KIND(icr);
	bool done = true;

	if (kind == SMI || kind == RESERVED || kind > STARTUP)
		return MP_DONE;
	if (kind == INIT && LEVEL(icr) && !ASSERT(icr)) /* only for arbitration numbers, once */
		return MP_DONE;
	if ((kind == FIXED || kind == LOWEST) && vector < 16) {
		c->v->errors |= SENT_BAD;
		return MP_DONE;
	}
	for (unsigned i = 0; i < c->m->s.part[c->lp].nvcpus; i++) {
		if (!commanded(c, i, icr, dest))
			continue;
		if (kind == NMI) {
			mp_nmi(c->m, c->lp, i);
		} else if (kind == INIT) {
			init(c->m, c->lp, i);
		} else if (kind == STARTUP) {
			done &= startup(c->m, c->lp, i, vector);
		} else if (kind == FIXED || takes_part(c->m, c->lp, i)) {
			mp_accept(c->m, c->lp, i, vector, false);
			if (kind == LOWEST)
				break; /* one of them: the one with the lowest number */
		}
	}
	return done ? MP_DONE : MP_AGAIN;
}

/* From the I/O APIC, whose messages have 8 bits of destination. Has somebody accepted it? */
bool mp_message(struct model *m, unsigned lp, u64 rte)
{
	u64 kind = KIND(rte);
	bool accepted = false;

	if (kind != FIXED && kind != LOWEST && kind != NMI)
		return false;
	for (unsigned i = 0; i < m->s.part[lp].nvcpus; i++) {
		if (!meant(m, lp, i, rte, rte >> 56, 0xff))
			continue;
		if (kind == NMI) {
			mp_nmi(m, lp, i);
		} else if (kind == FIXED || takes_part(m, lp, i)) {
			accepted |= mp_accept(m, lp, i, rte & 0xff, LEVEL(rte));
			if (kind == LOWEST)
				break;
		}
	}
	return accepted;
}
