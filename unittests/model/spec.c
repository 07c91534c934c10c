// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What happens before any call's own rules, and the neutral calls (docs/hcalls.md, "How to call"
 * and "Our own calls"). Who may call stands here again, on purpose, and is not taken from the rows
 * under test. Next: spec_papr.c, spec_rtas.c.
 */
#include <string.h>

#include "model.h"

#define KVM_NOT_SUPPORTED (-1000)

static const struct {
	u64 nr;
	const char *name;
	model_fn *fn;
	bool neutral; /* all kinds of machines have it */
} rows[] = {
#define HCALL(name, handler, ...) { name, #name, model_##handler, true },
#include "hcalls.def"
#undef HCALL
#define HCALL(name, handler, ...) { name, #name, model_##handler, false },
#include "../../core/papr/hcalls.def"
#undef HCALL
};

const char *model_name(u64 nr)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].nr == nr)
			return rows[i].name;
	return "unknown";
}

static s64 serve(struct m_call *c, u64 nr)
{
	bool pc = c->m->more[c->lp].pc;

	/* to a PC's kernel, numbers below 0x400 are KVM's */
	if (pc && nr < 0x400)
		return KVM_NOT_SUPPORTED;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].nr == nr && (!pc || rows[i].neutral))
			return rows[i].fn(c);
	return H_FUNCTION;
}

s64 model_call(struct m_call *c, u64 nr)
{
	s64 status;

	c->p = &c->m->s.part[c->lp];
	c->v = &c->p->vcpu[c->vc];
	c->nret = 0;
	c->m->nout = 0;
	status = serve(c, nr);
	c->v->r3 = (u64)status;
	return status;
}

/* Our own calls want zeros behind their arguments. */
static bool rest_zero(const struct m_call *c, unsigned nargs)
{
	for (unsigned i = nargs; i < 9; i++)
		if (c->a[i])
			return false;
	return true;
}

s64 model_h_null(struct m_call *c)
{
	return c->light || rest_zero(c, 0) ? H_SUCCESS : H_PARAMETER;
}

s64 model_h_version(struct m_call *c)
{
	if (!rest_zero(c, 0))
		return H_PARAMETER;
	c->nret = 2;
	c->ret[0] = 1;
	c->ret[1] = c->lp;
	return H_SUCCESS;
}

s64 model_h_yield(struct m_call *c)
{
	struct model *m = c->m;
	const struct m_vcpu_more *me = &m->more[c->lp].vcpu[c->vc];
	u64 lp = c->a[0];

	if (!rest_zero(c, 1))
		return H_PARAMETER;
	if (!lp) {
		m_give(m, (unsigned)me->cpu, me->ent, m_next_ready(m, (unsigned)me->cpu, me->ent));
		return H_SUCCESS;
	}
	if (!m_live(m, lp))
		return H_PARAMETER;
	for (unsigned i = 0; i < m->s.part[lp].nvcpus; i++)
		if (m->more[lp].vcpu[i].cpu == me->cpu) {
			m_give(m, (unsigned)me->cpu, me->ent, m->more[lp].vcpu[i].ent);
			return H_SUCCESS;
		}
	return H_NOT_AVAILABLE;
}

/* The common head of the calls about a partition: authority, then the number, then the rest. */
static s64 about(struct m_call *c, bool own)
{
	if (!c->p->controller && !(own && c->a[0] == c->lp))
		return H_AUTHORITY;
	if (!rest_zero(c, 1) || !m_live(c->m, c->a[0]))
		return H_PARAMETER;
	return H_SUCCESS;
}

s64 model_h_partition_info(struct m_call *c)
{
	const struct m_part *p;

	if (about(c, true))
		return about(c, true);
	p = &c->m->s.part[c->a[0]];
	c->nret = 3;
	c->ret[0] = p->state;
	c->ret[1] = p->pages;
	c->ret[2] = p->nvcpus;
	return H_SUCCESS;
}

s64 model_h_partition_start(struct m_call *c)
{
	s64 s = about(c, false);

	return s ? s : m_start(c->m, (unsigned)c->a[0]);
}

s64 model_h_partition_stop(struct m_call *c)
{
	s64 s = about(c, true);

	return s ? s : m_stop(c->m, (unsigned)c->a[0], M_ORDER);
}

s64 model_h_partition_destroy(struct m_call *c)
{
	s64 s = about(c, false);

	return s ? s : m_destroy(c->m, (unsigned)c->a[0]);
}

s64 model_h_memory_info(struct m_call *c)
{
	if (!c->p->controller)
		return H_AUTHORITY;
	if (!rest_zero(c, 0))
		return H_PARAMETER;
	c->nret = 2;
	c->ret[0] = c->m->s.free_pages;
	c->ret[1] = c->m->s.total_pages;
	return H_SUCCESS;
}
