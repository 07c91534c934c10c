// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the reader of instructions: what it reads, Capstone reads in the same way; what it
 * refuses, Capstone does not take for one that docs/pc.md names; bytes behind an instruction do not
 * matter, and of too few it says so. Next to read: core/pc/decode.c, unittests/core/pc/second.h.
 *
 * Input: BITS (0 64, 1 32, 2 16), a seed for the registers, bytes of instructions.
 */
#include "../../unittests/core/pc/second.h"
#include "opinion.h"
#include "parser.h"

static struct second modes[3];

static void open_modes(void)
{
	static const unsigned bits[] = { 64, 32, 16 };

	for (unsigned i = 0; i < ARRAY_SIZE(modes); i++)
		promise(second_open(&modes[i], bits[i]), "Capstone");
}

static void registers(u8 seed, struct pc_regs *r)
{
	u64 x = seed * 0x9e3779b97f4a7c15ull + 1;

	*r = (struct pc_regs){ .rip = 0 };
	for (unsigned i = 0; i < PC_GPRS; i++) {
		x = x * 6364136223846793005ull + 1442695040888963407ull;
		r->gpr[i] = x ^ x >> 29;
	}
}

/* Fewer bytes than it has: more are wanted. More than it has: the same. */
static void lengths(const struct second *s, const u8 *b, const struct pc_insn *whole)
{
	for (unsigned n = 0; n <= PC_INSN_MAX; n++) {
		struct pc_insn i;
		u8 *part = malloc(n ? n : 1); /* the sanitizer sees a read beyond it */
		enum pc_decoded d;

		if (!part)
			abort();
		memcpy(part, b, n);
		d = pc_decode(part, n, &s->m, &i);
		free(part);
		if (n < whole->len)
			promise(d == DECODE_MORE, "a part of an instruction is no instruction");
		else
			promise(d == DECODED && !memcmp(&i, whole, sizeof(i)),
				"what stands behind does not matter");
	}
}

static void ranges(const struct pc_insn *i)
{
	promise(i->len && i->len <= PC_INSN_MAX, "its length");
	if (i->op == OP_OTHER)
		return;
	promise(i->seg < PC_SEGS, "its segment");
	promise(i->size == 1 || i->size == 2 || i->size == 4 || i->size == 8, "its size");
	promise(i->asize == 2 || i->asize == 4 || i->asize == 8, "its size of addresses");
	promise(i->base < PC_GPRS || i->base == PC_NO_REG, "its base");
	promise(i->index < PC_GPRS || i->index == PC_NO_REG, "its index");
	promise(i->reg < PC_GPRS && i->scale < 4, "its register and scale");
}

static void one(struct second *s, const u8 *b, const struct pc_regs *r)
{
	struct pc_insn i;
	const char *why;

	switch (second_look(s, b, r, &why)) {
	case SECOND_DIFFERENT:
		fprintf(stderr, "fuzz: %s:", why);
		for (unsigned k = 0; k < PC_INSN_MAX; k++)
			fprintf(stderr, " %02x", b[k]);
		fprintf(stderr, ": %s %s\n", s->insn->mnemonic, s->insn->op_str);
		abort();
	case SECOND_SAME:
		opinion(true, NULL);
		break;
	case SECOND_UNSURE:
		opinion(false, why);
		break;
	default:
		break;
	}
	if (pc_decode(b, PC_INSN_MAX, &s->m, &i) != DECODED)
		return;
	ranges(&i);
	lengths(s, b, &i);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct bytes b = { data, data + size };
	struct second *s = &modes[byte(&b) % ARRAY_SIZE(modes)];
	struct pc_regs r;

	if (!s->insn)
		open_modes();
	registers(byte(&b), &r);
	while (b.at < b.end) {
		u8 code[PC_INSN_MAX];

		for (unsigned i = 0; i < sizeof(code); i++)
			code[i] = byte(&b);
		one(s, code, &r);
	}
	return 0;
}
