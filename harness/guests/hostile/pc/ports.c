/* SPDX-License-Identifier: BSD-2-Clause */
/* Ports: all of them in every size, those that end a partition almost written right, floods. */
#include "../lib/hostile.h"
#include "pc.h"

#define ONES(size) ((u32)(~0ul >> (64 - 8 * (size))))

enum { KEYBOARD = 0x64, CMOS = 0x70, SLEEP = 0x600, RESET = 0xcf9 };

/* Does a device answer at that port? */
static bool device(u16 port)
{
	return (port >= PC_COM1 && port < PC_COM1 + 8) || port == KEYBOARD || port == CMOS ||
	       port == CMOS + 1 || port == SLEEP || port == SLEEP + 1;
}

static bool free_of_devices(u16 port, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		if (device((u16)(port + i)))
			return false;
	return true;
}

/* Where no device is, reads give ones. */
static void look(u16 port)
{
	for (unsigned size = 1; size <= 4; size *= 2) {
		u32 v = pc_in(port, size);

		if (free_of_devices(port, size) && v != ONES(size))
			g_fail("port %#x: %u bytes are %#x", port, size, v);
		if (v & ~ONES(size))
			g_fail("port %#x: %u bytes give %#x", port, size, v);
	}
}

GUEST(port_reads)
{
	struct hostile h;

	hostile_begin(&h);
	for (unsigned port = 0; port < 0x1000; port += 1 + port / 0x100)
		look((u16)port);
	for (unsigned port = PC_COM1 - 4; port < PC_COM1 + 12; port++)
		look((u16)port);
	for (unsigned port = 0x5fc; port < 0x608; port++)
		look((u16)port);
	for (unsigned port = 0x1000; port < 0x10000; port += 0x135)
		look((u16)port);
	for (unsigned port = 0xfff8; port < 0x10000; port++) /* two and four bytes: to port 0 */
		look((u16)port);
	hostile_end(&h);
}

/* Not written here: what ends the partition, the console, the memory that counts the attacks. */
static bool spared(u16 port, unsigned size)
{
	for (unsigned i = 0; i < size; i++) {
		u16 at = (u16)(port + i);

		if (device(at) || at == RESET)
			return true;
	}
	return false;
}

GUEST(port_writes)
{
	struct hostile h;

	hostile_begin(&h);
	for (unsigned i = 0; i < g_arg("flood", 1500); i++) {
		u64 n = hostile_random(&h);
		u16 port = (u16)(n % 2 ? n >> 16 : n >> 16 & 0xfff);
		unsigned size = 1u << (n >> 4) % 3;

		if (!spared(port, size))
			pc_out(port, size, (u32)(n >> 32));
	}
	hostile_end(&h);
}

/* Power off and reset are bytes with certain bits at certain ports, and nothing else is. */
GUEST(port_power)
{
	struct hostile h;

	hostile_begin(&h);
	for (u32 v = 0; v < 0x100; v++) {
		bool off = v & 0x20 && (v >> 2 & 7) == 5;

		if (!off)
			pc_out(SLEEP, 1, v);
		pc_out(SLEEP + 1, 1, v);
		pc_out(SLEEP, 2, v | v << 8);
		pc_out(SLEEP, 4, v * 0x1010101);
		pc_out(SLEEP - 1, 2, v << 8);
		pc_out(SLEEP - 3, 4, v << 24);
		if (!(v & 4))
			pc_out(RESET, 1, v);
		pc_out(RESET, 2, v | v << 8);
		pc_out(RESET, 4, v);
		pc_out(RESET - 1, 2, v << 8);
		pc_out(RESET - 1, 4, v << 8);
		pc_out(RESET - 3, 4, v << 24);
		if (v != 0xfe)
			pc_out(KEYBOARD, 1, v);
		pc_out(KEYBOARD, 2, v | v << 8);
		pc_out(KEYBOARD - 1, 2, v << 8);
		pc_out(KEYBOARD - 3, 4, v << 24);
	}
	hostile_end(&h);
}

static void poke(u64 arg)
{
	struct hostile h = { .random = arg + g_vcpu() };

	while (!hostile_over()) {
		u64 n = hostile_random(&h);

		pc_in((u16)(n >> 16), 1u << n % 3);
		pc_in((u16)(PC_COM1 + (n >> 32) % 8), 1);
	}
}

/* The same ports from all vcpus at once: one lock guards all devices of a partition. */
GUEST(port_together)
{
	struct hostile h;

	hostile_begin(&h);
	hostile_team(poke, 0x1234567);
	for (unsigned i = 0; i < 600; i++) {
		u64 n = hostile_random(&h);

		pc_in((u16)(n >> 16), 1u << n % 3);
		pc_cmos((u8)n);
		G_EQ(pc_in(SLEEP, 1), 0);
	}
	hostile_join();
	hostile_end(&h);
}

/* ---- the CMOS clock --------------------------------------------------------------------- */

enum { REG_A = 0x0a, REG_B = 0x0b, REG_C = 0x0c, REG_D = 0x0d, CENTURY = 0x32 };

/* What hostile_keep uses. */
static bool kept(u8 index)
{
	index &= 0x7f;
	return index >= 0x40 && index < 0x60;
}

static bool clock_register(u8 index)
{
	return index <= REG_D || index == CENTURY;
}

/* Nothing that a guest writes moves the time or starts interrupts; the rest is memory. */
GUEST(cmos_garbage)
{
	struct hostile h;
	s64 before, after;

	hostile_begin(&h);
	before = hostile_clock();
	for (unsigned i = 0; i < 600; i++) {
		u64 n = hostile_random(&h);
		u8 index = (u8)n, v = (u8)(n >> 8);

		if (kept(index))
			continue;
		if (n >> 16 & 1)
			pc_cmos_set(index, v);
		else
			pc_out(CMOS, 2, index | (u32)v << 8);
		if (!clock_register(index & 0x7f))
			G_EQ(pc_cmos(index), v);
		G_EQ(pc_cmos(REG_A) & 0x80, 0);
		G_EQ(pc_cmos(REG_B) & 0x72, 2);
		G_EQ(pc_cmos(REG_C), 0);
	}
	pc_cmos_set(REG_B, 2);
	after = hostile_clock();
	G_CHECK(before < 0 || after >= before || after < 86400);
	G_CHECK(before < 0 || after - before < 100);
	hostile_end(&h);
}
