// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the emulation of instructions: one is done by pc_emulate on a guest's memory and by the
 * processor of the host on the same bytes at the same addresses (native.h); registers, flags as far
 * as they are defined, memory and faults must be the same. Only what the decoder has accepted, an
 * own list knows and whose operand was moved to those pages is given to the host. Next to read:
 * core/pc/emulate.c.
 *
 * Input: MODE (1: 32-bit code; 2: also addresses that there cannot be; GS base in bits 4, 5),
 * FLAGS, SEED of what memory holds, offsets of the operand and of a second one (2 bytes each),
 * registers (a byte each; 255: 8 more bytes), then the instruction; and so on.
 */
#include "../../core/pc/insn.h"
#include "gcopy.h"
#include "native.h"
#include "opinion.h"
#include "pcbench.h"

#define GUEST_CODE 0x40000u /* where the pages stand in the guest's memory */
#define GUEST_DATA 0x50000u
#define P	   1u
#define W	   2u
#define U	   4u

static u8 image[NATIVE_BYTES]; /* what memory holds before */

struct attempt {
	u8 code[PC_INSN_MAX];
	struct pc_insn i;
	struct pc_mode m;
	struct pc_regs r;
	u64 at, second; /* where the operands shall stand */
	bool wild;	/* or at an address that there cannot be */
};

/* ---- the guest -------------------------------------------------------------------------- */

static void tables(void)
{
	u64 pt = BENCH_TABLES + 0x3000;

	bench_poke(BENCH_TABLES, 8, (BENCH_TABLES + 0x1000) | P | W | U);
	bench_poke(BENCH_TABLES + 0x1000, 8, (BENCH_TABLES + 0x2000) | P | W | U);
	bench_poke(BENCH_TABLES + 0x2000 + (NATIVE_CODE >> 21) * 8, 8, pt | P | W | U);
	bench_poke(pt + (NATIVE_CODE >> 12 & 511) * 8, 8, GUEST_CODE | P | U);
	for (unsigned i = 0; i < NATIVE_PAGES; i++)
		bench_poke(pt + ((NATIVE_DATA >> 12 & 511) + i) * 8, 8,
			   (GUEST_DATA + i * 4096) | P | U | (i < NATIVE_PAGES - 1 ? W : 0));
}

static void guest_memory(bool write, u8 *buf)
{
	for (unsigned i = 0; i < NATIVE_BYTES; i += GCOPY_MAX)
		promise(!(write ? gcopy_to(bench_p, GPA(GUEST_DATA + i), buf + i, GCOPY_MAX)
				: gcopy_from(bench_p, buf + i, GPA(GUEST_DATA + i), GCOPY_MAX)),
			"the guest's memory");
}

static void guest_begin(const struct attempt *a)
{
	struct um_pc *pc = &bench_v->arch.pcx;

	guest_memory(true, image);
	promise(!gcopy_to(bench_p, GPA(GUEST_CODE), a->code, sizeof(a->code)), "code");
	bench_v->arch.pc = a->r;
	pc->cr0 = a->m.cr0;
	pc->cr3 = a->m.cr3;
	pc->cr4 = a->m.cr4;
	pc->efer = a->m.efer;
	pc->cpl = a->m.cpl;
	pc->code64 = a->m.code64;
	pc->code32 = a->m.code32;
	memcpy(pc->base, a->m.base, sizeof(pc->base));
	pc->injected = false;
}

/* ---- what may be given to the host ------------------------------------------------------ */

/* An own list of opcodes, so that the host never does what only the decoder thinks it knows. */
static bool harmless(const struct attempt *a)
{
	static const u8 prefix[] = { 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65,
				     0x66, 0x67, 0xf0, 0xf2, 0xf3 };
	static const u8 known[] = { 0x63, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87,
				    0x88, 0x89, 0x8a, 0x8b, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4,
				    0xa5, 0xaa, 0xab, 0xc6, 0xc7, 0xf6, 0xf7 };
	static const u8 two[] = { 0xa3, 0xab, 0xb3, 0xbb, 0xba, 0xb6, 0xb7, 0xbe, 0xbf };
	unsigned n = 0;

	while (memchr(prefix, a->code[n], sizeof(prefix)) ||
	       (a->m.code64 && (a->code[n] & 0xf0) == 0x40))
		n++;
	if (a->code[n] == 0x0f)
		return memchr(two, a->code[n + 1], sizeof(two));
	return (a->code[n] < 0x40 && (a->code[n] & 7) < 4) ||
	       memchr(known, a->code[n], sizeof(known));
}

static u64 cut(u64 val, u8 size)
{
	return size == 8 ? val : val & ((1ull << 8 * size) - 1);
}

static bool is_string(const struct attempt *a)
{
	return a->i.op == OP_MOVS || a->i.op == OP_STOS;
}

/* How far from the operand a bit number in a register leads. */
static s64 bit_offset(const struct attempt *a)
{
	s64 bit;

	if (a->i.op != OP_BIT || a->i.imm)
		return 0;
	bit = (s64)cut(a->r.gpr[a->i.reg], a->i.osize);
	if (a->i.osize < 8 && bit >> (8 * a->i.osize - 1))
		bit -= (s64)1 << 8 * a->i.osize;
	/* towards minus infinity */
	return (bit >= 0 ? bit / (8 * a->i.size) : -(~bit / (8 * a->i.size)) - 1) * a->i.size;
}

static u64 segment(const struct attempt *a)
{
	return a->m.code64 && a->i.seg >= PC_FS ? a->m.base[a->i.seg] : 0;
}

/* Where its operand is. */
static u64 place(const struct attempt *a)
{
	const struct pc_insn *i = &a->i;
	u64 off = (u64)i->disp + (u64)bit_offset(a);

	if (i->rip)
		off += a->r.rip + i->len;
	if (i->base != PC_NO_REG)
		off += a->r.gpr[i->base];
	if (i->index != PC_NO_REG)
		off += a->r.gpr[i->index] << i->scale;
	off = cut(off, i->asize) + segment(a);
	return a->m.code64 ? off : (u32)off;
}

/* Change the number in the instruction, which may have an immediate behind it. */
static bool move_number(struct attempt *a)
{
	unsigned n = a->i.op == OP_LOAD || a->i.op == OP_STORE ? a->i.asize : 4;
	u64 disp = (u64)a->i.disp + a->at - place(a);

	for (; n >= 2; n = n == 8 ? 4 : n - 2)
		for (unsigned behind = 0; behind <= 4 && behind + n < a->i.len; behind++) {
			struct attempt try = *a;

			for (unsigned k = 0; k < n; k++)
				try.code[a->i.len - behind - n + k] = (u8)(disp >> 8 * k);
			if (pc_decode(try.code, PC_INSN_MAX, &a->m, &try.i) == DECODED &&
			    try.i.op == a->i.op && try.i.len == a->i.len && place(&try) == a->at) {
				*a = try;
				return true;
			}
		}
	return false;
}

static bool within(const struct attempt *a, u64 at)
{
	return at >= NATIVE_DATA - 64 && at + a->i.size <= NATIVE_DATA + NATIVE_BYTES + 64;
}

/* No address of 48 bits: nothing is there on any machine without five levels. */
static bool impossible(u64 at)
{
	return at >> 47 != 0 && at >> 47 != 0x1ffff;
}

static void set_pointer(struct attempt *a, unsigned reg, u64 to)
{
	u64 mask = a->i.asize == 8 ? ~0ull : (1ull << 8 * a->i.asize) - 1;

	a->r.gpr[reg] = (a->r.gpr[reg] & ~mask) | (to & mask);
}

/* Move the operand to where it shall stand; false: it cannot be moved. */
static bool rebase(struct attempt *a)
{
	unsigned reg = a->i.base != PC_NO_REG ? a->i.base : a->i.index;

	/* 32-bit code has no FS and GS here, and CS cannot be written; segments are not emulated */
	if (a->m.code32 && (a->i.seg >= PC_FS || a->i.seg == PC_CS))
		return false;
	if (a->wild && !is_string(a) && impossible(place(a)) && impossible(place(a) + a->i.size))
		return true;
	if (is_string(a)) {
		if (a->i.asize == 2)
			return false;
		set_pointer(a, PC_RDI, a->at);
		set_pointer(a, PC_RSI, a->second - segment(a));
		return within(a, cut(a->r.gpr[PC_RDI], a->i.asize)) &&
		       within(a, cut(a->r.gpr[PC_RSI], a->i.asize) + segment(a));
	}
	if (reg == PC_NO_REG)
		return move_number(a) && within(a, place(a));
	if (a->i.asize == 2) /* the lowest pages hold nothing, for both */
		return place(a) + a->i.size < 0x10000;
	a->r.gpr[reg] += (a->at - place(a)) >> (reg == a->i.base ? 0 : a->i.scale);
	return within(a, place(a));
}

/* The host's kernel may slow down who locks over the border of a cache line. */
static bool splits(const struct attempt *a)
{
	bool locked = a->i.op == OP_XCHG || memchr(a->code, 0xf0, a->i.len);

	return locked && (place(a) & 63) + a->i.size > 64;
}

/* ---- comparing -------------------------------------------------------------------------- */

static void differ(const struct attempt *a, const struct native *n, const char *what, u64 ours,
		   u64 theirs)
{
	fprintf(stderr, "fuzz: %s: 0x%lx, the processor has 0x%lx:", what, ours, theirs);
	for (unsigned k = 0; k < a->i.len; k++)
		fprintf(stderr, " %02x", a->code[k]);
	fprintf(stderr, "\nfuzz: operand 0x%lx size %u, vector %u\n",
		is_string(a) ? a->at : place(a), a->i.size, n->vector);
	for (unsigned k = 0; k < PC_GPRS; k++)
		fprintf(stderr, "%s%2u 0x%-16lx", k % 4 ? " " : "\nfuzz: ", k, a->r.gpr[k]);
	fprintf(stderr, "\nfuzz: flags 0x%lx\n", a->r.rflags);
	abort();
}

/* Flags that the manual does not leave undefined. */
static u64 defined(const struct attempt *a)
{
	u64 all = RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF | RFLAGS_OF | RFLAGS_DF;

	if (a->i.op == OP_BIT)
		return all & ~(RFLAGS_OF | RFLAGS_SF | RFLAGS_AF | RFLAGS_PF);
	if (a->i.op == OP_TEST ||
	    (a->i.op == OP_ALU &&
	     (a->i.sub == ALU_AND || a->i.sub == ALU_OR || a->i.sub == ALU_XOR)))
		return all & ~RFLAGS_AF;
	return all;
}

static void compare_fault(const struct attempt *a, const struct native *n)
{
	const struct um_pc *pc = &bench_v->arch.pcx;

	if (!pc->injected)
		differ(a, n, "no exception", 0, n->vector);
	if (pc->event.vector != n->vector)
		differ(a, n, "the exception", pc->event.vector, n->vector);
	if (n->vector == PC_EXC_PF && pc->event.error != n->error)
		differ(a, n, "the error code", pc->event.error, n->error);
	if (n->vector == PC_EXC_PF && pc->cr2 != n->cr2)
		differ(a, n, "the address of the fault", pc->cr2, n->cr2);
}

static void compare(const struct attempt *a, const struct native *n)
{
	const struct pc_regs *r = &bench_v->arch.pc;
	unsigned regs = a->m.code64 ? PC_GPRS : 8;
	static u8 after[NATIVE_BYTES];
	u64 mask = a->m.code64 ? ~0ull : 0xffffffff;

	if (n->vector != PC_EXC_DB)
		compare_fault(a, n);
	else if (bench_v->arch.pcx.injected)
		differ(a, n, "an exception", bench_v->arch.pcx.event.vector, 0);
	for (unsigned k = 0; k < regs; k++)
		if ((r->gpr[k] ^ n->r.gpr[k]) & mask)
			differ(a, n, "a register", r->gpr[k], n->r.gpr[k]);
	if ((r->rip ^ n->r.rip) & mask)
		differ(a, n, "rip", r->rip, n->r.rip);
	if ((r->rflags ^ n->r.rflags) & defined(a))
		differ(a, n, "flags", r->rflags, n->r.rflags);
	guest_memory(false, after);
	if (!memcmp(after, native_data(), NATIVE_BYTES))
		return;
	for (unsigned k = 0; k < NATIVE_BYTES; k++)
		if (after[k] != native_data()[k])
			differ(a, n, "memory", after[k], native_data()[k]);
}

/* ---- input ------------------------------------------------------------------------------ */

static u64 offset(struct bytes *b)
{
	u64 off = word(b, 2);

	/* most of them at a border of two pages or at an end */
	if (off & 0x8000)
		return NATIVE_DATA + (off >> 5 & 7) % (NATIVE_PAGES + 1) * 4096 + (off & 31) - 16;
	return NATIVE_DATA + off % NATIVE_BYTES;
}

static void mode(struct attempt *a, u8 how)
{
	static const u64 gs[] = { 0, 0x1000, 0x12345678, 0x7ffff0000000 };

	a->m = (struct pc_mode){ .cr0 = CR0_PE | CR0_PG | CR0_WP,
				 .cr3 = BENCH_TABLES,
				 .cr4 = CR4_PAE,
				 .efer = EFER_LME | EFER_LMA,
				 .cpl = 3,
				 .code64 = !(how & 1),
				 .code32 = how & 1 };
	if (a->m.code64 && !native_refuses()) {
		native_set_gs(gs[how >> 4 & 3]);
		a->m.base[PC_GS] = gs[how >> 4 & 3];
		a->m.base[PC_FS] = native_fs();
	}
}

static void fill(u8 seed)
{
	static int now = -1;

	for (unsigned i = 0; now != seed && i < NATIVE_BYTES; i++)
		image[i] = (u8)(seed + i * (seed | 1u) + (i >> 8));
	now = seed;
}

static void input(struct bytes *b, struct attempt *a)
{
	static const u64 vals[] = { 0,		1,	2,	    7,		0x7f,
				    0x80,	0xff,	0x7fffffff, 0x80000000, ~0ull,
				    1ull << 63, 0x8000, 0x100000000 };
	u8 how = byte(b), flags = byte(b), seed = byte(b);

	mode(a, how);
	a->wild = how & 2;
	a->at = offset(b);
	a->second = offset(b);
	a->r.rflags = RFLAGS_ONE |
		      (flags & (RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF)) |
		      (flags & 2 ? RFLAGS_OF : 0) | (flags & 8 ? RFLAGS_DF : 0);
	a->r.rip = NATIVE_CODE;
	for (unsigned i = 0; i < PC_GPRS; i++) {
		u8 c = byte(b);

		a->r.gpr[i] = c == 255 ? word(b, 8) : vals[c % ARRAY_SIZE(vals)] + (c >> 4);
		if (!a->m.code64)
			a->r.gpr[i] = (u32)a->r.gpr[i];
	}
	fill(seed);
	for (unsigned i = 0; i < PC_INSN_MAX; i++)
		a->code[i] = byte(b);
}

static void one(struct attempt *a)
{
	struct native n = { .code32 = a->m.code32, .r = a->r };
	const char *refused = native_refuses();

	guest_begin(a);
	pc_emulate(bench_v);
	promise(lock_count() == 0 && this_cpu()->windows == 0, "no lock and no window is left");
	opinion(!refused, refused);
	if (refused)
		return;
	memcpy(native_data(), image, NATIVE_BYTES);
	memcpy(native_code(), a->code, sizeof(a->code));
	native_step(&n);
	compare(a, &n);
}

static void attempt(struct bytes *b)
{
	struct attempt a = { .at = 0 };

	input(b, &a);
	if (pc_decode(a.code, PC_INSN_MAX, &a.m, &a.i) != DECODED || a.i.op >= OP_INS ||
	    !harmless(&a) || !rebase(&a) || (!is_string(&a) && splits(&a)))
		return;
	one(&a);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct bytes b = { data, data + size };

	if (!bench_p) { /* once: an instruction changes nothing else */
		bench_boot();
		tables();
	}
	while (b.at < b.end)
		attempt(&b);
	return 0;
}
