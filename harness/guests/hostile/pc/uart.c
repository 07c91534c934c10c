/* SPDX-License-Identifier: BSD-2-Clause */
/* The serial port: its registers in any order, loop mode, interrupts that nobody serves. */
#include "../lib/hostile.h"
#include "pc.h"

enum { DATA, IER, FCR, LCR, MCR, LSR, MSR, SCR };

#define LOOP	  0x10
#define OUT2	  0x08
#define FIFO	  16
#define COM1_PIN  4
#define LEVEL	  (1u << 15)
#define MASKED	  (1u << 16)
#define VECTOR	  0x70
#define REG_ENTRY 0x10

static void set(unsigned reg, u8 v)
{
	pc_out((u16)(PC_COM1 + reg), 1, v);
}

static u8 get(unsigned reg)
{
	return (u8)pc_in((u16)(PC_COM1 + reg), 1);
}

/* As the library wants it. */
static void restore(void)
{
	set(LCR, 3);
	set(IER, 0);
	set(MCR, 0);
	set(FCR, 7);
}

static void entry(u32 low)
{
	const u64 at = PC_IOAPIC;

	g_store(at, 4, REG_ENTRY + 2 * COM1_PIN + 1);
	g_store(at + 0x10, 4, 0); /* to vcpu 0 */
	g_store(at, 4, REG_ENTRY + 2 * COM1_PIN);
	g_store(at + 0x10, 4, low);
}

/* All registers with anything, in all sizes. Loop mode stays on: the console is not ours. */
GUEST(uart_garbage)
{
	struct hostile h;

	hostile_begin(&h);
	for (unsigned i = 0; i < 800; i++) {
		u64 n = hostile_random(&h);
		unsigned reg = n % 8, size = 1u << (n >> 4) % 3;
		u32 v = (u32)(n >> 32);

		set(MCR, LOOP | (u8)(n >> 8 & 0xf));
		if (reg == MCR || (reg + size > MCR && reg < MCR))
			reg = SCR;
		pc_in((u16)(PC_COM1 + reg), size);
		pc_out((u16)(PC_COM1 + reg), size, v);
		if (n >> 20 & 1)
			g_getc();
	}
	restore();
	hostile_end(&h);
}

/* What goes out comes in, as much as fits, in order. */
GUEST(uart_loop)
{
	struct hostile h;

	hostile_begin(&h);
	for (unsigned round = 0; round < 20; round++) {
		set(MCR, LOOP);
		set(FCR, 7);
		for (u8 i = 0; i < 3 * FIFO; i++)
			set(DATA, (u8)(i + round));
		for (u8 i = 0; i < FIFO; i++) {
			G_CHECK(get(LSR) & 1);
			G_EQ(get(DATA), (u8)(i + round));
		}
		G_EQ(get(LSR) & 1, 0);
		restore();
	}
	hostile_end(&h);
}

static void served(u64 vector)
{
	u64 n = g_load(HOSTILE_WORD(0), 8) + 1;

	G_EQ(vector, VECTOR);
	g_store(HOSTILE_WORD(0), 8, n);
	if (n == g_load(HOSTILE_WORD(1), 8)) /* who was interrupted does not come to it */
		entry(MASKED);
	pc_apic_set(APIC_EOI, 0);
}

/* A level that stays: each end of its interrupt is the beginning of the next one. */
GUEST(uart_level_storm)
{
	u64 n = g_arg("flood", 1000), limit = g_now() + 60 * g_hz();
	struct hostile h;

	hostile_begin(&h);
	g_store(HOSTILE_WORD(0), 8, 0);
	g_store(HOSTILE_WORD(1), 8, n);
	pc_other(served);
	set(MCR, OUT2);
	entry(VECTOR | LEVEL);
	g_irqs(true);
	set(IER, 2); /* the transmitter is empty: told until somebody asks */
	while (g_load(HOSTILE_WORD(0), 8) < n && g_now() < limit)
		g_relax();
	g_irqs(false);
	restore();
	G_EQ(g_load(HOSTILE_WORD(0), 8), n);
	hostile_end(&h);
}

/* The line as an NMI, SMI, INIT, start-up, of a vector that is none, to everybody. */
GUEST(uart_modes)
{
	struct hostile h;

	hostile_begin(&h);
	set(MCR, OUT2);
	for (u32 mode = 0; mode < 8; mode++) {
		if (mode == 4) /* an NMI comes: cpu_nmi_storm */
			continue;
		for (unsigned level = 0; level < 2; level++) {
			entry((level ? LEVEL : 0) | mode << 8 | (mode < 2 ? 3 : VECTOR));
			for (unsigned i = 0; i < 20; i++) {
				set(IER, 0);
				set(IER, 3);
				get(FCR);
			}
		}
	}
	entry(MASKED);
	restore();
	hostile_end(&h);
}
