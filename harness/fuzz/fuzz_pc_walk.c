// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the walk of a guest's page tables: any tables, in all forms, and any access, compared
 * with a walker of its own, which is written from the manual (APM 2, 5.1 to 5.6, 8.4.2) and not
 * from the code. Next to read: core/pc/walk.c.
 *
 * Input: MODE (low bits 0 none, 1 32-bit, 2 PAE, 3 four levels, 4 five; then NXE, WP, SMEP, SMAP),
 * BITS (of a physical address, from 32; 0x40 PSE, 0x80 AC), then operations: an entry of a table,
 * or an access.
 */
#include "gcopy.h"
#include "pcbench.h"

#define TABLES 8u /* pages from BENCH_TABLES on */
#define P      0x1ull
#define W      0x2ull
#define U      0x4ull
#define PS     0x80ull
#define NX     (1ull << 63)

static struct pc_mode m;
static unsigned phys_bits;
static bool ac;
static unsigned nreads;

/* core/pc/walk.c reads entries and code by this. */
err_t __real_gcopy_from(const struct partition *p, void *to, gpa_t g, u64 n);
err_t __wrap_gcopy_from(const struct partition *p, void *to, gpa_t g, u64 n);
err_t __wrap_gcopy_from(const struct partition *p, void *to, gpa_t g, u64 n)
{
	nreads++;
	return __real_gcopy_from(p, to, g, n);
}

/* ---- the other walker ------------------------------------------------------------------- */

/* One level: where its index stands in an address, how many bits it has, bytes of an entry. */
struct level {
	u8 shift, bits, size;
	bool may_map; /* with PS set, an entry here maps a page */
	bool plain;   /* an entry here has no rights */
};

static const struct level legacy[] = { { 22, 10, 4, true, false }, { 12, 10, 4, true, false } };
static const struct level pae[] = { { 30, 2, 8, false, true },
				    { 21, 9, 8, true, false },
				    { 12, 9, 8, true, false } };
static const struct level longm[] = { { 48, 9, 8, false, false },
				      { 39, 9, 8, false, false },
				      { 30, 9, 8, true, false },
				      { 21, 9, 8, true, false },
				      { 12, 9, 8, true, false } };

struct result {
	bool ok;
	u64 addr;
	u32 error;
	unsigned nlevels;
};

static u64 ones(unsigned from, unsigned to)
{
	return from > to ? 0 : (~0ull >> (63 - (to - from))) << from;
}

/* Bits that the manual has as "must be zero" in an entry that is present. */
static u64 zeros(const struct level *l, u64 e, bool maps)
{
	u64 z = 0;

	if (l->size == 4) { /* 40 bits of address, from 13 on; bit 21 is between */
		if (maps && l->shift == 22)
			z = 1u << 21 | (phys_bits < 40 ? ones(phys_bits - 32 + 13, 20) : 0);
		return e & z;
	}
	z = ones(phys_bits, 51);
	if (!(m.efer & EFER_NXE))
		z |= NX;
	if (!(m.efer & EFER_LMA))
		z |= ones(52, 62);
	if (l->plain)
		z |= NX | ones(1, 2) | ones(5, 8);
	if (maps && l->shift > 12)
		z |= ones(13, l->shift - 1u);
	if (!l->may_map && !l->plain)
		z |= PS;
	return e & z;
}

static u64 mapped(const struct level *l, u64 e, u64 va)
{
	u64 in_page = ones(0, l->shift - 1u);

	if (l->size == 4 && l->shift == 22)
		return (e & 0xffc00000) | (e & ones(13, 20)) << 19 | (va & in_page);
	return (e & ones(12, l->size == 4 ? 31 : 51) & ~in_page) | (va & in_page);
}

static bool allowed(u64 all, u64 any, u32 access)
{
	bool user = access & PC_PF_USER, write = access & PC_PF_WRITE, fetch = access & PC_PF_FETCH;
	bool user_page = all & U;

	if (user && !user_page)
		return false;
	if (fetch && any & NX)
		return false;
	if (!user && user_page && fetch && m.cr4 & CR4_SMEP)
		return false;
	if (!user && user_page && !fetch && m.cr4 & CR4_SMAP && !ac)
		return false;
	return !write || all & W || (!user && !(m.cr0 & CR0_WP));
}

static unsigned levels(const struct level **l, u64 *table)
{
	*table = m.cr3 & ones(12, 51);
	if (m.efer & EFER_LMA) {
		*l = m.cr4 & CR4_LA57 ? longm : longm + 1;
		return m.cr4 & CR4_LA57 ? 5 : 4;
	}
	*table = m.cr3 & (m.cr4 & CR4_PAE ? ones(5, 31) : ones(12, 31));
	*l = m.cr4 & CR4_PAE ? pae : legacy;
	return m.cr4 & CR4_PAE ? 3 : 2;
}

static struct result naive(u64 va, u32 access)
{
	struct result res = { .error = access };
	u64 table, all = W | U, any = 0, e;
	const struct level *l;
	unsigned n;

	if (!(m.cr4 & CR4_SMEP) && !(m.cr4 & CR4_PAE && m.efer & EFER_NXE))
		res.error &= ~PC_PF_FETCH;
	if (!(m.cr0 & CR0_PG)) {
		res.ok = true;
		res.addr = va & ones(0, 31);
		return res;
	}
	for (n = levels(&l, &table);; l++) {
		bool last = l->shift == 12, maps;

		promise(n-- > 0, "a walk ends");
		res.nlevels++;
		if (!bench_peek(table + (va >> l->shift & ones(0, l->bits - 1u)) * l->size, l->size,
				&e))
			e = l->size == 4 ? ones(0, 31) : ~0ull;
		if (!(e & P))
			return res;
		maps = last || (l->may_map && e & PS && (l->size == 8 || m.cr4 & CR4_PSE));
		if (zeros(l, e, maps)) {
			res.error |= PC_PF_P | PC_PF_RSV;
			return res;
		}
		all &= l->plain ? ~0ull : e;
		any |= l->plain ? 0 : e;
		table = e & ones(12, l->size == 4 ? 31 : 51);
		if (maps)
			break;
	}
	res.error |= PC_PF_P;
	res.addr = mapped(l, e, va);
	res.ok = allowed(all, l->size == 4 ? 0 : any, access);
	return res;
}

/* ---- comparing -------------------------------------------------------------------------- */

static void report(const char *what, u64 va, u32 access, const struct result *r, bool ok, u64 addr,
		   u32 error)
{
	fprintf(stderr, "fuzz: %s: cr0 %lx cr4 %lx efer %lx bits %u, 0x%lx access %x: ", what,
		m.cr0, m.cr4, m.efer, phys_bits, va, access);
	fprintf(stderr, "%d 0x%lx error %x, wanted %d 0x%lx error %x\n", ok, addr, error, r->ok,
		r->addr, r->error);
	abort();
}

static void one(u64 va, u32 access)
{
	struct result want = naive(va, access);
	gpa_t g = GPA(0);
	u32 error = 0;
	bool ok;

	nreads = 0;
	ok = pc_walk(bench_v, &m, va, access, &g, &error);
	if (ok != want.ok || (ok ? g.v != want.addr : error != want.error))
		report("a walk", va, access, &want, ok, g.v, error);
	promise(nreads <= want.nlevels && nreads <= 5, "an entry of each level is read once");
}

/* Bytes of code, each by itself. */
static void code(u64 va, unsigned n)
{
	u32 access = PC_PF_FETCH | (m.cpl == 3 ? PC_PF_USER : 0), error = 0;
	u8 *buf = malloc(n);
	unsigned got;

	if (!buf)
		abort();
	got = pc_fetch(bench_v, &m, va, buf, n, &error);
	promise(got <= n, "no more than was asked for");
	for (unsigned i = 0; i < n; i++) {
		u64 at = m.code64 ? va + i : (va + i) & 0xffffffff, val;
		struct result want = naive(at, access);

		if (want.ok != (i < got) || (!want.ok && want.error != error))
			report("a fetch", at, access, &want, i < got, 0, error);
		if (!want.ok)
			break;
		if (!bench_peek(want.addr, 1, &val))
			val = 0xff;
		promise(buf[i] == val, "the byte that stands there");
	}
	free(buf);
}

/* ---- input ------------------------------------------------------------------------------ */

static void processor(struct bytes *b)
{
	u8 mode = byte(b), bits = byte(b), kind = mode & 7;

	m = (struct pc_mode){ .cr0 = CR0_PE, .cr3 = BENCH_TABLES, .code32 = true };
	if (kind)
		m.cr0 |= CR0_PG;
	if (kind >= 2)
		m.cr4 |= CR4_PAE;
	if (kind >= 3) {
		m.efer |= EFER_LME | EFER_LMA;
		m.code64 = kind != 5;
	}
	if (kind == 4)
		m.cr4 |= CR4_LA57;
	m.efer |= mode & 8 ? EFER_NXE : 0;
	m.cr0 |= mode & 16 ? CR0_WP : 0;
	m.cr4 |= (mode & 32 ? CR4_SMEP : 0) | (mode & 64 ? CR4_SMAP : 0);
	m.cr3 |= mode & 128 ? 0x7e0 : 0;
	m.cr4 |= bits & 64 ? CR4_PSE : 0;
	ac = bits & 128;
	bench_v->arch.pc.rflags = RFLAGS_ONE | (ac ? 1ull << 18 : 0);
	phys_bits = 32 + (bits & 63) % 21;
	pc_part(bench_p)->phys_bits = (u8)phys_bits;
}

static u16 slot(struct bytes *b)
{
	static const u16 some[] = { 0, 1, 2, 3, 4, 511, 510, 256 };
	u8 c = byte(b);

	return c < 128 ? some[c & 7] : (u16)((c & 1) << 8 | byte(b));
}

/* An entry: which table and slot, where it points, its low and high bits. */
static void set_entry(struct bytes *b)
{
	unsigned size = m.cr4 & CR4_PAE ? 8 : 4;
	u64 at = BENCH_TABLES + (byte(b) % TABLES << 12) + slot(b) * size + (m.cr3 & 0x7e0);
	u8 where = byte(b);
	u64 e = where < 192   ? BENCH_TABLES + ((u64)where % TABLES << 12)
		: where < 224 ? (u64)byte(b) << 21
			      : word(b, 8);

	e ^= word(b, 2);
	if (where & 8)
		e ^= (u64)byte(b) << 13;
	if (where & 16)
		e ^= (u64)word(b, 2) << 48;
	bench_poke(at, size, e);
}

static void attempt(struct bytes *b)
{
	u8 how = byte(b);
	u64 va = 0;

	for (unsigned shift = m.cr4 & CR4_LA57 ? 48 : 39; shift >= 12; shift -= 9)
		va |= (u64)slot(b) << shift;
	va |= word(b, 2) & 0xfff;
	if (!m.code64)
		va = (va ^ va >> 9) & 0xffffffff;
	m.cpl = how & 1 ? 3 : 0;
	if (how & 8) {
		code(va, 1 + (how >> 4));
		return;
	}
	one(va, (how & 1 ? PC_PF_USER : 0) | (how & 4 ? PC_PF_FETCH : how & 2 ? PC_PF_WRITE : 0));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct bytes b = { data, data + size };
	static const u8 none[HV_PAGE_SIZE];

	if (!bench_p) /* once: nothing but the tables and what processor() sets can change */
		bench_boot();
	for (unsigned i = 0; i <= TABLES; i++)
		promise(!gcopy_to(bench_p, GPA(BENCH_TABLES + ((u64)i << 12)), none, sizeof(none)),
			"tables are memory");
	processor(&b);
	while (b.at < b.end) {
		if (byte(&b) & 1)
			set_entry(&b);
		else
			attempt(&b);
		promise(this_cpu()->windows == 0, "no window is left");
	}
	return 0;
}
