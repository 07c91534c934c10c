// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One access of a PC's processor to a device: done for real, through the exit that it is, then by
 * its specification; result, exception, place of the next instruction and all state are compared.
 * Next: pc_args.c (which access), pc_cover.c (which there have been).
 */
#include <stdio.h>
#include <string.h>

#include "../../core/pc/pc.h"
#include "hv.h"
#include "pc_access.h"
#include "state.h"
#include "um.h"

#define CODE	  0x7000
#define EXC_NONE  (-1)
#define ALL_EVERY 8192 /* accesses between two looks at all memory */

static struct model *const m = &drive.m;

bool pc_must_halt(unsigned lp, unsigned vc)
{
	return m->more[lp].pc && m->pc[lp].vcpu[vc].at_hlt;
}

static unsigned length(const struct pc_access *a)
{
	if (a->kind == PC_MEMORY)
		return a->size == 2 ? 3 : 2;
	return a->kind == PC_PORT ? 1 : a->kind == PC_CR8 ? 4 : 2;
}

/* ---- for real -------------------------------------------------------------------------------- */

/* Flat 32-bit code, as most kernels begin. */
static void flat(struct um_pc *pc)
{
	pc->cr0 |= CR0_PE;
	pc->code32 = true;
	pc->code64 = false;
	pc->cpl = 0;
	memset(pc->base, 0, sizeof(pc->base));
}

/* MOV between AL, AX or EAX and what EBX points at. */
static void memory_exit(unsigned lp, struct vcpu *v, const struct pc_access *a)
{
	u8 code[3] = { 0x66, (a->write ? 0x88 : 0x8a) | (a->size > 1), 0x03 };
	unsigned skip = a->size != 2;

	flat(&v->arch.pcx);
	v->arch.pc.rip = CODE + v->index * 16;
	guest_write(lp, v->arch.pc.rip, code + skip, sizeof(code) - skip);
	v->arch.pc.gpr[PC_RBX] = a->at;
	m->s.part[lp].vcpu[v->index].nip = v->arch.pc.rip;
	exit_dispatch(v, &(struct vcpu_exit){ .kind = EXIT_MEMORY, .mem = { .addr = GPA(a->at) } });
}

/* Some also on the path that does not leave the port. */
static void leave(struct vcpu *v, struct vcpu_exit x)
{
	bool runs = v->online && v->part->state == PART_RUNNING;

	if ((x.kind == EXIT_REGISTER || x.kind == EXIT_IDLE) && runs && drive_random(3) == 0 &&
	    pc_light(&v->arch, &x) != LIGHT_NOT &&
	    (x.kind != EXIT_IDLE || pc_wakes(v))) { /* else it comes again to its HLT */
		drive.light++;
		return;
	}
	exit_dispatch(v, &x);
}

static void real(unsigned lp, struct vcpu *v, const struct pc_access *a)
{
	struct vcpu_exit x = { .kind = EXIT_IDLE, .len = 1 };
	u64 *gpr = v->arch.pc.gpr;

	gpr[PC_RAX] = a->val;
	switch (a->kind) {
	case PC_CR8: /* no exit: the processor does it */
		v->arch.pcx.cr8 = (u8)a->val;
		v->arch.pc.rip += length(a);
		pc_apic_tpr(v); /* else the low bits may be those from before: docs/pc.md */
		return;
	case PC_MSR:
		gpr[PC_RAX] = 0xa5a5a5a500000000 | (u32)a->val;
		gpr[PC_RDX] = 0xa5a5a5a500000000 | a->val >> 32;
		x.kind = EXIT_REGISTER;
		x.len = 2;
		x.reg.space = REG_MSR;
		x.reg.nr = (u32)a->at;
		x.reg.write = a->write;
		break;
	case PC_CPUID:
		gpr[PC_RAX] = 0xa5a5a5a500000000 | a->at;
		gpr[PC_RCX] = 0xa5a5a5a500000000 | a->sub;
		v->arch.pcx.cr4 = a->val & CR4_OSXSAVE;
		x.kind = EXIT_REGISTER;
		x.len = 2;
		x.reg.space = REG_CPUID;
		x.reg.write = false;
		break;
	case PC_PORT:
		x.kind = EXIT_IO;
		x.io.port = (u16)a->at;
		x.io.size = (u8)a->size;
		x.io.write = a->write;
		break;
	case PC_MEMORY:
		memory_exit(lp, v, a);
		return;
	case PC_ILLEGAL:
		x.kind = EXIT_ILLEGAL;
		break;
	default:
		break;
	}
	leave(v, x);
}

/* ---- by the specification -------------------------------------------------------------------- */

/* What must be in RAX, RBX, RCX and RDX afterwards; the exception, if there is one. */
struct expected {
	u64 gpr[4];
	int exception;
	const char *wrong; /* an answer that the specification judges itself */
};

static u64 merged(u64 old, u64 val, unsigned size)
{
	u64 keep = size == 1 ? ~0xffull : size == 2 ? ~0xffffull : 0;

	return (old & keep) | (val & ~keep & 0xffffffff);
}

static enum mp_answer model(struct mp_call *c, const struct pc_access *a, const u64 *gpr,
			    struct expected *e)
{
	enum mp_answer answer = MP_DONE;
	u64 val = a->val, out[4] = { gpr[PC_RAX], gpr[PC_RBX], gpr[PC_RCX], gpr[PC_RDX] };

	switch (a->kind) {
	case PC_CR8:
		if (c->v->tpr >> 4 != val)
			c->v->tpr = val << 4;
		break;
	case PC_MSR:
		if (a->write) {
			answer = mp_msr_write(c, a->at, val);
		} else if ((answer = mp_msr_read(c, a->at, &val)) == MP_DONE) {
			e->gpr[0] = (u32)val;
			e->gpr[3] = val >> 32;
		}
		break;
	case PC_CPUID:
		e->wrong = mp_cpuid_wrong(c, (u32)a->at, (u32)a->sub, a->val, out);
		memcpy(e->gpr, out, sizeof(out));
		break;
	case PC_PORT:
		if (a->write)
			mp_port_write(c, a->at, a->size, val & 0xffffffff);
		else
			e->gpr[0] = merged(val, mp_port_read(c, a->at, a->size), a->size);
		break;
	case PC_MEMORY:
		if (a->write)
			answer = mp_memory_write(c, a->at, a->size, val & 0xffffffff);
		else
			e->gpr[0] = merged(val, mp_memory_read(c, a->at, a->size), a->size);
		break;
	case PC_HALT:
		mp_halt(c);
		answer = MP_AGAIN; /* it stands there */
		break;
	default:
		e->exception = PC_EXC_UD;
		break;
	}
	if (answer == MP_GP)
		e->exception = PC_EXC_GP;
	return answer;
}

/* ---- comparison ------------------------------------------------------------------------------ */

static void say(const struct mp_call *c, const struct pc_access *a, const u64 *gpr)
{
	static const char *const name[] = { "msr", "port",    "memory", "cpuid",
					    "hlt", "illegal", "cr8" };

	printf("%6llu: %u.%u %s %s 0x%llx (%llx %llx %u) -> rax %llx rdx %llx\n",
	       (unsigned long long)drive.calls, c->lp, c->vc, a->write ? "write" : "read",
	       name[a->kind], (unsigned long long)a->at, (unsigned long long)a->val,
	       (unsigned long long)a->sub, a->size, (unsigned long long)gpr[PC_RAX],
	       (unsigned long long)gpr[PC_RDX]);
}

static void check_exception(struct um_pc *pc, int want)
{
	int got = pc->injected ? pc->event.vector : EXC_NONE;

	if (got != want)
		differs("exception: model %d, real %d", want, got);
	else if (got >= 0 && (pc->event.type != PC_EVENT_EXCEPTION || pc->event.error ||
			      pc->event.has_error != (got == PC_EXC_GP)))
		differs("exception %d: as something else, or with another error code", got);
	pc->injected = false;
}

/* Who lets an interrupt come by CR8 leaves for it, if it takes interrupts. */
static void check_window(const struct mp_call *c, const struct vcpu *v)
{
	if (mp_deliverable(c->v) >= 0 && arch_pc_ready(&v->arch) & PC_READY_INTR &&
	    !um_pc_window_open(&v->arch))
		differs("nobody tells that CR8 is low");
}

static void check_registers(const struct expected *e, const u64 *gpr)
{
	static const unsigned nr[] = { PC_RAX, PC_RBX, PC_RCX, PC_RDX };

	for (unsigned i = 0; i < 4; i++)
		if (gpr[nr[i]] != e->gpr[i])
			differs("register %u: model %llx, real %llx", nr[i],
				(unsigned long long)e->gpr[i], (unsigned long long)gpr[nr[i]]);
	if (e->wrong)
		differs("%s", e->wrong);
}

/* The end of a partition is in the log. */
static void check_output(unsigned lp)
{
	size_t n;
	const char *out = um_output(&n);

	if (m->s.part[lp].state != M_RUNNING)
		return;
	if (n != m->nout || (n && memcmp(out, m->out, n)))
		differs("the console shows something else");
}

/* Real and model: the guest's next instruction, if there is one for it here and now. */
static void go_on(unsigned lp, unsigned vc)
{
	const struct m_vcpu *a = &m->s.part[lp].vcpu[vc];

	if (a->sched == M_RUN && m->s.part[lp].state == M_RUNNING)
		env_enter(lp, vc);
	else
		m->told[lp][vc] = 0xff; /* its CPU is about to look anyway */
}

static void judge(const struct mp_call *by, const struct pc_access *a)
{
	struct mp_call call = *by, *c = &call;
	struct vcpu *v = hv.part[c->lp]->vcpu[c->vc];
	struct m_vcpu *mv = &m->s.part[c->lp].vcpu[c->vc];
	struct expected e = { .exception = EXC_NONE };
	u64 *gpr = v->arch.pc.gpr;
	enum mp_answer answer;

	drive_forget();
	um_output_clear();
	m->nout = 0;
	e.gpr[1] = gpr[PC_RBX] = a->kind == PC_MEMORY ? a->at : a->val;
	e.gpr[2] = a->kind == PC_CPUID ? 0 : gpr[PC_RCX];
	e.gpr[3] = a->kind == PC_MSR ? 0xa5a5a5a500000000 | a->val >> 32 : gpr[PC_RDX];
	e.gpr[0] = a->kind == PC_MSR ? 0xa5a5a5a500000000 | (u32)a->val : a->val;
	real(c->lp, v, a);
	answer = model(c, a, gpr, &e);
	if (answer == MP_DONE && e.exception == EXC_NONE)
		mv->nip += length(a);
	if (drive.verbose)
		say(c, a, gpr);
	if (a->kind == PC_CR8)
		check_window(c, v);
	check_exception(&v->arch.pcx, e.exception);
	check_registers(&e, gpr);
	check_output(c->lp);
	drive_told();
	mp_alarms(m, c->lp);
	mv->r3 = gpr[PC_RAX];
	pc_cover(c, a);
}

void pc_judge(const struct mp_call *c, const struct pc_access *a)
{
	judge(c, a);
	if (++drive.calls % ALL_EVERY == 0)
		drive.all = true;
	drive.accesses++;
	if (!compare_state(m, drive.all) && !drive.verbose)
		say(c, a, hv.part[c->lp]->vcpu[c->vc]->arch.pc.gpr);
	drive.all = false;
	go_on(c->lp, c->vc);
}

void pc_access(unsigned lp, unsigned vc)
{
	struct mp_call c = mp_call(m, lp, vc);
	struct pc_access a = { .size = 4 };

	if (pc_must_halt(lp, vc))
		a.kind = PC_HALT;
	else
		pc_make_access(lp, vc, &a);
	pc_judge(&c, &a);
	env_settle();
}
