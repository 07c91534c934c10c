/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the guests of the simulation share, beside the library of harness/guests. Those of the
 * folder pc are for PC partitions, whose lib.c there does the same; boots.c, common.c and ruler.c
 * are for both.
 */
#ifndef SIM_GUEST_LIB_H
#define SIM_GUEST_LIB_H

#include "guest.h"

#define IPI_SOURCE  2
#define TERM_SOURCE 0x1000
#define STOPPED	    0 /* of query-cpu-stopped-state */
#define BUSY	    (-2)
#define SIM_VCPUS   4		/* at most */
#define HZ	    512000000ul /* of the process port */

/* Memory of a guest, which has at least 320 KiB: pages for one vcpu each, and a few for all. */
#define PAGE(i)	  (0x11000ul + 0x1000 * (i))
#define VPA(vcpu) PAGE(vcpu)
#define OWN(vcpu) PAGE(4 + (vcpu)) /* nobody else writes here */
#define BUFFER	  PAGE(8)
#define WORD(i)	  (G_SHARED + 8ul * (i))
#define VCPUS	  WORD(100) /* how many there are: s_pass starts the stopped ones again */

u64 s_random(u64 *state);
static inline u64 s_below(u64 *state, u64 n)
{
	return s_random(state) % n;
}

/* A start for the numbers of this vcpu. */
u64 s_seed(void);

/* Words of guests of the same name on both machines. */
#define OPS  WORD(1) /* mix: how many are left */
#define SEEN WORD(3) /* keys: interrupts of the terminal that were served */

/* Start all others, which may fail when the partition is being stopped. */
void s_start_all(void (*fn)(u64 arg), u64 arg);

/* What one(rng) does, and looks at memory, until OPS are done; the first vcpu passes then. */
__attribute__((noreturn)) void s_do(void (*one)(u64 *rng));

/* The terminal's interrupt is on: input that waits then, and that nobody reads, brings one. */
void s_last_input(u64 (*read_all)(void));

/* boots: a number that outlives a restart; something that a restart must take back. */
u64 s_count(void);
void s_set_count(u64 n);
void s_leave_something(void);

s64 s_start(unsigned index, void (*fn)(u64 arg), u64 arg);
__attribute__((noreturn)) void s_stop(void);
__attribute__((noreturn)) void s_reboot(void);
void s_say(const char *text);
__attribute__((noreturn)) void s_pass(void);

/* Interrupts off; wait in the hypervisor for so many ticks, or less. */
void s_sleep(u64 ticks);

/* ---- PAPR only (a walk through the device tree would take most of a seed's time) ----------- */

s64 s_rtas(const char *service, unsigned nargs, const u32 *args, unsigned nrets, u32 *rets);

/* Take the interrupt that is presented; its source, 0 when there is none. An IPI is withdrawn. */
u64 s_take(void);

/* The number of a service of the firmware. */
unsigned s_token(const char *service);

#endif
