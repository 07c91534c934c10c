/* SPDX-License-Identifier: BSD-2-Clause */
/* INIT, start-up and NMI between vcpus, in every order and at every moment. */
#include "../lib/hostile.h"
#include "pc.h"

#define NMI	0x4400u
#define INIT	0x4500u
#define NO_INIT 0x8500u /* the end of one, of old processors */
#define START	0x4600u
#define ALL	0x80000u
#define OTHERS	0xc0000u

#define BEATS	HOSTILE_WORD(8) /* one word for each vcpu */
#define CODE	0xc000ul	/* four pages that begin with real-mode code */

static void beat(u64 arg)
{
	(void)arg;
	while (!hostile_over()) {
		g_add(BEATS + 8ul * g_vcpu(), 1);
		g_relax();
	}
}

static u64 beats(unsigned i)
{
	g_barrier();
	return g_load(BEATS + 8ul * i, 8);
}

static void goes_on(unsigned i)
{
	hostile_await(BEATS + 8ul * i, beats(i) + 3);
}

/* A start-up interrupt for who runs, and the end of an INIT that never was: nothing happens. */
GUEST(sipi_running)
{
	struct hostile h;

	hostile_begin(&h);
	hostile_team(beat, 0);
	for (u32 v = 0; v < 0x100; v += 0x11) {
		pc_send(START | v, 1);
		pc_send(START | OTHERS | v, 0);
		pc_send(START | ALL | v, 0);
		pc_send(NO_INIT | OTHERS | v, 0);
		pc_send(NO_INIT | ALL, 0);
		goes_on(1);
		goes_on(g_vcpus() - 1);
	}
	hostile_join();
	hostile_end(&h);
}

/* jmp to itself; hlt and again; sti and again; out and again. Interrupts go to the first one. */
static void put_code(void)
{
	static const u64 code[] = { 0xfeeb, 0xfdebf4, 0xfdebfb, 0xfceb80e6 };

	for (u64 vector = 0; vector < 0x100; vector++)
		g_store(4 * vector, 4, CODE >> 4 << 16);
	for (unsigned i = 0; i < LENGTH(code); i++)
		g_store(CODE + 0x1000 * i, 8, code[i]);
}

static u32 page(u64 n)
{
	return (u32)(CODE >> 12) + (u32)(n % 4);
}

/* Started anew all the time, wherever they are: asleep, in an exit, just about to begin. */
GUEST(sipi_storm)
{
	struct hostile h;

	hostile_begin(&h);
	put_code();
	for (u64 i = 0; i < g_arg("flood", 300); i++) {
		u64 n = hostile_random(&h);
		u32 who = 1 + (u32)(n >> 8) % (g_vcpus() - 1);

		pc_send(INIT, who);
		if (n & 1)
			pc_send(NO_INIT, who);
		if (n & 2)
			pc_send(NMI, who);
		if (n & 4)
			pc_send(0x40, who);
		if (n & 8)
			pc_send(INIT | OTHERS, 0);
		pc_send(START | page(n >> 16), who);
		if (n & 16)
			pc_send(START | page(n >> 20), who);
		if (n & 0x20)
			hostile_sleep(30);
	}
	pc_send(INIT | OTHERS, 0);
	hostile_team(beat, 0); /* they are still good for something */
	goes_on(1);
	hostile_join();
	hostile_end(&h);
}

static void starter(u64 arg)
{
	struct hostile h = { .random = arg };

	for (;;) {
		u64 n = hostile_random(&h);

		pc_send(INIT, 2);
		pc_send(START | page(n), 2);
		if (n & 16)
			pc_send(NMI, 2);
	}
}

/* Two vcpus start and end the third one at the same time. */
GUEST(sipi_race)
{
	struct hostile h;

	hostile_begin(&h);
	G_CHECK(g_vcpus() >= 3);
	put_code();
	G_EQ(g_start(1, starter, h.me + 5), 0);
	for (u64 i = 0; i < g_arg("flood", 300); i++) {
		u64 n = hostile_random(&h);

		if (n & 1)
			pc_send(INIT, 2);
		pc_send(START | page(n >> 8), 2);
	}
	pc_send(INIT | OTHERS, 0);
	hostile_end(&h);
}

/* INIT to oneself, by number or by the short form. */
static void own_end(u64 arg)
{
	(void)arg;
	g_add(BEATS + 8ul * g_vcpu(), 1);
	pc_send(g_vcpu() % 2 ? INIT : INIT | 0x40000, g_vcpu());
	for (;;) {
		g_add(BEATS + 8ul * g_vcpu(), 0x10000);
		g_relax();
	}
}

GUEST(init_self)
{
	struct hostile h;
	u64 limit, at;

	hostile_begin(&h);
	put_code();
	for (u64 i = 0; i < 40; i++) {
		pc_send(INIT, 1);
		pc_send(START | page(0), 1);
		pc_send(INIT, 1);
	}
	hostile_team(own_end, 0);
	for (unsigned v = 1; v < g_vcpus(); v++)
		hostile_await(BEATS + 8ul * v, 1);
	limit = g_now() + g_hz() / 1000;
	while (g_now() < limit)
		g_relax();
	at = beats(1) + beats(2);
	while (g_now() < limit + g_hz() / 1000)
		g_relax();
	G_EQ(beats(1) + beats(2), at);
	pc_send(INIT | OTHERS, 0);
	hostile_end(&h);
}
