// SPDX-License-Identifier: GPL-2.0-or-later
/* Emulated arithmetic and its flags, against tables worked out from the manual. */
#include "../../../core/pc/insn.h"
#include "lab.h"

#define C RFLAGS_CF
#define P RFLAGS_PF
#define A RFLAGS_AF
#define Z RFLAGS_ZF
#define S RFLAGS_SF
#define O RFLAGS_OF

static const struct {
	u8 sub, size;
	u64 mem, src, in, out, flags;
} t[] = {
	{ ALU_ADD, 1, 0x7f, 0x01, 0, 0x80, A | S | O },
	{ ALU_ADD, 1, 0xff, 0x01, 0, 0x00, C | P | A | Z },
	{ ALU_ADD, 4, 0xffffffff, 0x1, 0, 0, C | P | A | Z },
	{ ALU_ADD, 8, ~0ull, 0x1, 0, 0, C | P | A | Z },
	{ ALU_ADD, 8, 1ull << 63, 1ull << 63, 0, 0, C | P | Z | O },
	{ ALU_ADC, 1, 0xff, 0x00, C, 0x00, C | P | A | Z },
	{ ALU_ADC, 2, 0xffff, 0xffff, C, 0xffff, C | P | A | S },
	{ ALU_ADC, 4, 1, 1, 0, 2, 0 },
	{ ALU_SUB, 1, 0x00, 0x01, 0, 0xff, C | P | A | S },
	{ ALU_SUB, 1, 0x80, 0x01, 0, 0x7f, A | O },
	{ ALU_SBB, 4, 5, 5, C, 0xffffffff, C | P | A | S },
	{ ALU_SBB, 4, 5, 4, C, 0, P | Z },
	{ ALU_AND, 4, 0xf0f0, 0xff00, C | O, 0xf000, P },
	{ ALU_OR, 1, 0x80, 0x01, C, 0x81, P | S },
	{ ALU_XOR, 8, ~0ull, ~0ull, O, 0, P | Z },
	{ ALU_SUB, 8, 3, 3, C, 0, P | Z },
};

START_TEST(table)
{
	for (unsigned i = 0; i < ARRAY_SIZE(t); i++) {
		struct pc_insn insn = { .op = OP_ALU, .sub = t[i].sub, .size = t[i].size };
		u64 flags = t[i].in | RFLAGS_IF | RFLAGS_DF, out;

		ck_assert(pc_alu(&insn, t[i].mem, t[i].src, &out, &flags));
		ck_assert_msg(out == t[i].out, "row %u: %llx", i, (unsigned long long)out);
		ck_assert_msg(flags == (t[i].flags | RFLAGS_IF | RFLAGS_DF), "row %u: flags %llx",
			      i, (unsigned long long)flags);
	}
}
END_TEST

START_TEST(compare_and_test_write_nothing)
{
	struct pc_insn cmp = { .op = OP_ALU, .sub = ALU_CMP, .size = 1 };
	struct pc_insn test = { .op = OP_TEST, .size = 1 };
	u64 flags = 0, out;

	ck_assert(!pc_alu(&cmp, 0, 1, &out, &flags));
	ck_assert_uint_eq(flags, C | P | A | S);
	ck_assert(!pc_alu(&test, 0x81, 0x80, &out, &flags));
	ck_assert_uint_eq(flags, S);
}
END_TEST

START_TEST(register_as_destination)
{
	struct pc_insn sub = { .op = OP_ALU, .sub = ALU_SUB, .size = 1, .to_reg = true };
	u64 flags = 0, out;

	ck_assert(pc_alu(&sub, 1, 3, &out, &flags)); /* register 3 - memory 1 */
	ck_assert_uint_eq(out, 2);
}
END_TEST

START_TEST(bits)
{
	static const u64 want[] = { 0, 0x90, 0x80, 0x80 };

	for (u8 sub = 0; sub < 4; sub++) {
		struct pc_insn bt = { .op = OP_BIT, .sub = sub, .size = 4 };
		u64 flags = Z | S, out;

		ck_assert_int_eq(pc_alu(&bt, 0x90, 32 + 4, &out, &flags), sub != 0);
		ck_assert_uint_eq(flags, Z | S | C);
		if (sub)
			ck_assert_uint_eq(out, want[sub]);
		pc_alu(&bt, 0x90, 3, &out, &flags);
		ck_assert_uint_eq(flags, Z | S);
	}
}
END_TEST

START_TEST(exchange)
{
	struct pc_insn x = { .op = OP_XCHG, .size = 2 };
	u64 flags = C | Z, out;

	ck_assert(pc_alu(&x, 1, 0x12345, &out, &flags));
	ck_assert_uint_eq(out, 0x2345);
	ck_assert_uint_eq(flags, C | Z);
}
END_TEST

Suite *suite_pc_alu(void);
Suite *suite_pc_alu(void)
{
	return LAB_SUITE("pc_alu", table, compare_and_test_write_nothing, register_as_destination,
			 bits, exchange);
}
