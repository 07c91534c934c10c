// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual CPUs, as far as SVM and VMX agree: life, what is switched between them, and the loop of
 * one stay in the guest after the other. Next: svm.c, core/dispatch.c.
 */
#include "fmt.h"
#include "hvstring.h"
#include "mitigate.h"
#include "panic.h"
#include "virt.h"

const struct virt *virt;

const char *virt_choose(void)
{
	const char *why;

	if (!cpuid_has(CPU_VMX) && !cpuid_has(CPU_SVM))
		return "the processor has neither AMD SVM nor Intel VMX";
	virt = cpuid_has(CPU_VMX) ? &vmx : &svm;
	why = virt->refusal();
	if (!why)
		fpu_boot();
	return why;
}

err_t arch_vcpu_init(struct arch_vcpu *v, struct arch_gspace *gs, unsigned index,
		     struct pool *pages)
{
	const struct pc_start start = { .kind = PC_START_SIPI };
	err_t err;

	memset(v, 0, sizeof(*v));
	v->gs = gs;
	v->pool = pages;
	v->vpid = (u16)(gs->id * MAX_VCPUS + index + 1);
	v->last_cpu = -1;
	err = fpu_init(v);
	if (err)
		return err;
	err = virt->vcpu_init(v);
	if (err) {
		fpu_fini(v);
		return err;
	}
	arch_pc_reset(v, &start);
	return HV_OK;
}

void arch_vcpu_fini(struct arch_vcpu *v)
{
	if (v->pool) {
		virt->vcpu_fini(v);
		fpu_fini(v);
	}
	memset(v, 0, sizeof(*v));
}

void arch_pc_reset(struct arch_vcpu *v, const struct pc_start *s)
{
	v->pc = (struct pc_regs){ .rflags = RFLAGS_ONE };
	if (s->kind == PC_START_FLAT32) {
		v->pc.rip = s->entry.v;
		v->pc.gpr[PC_RAX] = s->eax;
		v->pc.gpr[PC_RBX] = s->ebx;
	}
	fpu_reset(v);
	v->event.what = v->given = 0;
	v->tsc_offset = 0;
	v->alarm = TIME_NEVER;
	v->window = 0;
	v->shadow = v->nmi_masked = v->shut_down = v->undo = v->cut = false;
	v->last_cpu = -1;
	virt->reset(v, s);
}

void arch_vcpu_load(struct arch_vcpu *v)
{
	struct arch_cpu *c = arch_cpu();

	ASSERT(!c->vcpu && !v->loaded);
	fpu_load(v, c);
	virt_load(v, c);
	v->last_cpu = (int)c->index;
	v->loaded = true;
	c->vcpu = v;
	if (v->alarm != TIME_NEVER)
		timer_program(c);
}

void arch_vcpu_put(struct arch_vcpu *v)
{
	struct arch_cpu *c = arch_cpu();

	ASSERT(c->vcpu == v);
	virt_put(v, c);
	fpu_put(v);
	v->loaded = false;
	c->vcpu = NULL;
	arch_pc_window(v, 0);
}

u64 arch_vcpu_wake(const struct arch_vcpu *v)
{
	return v->alarm;
}

/* SVM tells the logical address only. */
enum outcome vcpu_memory(struct arch_vcpu *v, struct vcpu_exit *x, gpa_t g, unsigned access,
			 bool mapped)
{
	unsigned need = access == ACCESS_EXEC ? PROT_X : access == ACCESS_WRITE ? PROT_W : PROT_R;
	unsigned prot;
	pa_t p;

	/* a large page that is being split has a moment without translation: try again */
	if (v->gs->tables.splits || (!arch_gspace_query(v->gs, g, &p, &prot) && prot & need))
		return OUT_AGAIN;
	x->kind = EXIT_MEMORY;
	x->mem.addr = g;
	x->mem.va = g.v;
	x->mem.size = 0;
	x->mem.access = (u8)access;
	x->mem.mapped = mapped;
	return OUT_DONE;
}

/* A physical interrupt ended the guest: is it the core's, or the guest's own time? */
static enum outcome interrupted(struct arch_vcpu *v, struct arch_cpu *c, struct vcpu_exit *x)
{
	u64 now;

	intr_take();
	now = arch_now();
	c->look_again = TIME_NEVER;
	if (c->kicked || c->alarm <= now) {
		c->kicked = false;
		if (c->alarm <= now) /* an alarm comes once */
			c->alarm = TIME_NEVER;
		x->kind = EXIT_PREEMPT;
		return OUT_DONE;
	}
	timer_program(c); /* a long time may have been cut in pieces */
	if (v->alarm <= now || window_is_open(v)) {
		x->kind = EXIT_WINDOW;
		return OUT_DONE;
	}
	return OUT_AGAIN;
}

/*
 * An event is delivered, and an instruction in a shadow is done, before the processor looks at
 * interrupts. A guest that leaves there each time, because its stack is no memory or its handler
 * faults, would keep the CPU for ever: so we look ourselves.
 */
static bool interrupts_wait_long(struct arch_vcpu *v)
{
	bool cut = v->cut;

	v->cut = false;
	return cut || (v->shadow && v->pc.rip == v->left_rip);
}

/* One stay in the guest. Others see that translations may be in use, and we what they removed. */
static enum outcome stay(struct arch_vcpu *v, struct arch_cpu *c, struct vcpu_exit *x)
{
	enum outcome out;

	c->entries++;
	(void)__atomic_exchange_n(&c->in_guest, v->gs, __ATOMIC_SEQ_CST);
	if (unlikely(v->removed != v->gs->removed)) {
		v->removed = v->gs->removed;
		virt->forget(v, c);
	}
	out = virt_run(v, c, x);
	c->in_guest = NULL;
	return out;
}

static enum outcome light(struct arch_vcpu *v, struct vcpu_exit *x)
{
	switch (pc_light(v, x)) {
	case LIGHT_DONE:
		return OUT_AGAIN;
	case LIGHT_LOOK:
		pc_look(v);
		return OUT_AGAIN;
	default:
		return OUT_DONE;
	}
}

void arch_vcpu_run(struct arch_vcpu *v, struct vcpu_exit *x)
{
	struct arch_cpu *c = arch_cpu();
	enum outcome out;

	if (unlikely(mitigations.entry))
		mitigate_entry();
	do {
		if (unlikely(v->shut_down)) {
			x->kind = EXIT_SHUTDOWN;
			return;
		}
		if (unlikely(v->cut || v->shadow) && interrupts_wait_long(v) &&
		    interrupted(v, c, x) == OUT_DONE)
			return;
		out = stay(v, c, x);
		if (unlikely(c->nmi_seen)) {
			c->nmi_seen = false;
			x->kind = EXIT_DEAD;
			x->dead.why = "non-maskable interrupt while the partition ran";
			x->dead.code = 0;
			return;
		}
		if (out == OUT_LIGHT)
			out = light(v, x);
		else if (out == OUT_INTR)
			out = interrupted(v, c, x);
	} while (out == OUT_AGAIN);
}

void arch_pc_mode(const struct arch_vcpu *v, struct pc_mode *m)
{
	virt->mode(v, m);
}

/* LME may not change while paging is on; LMA follows by itself (APM 2, 14.6). */
static bool efer_is_legal(const struct arch_vcpu *v, u64 val)
{
	struct pc_mode m;

	virt->mode(v, &m);
	return !(val & ~(EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE)) &&
	       !((val ^ m.efer) & EFER_LME && m.cr0 & CR0_PG);
}

/* Each byte is one of the types 0, 1, 4, 5, 6, 7 (APM 2, 7.8.1). */
static bool pat_is_legal(u64 val)
{
	for (unsigned i = 0; i < 64; i += 8)
		if ((val >> i & 0xff) > 7 || (val >> i & 0xfe) == 2)
			return false;
	return true;
}

err_t arch_pc_msr(struct arch_vcpu *v, u32 nr, bool write, u64 *val)
{
	switch (nr) {
	case MSR_TSC_AUX:
		if (write)
			return fpu_set_tsc_aux(v, *val) ? HV_OK : HV_EINVAL;
		*val = v->tsc_aux;
		return HV_OK;
	case MSR_PC_EFER:
		if (write && !efer_is_legal(v, *val))
			return HV_EINVAL;
		if (write)
			*val = (*val & ~EFER_LMA) | (virt->get(v, nr) & EFER_LMA);
		break;
	case MSR_PC_PAT:
		if (write && !pat_is_legal(*val))
			return HV_EINVAL;
		break;
	default:
		return HV_ENOENT;
	}
	if (write)
		virt->set(v, nr, *val);
	else
		*val = virt->get(v, nr);
	return HV_OK;
}

void arch_pc_alarm(struct arch_vcpu *v, u64 when)
{
	if (v->alarm == when)
		return;
	v->alarm = when;
	if (v->loaded)
		timer_program(arch_cpu());
}

void arch_pc_tsc_offset(struct arch_vcpu *v, u64 offset)
{
	v->tsc_offset = offset;
	virt_offset(v);
}

size_t arch_vcpu_dump(const struct arch_vcpu *v, char *buf, size_t n)
{
	static const char name[PC_GPRS][4] = { "ax", "cx", "dx", "bx", "sp", "bp", "si", "di",
					       "8",  "9",  "10", "11", "12", "13", "14", "15" };
	size_t at = fmt_print(buf, n, "rip %016llx rflags %08llx\n", (long long)v->pc.rip,
			      (long long)v->pc.rflags);

	for (unsigned i = 0; i < PC_GPRS && at < n; i++)
		at += fmt_print(buf + at, n - at, "r%-2s %016llx%s", name[i],
				(long long)v->pc.gpr[i], i % 4 == 3 ? "\n" : " ");
	if (at < n)
		at += virt->dump(v, buf + at, n - at);
	return MIN(at, n ? n - 1 : 0);
}
