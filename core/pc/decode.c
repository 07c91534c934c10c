// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the instructions that compilers emit for device memory, those that exit for other reasons,
 * and no others (APM 3, chapters 1 to 3 and appendix A). A memory operand is needed where there can
 * be one. Next: emulate.c.
 */
#include "insn.h"

#include "hvstring.h"

struct reader {
	const u8 *b;
	unsigned n, at;
	bool code64, high_regs; /* a REX prefix makes SPL .. DIL of AH .. BH */
	u8 rex;
	bool short_, wide_operand, lock;
	u8 def; /* default operand size without prefixes */
	bool more;
};

#define REX_W 8
#define REX_R 4
#define REX_X 2
#define REX_B 1

static u8 byte(struct reader *r)
{
	if (r->at >= r->n) {
		r->more = true;
		return 0;
	}
	return r->b[r->at++];
}

/* A signed number of 1, 2, 4 or 8 bytes. */
static s64 number(struct reader *r, unsigned size)
{
	u64 val = 0;

	for (unsigned i = 0; i < size; i++)
		val |= (u64)byte(r) << 8 * i;
	return (s64)(val << (64 - 8 * size)) >> (64 - 8 * size);
}

/* ---- operands --------------------------------------------------------------------------- */

static void address16(struct reader *r, struct pc_insn *i, u8 mod, u8 rm)
{
	static const u8 base[] = { PC_RBX, PC_RBX, PC_RBP, PC_RBP, PC_RSI, PC_RDI, PC_RBP, PC_RBX };
	static const u8 index[] = { PC_RSI,    PC_RDI,	  PC_RSI,    PC_RDI,
				    PC_NO_REG, PC_NO_REG, PC_NO_REG, PC_NO_REG };

	i->base = base[rm];
	i->index = index[rm];
	if (mod == 0 && rm == 6) {
		i->base = PC_NO_REG;
		mod = 2;
	}
	i->disp = mod ? number(r, mod) : 0;
	if (i->base == PC_RBP)
		i->seg = PC_SS;
}

static void address32(struct reader *r, struct pc_insn *i, u8 mod, u8 rm)
{
	u8 low = rm;

	if (rm == 4) {
		u8 sib = byte(r);

		low = sib & 7;
		i->scale = sib >> 6;
		i->index = (sib >> 3 & 7) | (r->rex & REX_X ? 8 : 0);
		if (i->index == PC_RSP)
			i->index = PC_NO_REG;
	}
	i->base = low | (r->rex & REX_B ? 8 : 0);
	if (mod == 0 && low == 5) {
		i->base = PC_NO_REG;
		i->rip = rm == 5 && r->code64;
		i->disp = number(r, 4);
		return;
	}
	i->disp = mod ? number(r, mod == 1 ? 1 : 4) : 0;
	if (i->base == PC_RSP || i->base == PC_RBP)
		i->seg = PC_SS;
}

/* ModRM: register and memory operand. False when it names two registers. */
static bool operands(struct reader *r, struct pc_insn *i, u8 *ext)
{
	u8 modrm = byte(r), mod = modrm >> 6, seg = i->seg;

	*ext = modrm >> 3 & 7;
	i->reg = *ext | (r->rex & REX_R ? 8 : 0);
	i->seg = PC_DS;
	if (mod == 3)
		return false;
	if (i->asize == 2)
		address16(r, i, mod, modrm & 7);
	else
		address32(r, i, mod, modrm & 7);
	if (seg != PC_NO_REG)
		i->seg = seg;
	return true;
}

/* The register operand of a byte instruction may be the second byte of a register. */
static void byte_register(const struct reader *r, struct pc_insn *i)
{
	if (i->osize == 1 && !r->rex && i->reg >= 4) {
		i->reg -= 4;
		i->high = true;
	}
}

static void immediate(struct reader *r, struct pc_insn *i, unsigned size)
{
	i->imm = true;
	i->val = (u64)number(r, MIN(size, 4u));
}

/* ---- opcodes ---------------------------------------------------------------------------- */

static u8 operand_size(const struct reader *r, bool is_byte)
{
	if (is_byte)
		return 1;
	if (r->rex & REX_W)
		return 8;
	return r->wide_operand ? r->def ^ 6 : r->def; /* 4 and 2 change places */
}

/* Opcodes with ModRM and register: what they do with the operand size `size`. */
static bool with_register(struct reader *r, struct pc_insn *i, enum pc_op op, bool is_byte)
{
	u8 ext;

	i->op = op;
	i->size = i->osize = operand_size(r, is_byte);
	if (!operands(r, i, &ext))
		return false;
	byte_register(r, i);
	return true;
}

/* Opcodes with ModRM, an operation in its register field, and an immediate. */
static bool with_immediate(struct reader *r, struct pc_insn *i, bool is_byte, unsigned imm, u8 *ext)
{
	i->size = i->osize = operand_size(r, is_byte);
	if (!operands(r, i, ext))
		return false;
	immediate(r, i, imm ? imm : i->size);
	return true;
}

static bool extend(struct reader *r, struct pc_insn *i, enum pc_op op, u8 from)
{
	u8 ext;

	i->op = op;
	i->osize = operand_size(r, false);
	i->size = from;
	return operands(r, i, &ext);
}

static bool string(struct reader *r, struct pc_insn *i, enum pc_op op, bool is_byte)
{
	i->op = op;
	i->size = operand_size(r, is_byte);
	if (op == OP_INS || op == OP_OUTS) /* at most 4, whatever REX says */
		i->size = MIN(i->size, 4);
	if (i->seg == PC_NO_REG)
		i->seg = PC_DS;
	return true;
}

static bool absolute(struct reader *r, struct pc_insn *i, u8 op)
{
	i->op = op & 2 ? OP_STORE : OP_LOAD;
	i->size = i->osize = operand_size(r, !(op & 1));
	i->reg = PC_RAX;
	i->disp = number(r, i->asize);
	if (i->seg == PC_NO_REG)
		i->seg = PC_DS;
	return true;
}

static bool two_byte(struct reader *r, struct pc_insn *i)
{
	u8 op = byte(r), ext;

	switch (op) {
	case 0x30: /* WRMSR */
	case 0x32: /* RDMSR */
	case 0xa2: /* CPUID */
		i->op = OP_OTHER;
		return true;
	case 0xa3:
	case 0xab:
	case 0xb3:
	case 0xbb:
		i->sub = op >> 3 & 3;
		return with_register(r, i, OP_BIT, false);
	case 0xba:
		if (!with_immediate(r, i, false, 1, &ext) || ext < 4)
			return false;
		i->op = OP_BIT;
		i->sub = ext & 3;
		return true;
	case 0xb6:
	case 0xb7:
		return extend(r, i, OP_LOAD, op & 1 ? 2 : 1);
	case 0xbe:
	case 0xbf:
		return extend(r, i, OP_LOAD_SIGNED, op & 1 ? 2 : 1);
	default:
		return false;
	}
}

/* Groups: the operation stands in ModRM. */
static bool group(struct reader *r, struct pc_insn *i, u8 op)
{
	u8 ext;

	switch (op) {
	case 0x80:
	case 0x81:
	case 0x82:
	case 0x83:
		if (!with_immediate(r, i, !(op & 1), op == 0x81 ? 0 : 1, &ext))
			return false;
		i->op = OP_ALU;
		i->sub = ext;
		return true;
	case 0xc6:
	case 0xc7:
		i->op = OP_STORE;
		return with_immediate(r, i, op == 0xc6, 0, &ext) && ext == 0;
	default: /* 0xf6, 0xf7 */
		i->op = OP_TEST;
		return with_immediate(r, i, op == 0xf6, 0, &ext) && ext < 2;
	}
}

static bool one_byte(struct reader *r, struct pc_insn *i, u8 op)
{
	if (op < 0x40 && (op & 7) < 4) {
		i->sub = op >> 3;
		i->to_reg = op & 2;
		return with_register(r, i, OP_ALU, !(op & 1));
	}
	switch (op) {
	case 0x0f:
		return two_byte(r, i);
	case 0x63:
		return r->code64 && extend(r, i, OP_LOAD_SIGNED, 4);
	case 0x6c:
	case 0x6d:
		return string(r, i, OP_INS, !(op & 1));
	case 0x6e:
	case 0x6f:
		return string(r, i, OP_OUTS, !(op & 1));
	case 0x82: /* as 0x80, in old code */
		return !r->code64 && group(r, i, op);
	case 0x80:
	case 0x81:
	case 0x83:
	case 0xc6:
	case 0xc7:
	case 0xf6:
	case 0xf7:
		return group(r, i, op);
	case 0x84:
	case 0x85:
		return with_register(r, i, OP_TEST, !(op & 1));
	case 0x86:
	case 0x87:
		return with_register(r, i, OP_XCHG, !(op & 1));
	case 0x88:
	case 0x89:
		return with_register(r, i, OP_STORE, !(op & 1));
	case 0x8a:
	case 0x8b:
		return with_register(r, i, OP_LOAD, !(op & 1));
	case 0xa0:
	case 0xa1:
	case 0xa2:
	case 0xa3:
		return absolute(r, i, op);
	case 0xa4:
	case 0xa5:
		return string(r, i, OP_MOVS, !(op & 1));
	case 0xaa:
	case 0xab:
		return string(r, i, OP_STOS, !(op & 1));
	case 0xe4: /* IN, OUT with a port number */
	case 0xe5:
	case 0xe6:
	case 0xe7:
		byte(r);
		i->op = OP_OTHER;
		return true;
	case 0xec: /* IN, OUT with DX; HLT */
	case 0xed:
	case 0xee:
	case 0xef:
	case 0xf4:
		i->op = OP_OTHER;
		return true;
	default:
		return false;
	}
}

/* Legacy prefixes in any order, then REX, which counts only there. The opcode behind them. */
static u8 prefixes(struct reader *r, struct pc_insn *i)
{
	static const u8 segment[] = { 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65 };

	for (;;) {
		u8 b = byte(r), rex = 0;
		const u8 *s = memchr(segment, b, sizeof(segment));

		if (s) { /* in 64-bit mode the first four do not even take back the others */
			if (!r->code64 || s - segment >= PC_FS)
				i->seg = (u8)(s - segment);
		} else if (b == 0x66) {
			r->wide_operand = true;
		} else if (b == 0x67) {
			r->short_ = true;
		} else if (b == 0xf2 || b == 0xf3) {
			i->rep = true;
		} else if (b == 0xf0) {
			r->lock = true;
		} else if (r->code64 && (b & 0xf0) == 0x40) {
			rex = b;
		} else {
			return b;
		}
		r->rex = rex;
	}
}

/* LOCK in front of what does not write back is an undefined instruction. */
static bool lockable(const struct pc_insn *i)
{
	return i->op == OP_XCHG || (i->op == OP_ALU && !i->to_reg && i->sub != ALU_CMP) ||
	       (i->op == OP_BIT && i->sub);
}

enum pc_decoded pc_decode(const u8 *b, unsigned n, const struct pc_mode *m, struct pc_insn *i)
{
	struct reader r = { .b = b,
			    .n = MIN(n, PC_INSN_MAX),
			    .code64 = m->code64,
			    .def = m->code64 || m->code32 ? 4 : 2 };
	bool known;
	u8 op;

	*i = (struct pc_insn){ .seg = PC_NO_REG, .base = PC_NO_REG, .index = PC_NO_REG };
	op = prefixes(&r, i);
	if (m->code64)
		i->asize = r.short_ ? 4 : 8;
	else
		i->asize = r.short_ ? r.def ^ 6 : r.def;
	known = !r.more && one_byte(&r, i, op) && (!r.lock || lockable(i));
	if (r.more)
		return n < PC_INSN_MAX ? DECODE_MORE : DECODE_UNKNOWN;
	i->len = (u8)r.at;
	return known ? DECODED : DECODE_UNKNOWN;
}
