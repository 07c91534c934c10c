/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest library on the process port: the guests' instruction set there is arch/um/um_guest.h.
 * Next: ../access.c.
 */
#include "cpu.h"

#include "port.h"

/* What port_prepare leaves in guest memory for a starting vcpu, behind the program's name. */
#define START_AT(i) (G_SCRATCH + (i)*G_SCRATCH_PER + 0x380)
#define START_NAME  "guest_second"
#define START_FN    40
#define START_ARG   48
#define START_GUEST 56
#define START_FDT   64

u64 port_fdt(void)
{
	return self()->fdt;
}

/* Only the program's name is in memory. */
u64 port_image_end(void)
{
	return G_IMAGE + UM_MAGIC_LEN + UM_NAME_MAX;
}

void port_hang(void)
{
	um_irq(false);
	um_stop();
}

/* ---- interrupts -------------------------------------------------------------------------- */

static void on_irq(u64 vec)
{
	struct self *s = self();
	enum g_irq n = vec == VEC_DECREMENTER ? G_IRQ_TIMER : G_IRQ_EXTERNAL;

	if (n == G_IRQ_TIMER)
		um_clear_dec();
	if (s->irq[n].fn)
		s->irq[n].fn(s->irq[n].arg);
	else if (n == G_IRQ_EXTERNAL)
		guest_drop_external();
}

static void on_fault(u64 vec)
{
	struct papr_regs *r = um_regs();
	struct self *s = self();
	struct g_fault *f = &s->fault;

	f->vector = vec;
	f->write = false;
	f->addr = r->srr0;
	f->status = r->srr1;
	f->kind = vec == VEC_INST_STORAGE ? G_INST_FAULT : G_PROGRAM_FAULT;
	if (vec == VEC_DATA_STORAGE) {
		f->kind = G_DATA_FAULT;
		f->addr = um_dar();
		f->status = um_dsisr();
		f->write = f->status & DSISR_STORE;
	}
	s->nfaults++;
	if (!s->trying)
		g_fail("interrupt %#lx, dar %#lx, srr1 %#lx", vec, um_dar(), r->srr1);
	s->faulted = true;
	if (s->for_ever)
		return;
	r->srr0 = s->resume ? s->resume : r->srr0 + 4;
	r->srr1 &= ~(u64)MSR_PR;
}

static void install(void)
{
	um_vector(VEC_DATA_STORAGE, on_fault);
	um_vector(VEC_INST_STORAGE, on_fault);
	um_vector(VEC_PROGRAM, on_fault);
	um_vector(VEC_EXTERNAL, on_irq);
	um_vector(VEC_DECREMENTER, on_irq);
}

void guest_enter(const struct guest *g, u64 info)
{
	struct self s = { .guest = g, .fdt = info };

	*um_private() = &s;
	install();
	g->main();
	g_fail("the guest returned");
}

bool g_irqs(bool on)
{
	bool was = um_msr() & MSR_EE;

	if (was != on)
		um_irq(on);
	return was;
}

/* ---- accesses ---------------------------------------------------------------------------- */

bool g_try_jump(u64 addr)
{
	access_begin();
	um_timebase(); /* its address is still in nip; the jump is the next but one */
	self()->resume = um_regs()->nip + 8;
	um_jump(addr, 0);
	self()->resume = 0;
	return access_end();
}

void g_fault_for_ever(u64 addr)
{
	access_begin();
	self()->for_ever = true;
	um_ld64(addr);
	g_fail("an access outside memory succeeded");
}

void g_wreck(void)
{
	static const u64 vector[] = { VEC_DATA_STORAGE, VEC_INST_STORAGE, VEC_EXTERNAL, VEC_PROGRAM,
				      VEC_DECREMENTER };

	for (unsigned i = 0; i < sizeof(vector) / sizeof(vector[0]); i++)
		um_vector(vector[i], NULL);
	um_jump(0, 0);
	g_fail("a jump into nothing came back");
}

bool g_user_hcall(u64 nr)
{
	access_begin();
	um_regs()->gpr[3] = nr;
	um_set_msr(um_msr() | MSR_PR);
	um_sc1();
	return !access_end();
}

/* Firmware's blob is machine code, which a process does not run. */
bool port_rtas_entry(u64 entry, u64 block)
{
	(void)entry;
	(void)block;
	return false;
}

/* ---- time, vcpus ------------------------------------------------------------------------- */

u64 g_now(void)
{
	return um_timebase();
}

void g_timer(u64 ticks)
{
	um_set_dec(ticks);
}

UM_PROGRAM(guest_second)
{
	u64 at = START_AT(um_vcpu_index());
	void (*fn)(u64 arg) = (void (*)(u64))um_ld64(at + START_FN);
	struct self s = { .guest = (const struct guest *)um_ld64(at + START_GUEST),
			  .fdt = um_ld64(at + START_FDT) };

	(void)r3;
	*um_private() = &s;
	fn(um_ld64(at + START_ARG));
	g_fail("vcpu %u returned", um_vcpu_index());
}

void port_prepare(unsigned index, void (*fn)(u64 arg), u64 arg, u32 *entry, u32 *reg)
{
	u64 at = START_AT(index % G_MAX_VCPUS);

	um_write(at, UM_MAGIC "\0" START_NAME, UM_MAGIC_LEN + sizeof(START_NAME));
	um_st64(at + START_FN, (u64)fn);
	um_st64(at + START_ARG, arg);
	um_st64(at + START_GUEST, (u64)self()->guest);
	um_st64(at + START_FDT, self()->fdt);
	*entry = (u32)at;
	*reg = index;
}

/* ---- registers and forbidden instructions ------------------------------------------------ */

void g_vector_fill(u64 seed)
{
	for (unsigned i = 0; i < 8; i++)
		um_set_spr(i, seed + i);
}

bool g_vector_same(u64 seed)
{
	for (unsigned i = 0; i < 8; i++)
		if (um_spr(i) != seed + i)
			return false;
	return true;
}

bool g_call_keeps_registers(u64 nr)
{
	struct papr_regs *r = um_regs();
	bool same = true;

	for (unsigned i = 14; i < 32; i++)
		r->gpr[i] = i * 257ul;
	r->lr = 0x1234;
	r->gpr[3] = nr;
	for (unsigned i = 4; i < 13; i++)
		r->gpr[i] = 0;
	um_sc1();
	for (unsigned i = 14; i < 32; i++)
		same = same && r->gpr[i] == i * 257ul;
	return same && r->lr == 0x1234;
}

static const struct g_deed deeds[] = { { "an illegal instruction", true } };

unsigned g_deeds(void)
{
	return sizeof(deeds) / sizeof(deeds[0]);
}

const struct g_deed *g_deed(unsigned i)
{
	return &deeds[i];
}

bool g_do_deed(unsigned i)
{
	(void)i;
	access_begin();
	um_illegal();
	return access_end();
}
