// SPDX-License-Identifier: GPL-2.0-or-later
/* The decoder on single instructions, and that it takes nothing else. */
#include "../../../core/pc/insn.h"
#include "lab.h"

static const struct pc_mode m64 = { .code64 = true }, m32 = { .code32 = true }, m16 = { .cpl = 0 };

static struct pc_insn get(const struct pc_mode *m, const char *code, unsigned n)
{
	struct pc_insn i;

	ck_assert_int_eq(pc_decode((const u8 *)code, n, m, &i), DECODED);
	ck_assert_uint_eq(i.len, n);
	for (unsigned k = 0; k < n; k++)
		ck_assert_int_eq(pc_decode((const u8 *)code, k, m, &i), DECODE_MORE);
	pc_decode((const u8 *)code, n, m, &i);
	return i;
}
#define GET(m, code) get(m, code, sizeof(code) - 1)

START_TEST(moves)
{
	struct pc_insn i = GET(&m64, "\x89\x50\x10"); /* mov %edx, 0x10(%rax) */

	ck_assert_uint_eq(i.op, OP_STORE);
	ck_assert_uint_eq(i.size, 4);
	ck_assert_uint_eq(i.reg, PC_RDX);
	ck_assert_uint_eq(i.base, PC_RAX);
	ck_assert_uint_eq(i.seg, PC_DS);
	ck_assert_int_eq(i.disp, 0x10);
	i = GET(&m64, "\x4d\x8b\x84\xc8\x00\xff\xff\xff"); /* mov -0x100(%r8,%rcx,8), %r8 */
	ck_assert_uint_eq(i.op, OP_LOAD);
	ck_assert_uint_eq(i.size, 8);
	ck_assert_uint_eq(i.reg, 8);
	ck_assert_uint_eq(i.base, 8);
	ck_assert_uint_eq(i.index, PC_RCX);
	ck_assert_uint_eq(i.scale, 3);
	ck_assert_int_eq(i.disp, -0x100);
	i = GET(&m64, "\xc7\x05\x04\x00\x00\x00\xef\xbe\xad\xde"); /* movl $.., 4(%rip) */
	ck_assert(i.rip && i.imm);
	ck_assert_uint_eq((u32)i.val, 0xdeadbeef);
	i = GET(&m64, "\x48\xc7\x07\xff\xff\xff\xff"); /* movq $-1, (%rdi) */
	ck_assert_uint_eq(i.val, ~0ull);
	i = GET(&m64, "\x88\x27"); /* mov %ah, (%rdi) */
	ck_assert(i.high && i.reg == PC_RAX && i.size == 1);
	i = GET(&m64, "\x40\x88\x27"); /* mov %spl, (%rdi) */
	ck_assert(!i.high && i.reg == PC_RSP);
	i = GET(&m64, "\x65\x8b\x04\x25\x10\x00\x00\x00"); /* mov %gs:0x10, %eax */
	ck_assert_uint_eq(i.seg, PC_GS);
	ck_assert_uint_eq(i.base, PC_NO_REG);
	ck_assert(!i.rip);
	i = GET(&m64, "\x65\x26\x8b\x00"); /* a prefix without meaning takes nothing back */
	ck_assert_uint_eq(i.seg, PC_GS);
	i = GET(&m32, "\x65\x26\x8b\x00");
	ck_assert_uint_eq(i.seg, PC_ES);
	i = GET(&m64, "\xa1\x00\x00\x00\x00\x00\x00\x00\x80"); /* movabs */
	ck_assert_int_eq(i.disp, INT64_MIN);
	i = GET(&m32, "\x8b\x05\x00\x00\xe0\xfe"); /* mov 0xfee00000, %eax */
	ck_assert(!i.rip && i.base == PC_NO_REG);
	i = GET(&m64, "\x0f\xb6\x02");
	ck_assert(i.op == OP_LOAD && i.size == 1 && i.osize == 4);
	i = GET(&m64, "\x48\x0f\xbf\x02");
	ck_assert(i.op == OP_LOAD_SIGNED && i.size == 2 && i.osize == 8);
	i = GET(&m64, "\x48\x63\x02");
	ck_assert(i.op == OP_LOAD_SIGNED && i.size == 4 && i.osize == 8);
	i = GET(&m64, "\x66\x89\x02");
	ck_assert_uint_eq(i.size, 2);
}
END_TEST

START_TEST(sixteen_bits)
{
	struct pc_insn i = GET(&m16, "\x89\x42\x10"); /* mov %ax, 0x10(%bp,%si) */

	ck_assert(i.size == 2 && i.asize == 2 && i.base == PC_RBP && i.index == PC_RSI);
	ck_assert_uint_eq(i.seg, PC_SS);
	i = GET(&m16, "\xa1\x34\x12");
	ck_assert_int_eq(i.disp, 0x1234);
	i = GET(&m16, "\x8b\x06\x34\x12"); /* mov 0x1234, %ax */
	ck_assert(i.base == PC_NO_REG && i.index == PC_NO_REG && i.disp == 0x1234);
	i = GET(&m16, "\x66\x67\x89\x54\x24\x04"); /* mov %edx, 4(%esp) */
	ck_assert(i.size == 4 && i.asize == 4 && i.base == PC_RSP && i.seg == PC_SS);
	i = GET(&m32, "\x67\x8b\x47\x01"); /* mov 1(%bx), %eax */
	ck_assert(i.size == 4 && i.asize == 2 && i.base == PC_RBX && i.index == PC_NO_REG);
}
END_TEST

START_TEST(others)
{
	struct pc_insn i = GET(&m64, "\xf0\x83\x08\x01"); /* lock orl $1, (%rax) */

	ck_assert(i.op == OP_ALU && i.sub == ALU_OR && i.imm && i.val == 1);
	i = GET(&m64, "\x3b\x07"); /* cmp (%rdi), %eax */
	ck_assert(i.op == OP_ALU && i.sub == ALU_CMP && i.to_reg);
	i = GET(&m64, "\xf6\x00\x80"); /* testb $0x80, (%rax) */
	ck_assert(i.op == OP_TEST && (u8)i.val == 0x80);
	i = GET(&m64, "\x0f\xba\x28\x05"); /* btsl $5, (%rax) */
	ck_assert(i.op == OP_BIT && i.sub == 1 && i.val == 5);
	i = GET(&m64, "\xf3\x48\xab"); /* rep stosq */
	ck_assert(i.op == OP_STOS && i.rep && i.size == 8);
	i = GET(&m64, "\xa4");
	ck_assert(i.op == OP_MOVS && !i.rep && i.seg == PC_DS);
	i = GET(&m64, "\xf3\x6e");
	ck_assert(i.op == OP_OUTS && i.rep);
	i = GET(&m64, "\x0f\xa2");
	ck_assert_uint_eq(i.op, OP_OTHER);
}
END_TEST

START_TEST(unknown)
{
	static const char *const bad[] = {
		"\xff\xff",	"\x0f\x0b",	"\x0f\x01\xd9", "\x89\xc0", /* registers only */
		"\xd9\x00",	"\x0f\x6f\x00", "\xc7\x08",	"\xf7\x10\x01\x01\x01\x01",
		"\x0f\xba\x00", "\x50",		"\xc3",		"\x90",
	};
	struct pc_insn i;
	char prefixed[16] = "\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x90";

	for (unsigned k = 0; k < ARRAY_SIZE(bad); k++) {
		u8 code[15] = { 0 };

		memcpy(code, bad[k], strlen(bad[k]));
		ck_assert_msg(pc_decode(code, 15, &m64, &i) == DECODE_UNKNOWN, "number %u", k);
	}
	/* more than 15 bytes */
	ck_assert_int_eq(pc_decode((const u8 *)prefixed, 15, &m64, &i), DECODE_UNKNOWN);
	memset(prefixed, 0x66, 15);
	ck_assert_int_eq(pc_decode((const u8 *)prefixed, 15, &m64, &i), DECODE_UNKNOWN);
	ck_assert_int_eq(pc_decode((const u8 *)"\x63\x02", 2, &m32, &i), DECODE_UNKNOWN); /* ARPL */
}
END_TEST

/* Prefixes where few look: found by a comparison with Capstone. */
START_TEST(prefixes)
{
	struct pc_insn i =
		GET(&m64, "\x4c\x66\x89\x03"); /* REX counts only in front of the opcode */

	ck_assert(i.size == 2 && i.reg == PC_RAX);
	i = GET(&m64, "\x4d\x41\x8b\x47\x76"); /* the last REX of two */
	ck_assert(i.size == 4 && i.reg == PC_RAX && i.base == 15);
	i = GET(&m64, "\xf0\x87\x03");
	ck_assert_uint_eq(i.op, OP_XCHG);
	GET(&m64, "\xf0\x0f\xbb\x03");
	i = GET(&m64, "\xf6\x0b\x33");
	ck_assert(i.op == OP_TEST && i.val == 0x33);
	i = GET(&m32, "\x82\x08\x7c");
	ck_assert(i.op == OP_ALU && i.sub == ALU_OR && i.size == 1 && i.val == 0x7c);
}
END_TEST

/* LOCK in front of what does not write back is an undefined instruction. */
START_TEST(locked)
{
	static const char *const bad[] = {
		"\xf0\x89\x03", "\xf0\x03\x42\x54", "\xf0\x39\x07", "\xf0\xa4",
		"\xf0\xaa",	"\xf0\x0f\xa3\x03", "\xf0\x85\x03", "\xf0\xf4",
	};
	struct pc_insn i;

	for (unsigned k = 0; k < ARRAY_SIZE(bad); k++) {
		u8 code[15] = { 0 };

		memcpy(code, bad[k], strlen(bad[k]));
		ck_assert_msg(pc_decode(code, 15, &m64, &i) == DECODE_UNKNOWN, "number %u", k);
	}
	ck_assert_int_eq(pc_decode((const u8 *)"\x82\x08\x7c", 3, &m64, &i), DECODE_UNKNOWN);
}
END_TEST

Suite *suite_pc_decode(void);
Suite *suite_pc_decode(void)
{
	return LAB_SUITE("pc_decode", moves, sixteen_bits, others, unknown, prefixes, locked);
}
