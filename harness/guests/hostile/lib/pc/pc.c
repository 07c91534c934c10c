/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PC as hostile guests use it: its calls, words in the memory of the CMOS clock, what is where
 * no memory is. Next: ../../pc.
 */
#include "../hostile.h"
#include "pc.h"

#define MAPPED	  (1ul << 39) /* start.S: so much is mapped onto itself */
#define VEC_UD	  6
#define VEC_GP	  13
#define KVM_CALLS 0x400
#define KVM_NONE  (-1000)

const struct hostile_row hostile_rows[] = {
#define HCALL(n, fn, auth, class, flow, nargs, nrets, ...) { #n, n, nargs, { __VA_ARGS__ } },
#include "../../../../../include/hcalls.def"
#undef HCALL
};
const unsigned hostile_nrows = LENGTH(hostile_rows);

bool hostile_suicidal(const struct hostile *h, u64 nr, const u64 *a)
{
	return (nr == HV_PARTITION_STOP || nr == HV_PARTITION_DESTROY) && a[0] == h->me;
}

void hostile_tidy(void)
{
}

s64 hostile_no_call(u64 nr)
{
	return nr < KVM_CALLS ? KVM_NONE : H_FUNCTION;
}

static void drop(u64 vector)
{
	(void)vector;
	pc_apic_set(APIC_EOI, 0);
}

void hostile_quiet(void)
{
	pc_other(drop);
}

/* ---- memory ------------------------------------------------------------------------------ */

/* The page of an APIC? */
static bool device(u64 addr)
{
	return addr >> 12 == PC_IOAPIC >> 12 || addr >> 12 == PC_LAPIC >> 12;
}

/* Fault of an address that our own page tables, or no page tables, have. */
static void check_fault(u64 addr, unsigned size)
{
	const struct g_fault *f = g_fault();

	if (f->kind == G_DATA_FAULT && f->addr >= addr && f->addr < addr + size)
		return;
	if (f->vector != VEC_GP)
		g_fail("access to %#lx: exception %lu at %#lx", addr, f->vector, f->addr);
}

/* Reads give ones and writes are lost. */
static void hole(u64 addr, unsigned size)
{
	u64 ones = ~0ul >> (64 - 8 * size), before = g_faults(), v;

	for (unsigned i = 0; i < 2; i++) {
		if (!g_try_load(addr, size, &v) || v != ones)
			g_fail("%#lx is %#lx", addr, v);
		if (!i && !g_try_store(addr, size, 0x6666666666666666))
			g_fail("a write to %#lx faults", addr);
	}
	G_EQ(g_faults(), before);
}

void hostile_outside(u64 addr, unsigned size)
{
	u64 before = g_faults(), v;

	if (device(addr) || device(addr + size - 1))
		return;
	if (addr < MAPPED && addr + size <= MAPPED) {
		hole(addr, size);
		return;
	}
	if (g_try_load(addr, size, &v))
		g_fail("read %#lx", addr);
	check_fault(addr, size);
	if (g_try_store(addr, size, 0x6666666666666666))
		g_fail("wrote %#lx", addr);
	check_fault(addr, size);
	G_EQ(g_faults(), before + 2);
}

void hostile_no_code(u64 addr)
{
	const struct g_fault *f = g_fault();

	if (g_try_jump(addr))
		g_fail("a jump to %#lx came back", addr);
	if (addr < MAPPED ? f->vector == VEC_UD : f->vector == VEC_GP || f->addr == addr)
		return;
	g_fail("a jump to %#lx: exception %lu at %#lx", addr, f->vector, f->addr);
}

u64 hostile_illegal(void)
{
	return 0x0b0f0b0f0b0f0b0f; /* UD2 */
}

/* ---- clock, terminal, what is kept ------------------------------------------------------ */

enum { SECOND = 0, MINUTE = 2, HOUR = 4, DAY = 7, STATUS_D = 0x0d };
#define VALID 0x80

static s64 bcd(u8 index)
{
	u8 v = pc_cmos(index);

	return (v >> 4) * 10 + (v & 15);
}

s64 hostile_clock(void)
{
	s64 first, again;

	if (!(pc_cmos(STATUS_D) & VALID))
		return -1;
	do { /* no field may have moved in between */
		first = bcd(SECOND);
		again = ((bcd(DAY) * 24 + bcd(HOUR)) * 60 + bcd(MINUTE)) * 60;
	} while (bcd(SECOND) != first);
	return again + first;
}

u64 hostile_used(void)
{
	return ~0ul;
}

void hostile_last_words(u64 addr, u64 n)
{
	while (n--)
		pc_out(PC_COM1, 1, (u32)g_load(addr++, 1));
	g_poweroff();
}

void hostile_noise(void)
{
	static const char text[] = "NOISE NOISE\nNOIS";

	for (unsigned i = 0; i < sizeof(text) - 1; i++)
		pc_out(PC_COM1, 1, (u8)text[i]);
}

#define KEPT_AT 0x40

u64 hostile_kept(unsigned n)
{
	u64 v = 0;

	for (unsigned i = 8; i--;)
		v = v << 8 | pc_cmos((u8)(KEPT_AT + 8 * n + i));
	return v;
}

void hostile_keep(unsigned n, u64 v)
{
	for (unsigned i = 0; i < 8; i++)
		pc_cmos_set((u8)(KEPT_AT + 8 * n + i), (u8)(v >> 8 * i));
}
