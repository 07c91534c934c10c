/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PAPR machine as hostile guests use it: its calls, RTAS blocks in any shape, words in NVRAM.
 * Next: ../../papr.
 */
#include "hostile_papr.h"

#define NVRAM_AT 0x1000
#define BLOCK	 (G_SHARED + 0x800) /* of vcpu 0 only */
#define BUFFER	 (G_SHARED + 0x840)

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BE(bits, v) __builtin_bswap##bits(v)
#else
#define BE(bits, v) (v)
#endif

void hostile_put16(u64 addr, u16 v)
{
	g_store(addr, 2, BE(16, v));
}

void hostile_put32(u64 addr, u32 v)
{
	g_store(addr, 4, BE(32, v));
}

u32 hostile_get32(u64 addr)
{
	return BE(32, (u32)g_load(addr, 4));
}

void hostile_put64(u64 addr, u64 v)
{
	g_store(addr, 8, BE(64, v));
}

u32 hostile_token(const char *service)
{
	struct g_prop p = g_prop("/rtas", service);

	if (!p.addr)
		g_fail("no service %s", service);
	return (u32)g_prop_cells(p, 0, 1);
}

s64 hostile_rtas(u64 block, u32 token, u32 nargs, u32 nrets, const u32 *args)
{
	hostile_put32(block, token);
	hostile_put32(block + 4, nargs);
	hostile_put32(block + 8, nrets);
	for (u32 i = 0; i < nargs; i++)
		hostile_put32(block + 12 + 4 * i, args[i]);
	for (u32 i = 0; i < nrets; i++)
		hostile_put32(block + 12 + 4 * (nargs + i), 0xdddddddd);
	return G_CALL(HV_RTAS, NULL, block);
}

static void move(const char *service, unsigned n)
{
	const u32 a[3] = { NVRAM_AT + 8 * n, BUFFER, 8 };

	G_EQ(hostile_rtas(BLOCK, hostile_token(service), 3, 2, a), H_SUCCESS);
	G_EQ(hostile_get32(BLOCK + 24), 0);
	G_EQ(hostile_get32(BLOCK + 28), 8);
}

u64 hostile_kept(unsigned n)
{
	move("nvram-fetch", n);
	return g_load(BUFFER, 8);
}

void hostile_keep(unsigned n, u64 v)
{
	g_store(BUFFER, 8, v);
	move("nvram-store", n);
}

/* ---- calls ------------------------------------------------------------------------------- */

const struct hostile_row hostile_rows[] = {
#define HCALL(n, fn, auth, class, flow, nargs, nrets, ...) { #n, n, nargs, { __VA_ARGS__ } },
#include "../../../../../core/papr/hcalls.def"
#include "../../../../../include/hcalls.def"
#undef HCALL
};
const unsigned hostile_nrows = LENGTH(hostile_rows);

bool hostile_suicidal(const struct hostile *h, u64 nr, const u64 *a)
{
	switch (nr) {
	case HV_PARTITION_STOP:
	case HV_PARTITION_DESTROY:
		return a[0] == h->me;
	case H_SET_MODE:
		return a[1] == 3 || a[1] == 4;
	case H_REGISTER_VPA: /* the hypervisor would write where our code stands */
		return a[2] < h->play || (a[2] >= h->guard && a[2] < h->guard + HOSTILE_GUARD);
	case HV_RTAS: /* what the words there say may be: power off */
		return (u32)a[0] < h->memory && (u32)a[0] + 12 <= h->memory;
	default:
		return false;
	}
}

void hostile_tidy(void)
{
	for (unsigned v = 0; v < g_vcpus(); v++) {
		G_CALL(H_REGISTER_VPA, NULL, 6ul << 45, v, 0);
		G_CALL(H_REGISTER_VPA, NULL, 5ul << 45, v, 0);
	}
	G_CALL(H_REGISTER_PROC_TBL, NULL, 0x15, 0, 0, 0);
	G_CALL(H_CPPR, NULL, 0);
}

s64 hostile_no_call(u64 nr)
{
	(void)nr;
	return H_FUNCTION;
}

/* ---- interrupts, memory, clock, terminal --------------------------------------------------- */

static void external(void *arg)
{
	u64 r[G_MAX_ARGS];

	(void)arg;
	G_EQ(G_CALL(H_XIRR, r, 0), H_SUCCESS);
	G_CALL(H_IPI, NULL, g_vcpu(), 0xff);
	G_CALL(H_EOI, NULL, r[0]);
}

void hostile_quiet(void)
{
	g_handler(G_IRQ_EXTERNAL, external, NULL);
}

/* The truth about an access. */
static void check_fault(u64 addr, unsigned size, bool write)
{
	const struct g_fault *f = g_fault();

	if (f->kind != G_DATA_FAULT && f->kind != G_RANGE_FAULT)
		g_fail("access to %#lx: vector %#lx", addr, f->vector);
	if (f->kind == G_DATA_FAULT && f->write != write)
		g_fail("access to %#lx: status %#lx does not tell what it was", addr, f->status);
	if (f->addr < addr || f->addr >= addr + size)
		g_fail("access to %#lx: reported at %#lx", addr, f->addr);
}

void hostile_outside(u64 addr, unsigned size)
{
	u64 v, before = g_faults();

	if (g_try_load(addr, size, &v))
		g_fail("read %#lx", addr);
	check_fault(addr, size, false);
	if (g_try_store(addr, size, 0x6666666666666666))
		g_fail("wrote %#lx", addr);
	check_fault(addr, size, true);
	G_EQ(g_faults(), before + 2);
}

void hostile_no_code(u64 addr)
{
	if (g_try_jump(addr))
		g_fail("a jump to %#lx came back", addr);
	G_CHECK(g_fault()->kind == G_INST_FAULT || g_fault()->kind == G_RANGE_FAULT);
}

u64 hostile_illegal(void)
{
	return 0;
}

s64 hostile_clock(void)
{
	u32 t[7];

	if (g_rtas("get-time-of-day", 0, NULL, 8, t))
		return -1;
	return ((s64)t[2] * 24 + t[3]) * 3600 + t[4] * 60 + t[5];
}

u64 hostile_used(void)
{
	u64 r[G_MAX_ARGS];

	G_EQ(G_CALL(H_PURR, r, 0), H_SUCCESS);
	return r[0];
}

void hostile_last_words(u64 addr, u64 n)
{
	const u32 a[1] = { (u32)addr };

	(void)n;
	g_rtas("ibm,os-term", 1, a, 1, NULL);
	g_fail("os-term came back");
}

void hostile_noise(void)
{
	G_CALL(H_PUT_TERM_CHAR, NULL, 0, 16, 0x4e4f495345204e4f, 0x4953450a4e4f4953);
}
