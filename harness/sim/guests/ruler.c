// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A controller that starts, stops and destroys others at any moment, and ends when they are all
 * gone. Boot arguments: seed, ops, victims (a mask of partition numbers).
 */
#include "lib.h"

#define RESTARTING 6 /* docs/hcalls.md */

static u64 victim(u64 *rng, u64 mask)
{
	u64 lpid;

	if (!mask)
		return 200;
	do
		lpid = s_below(rng, 8);
	while (!(mask >> lpid & 1));
	return lpid;
}

/* Catch it while it starts again. */
static s64 interrupt_restart(u64 *rng, u64 lpid)
{
	u64 r[G_MAX_ARGS];
	s64 status = H_SUCCESS;

	for (unsigned i = 0; i < 60 && status == H_SUCCESS; i++) {
		status = G_CALL(HV_PARTITION_INFO, r, lpid);
		if (status == H_SUCCESS && r[0] == RESTARTING)
			return G_CALL(s_below(rng, 2) ? HV_PARTITION_STOP : HV_PARTITION_DESTROY,
				      NULL, lpid);
		s_sleep(s_below(rng, 3000));
	}
	return status;
}

static void act(u64 *rng, u64 mask)
{
	u64 r[G_MAX_ARGS], lpid = victim(rng, mask);
	s64 status;

	switch (s_below(rng, 9)) {
	case 0:
		status = G_CALL(HV_PARTITION_STOP, NULL, lpid);
		break;
	case 1:
		status = G_CALL(HV_PARTITION_START, NULL, lpid);
		break;
	case 2:
		status = G_CALL(HV_PARTITION_DESTROY, NULL, lpid);
		break;
	case 3:
		status = G_CALL(HV_YIELD, NULL, s_below(rng, 8));
		break;
	case 4:
		status = G_CALL(HV_MEMORY_INFO, r, 0);
		G_CHECK(r[0] <= r[1]);
		break;
	case 5:
		status = G_CALL(HV_PARTITION_INFO, r, s_below(rng, 8) + 1);
		break;
	case 6:
		status = interrupt_restart(rng, lpid);
		break;
	default:
		s_sleep(s_below(rng, 8) ? s_below(rng, 20000) : s_below(rng, 500000));
		return;
	}
	if (status != H_SUCCESS && status != H_PARAMETER && status != H_BAD_MODE &&
	    status != H_NOT_AVAILABLE)
		g_fail("status %ld for partition %lu", (long)status, lpid);
}

static void end_of(u64 lpid)
{
	u64 r[G_MAX_ARGS], limit = g_now() + HZ;

	while (G_CALL(HV_PARTITION_INFO, r, lpid) == H_SUCCESS) {
		G_CALL(HV_PARTITION_DESTROY, NULL, lpid);
		if (g_now() > limit)
			g_fail("partition %lu does not go away", lpid);
		s_sleep(10000);
	}
}

GUEST(ruler)
{
	u64 mask = g_arg("victims", 0), ops = g_arg("ops", 20), rng = g_arg("seed", 1);

	while (ops--)
		act(&rng, mask);
	for (u64 i = 1; i < 8; i++)
		if (mask >> i & 1)
			end_of(i);
	s_pass();
}
