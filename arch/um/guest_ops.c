// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guests' instruction set (um_guest.h). Each function waits until its instruction is reached,
 * then does it or leaves the guest and tries again. Next to read: core/dispatch.c.
 */
#include "inside.h"

#include "hvstring.h"

/* The next instruction: other CPUs and interrupts come first. False: a handler skipped it. */
static bool op_begin(struct um_guest *g)
{
	g->pc += 4;
	guest_regs(g)->nip = g->pc;
	um_point();
	return guest_at(g, g->pc);
}

/* The instruction is done; what it has allowed may come in before the next one. */
static void op_end(struct um_guest *g)
{
	guest_regs(g)->nip = g->pc + 4;
	guest_at(g, g->pc + 4);
}

/* As op_begin, for an instruction that user mode may not use. */
static bool op_begin_privileged(struct um_guest *g)
{
	bool here = op_begin(g);

	while (here && (guest_regs(g)->msr & MSR_PR)) {
		guest_interrupt(g, VEC_PROGRAM, SRR1_PROGRAM_PRIVILEGE);
		here = guest_at(g, g->pc);
	}
	return here;
}

/* ---- memory ----------------------------------------------------------------------------- */

/* Where the bytes at addr are, all in one page. NULL: the instruction was skipped. */
static u8 *reach(struct um_guest *g, u64 addr, unsigned n, unsigned access)
{
	enum um_walk w;
	u8 *at;

	for (;;) {
		w = um_translate(um_cpu(), g->v->gs, addr, access == ACCESS_WRITE ? PROT_W : PROT_R,
				 &at);
		if (w == UM_WALK_OK)
			return at;
		guest_exit_memory(g, w, addr, n, access);
		if (!guest_at(g, g->pc))
			return NULL;
	}
}

static void access(u64 addr, void *buf, u64 n, unsigned kind)
{
	struct um_guest *g = guest_self();
	u8 *b = buf, *at;
	u64 part;

	if (!op_begin(g))
		return;
	for (; n; n -= part, b += part, addr += part) {
		part = MIN(n, HV_PAGE_SIZE - (addr & HV_PAGE_MASK));
		at = reach(g, addr, (unsigned)MIN(part, 128), kind);
		if (!at)
			return;
		if (kind == ACCESS_WRITE)
			memcpy(at, b, part);
		else
			memcpy(b, at, part);
	}
}

#define UM_ACCESS(bits)                                    \
	u##bits um_ld##bits(u64 addr)                      \
	{                                                  \
		u##bits v = 0;                             \
		access(addr, &v, sizeof(v), ACCESS_READ);  \
		return v;                                  \
	}                                                  \
	void um_st##bits(u64 addr, u##bits v)              \
	{                                                  \
		access(addr, &v, sizeof(v), ACCESS_WRITE); \
	}

UM_ACCESS(8)
UM_ACCESS(16)
UM_ACCESS(32)
UM_ACCESS(64)

void um_read(void *to, u64 addr, u64 n)
{
	memset(to, 0, n);
	access(addr, to, n, ACCESS_READ);
}

void um_write(u64 addr, const void *from, u64 n)
{
	access(addr, (void *)(uintptr_t)from, n, ACCESS_WRITE);
}

u64 um_cas64(u64 addr, u64 old, u64 new)
{
	struct um_guest *g = guest_self();
	u64 was;
	u8 *at;

	if (!op_begin(g) || addr % 8)
		return ~old;
	at = reach(g, addr, 8, ACCESS_WRITE);
	if (!at)
		return ~old;
	memcpy(&was, at, 8);
	if (was == old)
		memcpy(at, &new, 8);
	return was;
}

void um_jump(u64 addr, u64 r3)
{
	struct um_guest *g = guest_self();

	if (!op_begin(g))
		return;
	guest_regs(g)->gpr[3] = r3;
	guest_regs(g)->nip = addr & ~3ull;
	guest_at(g, g->pc);
}

/* ---- calls ------------------------------------------------------------------------------ */

void um_sc1(void)
{
	struct um_guest *g = guest_self();
	bool here = op_begin(g);

	while (here && (guest_regs(g)->msr & MSR_PR)) {
		guest_regs(g)->nip = g->pc + 4; /* as after any call instruction */
		guest_exit_illegal(g, ILLEGAL_PRIVILEGE);
		here = guest_at(g, g->pc);
	}
	if (!here)
		return;
	guest_regs(g)->nip = g->pc + 4;
	g->x->hcall.nr = guest_regs(g)->gpr[3];
	g->x->hcall.args = &guest_regs(g)->gpr[4];
	g->x->hcall.status = &guest_regs(g)->gpr[3];
	guest_exit(g, EXIT_HCALL);
	guest_at(g, g->pc + 4); /* the core may have moved nip: an interrupt */
}

struct papr_regs *um_regs(void)
{
	return guest_regs(guest_self());
}

s64 um_hcall(u64 nr, const u64 *args, unsigned nargs, u64 *ret, unsigned nret)
{
	u64 *gpr = um_regs()->gpr;

	if (nargs > 9 || nret > 9)
		um_bug("um_hcall: at most 9 arguments and 9 results");
	gpr[3] = nr;
	memset(gpr + 4, 0, 9 * sizeof(u64));
	if (nargs)
		memcpy(gpr + 4, args, nargs * sizeof(u64));
	um_sc1();
	if (nret)
		memcpy(ret, gpr + 4, nret * sizeof(u64));
	return (s64)gpr[3];
}

void um_illegal(void)
{
	struct um_guest *g = guest_self();
	bool here = op_begin(g);

	while (here) {
		guest_exit_illegal(g, ILLEGAL_INSTRUCTION);
		here = guest_at(g, g->pc);
	}
}

/* ---- processor state -------------------------------------------------------------------- */

u64 um_msr(void)
{
	return um_regs()->msr;
}

void um_set_msr(u64 msr)
{
	struct um_guest *g = guest_self();
	struct papr_regs *r = guest_regs(g);

	if (!op_begin_privileged(g))
		return;
	if (msr & (MSR_IR | MSR_DR))
		um_bug("this processor does not translate for guests");
	r->msr = (r->msr & ~UM_MSR_GUEST) | (msr & UM_MSR_GUEST);
	op_end(g);
}

void um_irq(bool on)
{
	u64 msr = um_msr();

	um_set_msr(on ? msr | MSR_EE : msr & ~MSR_EE);
}

void um_wait(void)
{
	struct um_guest *g = guest_self();

	if (!op_begin_privileged(g))
		return;
	guest_regs(g)->nip = g->pc + 4;
	guest_exit(g, EXIT_IDLE);
	guest_at(g, g->pc + 4);
}

void um_compute(u64 ticks)
{
	struct um_guest *g = guest_self();
	bool here = op_begin(g);

	while (here && ticks) {
		struct arch_cpu *c = um_cpu();
		u64 start = um.now, until = MIN(start + ticks, c->alarm);

		if (guest_regs(g)->msr & MSR_EE)
			until = MIN(until, g->v->dec);
		c->until = until;
		c->state = UM_CPU_BUSY;
		um_leave_cpu();
		ticks -= MIN(ticks, um.now - start);
		here = guest_at(g, g->pc);
	}
}

u64 um_timebase(void)
{
	op_begin(guest_self());
	return um.now;
}

void um_set_dec(u64 ticks)
{
	struct um_guest *g = guest_self();

	if (op_begin_privileged(g))
		g->v->dec = um.now + MIN(ticks, 1ull << 55);
}

void um_clear_dec(void)
{
	struct um_guest *g = guest_self();

	if (op_begin_privileged(g))
		g->v->dec = TIME_NEVER;
}

u64 um_spr(unsigned n)
{
	op_begin(guest_self());
	return um_cpu()->heavy.spr[n % UM_SPRS];
}

void um_set_spr(unsigned n, u64 v)
{
	if (op_begin(guest_self()))
		um_cpu()->heavy.spr[n % UM_SPRS] = v;
}

u64 um_dar(void)
{
	return um_cpu()->heavy.dar;
}

u64 um_dsisr(void)
{
	return um_cpu()->heavy.dsisr;
}

void um_vector(u64 vec, void (*fn)(u64 vec))
{
	if (!vec || vec % (1 << 7) || vec >= UM_VECTORS << 7)
		um_bug("um_vector: %llx is no vector", (unsigned long long)vec);
	guest_self()->v->gs->vector[vec >> 7] = fn;
}

void um_stop(void)
{
	for (;;)
		um_compute(UM_TICK_HZ);
}

void **um_private(void)
{
	return &guest_self()->private;
}

unsigned um_vcpu_index(void)
{
	return guest_self()->v->index;
}
