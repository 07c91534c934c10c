/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers: all special ones, all bits of the MSR, and what other partitions left in them. */
#include "code.h"

#define MFSPR(n) (0x7c6002a6u | ((n)&31) << 16 | ((n) >> 5) << 11) /* to r3 */
#define MTSPR(n) (0x7c8003a6u | ((n)&31) << 16 | ((n) >> 5) << 11) /* from r4 */
#define MSR_HV	 (1ul << 60)
#define MSR_S	 (1ul << 22)

/* Registers of a guest that its successor on a CPU must not see. */
#define KEPT_SPRS(X) \
	X(17)        \
	X(29)        \
	X(48)        \
	X(61)        \
	X(144)       \
	X(157)       \
	X(159)       \
	X(256)       \
	X(273) X(275) X(785) X(787) X(788) X(789) X(790) X(796) X(797) X(804) X(805) X(815) X(895)

static u64 read_spr(unsigned i)
{
	u64 v = 0;

	switch (i) {
#define X(n)                                                 \
	case n:                                              \
		__asm__ volatile("mfspr %0, " #n : "=r"(v)); \
		break;
		KEPT_SPRS(X)
#undef X
	}
	return v;
}

static void write_spr(unsigned i, u64 v)
{
	switch (i) {
#define X(n)                                                   \
	case n:                                                \
		__asm__ volatile("mtspr " #n ", %0" ::"r"(v)); \
		break;
		KEPT_SPRS(X)
#undef X
	}
}

static const u16 kept[] = {
#define X(n) n,
	KEPT_SPRS(X)
#undef X
};

/* All FP and vector registers, which nobody used since the start, are 0. */
static void vectors_empty(void)
{
	u64 buf[2] __attribute__((aligned(16))), msr, some = 0;

	__asm__ volatile("mfmsr %0" : "=r"(msr));
	__asm__ volatile("mtmsrd %0; isync" ::"r"(msr | 0x2802000) : "memory");
#define X(n)                                                           \
	__asm__ volatile(".machine push; .machine power9; stxvd2x " #n \
			 ", 0, %0;.machine pop" ::"r"(buf)             \
			 : "memory");                                  \
	some |= buf[0] | buf[1];
#define Y(n) X(n) X(n + 1) X(n + 2) X(n + 3) X(n + 4) X(n + 5) X(n + 6) X(n + 7)
	Y(0)
	Y(8)
	Y(16)
	Y(24)
	Y(32)
	Y(40)
	Y(48)
	Y(56)
#undef Y
#undef X
	if (some)
		g_fail("something is in vector registers at the start: %#lx", some);
}

static void empty(void)
{
	for (unsigned i = 0; i < LENGTH(kept); i++)
		if (read_spr(kept[i]))
			g_fail("SPR %u is %#lx at the start of vcpu %u", kept[i], read_spr(kept[i]),
			       g_vcpu());
	vectors_empty();
}

static void fresh(u64 arg)
{
	(void)arg;
	empty();
}

/* Nothing there at the start of a vcpu; then patterns, which stay while others have the CPU. */
GUEST(register_leak)
{
	u64 own[LENGTH(kept)];
	struct hostile h;

	empty();
	hostile_begin(&h);
	g_vector_fill(0xbadbad00000000);
	for (unsigned i = 0; i < LENGTH(kept); i++) {
		u64 old = read_spr(kept[i]);

		if (kept[i] != 61 && kept[i] != 29) /* keys would stop our own accesses */
			write_spr(kept[i], 0x5a5a5a5a5a5a5a5a ^ kept[i]);
		own[i] = read_spr(kept[i]);
		if (kept[i] == 48)
			write_spr(48, old); /* there is no such process */
	}
	hostile_team(fresh, 0);
	hostile_join();
	for (unsigned round = 0; round < 200; round++) {
		G_CALL(HV_YIELD, NULL, 1);
		hostile_sleep(100);
		for (unsigned i = 0; i < LENGTH(kept); i++)
			if (kept[i] != 48 && read_spr(kept[i]) != own[i])
				g_fail("SPR %u was %#lx, is %#lx", kept[i], own[i],
				       read_spr(kept[i]));
		G_CHECK(g_vector_same(0xbadbad00000000));
	}
	hostile_end(&h);
}

/*
 * Not: LR, CTR, SPRG0 (our own library), MMCR0 (asks for interrupts), the time base, which this
 * emulator lets guests write (docs/testing.md).
 */
static bool spared(unsigned n)
{
	static const u16 list[] = { 8, 9, 272, 284, 285, 779, 795 };

	for (unsigned i = 0; i < LENGTH(list); i++)
		if (list[i] == n)
			return true;
	return false;
}

/* Every number, read and written with several values; what can be written is put back. */
GUEST(register_sweep)
{
	const u64 value[] = { 0, ~0ul, 0x5a5a5a5a5a5a5a5a, 1ul << 63 };
	unsigned reads = 0, writes = 0;
	struct hostile h;

	hostile_begin(&h);
	for (unsigned n = 0; n < 1024; n++) {
		bool readable = code_do(MFSPR(n), 0);

		reads += readable;
		if (spared(n))
			continue;
		for (unsigned v = 0; v < LENGTH(value); v++) {
			u64 old;

			code_do(MFSPR(n), 0);
			old = code_out;
			writes += code_do(MTSPR(n), value[v]);
			if (readable)
				code_do(MTSPR(n), old);
			G_EQ(G_CALL(HV_NULL, NULL, 0), H_SUCCESS);
		}
	}
	g_print("%u registers can be read, %u writes did not fault\n", reads, writes);
	hostile_end(&h);
}

/* Each bit of the MSR, by both ways to set it. Not LE: the next instruction would be another. */
GUEST(register_msr)
{
	struct hostile h;
	u64 msr;

	hostile_begin(&h);
	__asm__ volatile("mfmsr %0" : "=r"(msr));
	for (unsigned bit = 1; bit < 64; bit++) {
		const char *const how[] = { code_mtmsrd, code_rfid };

		for (unsigned i = 0; i < LENGTH(how); i++) {
			u64 to = msr ^ 1ul << bit;

			if (bit == 4 || bit == 5 || bit == 14) /* translation: see tables.c */
				continue;
			code_run(how[i], to);
			if (code_out != CODE_NONE && code_out & (MSR_HV | MSR_S))
				g_fail("bit %u: MSR %#lx", bit, code_out);
			G_EQ(G_CALL(HV_NULL, NULL, 0), H_SUCCESS);
		}
	}
	/* all at once, but for translation, user mode and order of bytes */
	code_run(code_mtmsrd, msr | (~0ul & ~0x4031ul));
	code_run(code_rfid, msr | (~0ul & ~0x4031ul));
	__asm__ volatile("mfmsr %0" : "=r"(msr));
	G_CHECK(!(msr & (MSR_HV | MSR_S)));
	hostile_end(&h);
}
