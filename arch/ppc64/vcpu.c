// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual CPUs: what is switched between them (load, put), one run of one (world.S does the
 * switch), and what the hardware's exit reasons mean. Next: core/dispatch.c.
 */
#include "fmt.h"
#include "hvstring.h"
#include "panic.h"
#include "port.h"

#define DEC_FAR	       0x7fffffffull
#define MSR_S	       (1ull << 22) /* secure state */
#define MSR_NEVER      (MSR_HV | MSR_TS | MSR_TM | MSR_S)
#define HDSISR_NO_PAGE DSISR_NO_PAGE
#define HDSISR_TABLE   (1u << 17) /* the access was one of the guest's own table walk */
#define HSRR1_NO_PAGE  SRR1_ISI_NO_PAGE
#define HSRR1_CAUSES   0x783f0000ull /* the bits of SRR1, HSRR1 that are not MSR bits */
#define HFSCR_CAUSE    56

err_t arch_vcpu_init(struct arch_vcpu *v, struct arch_gspace *gs, unsigned index,
		     struct pool *pages)
{
	(void)index;
	(void)pages;
	memset(v, 0, sizeof(*v));
	v->gs = gs;
	v->last_cpu = -1;
	arch_papr_reset(v, GPA(0), 0);
	return HV_OK;
}

void arch_vcpu_fini(struct arch_vcpu *v)
{
	memset(v, 0, sizeof(*v));
}

void arch_papr_reset(struct arch_vcpu *v, gpa_t entry, u64 r3)
{
	struct arch_gspace *gs = v->gs;
	int last = v->last_cpu;

	memset(v, 0, sizeof(*v));
	v->gs = gs;
	v->last_cpu = last;
	v->papr.nip = entry.v;
	v->papr.msr = MSR_SF | MSR_ME;
	v->papr.gpr[3] = r3;
	v->ppr = 3ull << 50; /* medium low: what "or 2,2,2" and reset mean */
	v->ctrl = 1;
	v->mmcr0 = MMCR0_FC;
	v->dec_expires = timebase() + DEC_FAR;
}

/*
 * LPCR[AIL] moves the hypervisor's own interrupts, too: to EA 0x18000 + vector, were it 2, where we
 * have no code. So nothing but 0 and 3 goes into the register, whoever asked.
 */
static void lpcr_write(struct arch_vcpu *v)
{
	u64 mode = v->papr.lpcr & (LPCR_ILE | LPCR_AIL);

	if ((mode & LPCR_AIL) != LPCR_AIL)
		mode &= ~LPCR_AIL;
	v->lpcr = LPCR_BASE | v->gs->lpcr | mode | (v->mediate ? LPCR_MER : 0);
	mtspr(SPR_LPCR, v->lpcr);
	v->gs_lpcr = v->gs->lpcr;
}

void arch_papr_mode_changed(struct arch_vcpu *v)
{
	if (v->loaded)
		lpcr_write(v);
}

void arch_papr_mediate(struct arch_vcpu *v, bool on)
{
	struct arch_cpu *c = arch_cpu();

	if (!on && !v->mediate)
		return;
	if (on != v->mediate) {
		v->mediate = on;
		lpcr_write(v);
	}
	if (on)
		look_again_soon(c);
	else
		c->look_again = TIME_NEVER;
	hdec_program(c);
}

void arch_papr_set_fault(struct arch_vcpu *v, u64 dar, u32 dsisr)
{
	(void)v;
	mtspr(SPR_DAR, dar);
	mtspr(SPR_DSISR, dsisr);
}

/* What another partition left in the L1 data cache is gone, where firmware says it must be. */
static void l1d_change(struct arch_cpu *c, u16 lpid)
{
	if (c->lpid != lpid && platform.l1d_flush)
		mtspr(SPR_TRIG2, 0);
	c->lpid = lpid;
}

/*
 * What is not switched register by register. A guest may have been between its tlbie and its
 * tlbsync. Sampling would go on in the hypervisor. Bolted segments serve no radix guest, but would
 * be there to be read.
 */
static void leave_nothing(void)
{
	asm volatile("eieio; tlbsync; ptesync" : : : "memory");
	mtspr(SPR_MMCRA, 0);
	for (u64 i = 0; i < 4; i++)
		asm volatile("slbmte %0, %1" : : "r"(0ull), "r"(i) : "memory");
	asm volatile("isync" : : : "memory");
}

void arch_vcpu_load(struct arch_vcpu *v)
{
	struct arch_cpu *c = arch_cpu();

	ASSERT(!c->vcpu && !v->loaded);
	mtspr(SPR_LPIDR, v->gs->lpid);
	lpcr_write(v);
	asm volatile("isync" : : : "memory");
	/* the guest's local invalidations did not reach this CPU while it ran elsewhere */
	if (v->last_cpu >= 0 && v->last_cpu != (int)c->index)
		gspace_flush(v->gs->lpid);
	v->last_cpu = (int)c->index;
#define X(name) mtspr(SPR_##name, v->spr.name);
	VCPU_SPRS(X)
#undef X
	mtspr(SPR_MMCR0, v->mmcr0);
	mtspr(SPR_CTRL_W, v->ctrl);
	mtspr(SPR_PSSCR, PSSCR_EC);
	vsx_load(v);
	mtspr(SPR_DEC, v->dec_expires - timebase());
	l1d_change(c, v->gs->lpid);
	v->loaded = true;
	c->vcpu = v;
}

void arch_vcpu_put(struct arch_vcpu *v)
{
	struct arch_cpu *c = arch_cpu();

	ASSERT(c->vcpu == v);
	v->dec_expires = timebase() + mfspr(SPR_DEC);
	mtspr(SPR_DEC, DEC_FAR);
	v->mmcr0 = mfspr(SPR_MMCR0);
	mtspr(SPR_MMCR0, MMCR0_FC);
#define X(name) v->spr.name = mfspr(SPR_##name);
	VCPU_SPRS(X)
#undef X
	v->ctrl = mfspr(SPR_CTRL_R) & 1;
	vsx_save(v);
	leave_nothing();
	v->loaded = false;
	c->vcpu = NULL;
	if (v->mediate) { /* the core asks again when it is loaded again */
		v->mediate = false;
		c->look_again = TIME_NEVER;
	}
}

u64 arch_vcpu_wake(const struct arch_vcpu *v)
{
	return v->loaded ? timebase() + mfspr(SPR_DEC) : v->dec_expires;
}

/* `cause` is HSRR1 for a fetch, else HDSISR. */
static void explain_memory(struct arch_vcpu *v, bool fetch, u64 cause, struct vcpu_exit *x)
{
	u64 gpa = mfspr(SPR_ASDR);
	unsigned need, prot;
	pa_t p;

	x->kind = EXIT_MEMORY;
	x->mem.va = fetch ? v->papr.nip : mfspr(SPR_HDAR);
	x->mem.size = 0;
	x->mem.access = fetch ? ACCESS_EXEC : cause & DSISR_STORE ? ACCESS_WRITE : ACCESS_READ;
	gpa &= ~HV_PAGE_MASK;
	if (fetch || !(cause & HDSISR_TABLE))
		gpa |= x->mem.va & HV_PAGE_MASK;
	x->mem.addr = GPA(gpa);
	x->mem.mapped = !(cause & (fetch ? HSRR1_NO_PAGE : HDSISR_NO_PAGE));
	/* a large page that is being split has a moment without translation: try again */
	need = fetch ? PROT_X : cause & DSISR_STORE ? PROT_W : PROT_R;
	if (v->gs->tables.splits ||
	    (!x->mem.mapped && !arch_gspace_query(v->gs, x->mem.addr, &p, &prot) && prot & need))
		x->kind = EXIT_PREEMPT;
}

static void explain_hcall(struct arch_vcpu *v, struct vcpu_exit *x)
{
	if (v->papr.msr & MSR_PR) {
		x->kind = EXIT_ILLEGAL;
		x->illegal.cause = ILLEGAL_PRIVILEGE;
		x->illegal.info = 0;
		return;
	}
	x->kind = EXIT_HCALL;
	x->hcall.nr = v->papr.gpr[3];
	x->hcall.args = &v->papr.gpr[4];
	x->hcall.status = &v->papr.gpr[3];
}

/* What the machine itself has to say */
static void explain_machine(u64 vector, struct vcpu_exit *x)
{
	x->kind = EXIT_DEAD;
	x->dead.code = vector;
	switch (vector) {
	case VEC_SYSTEM_RESET:
		x->dead.why = "system reset while the partition ran";
		break;
	case VEC_MACHINE_CHECK:
		x->dead.why = "machine check while the partition ran";
		break;
	case 0xe60:
		if (hmi_repair()) {
			x->kind = EXIT_PREEMPT;
			return;
		}
		x->dead.why =
			"hardware failed while the partition ran, and firmware did not repair it";
		break;
	default:
		x->dead.why = "unknown interrupt";
	}
}

static void explain(struct arch_vcpu *v, u64 vector, struct vcpu_exit *x)
{
	u64 msr = v->papr.msr;

	v->papr.msr &= ~HSRR1_CAUSES;
	switch (vector) {
	case 0xc00:
		explain_hcall(v, x);
		break;
	case 0xea0:
		xive_ack(arch_cpu());
		x->kind = EXIT_PREEMPT;
		break;
	case 0x980:
		hdec_fired(arch_cpu());
		x->kind = EXIT_PREEMPT;
		break;
	case 0xe80:
		x->kind = EXIT_PREEMPT;
		break;
	case 0x500:
		x->kind = EXIT_WINDOW;
		break;
	case 0xe00:
		explain_memory(v, false, mfspr(SPR_HDSISR), x);
		break;
	case 0xe20:
		explain_memory(v, true, msr, x);
		break;
	case 0xe40:
		x->kind = EXIT_ILLEGAL;
		x->illegal.cause = ILLEGAL_INSTRUCTION;
		x->illegal.info = mfspr(SPR_HEIR);
		break;
	case 0xf80:
		x->kind = EXIT_ILLEGAL;
		x->illegal.cause = ILLEGAL_FACILITY;
		x->illegal.info = mfspr(SPR_HFSCR) >> HFSCR_CAUSE;
		break;
	default:
		explain_machine(vector, x);
	}
}

void arch_vcpu_run(struct arch_vcpu *v, struct vcpu_exit *x)
{
	if (unlikely(v->gs_lpcr != v->gs->lpcr))
		lpcr_write(v);
	v->papr.msr = (v->papr.msr & ~MSR_NEVER) | MSR_ME;
	explain(v, world_enter(v), x);
}

size_t arch_vcpu_dump(const struct arch_vcpu *v, char *buf, size_t n)
{
	const struct papr_regs *r = &v->papr;
	size_t at;

	at = fmt_print(buf, n,
		       "nip %016llx msr %016llx lr %016llx ctr %016llx\n"
		       "cr %08x xer %016llx srr0 %016llx srr1 %016llx lpcr %llx\n",
		       (long long)r->nip, (long long)r->msr, (long long)r->lr, (long long)r->ctr,
		       (unsigned)r->cr, (long long)r->xer, (long long)r->srr0, (long long)r->srr1,
		       (long long)r->lpcr);
	for (unsigned i = 0; i < 32 && at < n; i += 4)
		at += fmt_print(buf + at, n - at, "r%-2u %016llx %016llx %016llx %016llx\n", i,
				(long long)r->gpr[i], (long long)r->gpr[i + 1],
				(long long)r->gpr[i + 2], (long long)r->gpr[i + 3]);
	return MIN(at, n ? n - 1 : 0);
}
