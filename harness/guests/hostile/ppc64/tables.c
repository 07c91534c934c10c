/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation tables of the guest's own that are nonsense: they loop, point outside memory, into
 * themselves, claim impossible sizes. Every access through them faults, and faults to us.
 */
#include "code.h"

#define REGISTER 0x1d
#define VALID	 (1ul << 63)
#define LEAF	 (1ul << 62)
#define RTS_52	 (2ul << 61 | 5ul << 5)
#define ROOT	 13
#define ALL	 0x187ul /* referenced, changed, user, read, write, execute */

static void entry(u64 at, u64 v)
{
	hostile_put64(at, v);
}

static void look(const struct hostile *h, const char *what, bool may_work)
{
	const u64 at[] = { 0,	      8,	 h->play,	h->memory, 1ul << 30,
			   1ul << 39, 1ul << 51, 1ul << 52,	1ul << 61, 1ul << 62,
			   3ul << 62, ~0ul - 7,	 3ul << 62 | 8, 1ul << 63 };

	G_EQ(G_CALL(H_REGISTER_PROC_TBL, NULL, REGISTER, h->play, 0, 0), H_SUCCESS);
	for (unsigned i = 0; i < LENGTH(at); i++) {
		u64 before = g_faults();

		if (code_run(code_load, at[i])) {
			if (!may_work)
				g_fail("%s: a load at %#lx worked", what, at[i]);
		} else {
			G_EQ(g_faults(), before + 1);
		}
		if (may_work)
			continue;
		G_CHECK(!code_run(code_fetch, at[i] & ~3ul));
		G_CHECK(!code_run(code_user, at[i] & ~3ul));
		G_EQ(g_faults(), before + 3);
	}
	G_EQ(G_CALL(HV_NULL, NULL, 0), H_SUCCESS);
}

/* One process, whose root entries are all that. */
static void root_of(const struct hostile *h, u64 process, u64 root)
{
	entry(h->play, process);
	entry(h->play + 8, 0);
	for (u64 at = h->play + 0x10000 - 0x1000; at < h->play + 0x10000; at += 8)
		entry(at, root);
}

GUEST(table_garbage)
{
	struct hostile h;

	hostile_begin(&h);
	{
		/* the last page of play: a root of 2^9 entries */
		u64 tree = h.play + 0x10000 - 0x1000, small = 9;
		const struct {
			const char *what;
			u64 process, root;
		} bad[] = {
			{ "no process", 0, 0 },
			{ "a root outside memory", RTS_52 | h.memory | ROOT, 0 },
			{ "a root beyond all memory", RTS_52 | 1ul << 51 | ROOT, 0 },
			{ "a root at the end of memory", RTS_52 | (h.memory - 0x1000) | ROOT, 0 },
			{ "a root that is its own process", RTS_52 | h.play | ROOT, 0 },
			{ "a root of no size", RTS_52 | tree, VALID | tree | small },
			{ "a root of size 31", RTS_52 | tree | 31, VALID | tree | small },
			{ "no radix tree size", tree | small, VALID | tree | small },
			{ "all ones", ~0ul, ~0ul },
			{ "a loop", RTS_52 | tree | small, VALID | tree | small },
			{ "levels of no size", RTS_52 | tree | small, VALID | tree },
			{ "levels of size 31", RTS_52 | tree | small, VALID | tree | 31 },
			{ "levels outside memory", RTS_52 | tree | small, VALID | 1ul << 40 | 9 },
			{ "not valid", RTS_52 | tree | small, tree | 9 },
			{ "zeros", RTS_52 | tree | small, 0 },
		};

		for (unsigned i = 0; i < LENGTH(bad); i++) {
			root_of(&h, bad[i].process, bad[i].root);
			look(&h, bad[i].what, false);
		}
	}
	hostile_tidy();
	hostile_end(&h);
}

/* Leaves that point outside memory: translated, and then refused. */
GUEST(table_outside)
{
	static u64 root[1 << ROOT] __attribute__((aligned(8 << ROOT)));
	struct hostile h;

	hostile_begin(&h);
	{
		const u64 to[] = {
			1ul << 30, 1ul << 32, 1ul << 40, 1ul << 45, 1ul << 51, 3ul << 50
		};

		for (unsigned i = 0; i < LENGTH(to); i++)
			for (u64 att = 0; att < 4; att++) { /* also as a device's memory */
				u64 next = h.play + 0xf000;

				for (unsigned k = 0; k < LENGTH(root); k++)
					entry((u64)&root[k], VALID | next | 9);
				for (u64 at = next; at < next + 0x1000; at += 8)
					entry(at, VALID | LEAF | to[i] | att << 4 | ALL);
				entry(h.play, RTS_52 | (u64)root | ROOT);
				look(&h, "a leaf outside memory", false);
			}
	}
	hostile_tidy();
	hostile_end(&h);
}

/* The table is all random words, again and again. */
GUEST(table_random)
{
	struct hostile h;

	hostile_begin(&h);
	for (unsigned i = 0; i < 60; i++) {
		for (u64 at = h.play; at < h.play + 0x2000; at += 8)
			entry(at, hostile_random(&h) | (i % 2 ? VALID : 0));
		entry(h.play, RTS_52 | (h.play + 0x1000) | (i % 3 ? 9 : hostile_random(&h) % 32));
		look(&h, "random tables", true);
	}
	hostile_tidy();
	hostile_end(&h);
}
