/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions that no guest may execute: the port's list, one by one and as a flood. */
#include "lib/hostile.h"

GUEST(deeds)
{
	struct hostile h;

	hostile_begin(&h);
	for (unsigned i = 0; i < g_deeds(); i++) {
		const struct g_deed *d = g_deed(i);
		u64 before = g_faults();
		bool done = g_do_deed(i);

		if (done && d->must_fault)
			g_fail("%s: no fault", d->what);
		if (!done && g_faults() != before + 1)
			g_fail("%s: %lu faults", d->what, g_faults() - before);
		G_EQ(G_CALL(HV_NULL, NULL, 0), H_SUCCESS);
	}
	hostile_end(&h);
}

GUEST(deed_flood)
{
	struct hostile h;
	u64 n = g_arg("flood", 3000), before, faulted = 0;

	hostile_begin(&h);
	before = g_faults();
	for (u64 i = 0; i < n; i++)
		faulted += !g_do_deed((unsigned)(hostile_random(&h) % g_deeds()));
	G_EQ(g_faults(), before + faulted);
	G_CHECK(faulted > 0);
	hostile_end(&h);
}

static void doer(u64 arg)
{
	(void)arg;
	for (unsigned i = 0; !hostile_over(); i++)
		g_do_deed(i % g_deeds());
}

GUEST(deeds_together)
{
	struct hostile h;

	hostile_begin(&h);
	hostile_team(doer, 0);
	for (unsigned i = 0; i < 300; i++)
		g_do_deed(i % g_deeds());
	hostile_join();
	hostile_end(&h);
}
