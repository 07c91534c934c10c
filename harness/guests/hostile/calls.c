/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls: each with garbage and with extremes, numbers that are none, user mode, floods. */
#include "lib/hostile.h"

GUEST(call_garbage)
{
	u64 a[G_MAX_ARGS], r[G_MAX_ARGS];
	struct hostile h;

	hostile_begin(&h);
	for (unsigned i = 0; i < hostile_nrows; i++)
		for (unsigned k = 0; k < 25; k++) {
			const struct hostile_row *row = &hostile_rows[i];

			for (unsigned n = 0; n < G_MAX_ARGS; n++)
				a[n] = n < row->nargs || hostile_random(&h) % 2
					       ? hostile_value(&h,
							       n < row->nargs ? row->kind[n] : U64)
					       : 0;
			hostile_call(&h, row->nr, a, r);
		}
	hostile_tidy();
	hostile_end(&h);
}

GUEST(call_extremes)
{
	struct hostile h;

	hostile_begin(&h);
	{
		const u64 value[] = { 0,
				      1,
				      ~0ul,
				      ~0ul >> 1,
				      1ul << 63,
				      0xffffffff,
				      0x80000000,
				      h.memory - 1,
				      h.memory,
				      -h.memory,
				      0x0123456789abcdef,
				      0xfffffffffffff000 };
		u64 a[G_MAX_ARGS], r[G_MAX_ARGS];

		for (unsigned i = 0; i < hostile_nrows; i++)
			for (unsigned v = 0; v < LENGTH(value); v++)
				for (unsigned hole = 0; hole <= hostile_rows[i].nargs; hole++) {
					for (unsigned n = 0; n < G_MAX_ARGS; n++)
						a[n] = n + 1 == hole ? 0 : value[v];
					hostile_call(&h, hostile_rows[i].nr, a, r);
				}
	}
	hostile_tidy();
	hostile_end(&h);
}

static bool known(u64 nr)
{
	for (unsigned i = 0; i < hostile_nrows; i++)
		if (hostile_rows[i].nr == nr)
			return true;
	return false;
}

static void unknown(u64 nr)
{
	static const u64 a[G_MAX_ARGS] = { ~0ul, ~0ul, ~0ul, ~0ul, ~0ul, ~0ul, ~0ul, ~0ul, ~0ul };

	if (!known(nr) && g_hcall(nr, a, NULL) != hostile_no_call(nr))
		g_fail("there is a call %#lx", nr);
}

GUEST(call_numbers)
{
	struct hostile h;

	hostile_begin(&h);
	for (u64 nr = 0; nr < 0x600; nr++)
		unknown(nr);
	for (u64 nr = 0xf000; nr < 0x10040; nr++)
		unknown(nr);
	for (unsigned i = 0; i < hostile_nrows; i++) { /* all 64 bits of a number count */
		for (unsigned bit = 16; bit < 64; bit++)
			unknown(hostile_rows[i].nr | 1ul << bit);
		unknown(-hostile_rows[i].nr);
	}
	hostile_end(&h);
}

GUEST(call_user)
{
	struct hostile h;

	hostile_begin(&h);
	for (unsigned i = 0; i < hostile_nrows; i++)
		if (!g_user_hcall(hostile_rows[i].nr))
			g_fail("%s was served in user mode", hostile_rows[i].name);
	hostile_end(&h);
}

GUEST(call_flood)
{
	struct hostile h;
	u64 n = g_arg("flood", 20000);

	hostile_begin(&h);
	for (u64 i = 0; i < n; i++)
		g_hcall(i % 3 ? HV_NULL : 0xfff0 + i * 4, (const u64[G_MAX_ARGS]){ ~0ul, i, ~i },
			NULL);
	hostile_end(&h);
}

static void caller(u64 arg)
{
	struct hostile h = { .random = arg + g_vcpu(),
			     .me = arg,
			     .memory = g_memory(),
			     .play = g_free(),
			     .guard = ~0ul };
	u64 a[G_MAX_ARGS], r[G_MAX_ARGS];

	while (!hostile_over()) {
		const struct hostile_row *row = &hostile_rows[hostile_random(&h) % hostile_nrows];

		for (unsigned n = 0; n < G_MAX_ARGS; n++)
			a[n] = n < row->nargs ? hostile_value(&h, row->kind[n]) : 0;
		if (row->nr != H_REGISTER_PROC_TBL && row->nr != H_REGISTER_VPA)
			hostile_call(&h, row->nr, a, r);
	}
}

/* The same garbage from all vcpus at once. */
GUEST(call_together)
{
	struct hostile h;

	hostile_begin(&h);
	hostile_team(caller, h.me);
	for (unsigned i = 0; i < 400; i++) {
		const struct hostile_row *row = &hostile_rows[hostile_random(&h) % hostile_nrows];
		u64 a[G_MAX_ARGS] = { 0 }, r[G_MAX_ARGS];

		for (unsigned n = 0; n < row->nargs; n++)
			a[n] = hostile_value(&h, row->kind[n]);
		hostile_call(&h, row->nr, a, r);
	}
	hostile_join();
	hostile_tidy();
	hostile_end(&h);
}
