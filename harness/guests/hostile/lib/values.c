/* SPDX-License-Identifier: BSD-2-Clause */
/* Values for the arguments of calls, and calls with them. Next: hostile.c. */
#include "hostile.h"

u64 hostile_value(struct hostile *h, enum hostile_kind kind)
{
	const u64 any[] = { 0,
			    1,
			    2,
			    3,
			    4,
			    5,
			    8,
			    16,
			    17,
			    0xff,
			    0x100,
			    0xffff,
			    0x7fffffff,
			    0x80000000,
			    0xffffffff,
			    1ul << 32,
			    1ul << 45,
			    2ul << 45,
			    5ul << 45,
			    6ul << 45,
			    1ul << 63,
			    ~0ul,
			    ~0ul - 7,
			    h->memory,
			    h->memory - 1,
			    h->memory - 8,
			    h->memory - 0x1000,
			    h->memory + 0x1000,
			    h->play,
			    h->play + 1,
			    h->play + 0x80,
			    h->play + 0xf80,
			    h->play + 0x1000,
			    1ul << 40,
			    1ul << 52,
			    0x1d,
			    0xff000002,
			    0x30000000,
			    0x20000000,
			    0x6030203180000,
			    -h->memory };
	const u64 lpid[] = { h->me, 0,		 h->me + 1,	    h->me - 1,	       255,
			     256,   h->me + 256, h->me | 1ul << 16, h->me | 1ul << 32, ~0ul };
	const u64 vcpu[] = { g_vcpu(), g_vcpus(), g_vcpus() - 1, 15, 16, 1ul << 32, ~0ul, 0xffff };
	u64 n = hostile_random(h);

	if (n % 8 == 0)
		return hostile_random(h) >> (n >> 8) % 64;
	n >>= 16;
	if (kind == LPID)
		return lpid[n % LENGTH(lpid)];
	if (kind == VCPU && n % 4)
		return vcpu[(n >> 8) % LENGTH(vcpu)];
	return any[n % LENGTH(any)];
}

void hostile_call(struct hostile *h, u64 nr, const u64 *args, u64 *rets)
{
	if (hostile_suicidal(h, nr, args))
		return;
	g_timer(g_hz() / 2000);
	g_hcall(nr, args, rets);
	g_irqs(false);
}
