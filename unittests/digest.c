// SPDX-License-Identifier: GPL-2.0-or-later
/* digest.h: most of a test run is this, over memory of guests that nobody has written. */
#include "digest.h"

#include <string.h>

#define BLOCK 1024
#define LANES 4 /* side by side: a multiplication waits for the one before */

static u64 word(const u8 *b, unsigned n)
{
	u64 w;

	memcpy(&w, b + 8 * n, 8);
	return w;
}

static bool all_zero(const u8 *b)
{
	u64 any = 0;

	for (const u8 *end = b + BLOCK; b < end; b += 64) {
		any |= word(b, 0) | word(b, 1) | word(b, 2) | word(b, 3);
		any |= word(b, 4) | word(b, 5) | word(b, 6) | word(b, 7);
	}
	return !any;
}

static u64 step(u64 h, u64 w)
{
	h = (h ^ w) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 29;
}

static void mix_lanes(u64 *lane, const u8 *b, size_t n)
{
	u64 l0 = lane[0], l1 = lane[1], l2 = lane[2], l3 = lane[3];

	for (; n >= 8 * LANES; n -= 8 * LANES, b += 8 * LANES) {
		l0 = step(l0, word(b, 0));
		l1 = step(l1, word(b, 1));
		l2 = step(l2, word(b, 2));
		l3 = step(l3, word(b, 3));
	}
	lane[0] = l0;
	lane[1] = l1;
	lane[2] = l2;
	lane[3] = l3;
}

void digest_mix(u64 *h, const void *data, size_t n)
{
	u64 lane[LANES] = { *h, 1, 2, 3 }, zeros = 0;
	const u8 *b = data;

	for (; n >= BLOCK; n -= BLOCK, b += BLOCK) {
		if (all_zero(b)) {
			zeros++;
			continue;
		}
		lane[0] = step(lane[0], zeros);
		zeros = 0;
		mix_lanes(lane, b, BLOCK);
	}
	mix_lanes(lane, b, n);
	b += n - n % sizeof(lane);
	n %= sizeof(lane);
	*h = step(step(step(step(lane[0], lane[1]), lane[2]), lane[3]), zeros);
	for (; n; n--, b++)
		*h = step(*h, *b);
}
