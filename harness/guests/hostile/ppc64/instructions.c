/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions: sweeps through whole opcodes, system calls of every level, TLB floods. */
#include "code.h"

#define OP(n) ((u32)(n) << 26)
#define RT3   (3u << 21)
#define RB4   (4u << 11)

/* mtmsr, mtmsrd, mtspr: registers.c has them. */
static bool spared31(unsigned xo)
{
	static const u16 list[] = { 146, 178, 467 };

	for (unsigned i = 0; i < LENGTH(list); i++)
		if (list[i] == xo)
			return true;
	return false;
}

/* RT = r3, RA = 0, RB = r4: what accesses memory does so in our own. */
GUEST(instruction_sweep)
{
	unsigned done = 0, faulted = 0;
	struct hostile h;

	hostile_begin(&h);
	for (unsigned xo = 0; xo < 1024; xo++)
		for (u32 rc = 0; rc < 2; rc++) {
			u32 word = OP(31) | RT3 | RB4 | xo << 1 | rc;

			if (spared31(xo))
				continue;
			if (code_do(word, h.play))
				done++;
			else
				faulted++;
			G_EQ(G_CALL(HV_NULL, NULL, 0), H_SUCCESS);
		}
	/* opcode 19 without its branches and returns to elsewhere */
	for (unsigned xo = 0; xo < 1024; xo++) {
		if (xo == 16 || xo == 528 || xo == 560 || xo == 18 || xo == 82 || xo == 146)
			continue;
		if (code_do(OP(19) | RT3 | RB4 | xo << 1, h.play))
			done++;
		else
			faulted++;
	}
	/* opcodes that are none */
	for (unsigned op = 0; op < 64; op++)
		if (op == 0 || op == 1 || op == 5 || op == 6 || op == 9 || op == 22)
			faulted += !code_do(OP(op) | 0x3ffffff, h.play);
	g_print("%u instructions done, %u refused\n", done, faulted);
	G_CHECK(done > 100 && faulted > 100);
	hostile_end(&h);
}

/* Levels of system calls that are ours, the hypervisor's, the ultravisor's, nobody's. */
GUEST(instruction_sc)
{
	struct hostile h;

	hostile_begin(&h);
	for (u32 level = 0; level < 128; level++) {
		code_do(0x44000002 | level << 5, 0);
		code_do(0x44000001 | level << 5, 0); /* scv: its facility is off */
		G_EQ(G_CALL(HV_NULL, NULL, 0), H_SUCCESS);
	}
	hostile_end(&h);
}

#define TLBIE(rb, rs, ric, prs, r) \
	(0x7c000264u | (rs) << 21 | (ric) << 18 | (prs) << 17 | (r) << 16 | (rb) << 11)
#define TLBIEL 0x10u /* distance of the local form's number */

/* Invalidations of every kind, of every partition's number: the others only get slower. */
GUEST(instruction_tlbie)
{
	struct hostile h;

	hostile_begin(&h);
	for (unsigned i = 0; i < 3000; i++) {
		u64 what = hostile_random(&h), rb = what >> 16;
		u32 word = TLBIE(4, (what & 8) ? 3 : 4, (u32)what & 3, (u32)(what >> 2) & 1,
				 (u32)(what >> 4) & 1);

		rb = (rb & ~0xc00ul) | (what >> 5 & 3) << 10; /* all, partition, process, page */
		if (what & 0x100)
			word ^= (306 ^ 274) << 1;
		code_do(word, what & 0x200 ? rb : i % 256);
	}
	__asm__ volatile("eieio; tlbsync; ptesync" ::: "memory");
	hostile_end(&h);
}

/* Execution runs off the end of memory; the last words are ours. */
GUEST(instruction_end)
{
	struct hostile h;

	hostile_begin(&h);
	for (u64 at = h.memory - 64; at < h.memory; at += 4)
		g_store(at, 4, 0x60000000);
	__asm__ volatile("sync; icbi 0, %0; sync; isync" ::"r"(h.memory - 64) : "memory");
	for (u64 at = h.memory - 64; at < h.memory; at += 4) {
		G_CHECK(!g_try_jump(at));
		G_EQ(g_fault()->kind, G_INST_FAULT);
		G_EQ(g_fault()->addr, h.memory);
	}
	/* an access across the end */
	for (unsigned back = 1; back < 8; back++) {
		u64 v;

		G_CHECK(!g_try_load(h.memory - back, 8, &v));
		G_CHECK(!g_try_store(h.memory - back, 8, 0));
	}
	hostile_end(&h);
}

/* Vcpus sent to the last word of memory and into an instruction's middle: they loop there. */
GUEST(instruction_start)
{
	struct hostile h;
	u32 state, cpu;

	hostile_begin(&h);
	for (u64 at = h.play; at < h.play + 64; at += 4)
		g_store(at, 4, 0x48); /* b . as a big-endian processor reads it */
	g_store(h.memory - 4, 4, 0x48);
	for (cpu = 1; cpu < g_vcpus(); cpu++) {
		const u64 at[] = { h.memory - 4, h.play + 2, h.play + 3 };
		const u32 a[3] = { cpu, (u32)at[cpu % LENGTH(at)], cpu };

		G_EQ(g_rtas("start-cpu", 3, a, 1, NULL), 0);
	}
	hostile_sleep(2000);
	for (cpu = 1; cpu < g_vcpus(); cpu++) {
		G_EQ(g_rtas("query-cpu-stopped-state", 1, &cpu, 2, &state), 0);
		G_EQ(state, 2);
	}
	hostile_end(&h);
}
