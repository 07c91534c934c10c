// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's side of a PC vcpu, as guest.c is that of a PAPR one: where the guest is, and what
 * interrupts and exceptions do to it. Next to read: guest_pc_ops.c, the instructions.
 */
#include "inside_pc.h"

#include "arch_pc.h"
#include "hvstring.h"

#define MAX_DEPTH 16 /* of handlers: no more fit on the guest's stack */

BUILD_ASSERT(sizeof(struct um_guest) <= HV_PAGE_SIZE, "the guest's side of a vcpu is one page");

/* ---- events ----------------------------------------------------------------------------- */

static __noreturn void shutdown(struct um_guest *g)
{
	for (;;)
		guest_exit(g, EXIT_SHUTDOWN);
}

static void run_handler(struct um_guest *g, u8 vector, u32 error, bool nmi)
{
	struct arch_vcpu *v = g->v;
	struct pc_regs saved = v->pc;
	struct um_pc_frame f = { .vector = vector,
				 .cpl = v->pcx.cpl,
				 .error = error,
				 .rip = saved.rip,
				 .rflags = saved.rflags,
				 .cr2 = v->pcx.cr2 };

	v->pc.rflags &= ~(RFLAGS_IF | RFLAGS_TF);
	v->pcx.cpl = 0;
	v->pcx.shadow = false;
	v->pcx.nmi = v->pcx.nmi || nmi;
	g->depth++;
	g->gate[vector](&f);
	g->depth--;
	v->pc = saved;
	v->pc.rip = f.rip;
	v->pc.rflags = f.rflags | RFLAGS_ONE;
	v->pcx.cpl = f.cpl;
	v->pcx.shadow = false;
	v->pcx.nmi = false; /* IRET */
}

static bool is_contributory(u8 vector)
{
	return vector == 0 || (vector >= 10 && vector <= PC_EXC_PF);
}

/* Without a gate: a general protection fault, from there a double fault (APM 2, 8.2.9). */
static void deliver(struct um_guest *g, u8 vector, u32 error, bool nmi)
{
	while (!g->gate[vector] || g->depth == MAX_DEPTH) {
		if (vector == PC_EXC_DF)
			shutdown(g);
		error = is_contributory(vector) ? 0 : vector * 8 + 2;
		vector = is_contributory(vector) ? PC_EXC_DF : PC_EXC_GP;
	}
	run_handler(g, vector, error, nmi);
}

void guest_pc_exception(struct um_guest *g, u8 vector, u32 error)
{
	deliver(g, vector, error, false);
}

void guest_pc_settle(struct um_guest *g)
{
	struct arch_vcpu *v = g->v;
	struct um_pc *pc = &v->pcx;

	for (;;) {
		struct arch_cpu *c = um_cpu();

		if (pc->injected) {
			pc->injected = false;
			deliver(g, pc->event.vector, pc->event.has_error ? pc->event.error : 0,
				pc->event.type == PC_EVENT_NMI);
		} else if (c->kicked || um_alarm_due(c)) {
			c->kicked = false;
			if (um_alarm_due(c))
				c->alarm = TIME_NEVER;
			guest_exit(g, EXIT_PREEMPT);
		} else if (pc->alarm <= um.now || um_pc_window_open(v)) {
			guest_exit(g, EXIT_WINDOW);
		} else {
			return;
		}
	}
}

/* ---- going on --------------------------------------------------------------------------- */

void guest_pc_refused(struct um_guest *g, u64 va, u32 access, unsigned size,
		      const struct um_pc_place *pl)
{
	unsigned kind = access & PC_PF_FETCH   ? ACCESS_EXEC
			: access & PC_PF_WRITE ? ACCESS_WRITE
					       : ACCESS_READ;

	switch (pl->result) {
	case UM_PC_FAULT:
		g->v->pcx.cr2 = va;
		guest_pc_exception(g, PC_EXC_PF, pl->error);
		break;
	case UM_PC_NO_ADDRESS:
		guest_pc_exception(g, PC_EXC_GP, 0);
		break;
	default:
		guest_exit_memory(g, pl->why, pl->gpa, size, kind);
	}
}

static bool fetch(struct um_guest *g, u64 va, u8 *b)
{
	struct um_pc_place pl;

	guest_pc_reach(g, va, PC_PF_FETCH, &pl);
	if (pl.result == UM_PC_MEMORY)
		*b = *pl.at;
	return pl.result == UM_PC_MEMORY;
}

/* The guest is not where its program stands: fetch what is at rip and run it. */
static void elsewhere(struct um_guest *g)
{
	u64 va = g->v->pcx.base[PC_CS] + g->v->pc.rip;
	struct um_pc_place pl;
	bool unknown = false;
	um_program_fn *fn;

	um_point();
	guest_pc_reach(g, va, PC_PF_FETCH, &pl);
	if (pl.result != UM_PC_MEMORY) {
		guest_pc_refused(g, va, PC_PF_FETCH, 1, &pl);
	} else if ((fn = guest_program(g, va, true, fetch, &unknown))) {
		if (g->running)
			guest_restart(g);
		g->running = true;
		fn(g->v->pc.gpr[PC_RBX]);
		um_pc_stop();
	} else if (unknown) {
		g->x->dead.why = g->why;
		g->x->dead.code = va;
		guest_exit(g, EXIT_DEAD);
	} else {
		guest_pc_exception(g, PC_EXC_UD, 0);
	}
}

bool guest_pc_at(struct um_guest *g, u64 at, unsigned len)
{
	for (;;) {
		guest_pc_settle(g);
		if (g->v->pc.rip == at)
			return true;
		if (g->v->pc.rip == at + len)
			return false;
		elsewhere(g);
	}
}

void um_pc_gate(u8 vector, void (*fn)(struct um_pc_frame *f))
{
	guest_self()->gate[vector] = fn;
}

void um_pc_gates(void (*fn)(struct um_pc_frame *f))
{
	for (unsigned i = 0; i < UM_PC_VECTORS; i++)
		um_pc_gate((u8)i, fn);
}
