// SPDX-License-Identifier: GPL-2.0-or-later
/* Copies between guest memory and the hypervisor's (gcopy.h), through windows. See core/gmem.c. */
#include "gcopy.h"
#include "gmem.h"
#include "hv.h"
#include "hvstring.h"
#include "partition.h"

#define MAX_PIECES 2 /* GCOPY_MAX bytes touch no more pages */

BUILD_ASSERT(GCOPY_MAX <= HV_PAGE_SIZE, "then they may touch more");

/* Bytes within one page. */
struct piece {
	pa_t pa;
	u64 len;
};

/* Translate all of [g, g + n) before anything is copied; *count pieces. */
static err_t plan(const struct partition *p, gpa_t g, u64 n, unsigned prot, struct piece *out,
		  unsigned *count)
{
	*count = 0;
	if (n > GCOPY_MAX)
		return HV_EINVAL;
	if (n && g.v + (n - 1) < g.v)
		return HV_ERANGE;
	while (n) {
		struct piece *pc = &out[(*count)++];
		u64 run;
		err_t err = gmem_translate(p, g, prot, &pc->pa, &run);

		if (err)
			return err;
		pc->len = MIN(n, HV_PAGE_SIZE - (g.v & HV_PAGE_MASK));
		g.v += pc->len;
		n -= pc->len;
	}
	return HV_OK;
}

static u8 *open_window(pa_t pa)
{
	this_cpu()->windows++;
	return (u8 *)arch_window_open(PA(ALIGN_DOWN(pa.v, HV_PAGE_SIZE))) + (pa.v & HV_PAGE_MASK);
}

static void close_window(u8 *at)
{
	arch_window_close((u8 *)ALIGN_DOWN((uintptr_t)at, HV_PAGE_SIZE));
	this_cpu()->windows--;
}

err_t gcopy_from(const struct partition *p, void *to, gpa_t g, u64 n)
{
	struct piece piece[MAX_PIECES];
	unsigned count;
	u8 *d = to;
	err_t err = plan(p, g, n, PROT_R, piece, &count);

	if (err)
		return err;
	for (unsigned i = 0; i < count; d += piece[i++].len) {
		u8 *w = open_window(piece[i].pa);

		memcpy(d, w, piece[i].len);
		close_window(w);
	}
	return HV_OK;
}

err_t gcopy_to(const struct partition *p, gpa_t g, const void *from, u64 n)
{
	struct piece piece[MAX_PIECES];
	const u8 *s = from;
	unsigned count;
	err_t err = plan(p, g, n, PROT_W, piece, &count);

	if (err)
		return err;
	for (unsigned i = 0; i < count; s += piece[i++].len) {
		u8 *w = open_window(piece[i].pa);

		memcpy(w, s, piece[i].len);
		close_window(w);
	}
	return HV_OK;
}

err_t gcopy_load(const struct partition *p, gpa_t g, const void *from, u64 n)
{
	const u8 *s = from;
	u64 run;
	pa_t pa;

	if (n && g.v + (n - 1) < g.v)
		return HV_ERANGE;
	for (u64 at = 0; at < n; at += run) {
		err_t err = gmem_translate(p, GPA(g.v + at), PROT_W, &pa, &run);

		if (err)
			return err;
	}
	for (u64 at = 0; at < n; at += run) {
		gmem_translate(p, GPA(g.v + at), PROT_W, &pa, &run);
		run = MIN(run, n - at);
		arch_load_image(pa, s + at, run);
	}
	return HV_OK;
}
