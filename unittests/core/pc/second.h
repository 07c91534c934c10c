/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A second opinion about the decoder: Capstone's. For the unit test over all opcodes and for the
 * fuzz target. Addresses are compared by value, with registers of the caller. Known mistakes of
 * Capstone 4.0.2 stand in second_wrong.
 */
#ifndef PC_SECOND_H
#define PC_SECOND_H

#include <capstone/capstone.h>
#include <stdlib.h>
#include <string.h>

#include "../../../core/pc/insn.h"

struct second {
	csh cs;
	cs_insn *insn;
	struct pc_mode m;
};

enum second_verdict {
	SECOND_SAME,   /* both read the same instruction */
	SECOND_NONE,   /* neither: it is none that the decoder claims */
	SECOND_UNSURE, /* Capstone is known to be wrong about it */
	SECOND_DIFFERENT,
};

/* bits: 16, 32 or 64. False: no Capstone. */
static inline bool second_open(struct second *s, unsigned bits)
{
	*s = (struct second){ .m = { .code64 = bits == 64, .code32 = bits == 32 } };
	if (cs_open(CS_ARCH_X86,
		    bits == 64	 ? CS_MODE_64
		    : bits == 32 ? CS_MODE_32
				 : CS_MODE_16,
		    &s->cs) != CS_ERR_OK)
		return false;
	cs_option(s->cs, CS_OPT_DETAIL, CS_OPT_ON);
	s->insn = cs_malloc(s->cs);
	return s->insn;
}

static inline void second_close(struct second *s)
{
	cs_free(s->insn, 1);
	cs_close(&s->cs);
}

/* A general register by its name: number, size in bytes, whether it is AH .. BH. */
struct second_reg {
	u8 nr, size;
	bool high;
};

static inline struct second_reg second_numbered(const char *n)
{
	char *end;
	u8 nr = (u8)strtoul(n + 1, &end, 10);

	return (struct second_reg){ nr,
				    *end == 'd'	  ? 4
				    : *end == 'w' ? 2
				    : *end == 'b' ? 1
						  : 8,
				    false };
}

static inline struct second_reg second_reg(const struct second *s, unsigned reg)
{
	static const char *const low[] = { "ax", "cx", "dx", "bx", "sp", "bp", "si", "di" };
	static const char *const bytes[] = { "al", "cl", "dl", "bl", "ah",  "ch",  "dh",  "bh",
					     "",   "",	 "",   "",   "spl", "bpl", "sil", "dil" };
	const char *n = cs_reg_name(s->cs, reg);
	u8 size = 2;

	if (!n)
		return (struct second_reg){ PC_NO_REG, 0, false };
	if (*n == 'r' && n[1] >= '0' && n[1] <= '9')
		return second_numbered(n);
	for (u8 i = 0; i < ARRAY_SIZE(bytes); i++)
		if (!strcmp(n, bytes[i]))
			return (struct second_reg){ i < 8 ? i & 3 : i - 8, 1, i >= 4 && i < 8 };
	if (*n == 'r' || *n == 'e')
		size = *n++ == 'r' ? 8 : 4;
	for (u8 i = 0; i < 8; i++)
		if (!strcmp(n, low[i]))
			return (struct second_reg){ i, size, false };
	return (struct second_reg){ PC_NO_REG, 0, false };
}

static inline u64 second_mask(u64 val, u8 size)
{
	return size == 8 ? val : val & ((1ull << 8 * size) - 1);
}

/* The offset that Capstone's operand names. */
static inline u64 second_offset(const struct second *s, const cs_x86_op *op,
				const struct pc_regs *r)
{
	unsigned base = op->mem.base, index = op->mem.index;
	u64 off = (u64)op->mem.disp;

	if (base == X86_REG_RIP || base == X86_REG_EIP)
		off += r->rip + s->insn->size;
	else if (base != X86_REG_INVALID)
		off += r->gpr[second_reg(s, base).nr];
	if (index != X86_REG_INVALID && index != X86_REG_EIZ && index != X86_REG_RIZ)
		off += r->gpr[second_reg(s, index).nr] * (u64)op->mem.scale;
	return second_mask(off, s->insn->detail->x86.addr_size);
}

/* The same from the decoder's. */
static inline u64 second_ours(const struct pc_insn *i, const struct pc_regs *r)
{
	u64 off = (u64)i->disp;

	if (i->rip)
		off += r->rip + i->len;
	if (i->base != PC_NO_REG)
		off += r->gpr[i->base];
	if (i->index != PC_NO_REG)
		off += r->gpr[i->index] << i->scale;
	return second_mask(off, i->asize);
}

static inline u8 second_seg(const cs_x86_op *op)
{
	switch (op->mem.segment) {
	case X86_REG_ES:
		return PC_ES;
	case X86_REG_CS:
		return PC_CS;
	case X86_REG_SS:
		return PC_SS;
	case X86_REG_DS:
		return PC_DS;
	case X86_REG_FS:
		return PC_FS;
	case X86_REG_GS:
		return PC_GS;
	default:
		return PC_NO_REG;
	}
}

static inline const cs_x86_op *second_operand(const cs_x86 *x, x86_op_type type)
{
	for (unsigned i = 0; i < x->op_count; i++)
		if (x->operands[i].type == type)
			return &x->operands[i];
	return NULL;
}

/* ---- which instruction it is ------------------------------------------------------------ */

struct second_kind {
	unsigned id;
	u8 op, sub;
};

/* Capstone's names of what docs/pc.md says is done, and of what exits for other reasons. */
static inline const struct second_kind *second_kind(unsigned id)
{
	static const struct second_kind kinds[] = {
		{ X86_INS_MOV, OP_STORE, 0 },
		{ X86_INS_MOVABS, OP_STORE, 0 },
		{ X86_INS_MOVZX, OP_LOAD, 0 },
		{ X86_INS_MOVSX, OP_LOAD_SIGNED, 0 },
		{ X86_INS_MOVSXD, OP_LOAD_SIGNED, 0 },
		{ X86_INS_ADD, OP_ALU, ALU_ADD },
		{ X86_INS_OR, OP_ALU, ALU_OR },
		{ X86_INS_ADC, OP_ALU, ALU_ADC },
		{ X86_INS_SBB, OP_ALU, ALU_SBB },
		{ X86_INS_AND, OP_ALU, ALU_AND },
		{ X86_INS_SUB, OP_ALU, ALU_SUB },
		{ X86_INS_XOR, OP_ALU, ALU_XOR },
		{ X86_INS_CMP, OP_ALU, ALU_CMP },
		{ X86_INS_TEST, OP_TEST, 0 },
		{ X86_INS_XCHG, OP_XCHG, 0 },
		{ X86_INS_BT, OP_BIT, 0 },
		{ X86_INS_BTS, OP_BIT, 1 },
		{ X86_INS_BTR, OP_BIT, 2 },
		{ X86_INS_BTC, OP_BIT, 3 },
		{ X86_INS_STOSB, OP_STOS, 1 },
		{ X86_INS_STOSW, OP_STOS, 2 },
		{ X86_INS_STOSD, OP_STOS, 4 },
		{ X86_INS_STOSQ, OP_STOS, 8 },
		{ X86_INS_MOVSB, OP_MOVS, 1 },
		{ X86_INS_MOVSW, OP_MOVS, 2 },
		{ X86_INS_MOVSD, OP_MOVS, 4 },
		{ X86_INS_MOVSQ, OP_MOVS, 8 },
		{ X86_INS_INSB, OP_INS, 1 },
		{ X86_INS_INSW, OP_INS, 2 },
		{ X86_INS_INSD, OP_INS, 4 },
		{ X86_INS_OUTSB, OP_OUTS, 1 },
		{ X86_INS_OUTSW, OP_OUTS, 2 },
		{ X86_INS_OUTSD, OP_OUTS, 4 },
		{ X86_INS_IN, OP_OTHER, 0 },
		{ X86_INS_OUT, OP_OTHER, 0 },
		{ X86_INS_HLT, OP_OTHER, 0 },
		{ X86_INS_CPUID, OP_OTHER, 0 },
		{ X86_INS_RDMSR, OP_OTHER, 0 },
		{ X86_INS_WRMSR, OP_OTHER, 0 },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].id == id)
			return &kinds[i];
	return NULL;
}

static inline bool second_is_string(u8 op)
{
	return op == OP_STOS || op == OP_MOVS || op == OP_INS || op == OP_OUTS;
}

/* Is one of these prefixes in front? REX may stand between them. */
static inline bool second_prefixed(const struct second *s, const u8 *b, u8 first, u8 second)
{
	static const u8 legacy[] = { 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65,
				     0x66, 0x67, 0xf0, 0xf2, 0xf3 };

	for (unsigned i = 0; i < PC_INSN_MAX; i++) {
		if (b[i] == first || b[i] == second)
			return true;
		if (!memchr(legacy, b[i], sizeof(legacy)) &&
		    !(s->m.code64 && (b[i] & 0xf0) == 0x40))
			break;
	}
	return false;
}

/* LOCK stands only in front of what writes memory back; Capstone takes more (APM 3, 1.2.5). */
static inline bool second_lock(const struct second *s)
{
	switch (s->insn->id) {
	case X86_INS_XCHG:
		return true;
	case X86_INS_ADD:
	case X86_INS_OR:
	case X86_INS_ADC:
	case X86_INS_SBB:
	case X86_INS_AND:
	case X86_INS_SUB:
	case X86_INS_XOR:
	case X86_INS_BTS:
	case X86_INS_BTR:
	case X86_INS_BTC:
		return s->insn->detail->x86.operands[0].type == X86_OP_MEM;
	default:
		return false;
	}
}

/* Does the decoder claim what Capstone has read? With memory, and no register but general ones. */
static inline bool second_claims(const struct second *s, const u8 *b)
{
	const struct second_kind *k = second_kind(s->insn->id);
	const cs_x86 *x = &s->insn->detail->x86;

	if (!k || (second_prefixed(s, b, 0xf0, 0xf0) && !second_lock(s)))
		return false;
	if (k->op == OP_OTHER)
		return true;
	/* MOVSD of SSE has the same name */
	if (!second_operand(x, X86_OP_MEM) || (second_is_string(k->op) && x->opcode[0] == 0x0f))
		return false;
	for (unsigned i = 0; i < x->op_count; i++)
		if (x->operands[i].type == X86_OP_REG &&
		    second_reg(s, x->operands[i].reg).nr == PC_NO_REG)
			return false;
	return true;
}

/* ---- comparing -------------------------------------------------------------------------- */

/* The register or number beside the memory operand. */
static inline const char *second_source(const struct second *s, const struct pc_insn *i)
{
	const cs_x86 *x = &s->insn->detail->x86;
	const cs_x86_op *imm = second_operand(x, X86_OP_IMM), *reg = second_operand(x, X86_OP_REG);
	struct second_reg r;

	if (i->imm != (imm != NULL))
		return "kind of source";
	if (imm && i->op != OP_BIT && second_mask(i->val ^ (u64)imm->imm, i->size))
		return "number";
	if (imm && i->op == OP_BIT && (u8)(i->val ^ (u64)imm->imm))
		return "number of the bit";
	if (imm)
		return NULL;
	if (!reg)
		return "no register";
	r = second_reg(s, reg->reg);
	if (r.nr != i->reg || r.high != i->high)
		return "register";
	return r.size == i->osize ? NULL : "size of the register";
}

static inline const char *second_memory(const struct second *s, const struct pc_insn *i,
					const struct pc_regs *r)
{
	const cs_x86_op *op = second_operand(&s->insn->detail->x86, X86_OP_MEM);
	u8 seg = second_seg(op);

	if (i->size != op->size)
		return "size";
	if (i->asize != s->insn->detail->x86.addr_size)
		return "size of addresses";
	if (second_ours(i, r) != second_offset(s, op, r))
		return "address";
	if (seg != PC_NO_REG && seg != i->seg && (!s->m.code64 || seg >= PC_FS))
		return "segment";
	return NULL;
}

static inline const char *second_operation(const struct second *s, const struct pc_insn *i)
{
	const struct second_kind *k = second_kind(s->insn->id);
	const cs_x86 *x = &s->insn->detail->x86;
	bool to_mem = x->operands[0].type == X86_OP_MEM;
	u8 op = k->op;

	if (op == OP_STORE && !to_mem)
		op = OP_LOAD;
	if (i->op != op)
		return "operation";
	if ((op == OP_ALU || op == OP_BIT) && i->sub != k->sub)
		return "which operation";
	if (op == OP_ALU && i->to_reg == to_mem)
		return "direction";
	return NULL;
}

static inline const char *second_differs(const struct second *s, const u8 *b,
					 const struct pc_insn *i, const struct pc_regs *r)
{
	const struct second_kind *k = second_kind(s->insn->id);
	const cs_x86 *x = &s->insn->detail->x86;
	const char *what = second_operation(s, i);

	if (what)
		return what;
	if (i->len != s->insn->size)
		return "length";
	if (i->op == OP_OTHER)
		return NULL;
	if (second_is_string(i->op)) {
		/* opinions about 0x66 with REX.W differ for ports; the port says the size */
		if (i->size != k->sub && i->op != OP_INS && i->op != OP_OUTS)
			return "size";
		if (i->asize != x->addr_size)
			return "size of addresses";
		return i->rep == second_prefixed(s, b, 0xf2, 0xf3) ? NULL : "repeat";
	}
	what = second_memory(s, i, r);
	return what ? what : second_source(s, i);
}

/* What Capstone 4.0.2 is known to get wrong: the reason, or NULL. */
static inline const char *second_wrong(const struct second *s, const u8 *b, bool known)
{
	bool both = second_prefixed(s, b, 0x66, 0x66) && second_prefixed(s, b, 0xf2, 0xf3);

	if (both)
		return "0x66 counts, and the opcode is the same, with a repeat prefix, too";
	if (known && s->insn->id == X86_INS_MOVSXD && !(s->insn->detail->x86.rex & 8))
		return "MOVSXD without REX.W has a register of 32 or 16 bits";
	return NULL;
}

/* b has PC_INSN_MAX bytes. */
static inline enum second_verdict second_look(struct second *s, const u8 *b,
					      const struct pc_regs *r, const char **why)
{
	const u8 *at = b;
	size_t n = PC_INSN_MAX;
	uint64_t addr = 0;
	struct pc_insn i;
	bool ours = pc_decode(b, PC_INSN_MAX, &s->m, &i) == DECODED;
	bool known = cs_disasm_iter(s->cs, &at, &n, &addr, s->insn);
	bool theirs = known && second_claims(s, b);

	*why = theirs || (ours && !known) ? second_wrong(s, b, known) : NULL;
	if (*why)
		return SECOND_UNSURE;
	if (!ours && !theirs)
		return SECOND_NONE;
	if (ours && theirs)
		*why = second_differs(s, b, &i, r);
	else
		*why = theirs  ? "the decoder refuses"
		       : known ? "Capstone reads another instruction"
			       : "Capstone reads none";
	return *why ? SECOND_DIFFERENT : SECOND_SAME;
}

#endif
