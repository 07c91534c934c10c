/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PAPR machine for test guests: terminal, RTAS, interrupts between vcpus, end. fdt.c reads the
 * device tree. Next to read: a port's cpu.c.
 */
#include "papr.h"
#include "port.h"

#define IPI_SOURCE   2 /* of an interrupt from another vcpu */
#define IPI_PRIORITY 4
#define STOPPED	     0

/* ---- console ----------------------------------------------------------------------------- */

static u64 term(void)
{
	struct g_prop reg = g_prop("/vdevice/vty", "reg");

	return reg.addr ? g_prop_cells(reg, 0, 1) : 0;
}

/* The terminal takes 16 bytes a call, packed from the left into two registers. */
void port_put(const char *s, unsigned n)
{
	u64 t = term();

	while (n) {
		unsigned len = n < 16 ? n : 16;
		u64 w[2] = { 0, 0 };
		s64 rc;

		for (unsigned i = 0; i < len; i++)
			w[i / 8] |= (u64)(u8)s[i] << (56 - 8 * (i % 8));
		rc = G_CALL(H_PUT_TERM_CHAR, NULL, t, len, w[0], w[1]);
		if (rc == H_BUSY) {
			g_relax();
			continue;
		}
		if (rc != H_SUCCESS)
			port_hang();
		s += len;
		n -= len;
	}
}

int g_getc(void)
{
	u64 r[G_MAX_ARGS];

	/* More than one byte may arrive; the guests' input is single keys. */
	if (G_CALL(H_GET_TERM_CHAR, r, term()) != H_SUCCESS || r[0] == 0)
		return -1;
	return (int)(r[1] >> 56);
}

/* ---- RTAS -------------------------------------------------------------------------------- */

static void put_be32(u64 addr, u32 v)
{
	for (unsigned i = 0; i < 4; i++)
		g_store(addr + i, 1, (v >> (24 - 8 * i)) & 0xff);
}

static u32 get_be32(u64 addr)
{
	u32 v = 0;

	for (unsigned i = 0; i < 4; i++)
		v = v << 8 | (u32)g_load(addr + i, 1);
	return v;
}

/* Fill this vcpu's argument block; 0 when the tree names no such service. */
static u64 rtas_block(const char *service, unsigned nargs, const u32 *args, unsigned nrets)
{
	u64 block = G_SCRATCH + g_vcpu() * G_SCRATCH_PER;
	struct g_prop token = g_prop("/rtas", service);

	if (!token.addr || nargs > 8 || nrets > 8)
		return 0;
	put_be32(block, (u32)g_prop_cells(token, 0, 1));
	put_be32(block + 4, nargs);
	put_be32(block + 8, nrets);
	for (unsigned i = 0; i < nargs; i++)
		put_be32(block + 12 + 4ul * i, args[i]);
	for (unsigned i = 0; i < nrets; i++)
		put_be32(block + 12 + 4ul * (nargs + i), 0xffffffff);
	return block;
}

static s64 rtas_results(u64 block, unsigned nargs, unsigned nrets, u32 *rets)
{
	u64 at = block + 12 + 4ul * nargs;

	for (unsigned i = 1; rets && i < nrets; i++)
		rets[i - 1] = get_be32(at + 4ul * i);
	return nrets ? (s64)(int32_t)get_be32(at) : 0;
}

s64 g_rtas(const char *service, unsigned nargs, const u32 *args, unsigned nrets, u32 *rets)
{
	u64 block = rtas_block(service, nargs, args, nrets);

	if (!block)
		return -1000;
	if (G_CALL(HV_RTAS, NULL, block) != H_SUCCESS)
		return -1001;
	return rtas_results(block, nargs, nrets, rets);
}

s64 g_rtas_blob(const char *service, unsigned nargs, const u32 *args, unsigned nrets, u32 *rets)
{
	u64 block = rtas_block(service, nargs, args, nrets);
	struct g_prop entry = g_prop("/rtas", "linux,rtas-entry");

	if (!block || !entry.addr)
		return -1000;
	if (!port_rtas_entry(g_prop_cells(entry, 0, 1), block))
		return -1002;
	return rtas_results(block, nargs, nrets, rets);
}

s64 g_start(unsigned index, void (*fn)(u64 arg), u64 arg)
{
	u32 a[3] = { index, 0, 0 };

	port_prepare(index, fn, arg, &a[1], &a[2]);
	return g_rtas("start-cpu", 3, a, 1, NULL);
}

void g_stop(void)
{
	g_irqs(false);
	g_rtas("stop-self", 0, NULL, 1, NULL);
	g_fail("stop-self came back");
}

/* ---- end --------------------------------------------------------------------------------- */

void g_poweroff(void)
{
	static const u32 mask[2] = { 0, 0 };

	g_irqs(false);
	g_rtas("power-off", 2, mask, 1, NULL);
	port_hang();
}

void g_reboot(void)
{
	g_irqs(false);
	g_rtas("system-reboot", 0, NULL, 1, NULL);
	port_hang();
}

void g_crash(const char *why)
{
	u64 text = G_SCRATCH + g_vcpu() * G_SCRATCH_PER + 0x200;
	u32 a[1] = { (u32)text };
	unsigned i;

	for (i = 0; i < 100 && why[i]; i++)
		g_store(text + i, 1, (u8)why[i]);
	g_store(text + i, 1, 0);
	g_rtas("ibm,os-term", 1, a, 1, NULL);
	g_fail("os-term came back");
}

/* ---- interrupts -------------------------------------------------------------------------- */

void guest_drop_external(void)
{
	u64 r[G_MAX_ARGS] = { 0 };

	if (G_CALL(H_XIRR, r, 0) == H_SUCCESS && (r[0] & 0xffffff))
		G_CALL(H_EOI, NULL, r[0]);
}

void g_ipis_on(void)
{
	G_EQ(G_CALL(H_CPPR, NULL, 0xff), H_SUCCESS);
}

void g_ipi(unsigned vcpu)
{
	G_EQ(G_CALL(H_IPI, NULL, vcpu, IPI_PRIORITY), H_SUCCESS);
}

/* Withdraw it, then end it. */
bool g_take_ipi(void)
{
	u64 r[G_MAX_ARGS];

	G_EQ(G_CALL(H_XIRR, r, 0), H_SUCCESS);
	if ((r[0] & 0xffffff) == 0)
		return false;
	G_EQ(r[0] & 0xffffff, IPI_SOURCE);
	G_EQ(G_CALL(H_IPI, NULL, g_vcpu(), 0xff), H_SUCCESS);
	G_EQ(G_CALL(H_EOI, NULL, r[0]), H_SUCCESS);
	return true;
}

void g_prod(unsigned vcpu)
{
	G_EQ(G_CALL(H_PROD, NULL, vcpu), H_SUCCESS);
}

void g_cede(void)
{
	if (G_CALL(H_CEDE, NULL, 0) != H_SUCCESS)
		g_fail("H_CEDE failed");
}

bool g_stopped(unsigned index)
{
	u32 cpu = index, state;

	G_EQ(g_rtas("query-cpu-stopped-state", 1, &cpu, 2, &state), 0);
	return state == STOPPED;
}

/* ---- memory ------------------------------------------------------------------------------ */

struct span {
	u64 from, to;
};

/* The largest stretch of memory without the image, the tree and RTAS: they stand in any order. */
static struct span gap(void)
{
	u64 fdt = port_fdt(), rtas = g_prop_cells(g_prop("/rtas", "linux,rtas-base"), 0, 1);
	struct span used[] = {
		{ 0, port_image_end() },
		{ fdt, fdt + get_be32(fdt + 4) },
		{ rtas, rtas + g_prop_cells(g_prop("/rtas", "rtas-size"), 0, 1) },
	};
	struct span best = { 0, 0 };

	for (unsigned i = 0; i < 3; i++) {
		struct span s = { (used[i].to + 0xfff) & ~0xffful, g_memory() };

		for (unsigned j = 0; j < 3; j++)
			if (used[j].to > s.from && used[j].from < s.to)
				s.to = used[j].from;
		if (s.to > s.from && s.to - s.from > best.to - best.from)
			best = s;
	}
	return best;
}

u64 g_free(void)
{
	return gap().from;
}

u64 g_free_end(void)
{
	return gap().to;
}

void g_describe(void)
{
	u64 r[G_MAX_ARGS];
	char text[64];

	g_prop_text(g_prop("/", "ibm,partition-name"), text, sizeof(text));
	g_print("partition '%s'", text);
	g_prop_text(g_prop("/", "compatible"), text, sizeof(text));
	g_print(", compatible '%s'\n", text);
	G_EQ(G_CALL(HV_VERSION, r, 0), H_SUCCESS);
	G_EQ(r[1], g_prop_cells(g_prop("/", "ibm,partition-no"), 0, 1));
}
