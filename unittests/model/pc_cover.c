// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the accesses of PCs have covered: a count for each register, in each way. One that is
 * specified and was never accessed fails the run. Next: pc_scan.c.
 */
#include <stdio.h>

#include "pc_access.h"

/* Where in drive.seen each group stands; two counts for each number: read, written. */
enum {
	MSRS = 0,	       /* of the allow-list, in its order */
	XAPIC = MSRS + 2 * 64, /* registers in memory */
	X2APIC = XAPIC + 2 * 64,
	IOAPIC = X2APIC + 2 * 64,
	UART = IOAPIC + 2 * 64,
	CMOS = UART + 2 * 8,
	KINDS = CMOS + 2 * 128, /* of interrupt commands: 8, to whom: 4 */
	END = KINDS + 32,
};

BUILD_ASSERT(END <= PC_SEEN, "counts have room");

static void count(unsigned group, u64 n, u64 size, bool write)
{
	if (n < size)
		drive.seen[group + 2 * n + write]++;
}

static void cover_msr(const struct mp_call *c, const struct pc_access *a)
{
	for (unsigned i = 0; i < mp_nmsrs; i++)
		if (mp_msrs[i] == a->at)
			count(MSRS, i, 64, a->write);
	if (mp_apic_x2(c->v) && a->at >= 0x800)
		count(X2APIC, a->at - 0x800, 64, a->write);
	if (mp_apic_x2(c->v) && a->at == 0x830 && a->write)
		drive.seen[KINDS + (a->val >> 8 & 7) * 4 + (a->val >> 18 & 3)]++;
}

static void cover_memory(const struct mp_call *c, const struct pc_access *a)
{
	if (a->at % 16 || a->size != 4)
		return;
	if (a->at >= 0xfee00000 && mp_apic_on(c->v) && !mp_apic_x2(c->v))
		count(XAPIC, (a->at - 0xfee00000) / 16, 64, a->write);
	if (a->at == 0xfec00010)
		count(IOAPIC, c->pc->select, 64, a->write);
}

void pc_cover(const struct mp_call *c, const struct pc_access *a)
{
	if (a->kind == PC_MSR)
		cover_msr(c, a);
	if (a->kind == PC_MEMORY)
		cover_memory(c, a);
	if (a->kind == PC_PORT && a->at >= 0x3f8 && a->size == 1)
		count(UART, a->at - 0x3f8, 8, a->write);
	if (a->kind == PC_PORT && a->at == 0x71 && a->size == 1)
		count(CMOS, c->pc->index, 128, a->write);
}

static unsigned missing(const u64 *seen, const char *what, unsigned group, u64 n)
{
	unsigned bad = 0;

	for (u64 i = 0; i < 2 * n; i++)
		if (!seen[group + i]) {
			printf("%s 0x%llx was never %s\n", what, (unsigned long long)i / 2,
			       i % 2 ? "written" : "read");
			bad++;
		}
	return bad;
}

unsigned pc_uncovered(const u64 *seen)
{
	unsigned bad = missing(seen, "MSR number", MSRS, mp_nmsrs) +
		       missing(seen, "APIC register", XAPIC, 64) +
		       missing(seen, "x2APIC register", X2APIC, 64) +
		       missing(seen, "I/O APIC register", IOAPIC, 64) +
		       missing(seen, "COM1 register", UART, 8) + missing(seen, "CMOS", CMOS, 128);

	for (unsigned i = 0; i < 32; i++)
		if (!seen[KINDS + i]) {
			printf("interrupt command of kind %u, to %u: never\n", i / 4, i % 4);
			bad++;
		}
	return bad;
}
