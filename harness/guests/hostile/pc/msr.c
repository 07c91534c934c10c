/* SPDX-License-Identifier: BSD-2-Clause */
/* Model-specific registers: all numbers, all bits of those that matter. */
#include "../lib/hostile.h"
#include "pc.h"

#define VEC_GP	  13
#define TSC	  0x10
#define APIC_BASE 0x1b
#define ADJUST	  0x3b
#define PAT	  0x277
#define DEADLINE  0x6e0
#define X2	  0x800
#define EFER	  0xc0000080
#define KVM_WALL  0x4b564d00
#define KVM_CLOCK 0x4b564d01

static bool get(u32 nr, u64 *v)
{
	if (pc_try_rdmsr(nr, v))
		return true;
	if (g_fault()->vector != VEC_GP)
		g_fail("reading %#x: exception %lu", nr, g_fault()->vector);
	return false;
}

static bool set(u32 nr, u64 v)
{
	if (pc_try_wrmsr(nr, v))
		return true;
	if (g_fault()->vector != VEC_GP)
		g_fail("writing %#x: exception %lu", nr, g_fault()->vector);
	return false;
}

/* docs/pc.md: all that there is. */
static bool documented(u32 nr)
{
	static const u32 list[] = { 0x10,	0x11,	    0x12,	0x17,	    0x1b,
				    0x3a,	0x3b,	    0x8b,	0xce,	    0xfe,
				    0x174,	0x175,	    0x176,	0x1a0,	    0x1d9,
				    0x250,	0x258,	    0x259,	0x277,	    0x2ff,
				    0x6e0,	0xc0000080, 0xc0000081, 0xc0000082, 0xc0000083,
				    0xc0000084, 0xc0000100, 0xc0000101, 0xc0000102, 0xc0000103,
				    0xc0010010, 0xc0010015, 0xc0010055, 0xc0011029, KVM_WALL,
				    KVM_CLOCK };

	for (unsigned i = 0; i < LENGTH(list); i++)
		if (list[i] == nr)
			return true;
	return (nr >= 0x200 && nr < 0x210) || (nr >= 0x268 && nr < 0x270) ||
	       (nr >= X2 && nr < X2 + 0x40);
}

/* What this guest needs itself: time, APIC, GS, long mode; and those that write into memory. */
static bool needed(u32 nr)
{
	return nr == TSC || nr == APIC_BASE || nr == ADJUST || nr == DEADLINE ||
	       nr >> 8 == X2 >> 8 || nr == EFER || nr == 0xc0000101 || nr == KVM_WALL ||
	       nr == KVM_CLOCK || nr == 0x11 || nr == 0x12;
}

static void try(struct hostile *h, u32 nr)
{
	u64 v, old;

	if (get(nr, &old) && !documented(nr))
		g_fail("there is a register %#x: %#lx", nr, old);
	if (needed(nr))
		return;
	v = hostile_value(h, U64);
	if (set(nr, v) && !documented(nr))
		g_fail("register %#x takes %#lx", nr, v);
	if (documented(nr))
		set(nr, old);
}

/* The numbers where registers are, or where a list of allowed ones ends. */
GUEST(msr_numbers)
{
	static const struct {
		u32 from, n;
	} range[] = { { 0, 0x300 },	    { 0x3f0, 0x30 },	  { 0x480, 0x20 },
		      { 0x6e0, 1 },	    { 0x840, 0xc0 },	  { 0xd90, 0x20 },
		      { 0x1ff0, 0x20 },	    { 0x3ff0, 0x20 },	  { 0x40000000, 0x20 },
		      { 0x40000070, 0x20 }, { 0x4b564cf8, 0x10 }, { 0xbffffff0, 0x10 },
		      { 0xc0000000, 0x10 }, { 0xc0000080, 0x20 }, { 0xc00000e0, 0x30 },
		      { 0xc0000200, 0x10 }, { 0xc0001ff0, 0x20 }, { 0xc000fff0, 0x70 },
		      { 0xc0010110, 0x20 }, { 0xc0010200, 0x10 }, { 0xc0011000, 0x40 },
		      { 0xc0011ff0, 0x20 }, { 0xfffffff0, 0x10 }, { 0x7ffffff8, 0x10 },
		      { 0x80000ff8, 0x10 } };
	struct hostile h;

	hostile_begin(&h);
	for (unsigned i = 0; i < LENGTH(range); i++)
		for (u32 k = 0; k < range[i].n; k++)
			try(&h, range[i].from + k);
	for (unsigned i = 0; i < 300; i++)
		try(&h, (u32)hostile_random(&h));
	hostile_end(&h);
}

/* EFER: a guest in long mode may switch SCE and NXE, and no other bit. */
GUEST(msr_efer)
{
	struct hostile h;
	u64 old, now;

	hostile_begin(&h);
	G_CHECK(get(EFER, &old));
	for (unsigned bit = 0; bit < 64; bit++) {
		bool may = bit == 0 || bit == 11, lma = bit == 10;

		G_EQ(set(EFER, old ^ 1ul << bit), may || lma);
		G_CHECK(get(EFER, &now));
		G_EQ(now, may ? old ^ 1ul << bit : old);
		G_CHECK(set(EFER, old));
	}
	G_CHECK(!set(EFER, ~0ul));
	G_CHECK(!set(EFER, 0));
	hostile_end(&h);
}

/* PAT: eight memory types, none of which may be 2, 3 or above 7. */
GUEST(msr_pat)
{
	struct hostile h;
	u64 old, now;

	hostile_begin(&h);
	G_CHECK(get(PAT, &old));
	for (unsigned i = 0; i < 8; i++)
		for (u64 type = 0; type < 0x100; type += type < 8 ? 1 : 0x1f) {
			u64 v = (old & ~(0xfful << 8 * i)) | type << 8 * i;
			bool may = type < 8 && type != 2 && type != 3;

			G_EQ(set(PAT, v), may);
			G_CHECK(get(PAT, &now));
			G_EQ(now, may ? v : old);
			G_CHECK(set(PAT, old));
		}
	hostile_end(&h);
}

/* The local APIC stays where it is, and changes its mode only on the allowed ways. */
GUEST(msr_apic_base)
{
	struct hostile h;
	u64 old, now;

	hostile_begin(&h);
	G_CHECK(get(APIC_BASE, &old));
	for (unsigned bit = 0; bit < 64; bit++) {
		if (bit == 10 && !pc_x2apic())
			continue;
		if (bit != 11 || pc_x2apic())
			G_CHECK(!set(APIC_BASE, old ^ 1ul << bit));
		G_CHECK(get(APIC_BASE, &now));
		G_EQ(now, old);
	}
	for (unsigned i = 0; i < 50; i++) {
		pc_apic_mode(i & 1);
		G_CHECK(get(APIC_BASE, &now));
		G_EQ(now & ~0xc00ul, old & ~0xc00ul);
		G_CHECK(i & 1 || set(APIC_BASE, now));
	}
	pc_apic_mode(true);
	hostile_sleep(100); /* its timer still comes */
	hostile_end(&h);
}

/* ---- time ------------------------------------------------------------------------------- */

/* The counter anywhere, also where it soon begins anew. The time of others does not move. */
GUEST(msr_tsc)
{
	const u64 to[] = { 0,	      1,	 1ul << 31,	     ~0ul,	~0ul - 5000,
			   1ul << 63, 1ul << 62, 0x7fffffffffffff00, 1ul << 32, ~0ul >> 1 };
	struct hostile h;
	u64 v;

	hostile_begin(&h);
	for (unsigned i = 0; i < LENGTH(to); i++) {
		G_CHECK(set(TSC, to[i]));
		G_CHECK(g_now() - to[i] < g_hz());
		G_CHECK(get(ADJUST, &v));
		G_CHECK(set(ADJUST, v + (1ul << 40)));
		G_CHECK(g_now() - to[i] - (1ul << 40) < g_hz());
		G_CHECK(set(ADJUST, to[i]));
		G_CHECK(get(ADJUST, &v));
		G_EQ(v, to[i]);
		g_timer(100);
		g_cede();
		g_irqs(false);
	}
	G_CHECK(set(ADJUST, 0));
	hostile_sleep(100);
	hostile_end(&h);
}

static void tick(void *arg)
{
	(void)arg;
	g_store(HOSTILE_WORD(0), 8, g_load(HOSTILE_WORD(0), 8) + 1);
}

static u64 ticks(void)
{
	return g_load(HOSTILE_WORD(0), 8);
}

/* Deadlines long ago come at once, those at the end of time never. */
GUEST(msr_deadline)
{
	struct hostile h;

	hostile_begin(&h);
	g_store(HOSTILE_WORD(0), 8, 0);
	g_handler(G_IRQ_TIMER, tick, NULL);
	for (unsigned bit = 0; bit < 64; bit++) {
		u64 when = 1ul << bit, before = ticks(), until;
		bool past = when < g_now();

		G_CHECK(set(DEADLINE, when));
		g_irqs(true);
		until = g_now() + g_hz() / 20000;
		while (g_now() < until)
			g_relax();
		g_irqs(false);
		if (past)
			G_EQ(ticks(), before + 1);
		else if (when > g_now() + g_hz())
			G_EQ(ticks(), before);
		G_CHECK(set(DEADLINE, 0));
	}
	for (unsigned i = 0; i < 300; i++)
		G_CHECK(set(DEADLINE, g_now() + hostile_random(&h) % 50));
	g_irqs(true);
	g_store(HOSTILE_WORD(0), 8, 0);
	G_CHECK(set(DEADLINE, ~0ul));
	for (u64 until = g_now() + g_hz() / 2000; g_now() < until;)
		g_relax();
	G_EQ(ticks(), 0);
	g_irqs(false);
	hostile_end(&h);
}

/* ---- KVM's clock ------------------------------------------------------------------------ */

static void pattern(const struct hostile *h)
{
	for (u64 at = h->play; at < h->play + 0x3000; at += 8)
		g_store(at, 8, ~at);
}

/* Only [from, to) of the pattern may have changed. */
static void unchanged(const struct hostile *h, u64 from, u64 to)
{
	for (u64 at = h->play; at < h->play + 0x3000; at += 8)
		if ((at + 8 <= from || at >= to) && g_load(at, 8) != ~at)
			g_fail("clock at %#lx: %#lx changed", from, at);
}

/* Where the clocks may be written: memory of the guest, and nothing beyond the 32 or 12 bytes. */
GUEST(msr_clock)
{
	struct hostile h;

	hostile_begin(&h);
	{
		const u64 bad[] = { h.memory,		h.memory - 16, h.memory - 4, PC_LAPIC,
				    PC_IOAPIC,		1ul << 31,     1ul << 32,    1ul << 40,
				    1ul << 52,		1ul << 63,     ~0ul - 3,     ~0ul - 31,
				    h.play | 1ul << 52, -h.memory,     -4ul };
		const u64 good[] = { h.play,	     h.play + 4,     h.play + 0xffc,
				     h.play + 0xff0, h.play + 0xfe0, h.play + 0x1ffc };
		u64 v;

		pattern(&h);
		for (unsigned i = 0; i < LENGTH(bad); i++) {
			G_CHECK(!set(KVM_CLOCK, bad[i] | 1));
			if (bad[i] != h.memory - 16)
				G_CHECK(!set(KVM_WALL, bad[i]));
		}
		unchanged(&h, 0, 0);
		for (unsigned i = 0; i < LENGTH(good); i++) {
			pattern(&h);
			G_CHECK(set(KVM_CLOCK, good[i] | 1));
			unchanged(&h, good[i], good[i] + 32);
			G_CHECK(get(KVM_CLOCK, &v));
			G_EQ(v, good[i] | 1);
			G_CHECK(set(KVM_CLOCK, good[i] & ~1ul)); /* off */
			pattern(&h);
			G_CHECK(set(ADJUST, i)); /* would be told */
			unchanged(&h, 0, 0);
			G_CHECK(set(KVM_WALL, good[i]));
			unchanged(&h, good[i], good[i] + 12);
		}
	}
	G_CHECK(set(ADJUST, 0));
	hostile_end(&h);
}
