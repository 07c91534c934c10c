/* SPDX-License-Identifier: BSD-2-Clause */
/* The PAPR machine's own means: RTAS blocks in any shape, words in NVRAM. */
#include "hostile.h"

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

void hostile_again(void)
{
	if (g_arg("sequence", 0))
		hostile_keep(KEPT_NEXT, hostile_kept(KEPT_NEXT) - 1);
	g_reboot();
}
