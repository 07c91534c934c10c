// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's side of a vcpu: a program is a C function on a fiber, each call of um_guest.h is one
 * instruction. nip tells where the guest is: when it is not where the program stands, an interrupt
 * came. Next to read: guest_ops.c, the instructions.
 */
#include "inside.h"

#include "fmt.h"
#include "hvstring.h"
#include "inside_pc.h"

#define PROGRAMS   256
#define MAX_DEPTH  16
#define NOWHERE	   1 /* no instruction has an odd address */
#define PC_NOWHERE (~0ull)

static struct {
	const char *name;
	um_program_fn *fn;
	bool pc;
} program[PROGRAMS];
static unsigned nprograms;

static um_program_fn *program_find(const char *name, bool pc)
{
	for (unsigned i = 0; i < nprograms; i++)
		if (program[i].pc == pc && !strcmp(program[i].name, name))
			return program[i].fn;
	return NULL;
}

static int program_add(const char *name, um_program_fn *fn, bool pc)
{
	if (nprograms == PROGRAMS || strlen(name) > UM_NAME_MAX || program_find(name, pc))
		return -1;
	program[nprograms].name = name;
	program[nprograms].pc = pc;
	program[nprograms++].fn = fn;
	return 0;
}

const char *um_program_name(unsigned i, bool *pc)
{
	if (i >= nprograms)
		return NULL;
	*pc = program[i].pc;
	return program[i].name;
}

int um_program(const char *name, um_program_fn *fn)
{
	return program_add(name, fn, false);
}

int um_pc_program(const char *name, um_program_fn *fn)
{
	return program_add(name, fn, true);
}

struct um_guest *guest_self(void)
{
	struct arch_vcpu *v = um_cpu()->in_guest;

	if (!v)
		um_bug("guest code outside a guest");
	return v->guest;
}

struct papr_regs *guest_regs(struct um_guest *g)
{
	return &g->v->papr;
}

/* ---- leaving ---------------------------------------------------------------------------- */

void guest_exit(struct um_guest *g, enum exit_kind kind)
{
	g->x->kind = kind;
	um_switch(g->host);
}

void guest_exit_memory(struct um_guest *g, enum um_walk w, u64 addr, unsigned size, unsigned access)
{
	struct vcpu_exit *x = g->x;

	if (w == UM_WALK_DEVICE) {
		x->dead.why = "access to a machine address where nothing is";
		x->dead.code = addr;
		guest_exit(g, EXIT_DEAD);
		return;
	}
	x->mem.addr = GPA(addr);
	x->mem.va = addr;
	x->mem.size = (u8)size;
	x->mem.access = (u8)access;
	x->mem.mapped = w == UM_WALK_DENIED;
	guest_exit(g, EXIT_MEMORY);
}

void guest_exit_illegal(struct um_guest *g, enum illegal_cause cause)
{
	g->x->illegal.cause = cause;
	g->x->illegal.info = 0;
	guest_exit(g, EXIT_ILLEGAL);
}

/* ---- interrupts ------------------------------------------------------------------------- */

/* What the processor does by itself (ISA 3.0B Book III 6.4.3). */
void guest_interrupt(struct um_guest *g, u64 vec, u64 srr1_bits)
{
	struct papr_regs *r = guest_regs(g);

	r->srr0 = r->nip;
	r->srr1 = r->msr | srr1_bits;
	r->msr = MSR_SF | (r->msr & MSR_ME) | (r->lpcr & LPCR_ILE ? MSR_LE : 0);
	r->nip = vec;
}

static void guest_rfid(struct papr_regs *r)
{
	r->nip = r->srr0 & ~3ull;
	r->msr = (r->msr & ~UM_MSR_GUEST) | (r->srr1 & UM_MSR_GUEST);
}

/* What comes from outside at an instruction boundary: the hypervisor first, then the timer. */
static void guest_async(struct um_guest *g)
{
	for (;;) {
		struct arch_cpu *c = um_cpu();

		if (c->kicked || um_alarm_due(c)) {
			c->kicked = false;
			if (um_alarm_due(c))
				c->alarm = TIME_NEVER;
			guest_exit(g, EXIT_PREEMPT);
		} else if (!(guest_regs(g)->msr & MSR_EE)) {
			return;
		} else if (g->v->mediate) {
			guest_exit(g, EXIT_WINDOW);
		} else {
			if (g->v->dec <= um.now)
				guest_interrupt(g, VEC_DECREMENTER, 0);
			return;
		}
	}
}

/* ---- going on --------------------------------------------------------------------------- */

um_program_fn *guest_program(struct um_guest *g, u64 addr, bool pc,
			     bool (*fetch)(struct um_guest *g, u64 addr, u8 *b), bool *unknown)
{
	char text[UM_MAGIC_LEN + UM_NAME_MAX + 1];
	um_program_fn *fn;
	unsigned i;

	for (i = 0; i < sizeof(text); i++)
		if (!fetch(g, addr + i, (u8 *)&text[i]))
			break;
	if (i <= UM_MAGIC_LEN || memcmp(text, UM_MAGIC, UM_MAGIC_LEN))
		return NULL;
	text[i - 1] = 0;
	fn = program_find(text + UM_MAGIC_LEN, pc);
	if (fn)
		return fn;
	fmt_print(g->why, sizeof(g->why),
		  "there is no guest program '%s' (rhype --guests names all)", text + UM_MAGIC_LEN);
	*unknown = true;
	return NULL;
}

static bool fetch_byte(struct um_guest *g, u64 addr, u8 *b)
{
	u8 *at;

	if (um_translate(um_cpu(), g->v->gs, addr, PROT_X, &at) != UM_WALK_OK)
		return false;
	*b = *at;
	return true;
}

void guest_restart(struct um_guest *g)
{
	g->restart = true;
	um_switch(g->host);
	um_bug("a stack that was given up goes on");
}

static void run_handler(struct um_guest *g, u64 vec)
{
	struct papr_regs *r = guest_regs(g), saved = *r;
	u64 pc = g->pc;

	g->depth++;
	g->pc = vec;
	g->v->gs->vector[vec >> 7](vec);
	g->depth--;
	g->pc = pc;
	memcpy(r->gpr, saved.gpr, sizeof(r->gpr));
	r->cr = saved.cr;
	r->lr = saved.lr;
	r->ctr = saved.ctr;
	r->xer = saved.xer;
	guest_rfid(r);
}

static bool is_vector(u64 nip)
{
	return nip && nip < UM_VECTORS << 7 && nip % (1 << 7) == 0;
}

/* The guest is not where its program stands: fetch what is at nip and run it. */
static void guest_elsewhere(struct um_guest *g)
{
	u64 nip = guest_regs(g)->nip;
	bool unknown = false;
	um_program_fn *fn;
	enum um_walk w;
	u8 *at;

	um_point();
	w = um_translate(um_cpu(), g->v->gs, nip, PROT_X, &at);
	if (w != UM_WALK_OK) {
		guest_exit_memory(g, w, nip, 4, ACCESS_EXEC);
	} else if (is_vector(nip) && g->v->gs->vector[nip >> 7]) {
		if (g->depth == MAX_DEPTH)
			guest_restart(g);
		run_handler(g, nip);
	} else if (nip >= UM_ENTRY_MIN &&
		   (fn = guest_program(g, nip, false, fetch_byte, &unknown))) {
		if (g->running)
			guest_restart(g);
		g->running = true;
		g->pc = nip + UM_MAGIC_LEN + UM_NAME_MAX;
		fn(guest_regs(g)->gpr[3]);
		um_stop();
	} else if (unknown) {
		g->x->dead.why = g->why;
		g->x->dead.code = nip;
		guest_exit(g, EXIT_DEAD);
	} else {
		guest_exit_illegal(g, ILLEGAL_INSTRUCTION);
	}
}

bool guest_at(struct um_guest *g, u64 at)
{
	for (;;) {
		guest_async(g);
		if (guest_regs(g)->nip == at)
			return true;
		if (guest_regs(g)->nip == at + 4)
			return false;
		guest_elsewhere(g);
	}
}

static void guest_main(void *arg)
{
	struct um_guest *g = arg;

	if (g->v->pcx.on)
		guest_pc_at(g, PC_NOWHERE, 0);
	else
		guest_at(g, NOWHERE);
}

void um_guest_enter(struct um_guest *g, struct vcpu_exit *x)
{
	g->host = host_fiber_self();
	g->x = x;
	do {
		if (g->restart) {
			host_fiber_free(g->fiber);
			g->fiber = host_fiber_new(guest_main, g);
			g->restart = false;
			g->running = false;
			g->depth = 0;
		}
		um_switch(g->fiber);
	} while (g->restart);
}
