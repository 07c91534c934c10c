// SPDX-License-Identifier: GPL-2.0-or-later
/* Arithmetic of an emulated instruction, and its flags (APM 1, 3.1.4). Next: emulate.c. */
#include "insn.h"

#define ARITH (RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF | RFLAGS_OF)

static u64 result_flags(u64 val, u64 sign)
{
	u64 f = 0;

	if (!(__builtin_popcountll(val & 0xff) & 1))
		f |= RFLAGS_PF;
	if (!val)
		f |= RFLAGS_ZF;
	if (val & sign)
		f |= RFLAGS_SF;
	return f;
}

/* a + b + carry, or a - b - carry, at a width that `sign` is the top bit of. */
static u64 add(u64 a, u64 b, bool carry, bool minus, u64 sign, u64 *flags)
{
	u64 mask = sign | (sign - 1), sum, f;
	bool out;

	if (minus) {
		sum = (a - b - carry) & mask;
		out = a < b || (carry && a == b);
		f = (a ^ b) & (a ^ sum) & sign ? RFLAGS_OF : 0;
	} else {
		sum = (a + b + carry) & mask;
		out = sum < a || (carry && sum == a);
		f = ~(a ^ b) & (a ^ sum) & sign ? RFLAGS_OF : 0;
	}
	if (out)
		f |= RFLAGS_CF;
	if ((a ^ b ^ sum) & 0x10)
		f |= RFLAGS_AF;
	*flags = (*flags & ~ARITH) | f | result_flags(sum, sign);
	return sum;
}

static u64 logic(u64 val, u64 sign, u64 *flags)
{
	*flags = (*flags & ~ARITH) | result_flags(val, sign);
	return val;
}

static bool arithmetic(u8 what, u64 a, u64 b, u64 sign, u64 *out, u64 *flags)
{
	bool carry = *flags & RFLAGS_CF;

	switch (what) {
	case ALU_OR:
		*out = logic(a | b, sign, flags);
		return true;
	case ALU_AND:
		*out = logic(a & b, sign, flags);
		return true;
	case ALU_XOR:
		*out = logic(a ^ b, sign, flags);
		return true;
	case ALU_ADD:
	case ALU_ADC:
		*out = add(a, b, what == ALU_ADC && carry, false, sign, flags);
		return true;
	default:
		*out = add(a, b, what == ALU_SBB && carry, true, sign, flags);
		return what != ALU_CMP;
	}
}

/* Only CF is defined; the others stay. */
static bool bit(u8 what, u64 mem, u64 n, u64 *out, u64 *flags)
{
	u64 one = 1ull << n;

	*flags = (*flags & ~RFLAGS_CF) | (mem & one ? RFLAGS_CF : 0);
	if (what == 1)
		*out = mem | one;
	else if (what == 2)
		*out = mem & ~one;
	else
		*out = mem ^ one;
	return what != 0;
}

bool pc_alu(const struct pc_insn *i, u64 mem, u64 src, u64 *out, u64 *flags)
{
	u64 sign = 1ull << (8 * i->size - 1);

	if (i->op == OP_BIT)
		return bit(i->sub, mem, src & (8u * i->size - 1), out, flags);
	src &= sign | (sign - 1);
	*out = src;
	if (i->op == OP_XCHG)
		return true;
	if (i->op == OP_TEST) {
		logic(mem & src, sign, flags);
		return false;
	}
	if (i->to_reg)
		return arithmetic(i->sub, src, mem, sign, out, flags);
	return arithmetic(i->sub, mem, src, sign, out, flags);
}
