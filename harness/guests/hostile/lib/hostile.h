/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the hostile guests share. Each one is a GUEST() that begins with hostile_begin and ends with
 * hostile_end: between them it does one kind of thing that no guest should do, and looks whether
 * that had the effect that the documents promise and no other. witness.c runs beside it. Guests
 * whose names begin with end_ do not come back from what they do. What a machine does its own way
 * is behind the names at the end of this file. Next to read: hostile.c.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "guest.h"

#define LENGTH(a)     (sizeof(a) / sizeof((a)[0]))

#define HOSTILE_GUARD 0x4000 /* bytes of own memory that nobody may change */

struct hostile {
	u64 random, me; /* state of the generator; own partition number */
	u64 memory;	/* bytes of it */
	u64 play;	/* 64 KiB for whatever the attack wants to have written there */
	u64 guard;
};

/* Fill in *h, and the guard with a pattern. */
void hostile_begin(struct hostile *h);

/* The same for one that does not come back: it says that it begins. */
void hostile_begins(struct hostile *h);

/* The guard is as it was and calls still work: PASS, then power off or the next of a sequence. */
__attribute__((noreturn)) void hostile_end(struct hostile *h);

/* Restart this partition, which is to do the same guest again (manifest: restart). */
__attribute__((noreturn)) void hostile_again(void);

/* Fails the guest when a word of the guard changed. */
void hostile_look(const struct hostile *h);

/* Xorshift; seeded from the boot argument `seed`. */
u64 hostile_random(struct hostile *h);

/* What a call's argument is, as its row says. */
enum hostile_kind { NONE, U64, ZERO, LPID, VCPU, TERM, GPA };

struct hostile_row {
	const char *name;
	u64 nr;
	unsigned nargs;
	enum hostile_kind kind[G_MAX_ARGS];
};

/* An argument: right, nearly right, at an edge, outside, or anything. */
u64 hostile_value(struct hostile *h, enum hostile_kind kind);

/*
 * Make that call, unless it would rightly end this guest or make its own handlers wrong; one that
 * waits comes back.
 */
void hostile_call(struct hostile *h, u64 nr, const u64 *args, u64 *rets);

/* Interrupts are off then. */
void hostile_sleep(u64 microseconds);

/* ---- other vcpus ------------------------------------------------------------------------- */

/* Words of shared memory for the guest itself: n of 0 .. 63; zeroed by hostile_team. */
#define HOSTILE_WORD(n) (G_SHARED + 0x400 + 8ul * (n))

/* Start all other vcpus, at least one: fn(arg) runs there and returns when hostile_over(). */
void hostile_team(void (*fn)(u64 arg), u64 arg);
bool hostile_over(void);

/* Tell them, and wait until all returned. */
void hostile_join(void);

/* Wait until *word reaches n. */
void hostile_await(u64 word, u64 n);

/* ---- the machine (papr/papr.c, pc/pc.c) -------------------------------------------------- */

/* All calls of this machine. */
extern const struct hostile_row hostile_rows[];
extern const unsigned hostile_nrows;

/* Would that call rightly end this guest, or have its code, guard or handlers overwritten? */
bool hostile_suicidal(const struct hostile *h, u64 nr, const u64 *args);

/* Put back what calls may have changed. */
void hostile_tidy(void);

/* What a call of that number returns, which no machine of this kind has. */
s64 hostile_no_call(u64 nr);

/* On this vcpu, take and drop the interrupts that our own doings ask for. */
void hostile_quiet(void);

/* At addr is no memory: an access of that size, both ways, does what it then must do. */
void hostile_outside(u64 addr, unsigned size);

/* No instruction can be fetched from there: a jump faults. */
void hostile_no_code(u64 addr);

/* Eight bytes that are instructions nobody may execute. */
u64 hostile_illegal(void);

/* Seconds since the month began; -1: the machine's clock cannot be read just now. */
s64 hostile_clock(void);

/* Ticks that this vcpu has had a processor; ~0: the machine does not tell. */
u64 hostile_used(void);

/* Say what is in memory there, and end the partition. */
__attribute__((noreturn)) void hostile_last_words(u64 addr, u64 n);

/* Say something, without regard to whether there is room for it. */
void hostile_noise(void);

/* A number that outlives restarts, 0 at first: n of 0 .. 3. */
u64 hostile_kept(unsigned n);
void hostile_keep(unsigned n, u64 v);
#define KEPT_NEXT  0 /* of sequence.c */
#define KEPT_ROUND 1
#define KEPT_OWN   2 /* from here on: the guests' own; they leave 0 */

#endif
