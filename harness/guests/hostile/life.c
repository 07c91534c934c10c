/* SPDX-License-Identifier: BSD-2-Clause */
/* Life cycle: calls on partitions that are not ours, yields to them, restarts for ever. */
#include "lib/hostile.h"

static const u64 calls[] = { HV_PARTITION_INFO, HV_PARTITION_START, HV_PARTITION_STOP,
			     HV_PARTITION_DESTROY };

static void refused(const struct hostile *h, u64 nr, u64 lpid)
{
	u64 r[G_MAX_ARGS] = { 0 };
	s64 rc;

	if (lpid == h->me && (nr == HV_PARTITION_INFO || nr == HV_PARTITION_STOP))
		return;
	rc = G_CALL(nr, r, lpid);
	if (rc != H_AUTHORITY)
		g_fail("call %#lx on partition %#lx gives %ld", nr, lpid, (long)rc);
}

/* The controller is partition 1: it must be there at the end to say that nothing happened to it. */
GUEST(life_of_others)
{
	struct hostile h;
	u64 r[G_MAX_ARGS];

	hostile_begin(&h);
	for (unsigned c = 0; c < LENGTH(calls); c++) {
		for (u64 lpid = 0; lpid <= 300; lpid++)
			refused(&h, calls[c], lpid);
		for (unsigned bit = 8; bit < 64; bit++) {
			refused(&h, calls[c], h.me | 1ul << bit);
			refused(&h, calls[c], 1 | 1ul << bit);
			refused(&h, calls[c], -(1ul << bit));
		}
	}
	G_EQ(G_CALL(HV_MEMORY_INFO, NULL, 0), H_AUTHORITY);
	G_EQ(G_CALL(HV_PARTITION_INFO, r, h.me), H_SUCCESS);
	G_EQ(r[1], h.memory >> 12);
	hostile_end(&h);
}

/* Yields to the neighbour, to nobody, to oneself: they give away only what is ours. */
GUEST(life_yield_flood)
{
	struct hostile h;
	u64 n = g_arg("flood", 600);

	hostile_begin(&h);
	for (u64 i = 0; i < n; i++) {
		const u64 to[] = { 1, 0, h.me, 1, 255, 256, ~0ul, 1ul << 32 | 1 };
		u64 lpid = to[i % LENGTH(to)];
		s64 rc = G_CALL(HV_YIELD, NULL, lpid);

		if (lpid > 254)
			G_EQ(rc, H_PARAMETER);
		else
			/* the neighbour may have ended */
			G_CHECK(rc == H_SUCCESS || rc == H_NOT_AVAILABLE ||
				(lpid == 1 && rc == H_PARAMETER));
	}
	hostile_end(&h);
}

static void busy(u64 arg)
{
	struct hostile h = { .random = arg + 77 * g_vcpu() };
	u64 r[G_MAX_ARGS];

	while (!hostile_over()) {
		G_CALL(HV_YIELD, NULL, hostile_random(&h) % 4);
		G_CALL(HV_PARTITION_INFO, r, arg);
	}
}

/* A reboot while the other vcpus are in calls, again and again. */
GUEST(life_reboots)
{
	u64 n = hostile_kept(KEPT_OWN);
	struct hostile h;

	hostile_begin(&h);
	if (n < g_arg("reboots", 6)) {
		hostile_keep(KEPT_OWN, n + 1);
		hostile_team(busy, h.me);
		g_store(h.play, 8, h.memory);
		hostile_again();
	}
	hostile_keep(KEPT_OWN, 0);
	G_CHECK(g_load(h.play, 8) == 0);
	hostile_end(&h);
}
