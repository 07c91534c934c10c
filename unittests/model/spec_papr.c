// SPDX-License-Identifier: GPL-2.0-or-later
/* The PAPR calls but HV_RTAS (docs/hcalls.md, "PAPR calls"). Next: spec_rtas.c, world.c. */
#include <string.h>

#include "model.h"

#define VTY	0x30000000
#define IPI	2
#define TERM	0x1000
#define EE	0x8000ull
#define BIT(n)	(1ull << (n))
#define NO_IPI	0xff
#define LINE	128 /* of the data cache */
#define CEDED	2   /* in a trace record: why the vcpu was away */
#define CONFERS 3

static struct m_vcpu *vcpu_arg(struct m_call *c, u64 n)
{
	return n < c->p->nvcpus ? &c->p->vcpu[n] : NULL;
}

static struct m_vcpu_more *more(struct m_call *c)
{
	return &c->m->more[c->lp].vcpu[c->vc];
}

/* ---- terminal ------------------------------------------------------------------------------ */

static void show_input(struct m_part *p, const u8 *in)
{
	p->in_first = p->in_len ? in[0] : 0;
	p->in_last = p->in_len ? in[p->in_len - 1] : 0;
}

s64 model_h_get_term_char(struct m_call *c)
{
	u8 *in = c->m->more[c->lp].in, buf[16] = { 0 };
	u64 n = MIN(c->p->in_len, 16ull);

	if (c->a[0] && c->a[0] != VTY)
		return H_PARAMETER;
	memcpy(buf, in, n);
	memmove(in, in + n, 256 - n);
	c->p->in_len -= n;
	show_input(c->p, in);
	c->nret = 3;
	c->ret[0] = n;
	c->ret[1] = 0;
	c->ret[2] = 0;
	for (unsigned i = 0; i < 16; i++)
		c->ret[1 + i / 8] = c->ret[1 + i / 8] << 8 | buf[i];
	return H_SUCCESS;
}

s64 model_h_put_term_char(struct m_call *c)
{
	struct model *m = c->m;
	unsigned n = (unsigned)c->a[1];

	if ((c->a[0] && c->a[0] != VTY) || c->a[1] > 16)
		return H_PARAMETER;
	c->p->written += n;
	if (!n)
		return H_SUCCESS;
	m->out[0] = 1;
	m->out[1] = (u8)c->lp;
	m->out[2] = (u8)n;
	for (unsigned i = 0; i < n; i++)
		m->out[3 + i] = (u8)(c->a[2 + i / 8] >> (56 - i % 8 * 8));
	m->nout = 3 + n;
	return H_SUCCESS;
}

/* ---- interrupts ---------------------------------------------------------------------------- */

s64 model_h_cppr(struct m_call *c)
{
	c->v->cppr = c->a[0] & 0xff;
	m_interrupts_changed(c->m, c->lp);
	return H_SUCCESS;
}

s64 model_h_eoi(struct m_call *c)
{
	u64 source = c->a[0] & 0xffffff;

	if (source != 0 && source != IPI && source != TERM)
		return H_PARAMETER;
	c->v->cppr = c->a[0] >> 24 & 0xff;
	m_interrupts_changed(c->m, c->lp);
	return H_SUCCESS;
}

s64 model_h_ipi(struct m_call *c)
{
	struct m_vcpu *to = vcpu_arg(c, c->a[0]);

	if (!to)
		return H_PARAMETER;
	to->mfrr = c->a[1] & 0xff;
	m_interrupts_changed(c->m, c->lp);
	return H_SUCCESS;
}

s64 model_h_ipoll(struct m_call *c)
{
	struct m_vcpu *of = vcpu_arg(c, c->a[0]);
	u64 prio;

	if (!of)
		return H_PARAMETER;
	c->nret = 2;
	c->ret[0] = of->cppr << 24 | m_interrupt(c->p, (unsigned)c->a[0], &prio);
	c->ret[1] = of->mfrr;
	return H_SUCCESS;
}

s64 model_h_xirr(struct m_call *c)
{
	u64 prio;
	u32 source = m_interrupt(c->p, c->vc, &prio);

	c->nret = 1;
	c->ret[0] = c->v->cppr << 24 | source;
	if (source)
		c->v->cppr = prio;
	if (source == TERM)
		c->p->term_pending = 0;
	m_interrupts_changed(c->m, c->lp);
	return H_SUCCESS;
}

/* ---- virtual processor areas --------------------------------------------------------------- */

static bool area(struct m_call *c, u64 at, u64 size)
{
	return size && at % HV_PAGE_SIZE + size <= HV_PAGE_SIZE && m_has(c->m, c->lp, at, size);
}

static void set_area(struct m_call *c, u64 *at, u64 *size, u64 new_at, u64 new_size)
{
	if (*at != M_NONE)
		m_pin(c->m, c->lp, *at, -1);
	if (new_at != M_NONE)
		m_pin(c->m, c->lp, new_at, 1);
	*at = new_at;
	*size = new_size;
}

static s64 register_vpa(struct m_call *c, struct m_vcpu *v, unsigned vc, u64 at)
{
	struct m_vcpu_more *vm = &c->m->more[c->lp].vcpu[vc];
	u64 size;

	if (at % LINE || !m_has(c->m, c->lp, at, 6))
		return H_PARAMETER;
	size = m_get(c->m, c->lp, at + 4, 2);
	if (size < 640 || !area(c, at, size))
		return H_PARAMETER;
	set_area(c, &v->vpa, &v->vpa_size, at, size);
	m_set(c->m, c->lp, at + 9, 1, m_get(c->m, c->lp, at + 9, 1) | 2);
	m_count(c->m, c->lp, vc, v->loaded);
	vm->had_vpa = false;
	vm->waited = 0;
	vm->stolen = 0;
	return H_SUCCESS;
}

static s64 register_log(struct m_call *c, struct m_vcpu *v, u64 at)
{
	u64 size;

	if (at % LINE || !m_has(c->m, c->lp, at, 8))
		return H_PARAMETER;
	size = m_get(c->m, c->lp, at + 4, 4);
	if (size < 48 || size > 4096)
		return H_PARAMETER;
	if (v->vpa == M_NONE)
		return H_RESOURCE;
	if (!area(c, at, size))
		return H_PARAMETER;
	set_area(c, &v->dtl, &v->dtl_size, at, size);
	return H_SUCCESS;
}

s64 model_h_register_vpa(struct m_call *c)
{
	struct m_vcpu *v = vcpu_arg(c, c->a[1]);

	if (!v)
		return H_PARAMETER;
	switch (c->a[0] >> 45 & 7) {
	case 1:
		return register_vpa(c, v, (unsigned)c->a[1], c->a[2]);
	case 2:
		return register_log(c, v, c->a[2]);
	case 5:
		if (v->dtl != M_NONE)
			return H_RESOURCE;
		set_area(c, &v->vpa, &v->vpa_size, M_NONE, 0);
		return H_SUCCESS;
	case 6:
		set_area(c, &v->dtl, &v->dtl_size, M_NONE, 0);
		return H_SUCCESS;
	default:
		return H_PARAMETER;
	}
}

/* ---- giving the processor away ------------------------------------------------------------- */

static void wait_for_event(struct m_call *c, u8 why)
{
	u64 prio;

	if (m_interrupt(c->p, c->vc, &prio))
		return;
	more(c)->put_reason = why;
	m_wait(c->m, c->lp, c->vc);
}

s64 model_h_cede(struct m_call *c)
{
	c->v->msr |= EE;
	wait_for_event(c, CEDED);
	return H_SUCCESS;
}

s64 model_h_confer(struct m_call *c)
{
	struct model *m = c->m;
	struct m_vcpu_more *me = more(c), *vm;
	u32 to = (u32)c->a[0];
	struct m_vcpu *v;
	u64 ent = M_NONE;

	if (to != 0xffffffff) {
		v = vcpu_arg(c, to);
		if (!v)
			return H_PARAMETER;
		if (to == c->vc) {
			wait_for_event(c, CONFERS);
			return H_SUCCESS;
		}
		if (v->vpa == M_NONE || !(m_get(m, c->lp, v->vpa + 0x100, 4) & 1) ||
		    m_get(m, c->lp, v->vpa + 0x100, 4) != (u32)c->a[1])
			return H_SUCCESS;
		vm = &m->more[c->lp].vcpu[to];
		if (vm->cpu == me->cpu)
			ent = vm->ent;
	}
	if (ent == M_NONE)
		ent = m_next_ready(m, (unsigned)me->cpu, me->ent);
	me->put_reason = CONFERS;
	m_give(m, (unsigned)me->cpu, me->ent, ent);
	return H_SUCCESS;
}

s64 model_h_prod(struct m_call *c)
{
	if (!vcpu_arg(c, c->a[0]))
		return H_PARAMETER;
	m_wake(c->m, c->lp, (unsigned)c->a[0]);
	return H_SUCCESS;
}

s64 model_h_poll_pending(struct m_call *c)
{
	(void)c;
	return H_SUCCESS;
}

/* ---- information --------------------------------------------------------------------------- */

s64 model_h_get_ppp(struct m_call *c)
{
	u64 slots = 0;

	for (unsigned i = 0; i < c->p->nvcpus; i++)
		slots += c->m->more[c->lp].vcpu[i].slots;
	c->nret = 4;
	c->ret[0] = slots * 100 / 64;
	c->ret[1] = 0;
	c->ret[2] = 0;
	c->ret[3] = 128ull << 40 | M_CPUS << 16 | M_CPUS;
	return H_SUCCESS;
}

s64 model_h_purr(struct m_call *c)
{
	c->nret = 1;
	c->ret[0] = c->v->used + (c->m->now - c->m->started[more(c)->cpu]);
	return H_SUCCESS;
}

/* ---- modes, process table ------------------------------------------------------------------ */

s64 model_h_set_mode(struct m_call *c)
{
	u64 mode = c->a[0], resource = c->a[1];

	if (resource != 3 && resource != 4)
		return H_P2;
	if (c->a[2])
		return H_P3;
	if (c->a[3])
		return H_P4;
	if (resource == 3) {
		if (mode != 0 && mode != 3)
			return H_UNSUPPORTED_FLAG;
		c->p->mode = (c->p->mode & ~(3 * BIT(23))) | mode << 23;
	} else {
		if (mode > 1)
			return H_UNSUPPORTED_FLAG;
		if (c->v->msr & EE)
			return H_BAD_MODE;
		c->p->mode = (c->p->mode & ~BIT(25)) | mode << 25;
	}
	for (unsigned i = 0; i < c->p->nvcpus; i++) {
		c->p->vcpu[i].mode = c->p->mode;
		if (c->p->vcpu[i].loaded && i != c->vc)
			c->m->look[c->m->more[c->lp].vcpu[i].cpu] = true;
	}
	return H_SUCCESS;
}

s64 model_h_register_proc_tbl(struct m_call *c)
{
	u64 flags = c->a[0] & ~2ull, at = c->a[1], log2 = c->a[3] + 12;

	if ((flags & ~0x1full) || (flags & 5) != 5)
		return H_PARAMETER;
	if (!(flags & 0x10)) /* no change */
		return H_SUCCESS;
	if (!(flags & 8)) {
		c->p->prtb = 0;
		c->p->prtb_log2 = 0;
		return H_SUCCESS;
	}
	if (at % 4096)
		return H_P2;
	if (c->a[2])
		return H_P3;
	if (c->a[3] > 12)
		return H_P4;
	if (at % BIT(log2) || !m_has(c->m, c->lp, at, BIT(log2)))
		return H_P2;
	c->p->prtb = at;
	c->p->prtb_log2 = log2;
	return H_SUCCESS;
}
