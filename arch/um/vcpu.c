// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual CPUs as the core sees them: life, load and put, run. What happens inside the guest is in
 * guest.c; next to read after that: core/dispatch.c.
 */
#include "arch_papr.h"
#include "fmt.h"
#include "hvstring.h"
#include "pool.h"
#include "state.h"

err_t arch_vcpu_init(struct arch_vcpu *v, struct arch_gspace *gs, unsigned index,
		     struct pool *pages)
{
	struct um_guest *g = pool_get(pages, 0, false);

	if (!g)
		return HV_ENOMEM;
	*v = (struct arch_vcpu){
		.gs = gs, .pool = pages, .guest = g, .index = index, .cpu = -1, .dec = TIME_NEVER
	};
	v->pcx.alarm = TIME_NEVER;
	g->v = v;
	g->restart = true;
	return HV_OK;
}

void arch_vcpu_fini(struct arch_vcpu *v)
{
	if (!v->guest)
		return;
	if (v->cpu >= 0)
		um_bug("arch_vcpu_fini of a vcpu that is loaded on CPU %d", v->cpu);
	host_fiber_free(v->guest->fiber);
	pool_put(v->pool, v->guest, 0, false);
	v->guest = NULL;
}

void arch_vcpu_load(struct arch_vcpu *v)
{
	struct arch_cpu *c = um_cpu();

	if (c->loaded || v->cpu >= 0)
		um_bug("arch_vcpu_load on CPU %u: CPU or vcpu is taken", um_self);
	c->loaded = v;
	c->heavy = v->heavy;
	v->cpu = (int)um_self;
	memset(&v->heavy, 0xee, sizeof(v->heavy));
}

void arch_vcpu_put(struct arch_vcpu *v)
{
	struct arch_cpu *c = um_cpu();

	if (c->loaded != v)
		um_bug("arch_vcpu_put of a vcpu that is not loaded on CPU %u", um_self);
	v->heavy = c->heavy;
	v->cpu = -1;
	v->mediate = false;
	v->pcx.window = 0;
	c->loaded = NULL;
	memset(&c->heavy, 0, sizeof(c->heavy));
}

struct arch_vcpu *um_loaded(unsigned n)
{
	return n < um.cfg.ncpus ? um.cpu[n].loaded : NULL;
}

/*
 * Offer the call to the core on this CPU's stack, with only those registers that a call vector
 * has at hand.
 */
static bool light_call(struct arch_vcpu *v)
{
	struct papr_regs r, before;

	memset(&r, 0xee, sizeof(r));
	memcpy(r.gpr, v->papr.gpr, 14 * sizeof(r.gpr[0]));
	r.lr = v->papr.lr;
	r.ctr = v->papr.ctr;
	r.xer = v->papr.xer;
	r.cr = v->papr.cr;
	before = r;
	if (!hcall_light(v, &r)) {
		if (memcmp(&r, &before, sizeof(r)))
			um_bug("hcall_light refused a call and changed registers");
		return false;
	}
	memcpy(v->papr.gpr, r.gpr, 14 * sizeof(r.gpr[0]));
	return true;
}

static void run_program(struct arch_vcpu *v, struct vcpu_exit *x)
{
	do {
		memset(x, 0xee, sizeof(*x));
		um_guest_enter(v->guest, x);
	} while (um.cfg.light && x->kind == EXIT_HCALL && light_call(v));
}

void arch_vcpu_run(struct arch_vcpu *v, struct vcpu_exit *x)
{
	struct arch_cpu *c = um_cpu();

	if (c->loaded != v || !c->init)
		um_bug("arch_vcpu_run on CPU %u: not initialised, or another vcpu", um_self);
	if (um_windows(um_self))
		um_bug("arch_vcpu_run with a window open");
	if (um_lock_count && um_lock_count())
		um_bug("arch_vcpu_run with a lock held");
	c->in_guest = v;
	c->nentries++;
	if (v->pcx.on)
		um_pc_run(v, x);
	else
		run_program(v, x);
	c->in_guest = NULL;
	um_note(UM_EV_EXIT, x->kind,
		x->kind == EXIT_HCALL ? x->hcall.nr
		: v->pcx.on	      ? v->pc.rip
				      : v->papr.nip);
	um_point();
}

u64 arch_vcpu_wake(const struct arch_vcpu *v)
{
	if (v->cpu >= 0 && v->cpu != (int)um_self)
		um_bug("arch_vcpu_wake of a vcpu of another CPU");
	return MIN(v->dec, v->pcx.alarm);
}

static size_t dump_gprs(const u64 *gpr, unsigned n, char *buf, size_t size)
{
	size_t len = 0;

	for (unsigned i = 0; i < n && len < size; i++)
		len += fmt_print(buf + len, size - len, "r%02u %016llx%s", i,
				 (unsigned long long)gpr[i], i % 4 == 3 ? "\n" : " ");
	return len;
}

static size_t dump_papr(const struct papr_regs *r, char *buf, size_t n)
{
	size_t len;

	len = fmt_print(buf, n, "nip %016llx msr %016llx lr %016llx ctr %016llx\n",
			(unsigned long long)r->nip, (unsigned long long)r->msr,
			(unsigned long long)r->lr, (unsigned long long)r->ctr);
	if (len < n)
		len += fmt_print(buf + len, n - len,
				 "cr %08llx xer %08llx srr0 %016llx srr1 %016llx\n",
				 (unsigned long long)r->cr, (unsigned long long)r->xer,
				 (unsigned long long)r->srr0, (unsigned long long)r->srr1);
	return len < n ? len + dump_gprs(r->gpr, 32, buf + len, n - len) : len;
}

static size_t dump_pc(const struct arch_vcpu *v, char *buf, size_t n)
{
	size_t len =
		fmt_print(buf, n, "rip %016llx rflags %08llx cr0 %08llx cr2 %016llx cr3 %016llx\n",
			  (unsigned long long)v->pc.rip, (unsigned long long)v->pc.rflags,
			  (unsigned long long)v->pcx.cr0, (unsigned long long)v->pcx.cr2,
			  (unsigned long long)v->pcx.cr3);

	return len < n ? len + dump_gprs(v->pc.gpr, PC_GPRS, buf + len, n - len) : len;
}

size_t arch_vcpu_dump(const struct arch_vcpu *v, char *buf, size_t n)
{
	size_t len;

	if (!n)
		return 0;
	len = v->pcx.on ? dump_pc(v, buf, n) : dump_papr(&v->papr, buf, n);
	return MIN(len, n - 1);
}
