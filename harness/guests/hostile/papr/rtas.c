/* SPDX-License-Identifier: BSD-2-Clause */
/* RTAS: argument blocks in any shape at any place, and ones that change while they are read. */
#include "../lib/papr/hostile_papr.h"

#define PARAMETER 0xfffffffdu /* status -3 */
#define UNTOUCHED 0xddddddddu

static const char *const harmless[] = { "get-time-of-day", "set-time-of-day",
					"start-cpu",	   "query-cpu-stopped-state",
					"ibm,set-xive",	   "ibm,get-xive",
					"ibm,int-on",	   "ibm,int-off",
					"nvram-fetch",	   "ibm,get-system-parameter" };

/* Argument blocks that are nonsense, with services that do no harm. */
GUEST(rtas_garbage)
{
	struct hostile h;

	hostile_begin(&h);
	for (unsigned i = 0; i < 200; i++) {
		const char *name = harmless[hostile_random(&h) % LENGTH(harmless)];
		u32 in[8], out[8];

		for (unsigned k = 0; k < 8; k++)
			in[k] = (u32)hostile_value(&h, U64);
		/* text goes to a buffer: only to where it does no harm */
		in[1] = hostile_random(&h) % 2 ? (u32)h.play : (u32)h.memory - 2;
		if (in[0] - 1 < g_vcpus() - 1u) /* and vcpus must not start there */
			in[0] = 0;
		g_rtas(name, (unsigned)(hostile_random(&h) % 9), in,
		       (unsigned)(hostile_random(&h) % 9), out);
	}
	hostile_end(&h);
}

GUEST(rtas_tokens)
{
	static const u32 zero[17];
	u32 first = hostile_token("get-time-of-day");
	struct hostile h;

	hostile_begin(&h);
	for (u32 i = 0; i < 64; i++) {
		const u32 token[] = { first - 1 - i,	 first + 15 + i,  1u << (i % 32), ~i, i,
				      first + (i << 16), first | 1u << 31 };

		for (unsigned t = 0; t < LENGTH(token); t++) {
			if (token[t] - first < 15)
				continue;
			G_EQ(hostile_rtas(h.play, token[t], 0, 1, zero), H_SUCCESS);
			G_EQ(hostile_get32(h.play + 12), PARAMETER);
		}
	}
	/* right token, wrong numbers: a status, and no other word */
	for (u32 nargs = 0; nargs <= 16; nargs++)
		for (u32 nrets = 1; nrets <= 16; nrets++) {
			if (nargs == 0 && nrets == 8)
				continue;
			G_EQ(hostile_rtas(h.play, first, nargs, nrets, zero), H_SUCCESS);
			G_EQ(hostile_get32(h.play + 12 + 4 * nargs), PARAMETER);
			for (u32 i = 1; i < nrets; i++)
				G_EQ(hostile_get32(h.play + 12 + 4 * (nargs + i)), UNTOUCHED);
		}
	hostile_end(&h);
}

static s64 header(u64 block, u32 token, u32 nargs, u32 nrets)
{
	hostile_put32(block, token);
	hostile_put32(block + 4, nargs);
	hostile_put32(block + 8, nrets);
	return G_CALL(HV_RTAS, NULL, block);
}

GUEST(rtas_places)
{
	u32 token = hostile_token("query-cpu-stopped-state");
	struct hostile h;

	hostile_begin(&h);
	{
		const u64 outside[] = { h.memory,	  h.memory - 4,	 h.memory - 8,
					h.memory + 0xffc, 0xfffffffc,	 0xffffffff,
					0x80000000,	  h.memory - 11, 0x7ffffff8 };
		const u32 huge[] = { 17, 0x100, 0x10000, 0x3fffffff, 0x40000000, 0x80000000, ~0u };

		for (unsigned i = 0; i < LENGTH(outside); i++)
			G_EQ(G_CALL(HV_RTAS, NULL, outside[i]), H_PARAMETER);
		for (unsigned i = 0; i < LENGTH(huge); i++) {
			G_EQ(header(h.play, token, huge[i], 2), H_PARAMETER);
			G_EQ(header(h.play, token, 1, huge[i]), H_PARAMETER);
			G_EQ(header(h.play, token, huge[i], huge[i]), H_PARAMETER);
			G_EQ(header(h.play, token, -huge[i], huge[i]), H_PARAMETER);
		}
		/* the end of memory cuts it: header, arguments, results */
		for (u64 back = 12; back < 12 + 4 * 3; back += 4)
			G_EQ(header(h.memory - back, token, 1, 2), H_PARAMETER);
		G_EQ(header(h.memory - 24, token, 1, 2), H_SUCCESS);
	}
	/* across pages, at every byte */
	for (u64 at = h.play + 0x1000 - 28; at <= h.play + 0x1000; at++) {
		for (unsigned i = 0; i < 24; i++)
			g_store(at + i, 1, 0);
		g_store(at + 2, 1, token >> 8);
		g_store(at + 3, 1, token & 0xff);
		g_store(at + 7, 1, 1);
		g_store(at + 11, 1, 2);
		g_store(at + 23, 1, 0xdd);
		G_EQ(G_CALL(HV_RTAS, NULL, at), H_SUCCESS);
		G_EQ(g_load(at + 19, 1), 0);
		G_EQ(g_load(at + 23, 1), 2);
	}
	/* the high half of the address means nothing */
	G_EQ(header(h.play, token, 1, 2), H_SUCCESS);
	G_EQ(G_CALL(HV_RTAS, NULL, h.play | 0xabcdul << 32), H_SUCCESS);
	hostile_end(&h);
}

static void flip(u64 arg)
{
	struct hostile h = { .random = arg + g_vcpu() };
	const u32 token[] = { hostile_token("get-time-of-day"),
			      hostile_token("query-cpu-stopped-state"),
			      hostile_token("ibm,get-xive"),
			      hostile_token("nvram-fetch"),
			      hostile_token("ibm,get-system-parameter"),
			      0x7fffffff };
	const u32 number[] = { 0, 1, 2, 3, 8, 16, 17, ~0u, 0x10000 };

	while (!hostile_over()) {
		hostile_put32(arg, token[hostile_random(&h) % LENGTH(token)]);
		hostile_put32(arg + 4, number[hostile_random(&h) % LENGTH(number)]);
		hostile_put32(arg + 8, number[hostile_random(&h) % LENGTH(number)]);
		hostile_put32(arg + 12 + hostile_random(&h) % 12 * 4,
			      hostile_random(&h) % 3 ? (u32)arg - 0x400
						     : (u32)hostile_random(&h) | 1u << 31);
	}
}

/* Other vcpus rewrite the block during the call: what was checked is what is used. */
GUEST(rtas_changes)
{
	u64 refused = 0, served = 0, n = g_arg("flood", 3000);
	struct hostile h;

	hostile_begin(&h);
	/* the block ends where the guard begins: results never go behind what was checked */
	{
		u64 block = h.guard - 12 - 16 * 8;

		hostile_team(flip, block);
		for (u64 i = 0; i < n; i++) {
			s64 rc = G_CALL(HV_RTAS, NULL, block);

			if (rc == H_PARAMETER)
				refused++;
			else if (rc == H_SUCCESS)
				served++;
			else
				g_fail("status %ld", (long)rc);
			if (i % 16 == 0)
				g_relax();
		}
	}
	hostile_join();
	g_print("%lu served, %lu refused\n", served, refused);
	hostile_end(&h);
}

/* Results on top of arguments and header, services that write where their block stands. */
GUEST(rtas_overlap)
{
	u32 fetch = hostile_token("nvram-fetch"), name = hostile_token("ibm,get-system-parameter");
	struct hostile h;

	hostile_begin(&h);
	for (u32 off = 0; off < 64; off++) {
		const u32 a[3] = { off, (u32)h.play + off % 40, 256 };
		const u32 b[3] = { 55, (u32)h.play + off % 40, off };

		hostile_rtas(h.play, fetch, 3, 2, a);
		hostile_rtas(h.play, name, 3, 1, b);
	}
	hostile_end(&h);
}

GUEST(rtas_nvram)
{
	u32 store = hostile_token("nvram-store"), fetch = hostile_token("nvram-fetch");
	struct hostile h;

	hostile_begin(&h);
	{
		const u32 bad[] = { 0x4000, 0x4001, 0x10000, 0x7fffffff, 0x80000000, ~0u, ~0u - 7 };
		const u32 end[] = { (u32)h.memory, (u32)h.memory - 1, ~0u, ~0u - 255, 0x80000000 };

		for (unsigned i = 0; i < LENGTH(bad); i++)
			for (unsigned s = 0; s < 2; s++) {
				const u32 a[3] = { bad[i], (u32)h.play, 16 };

				hostile_rtas(h.play + 0x800, s ? store : fetch, 3, 2, a);
				G_EQ(hostile_get32(h.play + 0x800 + 24), PARAMETER);
			}
		for (unsigned i = 0; i < LENGTH(end); i++)
			for (unsigned s = 0; s < 2; s++) {
				const u32 a[3] = { 0x2000, end[i], 2 };

				hostile_rtas(h.play + 0x800, s ? store : fetch, 3, 2, a);
				G_EQ(hostile_get32(h.play + 0x800 + 24), PARAMETER);
			}
		/* lengths: no call moves more than 256 bytes, none beyond the end */
		for (unsigned i = 0; i < LENGTH(bad); i++) {
			const u32 a[3] = { 0x3ff8, (u32)h.guard - 8, bad[i] };

			hostile_rtas(h.play + 0x800, fetch, 3, 2, a);
			G_EQ(hostile_get32(h.play + 0x800 + 28), 8);
		}
	}
	hostile_end(&h);
}

GUEST(rtas_time)
{
	u32 set = hostile_token("set-time-of-day"), get = hostile_token("get-time-of-day");
	struct hostile h;

	hostile_begin(&h);
	for (unsigned i = 0; i < 300; i++) {
		static const u32 year[] = { 0, 1969, 1970, 2024, 2398, 2399, 2400, 9999, ~0u };
		static const u32 part[] = { 0,	1,  2,	12, 13, 23, 24,	 28,
					    29, 30, 31, 32, 59, 60, ~0u, 1u << 31 };
		u32 a[7] = { year[hostile_random(&h) % LENGTH(year)] };

		for (unsigned k = 1; k < 7; k++)
			a[k] = part[hostile_random(&h) % LENGTH(part)];
		hostile_rtas(h.play, set, 7, 1, a);
		hostile_rtas(h.play, get, 0, 8, NULL);
		if (hostile_get32(h.play + 12) == 0) {
			G_CHECK(hostile_get32(h.play + 16) >= 1970);
			G_CHECK(hostile_get32(h.play + 16) <= 2399);
			G_CHECK(hostile_get32(h.play + 20) - 1 < 12);
			G_CHECK(hostile_get32(h.play + 24) - 1 < 31);
		}
	}
	hostile_end(&h);
}
