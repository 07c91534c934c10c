// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The decoder against Capstone, over all opcodes and ModRM bytes with prefixes, in the three modes:
 * what is read and what is refused. Next: second.h.
 */
#include "lab.h"
#include "second.h"

static const unsigned bits[] = { 64, 32, 16 };

static struct second second;
static struct pc_regs regs;
static unsigned compared;
static u64 rng = 1;

static u32 next(void)
{
	rng = rng * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(rng >> 33);
}

static void compare(const u8 *b)
{
	char text[64];
	const char *why;
	enum second_verdict verdict = second_look(&second, b, &regs, &why);

	compared += verdict == SECOND_SAME;
	if (verdict != SECOND_DIFFERENT)
		return;
	for (unsigned i = 0; i < PC_INSN_MAX; i++)
		snprintf(text + 3 * i, 4, "%02x ", b[i]);
	ck_abort_msg("%s: %s: %s %s", text, why, second.insn->mnemonic, second.insn->op_str);
}

static void fill(u8 *b, unsigned from)
{
	for (; from < PC_INSN_MAX; from++)
		b[from] = (u8)next();
}

/* Prefixes that may stand in front; the last ones only in 64-bit mode. */
static unsigned prefix(u8 *b, unsigned k, bool code64)
{
	static const u8 p[] = { 0x66, 0x67, 0xf3, 0x64, 0x65, 0x2e, 0x3e, 0x26, 0x36 };
	unsigned n = 0;

	if (k == 0)
		return 0;
	if (k <= sizeof(p)) {
		b[n++] = p[k - 1];
	} else {
		if (next() & 1)
			b[n++] = p[next() % sizeof(p)];
		if (code64)
			b[n++] = (u8)(0x40 | next() % 16);
	}
	return n;
}

static bool is_prefix(unsigned b, bool code64)
{
	return (b & 0xe7) == 0x26 || (b >= 0x64 && b <= 0x67) || b == 0xf0 || b == 0xf2 ||
	       b == 0xf3 || (code64 && (b & 0xf0) == 0x40);
}

static void all_opcodes(bool two)
{
	for (unsigned op = 0; op < 256; op++) {
		if (!two && is_prefix(op, second.m.code64))
			continue;
		for (unsigned modrm = 0; modrm < 256; modrm++)
			/* each prefix with each opcode, not with each of its operands */
			for (unsigned k = (op + modrm) % 3; k < 14; k += 3) {
				u8 b[PC_INSN_MAX];
				unsigned n = prefix(b, k, second.m.code64);

				if (two)
					b[n++] = 0x0f;
				b[n++] = (u8)op;
				b[n++] = (u8)modrm;
				fill(b, n);
				compare(b);
			}
	}
}

START_TEST(opcodes)
{
	ck_assert(second_open(&second, bits[_i]));
	for (unsigned i = 0; i < PC_GPRS; i++)
		regs.gpr[i] = (u64)next() << 40 ^ (u64)next() << 20 ^ next();
	compared = 0;
	all_opcodes(false);
	all_opcodes(true);
	second_close(&second);
	ck_assert_uint_gt(compared, 50000);
}
END_TEST

Suite *suite_pc_decode_second(void);
Suite *suite_pc_decode_second(void)
{
	Suite *s = suite_create("pc_decode_second");
	TCase *tc = tcase_create("pc_decode_second");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, opcodes, 0, ARRAY_SIZE(bits));
	suite_add_tcase(s, tc);
	return s;
}
