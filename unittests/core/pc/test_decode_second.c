// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The decoder against a second opinion, Capstone: length, size and parts of the memory operand,
 * over all opcodes and ModRM bytes with prefixes, in the three modes. Next: test_decode.c.
 */
#include <capstone/capstone.h>

#include "../../../core/pc/insn.h"
#include "lab.h"

static const struct {
	const char *name;
	struct pc_mode m;
	cs_mode cs;
} modes[] = { { "64", { .code64 = true }, CS_MODE_64 },
	      { "32", { .code32 = true }, CS_MODE_32 },
	      { "16", { .cpl = 0 }, CS_MODE_16 } };

static csh cs;
static cs_insn *insn;
static u64 rng = 1;

static u32 next(void)
{
	rng = rng * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(rng >> 33);
}

/* Number of a register from its name: 0 .. 15, or PC_NO_REG. */
static u8 number(unsigned reg)
{
	static const char *const low[] = { "ax", "cx", "dx", "bx", "sp", "bp", "si", "di" };
	const char *n = cs_reg_name(cs, reg);

	if (!n)
		return PC_NO_REG;
	if (*n == 'r' && n[1] >= '0' && n[1] <= '9')
		return (u8)strtoul(n + 1, NULL, 10);
	if (*n == 'r' || *n == 'e')
		n++;
	for (u8 i = 0; i < 8; i++)
		if (!strcmp(n, low[i]))
			return i;
	return PC_NO_REG;
}

static void hex(const u8 *b, unsigned n, char *to)
{
	for (unsigned i = 0; i < n; i++)
		snprintf(to + 3 * i, 4, "%02x ", b[i]);
}

static const cs_x86_op *memory_operand(const cs_x86 *x)
{
	for (unsigned i = 0; i < x->op_count; i++)
		if (x->operands[i].type == X86_OP_MEM)
			return &x->operands[i];
	return NULL;
}

/* base + index without scale may stand the other way round */
static bool same_registers(const struct pc_insn *i, u8 base, u8 index, int scale)
{
	return (i->base == base && i->index == index &&
		(index == PC_NO_REG || 1 << i->scale == scale)) ||
	       (i->base == index && i->index == base && i->scale == 0 && scale == 1);
}

static const char *differ(const struct pc_insn *i, bool code64)
{
	const cs_x86 *x = &insn->detail->x86;
	const cs_x86_op *op = memory_operand(x);
	u8 base, index, seg;

	if (i->len != insn->size)
		return "length";
	if (i->op == OP_OTHER)
		return NULL;
	if (!op)
		return "operand";
	if (i->op == OP_INS || i->op == OP_OUTS)
		return NULL; /* opinions about 0x66 with REX.W differ; the port says the size */
	if (i->size != op->size)
		return "size";
	if (i->op == OP_STOS || i->op == OP_MOVS)
		return NULL;
	base = op->mem.base == X86_REG_RIP || op->mem.base == X86_REG_EIP ? PC_NO_REG
									  : number(op->mem.base);
	index = op->mem.index == X86_REG_INVALID || op->mem.index == X86_REG_EIZ ||
				op->mem.index == X86_REG_RIZ
			? PC_NO_REG
			: number(op->mem.index);
	if (i->rip != (op->mem.base == X86_REG_RIP || op->mem.base == X86_REG_EIP))
		return "rip";
	if (!same_registers(i, base, index, op->mem.scale))
		return "registers";
	if (i->asize == 8 ? i->disp != op->mem.disp
			  : ((i->disp ^ op->mem.disp) & (i->asize == 2 ? 0xffff : 0xffffffff)) != 0)
		return "displacement";
	seg = op->mem.segment == X86_REG_FS   ? PC_FS
	      : op->mem.segment == X86_REG_GS ? PC_GS
	      : op->mem.segment == X86_REG_CS ? PC_CS
	      : op->mem.segment == X86_REG_ES ? PC_ES
	      : op->mem.segment == X86_REG_SS ? PC_SS
	      : op->mem.segment == X86_REG_DS ? PC_DS
					      : PC_NO_REG;
	if (seg != PC_NO_REG && seg != i->seg && (!code64 || seg >= PC_FS))
		return "segment";
	return NULL;
}

static unsigned compared, refused;

static void compare(unsigned mode, const u8 *b)
{
	struct pc_insn i;
	char text[64];
	const u8 *at = b;
	size_t n = PC_INSN_MAX;
	uint64_t addr = 0;
	const char *what;

	if (pc_decode(b, PC_INSN_MAX, &modes[mode].m, &i) != DECODED)
		return;
	hex(b, PC_INSN_MAX, text);
	if (!cs_disasm_iter(cs, &at, &n, &addr, insn)) {
		refused++;
		return;
	}
	compared++;
	what = differ(&i, modes[mode].m.code64);
	ck_assert_msg(!what, "%s-bit, %s of %s: %s %s", modes[mode].name, what, text,
		      insn->mnemonic, insn->op_str);
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

static void all_opcodes(unsigned mode, bool two)
{
	for (unsigned op = 0; op < 256; op++) {
		if (!two && is_prefix(op, modes[mode].m.code64))
			continue;
		for (unsigned modrm = 0; modrm < 256; modrm++)
			/* each prefix with each opcode, not with each of its operands */
			for (unsigned k = (op + modrm) % 3; k < 14; k += 3) {
				u8 b[PC_INSN_MAX];
				unsigned n = prefix(b, k, modes[mode].m.code64);

				if (two)
					b[n++] = 0x0f;
				b[n++] = (u8)op;
				b[n++] = (u8)modrm;
				fill(b, n);
				compare(mode, b);
			}
	}
}

static void open_mode(unsigned mode)
{
	ck_assert_int_eq(cs_open(CS_ARCH_X86, modes[mode].cs, &cs), CS_ERR_OK);
	cs_option(cs, CS_OPT_DETAIL, CS_OPT_ON);
	insn = cs_malloc(cs);
	compared = refused = 0;
}

static void close_mode(void)
{
	cs_free(insn, 1);
	cs_close(&cs);
	ck_assert_uint_gt(compared, 50000);
	ck_assert_msg(refused == 0, "%u that Capstone does not know", refused);
}

START_TEST(opcodes)
{
	open_mode((unsigned)_i);
	all_opcodes((unsigned)_i, false);
	all_opcodes((unsigned)_i, true);
	close_mode();
}
END_TEST

Suite *suite_pc_decode_second(void);
Suite *suite_pc_decode_second(void)
{
	Suite *s = suite_create("pc_decode_second");
	TCase *tc = tcase_create("pc_decode_second");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, opcodes, 0, ARRAY_SIZE(modes));
	suite_add_tcase(s, tc);
	return s;
}
