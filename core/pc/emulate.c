// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does the instruction that a guest's processor could not finish because it touches a device. All
 * memory goes through the guest's own page tables; an instruction that faults has changed nothing.
 * Segment limits are not looked at. Next: alu.c, walk.c, mmio.c.
 */
#include "insn.h"

#include "endian.h"
#include "gcopy.h"
#include "hvstring.h"

#define STRING_IO 64 /* elements of one exit */

enum result { RESULT_DONE, RESULT_AGAIN, RESULT_FAULT };

/* An access to memory that is being done. */
struct place {
	gpa_t g[2];
	u8 n[2]; /* bytes in each of at most two pages */
};

static bool canonical(const struct pc_mode *m, u64 va)
{
	unsigned unused = m->cr4 & CR4_LA57 ? 7 : 16;

	return (u64)((s64)(va << unused) >> unused) == va;
}

static u64 linear(const struct pc_mode *m, u8 seg, u64 off)
{
	if (m->code64)
		return seg >= PC_FS ? off + m->base[seg] : off;
	return (off + m->base[seg]) & 0xffffffff;
}

/* Where size bytes at an offset of a segment are. False: the guest has its exception. */
static bool find(struct vcpu *v, const struct pc_mode *m, u8 seg, u64 off, u8 size, bool write,
		 struct place *pl)
{
	u32 access = (write ? PC_PF_WRITE : 0) | (m->cpl == 3 ? PC_PF_USER : 0), error;
	u64 va = linear(m, seg, off);

	pl->n[0] = (u8)MIN(size, HV_PAGE_SIZE - (va & HV_PAGE_MASK));
	pl->n[1] = size - pl->n[0];
	for (unsigned i = 0; i < 2 && pl->n[i]; i++, va += pl->n[0]) {
		if (!m->code64)
			va &= 0xffffffff;
		else if (!canonical(m, va)) {
			pc_raise(v, seg == PC_SS ? PC_EXC_SS : PC_EXC_GP);
			return false;
		}
		if (!pc_walk(v, m, va, access, &pl->g[i], &error)) {
			pc_page_fault(v, va, error);
			return false;
		}
	}
	return true;
}

static u64 get(struct vcpu *v, const struct place *pl)
{
	u64 val = 0;

	for (unsigned i = 0, at = 0; i < 2 && pl->n[i]; at += pl->n[i++]) {
		u64 part = 0;
		le64_t mem = { 0 };

		if (gcopy_from(v->part, &mem, pl->g[i], pl->n[i]))
			part = pc_mmio_read(v, pl->g[i].v, pl->n[i]);
		else
			part = le64_to_cpu(mem);
		if (pl->n[i] < 8)
			part &= (1ull << 8 * pl->n[i]) - 1;
		val |= part << 8 * at;
	}
	return val;
}

/* False: do it again. */
static bool put(struct vcpu *v, const struct place *pl, u64 val)
{
	for (unsigned i = 0; i < 2 && pl->n[i]; i++) {
		le64_t mem = cpu_to_le64(val);

		if (gcopy_to(v->part, pl->g[i], &mem, pl->n[i]) &&
		    !pc_mmio_write(v, pl->g[i].v, pl->n[i], val))
			return false;
		val = pl->n[i] < 8 ? val >> 8 * pl->n[i] : 0;
	}
	return true;
}

/* ---- registers and addresses ------------------------------------------------------------ */

static u64 size_mask(u8 size)
{
	return size == 8 ? ~0ull : (1ull << 8 * size) - 1;
}

static u64 read_reg(const struct pc_regs *r, u8 reg, u8 size, bool high)
{
	return r->gpr[reg] >> (high ? 8 : 0) & size_mask(size);
}

/* 32-bit results clear the upper half. */
static void write_reg(struct pc_regs *r, u8 reg, u8 size, bool high, u64 val)
{
	u64 mask = size_mask(size == 4 ? 8 : size) << (high ? 8 : 0);

	val = (size == 4 ? val & 0xffffffff : val) << (high ? 8 : 0);
	r->gpr[reg] = (r->gpr[reg] & ~mask) | (val & mask);
}

static u64 offset(const struct pc_regs *r, const struct pc_insn *i)
{
	u64 off = (u64)i->disp;

	if (i->rip)
		off += r->rip + i->len;
	if (i->base != PC_NO_REG)
		off += r->gpr[i->base];
	if (i->index != PC_NO_REG)
		off += r->gpr[i->index] << i->scale;
	return off & size_mask(i->asize);
}

/* Move an index register of a string instruction on. */
static void step(struct pc_regs *r, const struct pc_insn *i, u8 reg)
{
	u64 by = r->rflags & RFLAGS_DF ? -(u64)i->size : i->size;

	write_reg(r, reg, i->asize, false, r->gpr[reg] + by);
}

/* One element is done: true when it was the last. */
static bool last(struct pc_regs *r, const struct pc_insn *i)
{
	if (!i->rep)
		return true;
	write_reg(r, PC_RCX, i->asize, false, r->gpr[PC_RCX] - 1);
	return read_reg(r, PC_RCX, i->asize, false) == 0;
}

static bool none_left(const struct pc_regs *r, const struct pc_insn *i)
{
	return i->rep && read_reg(r, PC_RCX, i->asize, false) == 0;
}

/* ---- instructions ----------------------------------------------------------------------- */

static enum result read_modify_write(struct vcpu *v, const struct pc_insn *i, struct place *pl)
{
	struct pc_regs *r = pc_regs(v);
	u64 mem = get(v, pl), src, out, flags = r->rflags;
	bool write;

	src = i->imm ? i->val : read_reg(r, i->reg, i->osize, i->high);
	write = pc_alu(i, mem, src, &out, &flags);
	if (write && !i->to_reg && !put(v, pl, out))
		return RESULT_AGAIN;
	if (i->op == OP_XCHG)
		write_reg(r, i->reg, i->osize, i->high, mem);
	else if (write && i->to_reg)
		write_reg(r, i->reg, i->osize, i->high, out);
	r->rflags = flags;
	return RESULT_DONE;
}

static bool writes(const struct pc_insn *i)
{
	switch (i->op) {
	case OP_STORE:
	case OP_XCHG:
		return true;
	case OP_ALU:
		return !i->to_reg && i->sub != ALU_CMP;
	case OP_BIT:
		return i->sub != 0;
	default:
		return false;
	}
}

/* A bit number in a register reaches beyond the operand. */
static u64 bit_base(const struct pc_regs *r, const struct pc_insn *i)
{
	s64 bit;

	if (i->op != OP_BIT || i->imm)
		return 0;
	bit = (s64)(r->gpr[i->reg] << (64 - 8 * i->osize)) >> (64 - 8 * i->osize);
	return (u64)((bit >> (i->size == 8 ? 6 : i->size == 4 ? 5 : 4)) * i->size);
}

static enum result one_operand(struct vcpu *v, const struct pc_mode *m, struct pc_insn *i)
{
	struct pc_regs *r = pc_regs(v);
	struct place pl;
	u64 val;

	i->disp += (s64)bit_base(r, i);
	if (!find(v, m, i->seg, offset(r, i), i->size, writes(i), &pl))
		return RESULT_FAULT;
	switch (i->op) {
	case OP_LOAD:
		write_reg(r, i->reg, i->osize, i->high, get(v, &pl));
		return RESULT_DONE;
	case OP_LOAD_SIGNED:
		val = get(v, &pl) << (64 - 8 * i->size);
		write_reg(r, i->reg, i->osize, false, (u64)((s64)val >> (64 - 8 * i->size)));
		return RESULT_DONE;
	case OP_STORE:
		val = i->imm ? i->val : read_reg(r, i->reg, i->osize, i->high);
		return put(v, &pl, val) ? RESULT_DONE : RESULT_AGAIN;
	default:
		return read_modify_write(v, i, &pl);
	}
}

/* One element; RESULT_AGAIN while a repeat count says so. */
static enum result string(struct vcpu *v, const struct pc_mode *m, const struct pc_insn *i)
{
	struct pc_regs *r = pc_regs(v);
	struct place from, to;
	u64 val = r->gpr[PC_RAX];

	if (none_left(r, i))
		return RESULT_DONE;
	if (i->op == OP_MOVS) {
		u64 off = read_reg(r, PC_RSI, i->asize, false);

		if (!find(v, m, i->seg, off, i->size, false, &from))
			return RESULT_FAULT;
	}
	if (!find(v, m, PC_ES, read_reg(r, PC_RDI, i->asize, false), i->size, true, &to))
		return RESULT_FAULT;
	if (i->op == OP_MOVS)
		val = get(v, &from);
	if (!put(v, &to, val))
		return RESULT_AGAIN;
	if (i->op == OP_MOVS)
		step(r, i, PC_RSI);
	step(r, i, PC_RDI);
	return last(r, i) ? RESULT_DONE : RESULT_AGAIN;
}

static void skip(struct vcpu *v, const struct pc_mode *m, u8 len)
{
	u64 rip = pc_regs(v)->rip + len;

	pc_regs(v)->rip = m->code64 ? rip : rip & 0xffffffff;
}

/* The instruction at rip. False: the guest has its exception. */
static bool fetch(struct vcpu *v, struct pc_mode *m, struct pc_insn *i)
{
	u8 b[PC_INSN_MAX];
	u64 rip = linear(m, PC_CS, pc_regs(v)->rip);
	u32 error;
	unsigned n = pc_fetch(v, m, rip, b, sizeof(b), &error);

	switch (pc_decode(b, n, m, i)) {
	case DECODED:
		return true;
	case DECODE_MORE:
		pc_page_fault(v, rip + n, error);
		return false;
	default:
		pc_raise(v, PC_EXC_UD);
		return false;
	}
}

void pc_emulate(struct vcpu *v)
{
	enum result res;
	struct pc_mode m;
	struct pc_insn i;

	arch_pc_mode(&v->arch, &m);
	if (!fetch(v, &m, &i))
		return;
	switch (i.op) {
	case OP_INS:
	case OP_OUTS:
	case OP_OTHER: /* not what has exited: it changed meanwhile; the guest goes on with it */
		return;
	case OP_STOS:
	case OP_MOVS:
		res = string(v, &m, &i);
		break;
	default:
		res = one_operand(v, &m, &i);
		break;
	}
	if (res == RESULT_DONE)
		skip(v, &m, i.len);
}

bool pc_skip(struct vcpu *v, u8 len)
{
	u64 rip = pc_regs(v)->rip;
	struct pc_mode m;
	struct pc_insn i;

	if (likely(len && rip >> 32 == (rip + len) >> 32)) {
		pc_regs(v)->rip = rip + len; /* whatever the mode is */
		return true;
	}
	arch_pc_mode(&v->arch, &m);
	if (!len) {
		if (!fetch(v, &m, &i))
			return false;
		len = i.len;
	}
	skip(v, &m, len);
	return true;
}

/* ---- ports ------------------------------------------------------------------------------ */

/* The memory is looked at first: a fault does not lose a byte of the device. */
static bool element(struct vcpu *v, const struct pc_mode *m, const struct pc_insn *i, u16 port)
{
	struct pc_regs *r = pc_regs(v);
	bool in = i->op == OP_INS;
	u8 reg = in ? PC_RDI : PC_RSI;
	struct place pl;

	if (!find(v, m, in ? PC_ES : i->seg, read_reg(r, reg, i->asize, false), i->size, in, &pl))
		return false;
	if (in)
		put(v, &pl, pc_port_read(v, port, i->size));
	else
		pc_port_write(v, port, i->size, (u32)get(v, &pl));
	step(r, i, reg);
	return true;
}

void pc_string_io(struct vcpu *v, u16 port, u8 size)
{
	struct pc_regs *r = pc_regs(v);
	struct pc_mode m;
	struct pc_insn i;

	arch_pc_mode(&v->arch, &m);
	if (!fetch(v, &m, &i) || (i.op != OP_INS && i.op != OP_OUTS))
		return;
	i.size = size;
	for (unsigned n = 0; n < STRING_IO && !none_left(r, &i); n++) {
		if (!element(v, &m, &i, port))
			return;
		if (last(r, &i)) {
			skip(v, &m, i.len);
			return;
		}
	}
	if (none_left(r, &i))
		skip(v, &m, i.len);
}
