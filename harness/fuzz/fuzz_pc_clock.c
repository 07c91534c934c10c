// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes KVM's clock: its page anywhere, a counter that the guest moves, time. What a guest
 * computes from the page, by KVM's formula with 128 bits, is the machine's time, and never goes
 * back; memory beside the pages is as it was. Next to read: core/pc/clock.c.
 *
 * Input: operations: the clock's or the wall clock's MSR with an address, a move of the counter,
 * time, another vcpu.
 */
#include "pcbench.h"

#define CLOCK 32u
#define WALL  12u

static u8 shadow[BENCH_MEM];
static u64 page[BENCH_VCPUS]; /* MSR of each */

static u8 *memory(u64 g, u64 *run)
{
	pa_t pa;

	promise(!gmem_translate(bench_p, GPA(g), PROT_R, &pa, run), "the guest's memory");
	return um_phys(pa);
}

static void all_memory(bool copy)
{
	u64 run;

	for (u64 g = 0; g < BENCH_MEM; g += run) {
		const u8 *mem = memory(g, &run);

		if (copy)
			memcpy(shadow + g, mem, run);
		else
			promise(!memcmp(shadow + g, mem, run), "only the clock's pages change");
	}
}

static u64 get(u64 g, unsigned n)
{
	u64 val;

	promise(bench_peek(g, n, &val), "a clock page is memory");
	return val;
}

/* What was written there is now expected. */
static void accept(u64 g, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		shadow[g + i] = (u8)get(g + i, 1);
}

/* Nanoseconds of the machine, as a fraction of ticks. */
static u64 machine_ns(void)
{
	return (u64)((unsigned __int128)arch_now() * 1000000000 / UM_TICK_HZ);
}

/* As the guest's kernel reads it. */
static u64 guest_ns(u64 g)
{
	u64 delta = pc_tsc(bench_v) - get(g + 8, 8);
	signed char shift = (signed char)get(g + 28, 1);

	delta = shift < 0 ? delta >> -shift : delta << shift;
	return get(g + 16, 8) + (u64)((unsigned __int128)delta * get(g + 24, 4) >> 32);
}

static void look(u64 msr)
{
	u64 g = msr & ~3ull, ours = machine_ns(), theirs, apart;

	if (!(msr & 1))
		return;
	promise(get(g, 4) != 0 && !(get(g, 4) & 1), "the page is not being written");
	promise(get(g + 29, 1) == 1, "the clock is stable");
	theirs = guest_ns(g);
	apart = ours > theirs ? ours - theirs : theirs - ours;
	promise(apart <= 2 + (ours >> 29), "the clock shows the machine's time");
}

static u64 address(struct bytes *b)
{
	u8 c = byte(b);

	if (c == 255)
		return word(b, 8);
	if (c >= 240)
		return BENCH_MEM - CLOCK - 8 + (byte(b) & 15);
	return ((u64)c << 12 | word(b, 2)) % (BENCH_MEM - CLOCK);
}

static void set_clock(struct bytes *b)
{
	u64 *mine = &page[bench_v->index], val = address(b) | (byte(b) & 1), g = val & ~3ull;
	bool fits = g < BENCH_MEM && g + CLOCK <= BENCH_MEM;

	promise(bench_wrmsr(0x4b564d01, val) == (fits || !(val & 1)), "it stands in memory");
	if (!fits && val & 1)
		return;
	*mine = val;
	if (val & 1)
		accept(g, CLOCK);
	look(val);
}

static void set_wall(struct bytes *b)
{
	u64 g = address(b), up = arch_now() / UM_TICK_HZ;
	bool fits = g < BENCH_MEM && g + WALL <= BENCH_MEM;

	promise(bench_wrmsr(0x4b564d00, g) == fits, "the wall clock stands in memory");
	if (!fits)
		return;
	accept(g, WALL);
	promise(!(get(g, 4) & 1), "it is not being written");
	promise(get(g + 4, 4) == BENCH_RTC && get(g + 8, 4) < 1000000000,
		"the time of day at the clock's beginning");
	(void)up;
}

static void move(struct bytes *b)
{
	u8 how = byte(b);
	u64 val;

	promise(bench_wrmsr(how & 1 ? 0x10 : 0x3b, how & 2 ? word(b, 8) : word(b, 3)), "TSC");
	if (page[bench_v->index] & 1)
		accept(page[bench_v->index] & ~3ull, CLOCK);
	look(page[bench_v->index]);
	promise(bench_rdmsr(0x10, &val) && val == pc_tsc(bench_v), "the counter reads as moved");
}

/* The clock page of another may be the same place: then the last one who wrote it is right. */
static bool alone(void)
{
	u64 mine = page[bench_v->index] & ~3ull;

	for (unsigned i = 0; i < BENCH_VCPUS; i++)
		if (i != bench_v->index && (page[i] & ~3ull) < mine + CLOCK + WALL &&
		    mine < (page[i] & ~3ull) + CLOCK + WALL)
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct bytes b = { data, data + size };
	bool wall = false;

	memset(page, 0, sizeof(page));
	bench_boot();
	all_memory(true);
	while (b.at < b.end && bench_runs()) {
		u8 op = byte(&b);

		switch (op % 6) {
		case 0:
			set_clock(&b);
			break;
		case 1:
			set_wall(&b);
			wall = true; /* may stand on a page */
			break;
		case 2:
			move(&b);
			break;
		case 3:
			bench_turn(op >> 4);
			break;
		default:
			um_advance(word(&b, 2) << (op >> 4));
			break;
		}
		if (!wall && alone())
			look(page[bench_v->index]);
		bench_check();
	}
	all_memory(false);
	bench_end();
	return 0;
}
