/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An instruction between decode.c, which reads it, and emulate.c, which does it. */
#ifndef PC_INSN_H
#define PC_INSN_H

#include "pc.h"

#define PC_INSN_MAX 15
#define PC_NO_REG   0xff

enum pc_op {
	OP_LOAD,	/* reg = mem, zero-extended */
	OP_LOAD_SIGNED, /* reg = mem, sign-extended */
	OP_STORE,	/* mem = source */
	OP_ALU,		/* the eight of opcodes 0x00 .. 0x3f, by `sub` */
	OP_TEST,
	OP_XCHG,
	OP_BIT, /* bt bts btr btc, by `sub` */
	OP_STOS,
	OP_MOVS,
	OP_INS,
	OP_OUTS,
	OP_OTHER, /* no memory operand; only its length is of use: HLT, CPUID, MSRs, IN, OUT */
};

enum pc_alu { ALU_ADD, ALU_OR, ALU_ADC, ALU_SBB, ALU_AND, ALU_SUB, ALU_XOR, ALU_CMP };

struct pc_insn {
	u8 op;	     /* enum pc_op */
	u8 sub;	     /* which of several */
	u8 len;	     /* bytes of the instruction */
	u8 size;     /* of the memory operand, 1 2 4 8 */
	u8 osize;    /* of the register operand */
	u8 asize;    /* of addresses, 2 4 8 */
	u8 reg;	     /* register operand */
	bool high;   /* bits 8 .. 15 of it */
	bool imm;    /* the source is `val`, not the register */
	bool to_reg; /* ALU: the register is the destination */
	bool rep;
	u8 seg;		       /* enum pc_seg of the memory operand */
	u8 base, index, scale; /* registers or PC_NO_REG; scale is a shift */
	bool rip;	       /* the displacement counts from the next instruction */
	s64 disp;
	u64 val;
};

enum pc_decoded { DECODED, DECODE_MORE, DECODE_UNKNOWN };

/* Read one instruction from n bytes. Looks at nothing else. */
enum pc_decoded pc_decode(const u8 *b, unsigned n, const struct pc_mode *m, struct pc_insn *i);

#endif
