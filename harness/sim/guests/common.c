// SPDX-License-Identifier: GPL-2.0-or-later
/* What guests of both machines share (lib.h): built twice. Next: lib.c, pc/lib.c. */
#include "lib.h"

u64 s_random(u64 *state)
{
	u64 x = (*state += 0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

u64 s_seed(void)
{
	return g_load(WORD(0), 8) * 31 + g_vcpu();
}
