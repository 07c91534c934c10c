/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Controls of the process port, for tests, fuzzers and main.c: a simulated machine is set up, used
 * and torn down inside one process, on one thread, and the same seed gives the same run. Guests'
 * side: um_guest.h. What the port checks by itself ends in um_bug().
 *
 * Two ways to use it:
 *  - the caller is a CPU (number 0 unless um_set_cpu says otherwise): it calls hv_init and the core
 *    directly, on its own stack, and other CPUs run whenever it passes a scheduling point;
 *  - the caller drives: um_start_cpu(0, fn) puts boot CPU code on a stack of its own, and um_run()
 *    lets the machine go on until something the caller asked for happens.
 */
#ifndef UM_H
#define UM_H

#include "arch.h"
#include "types.h"

#define UM_RAM_BASE    0x100000ull
#define UM_TICK_HZ     512000000ull
#define UM_POINT_TICKS 50 /* what one scheduling point costs */

struct papr_cpu_desc;

struct um_config {
	unsigned ncpus; /* 0 = 1 */
	u64 ram;	/* bytes, 0 = 64 MiB; the bundle is cut out of its end */
	u64 hole;	/* pages missing in the middle of RAM: two ranges */
	u64 seed;	/* 0 = a CPU runs until it waits, then the next one */
	unsigned turn;	/* with a seed: one point in so many changes the CPU; 0 = 8 */
	unsigned stall; /* and one in so many keeps the CPU from running for long; 0 = none */
	unsigned guest; /* of the points in guests, only one in so many counts; 0 = all */
	bool light;	/* offer calls to hcall_light first */
	bool echo;	/* copy console output to stdout */
	bool stdio_in;	/* console input from stdin too; idle then takes real time */
	bool no_rtc;	/* arch_rtc_read fails */
	u64 rtc;	/* seconds since 1970 at time 0 */
	u64 no_start;	/* CPUs (bit n) that arch_cpu_start refuses, */
	u64 mute;	/* that it starts and that never arrive, */
	u64 no_init;	/* and whose arch_cpu_init fails */
	const struct papr_cpu_desc *papr_cpu; /* arch_papr_cpu; NULL = what papr.c makes up */
	const void *bundle;
	u64 bundle_len;
	const char *cmdline;
};

/* A fresh machine; ends the one before. NULL = all defaults. The caller is then CPU 0. */
void um_setup(const struct um_config *c);

/* End the machine and give back all memory of it. Harmless without one. */
void um_teardown(void);

/* ---- CPUs ------------------------------------------------------------------------------- */

/* The caller goes on as CPU n, which has not been started. No vcpu is loaded on the old one. */
void um_set_cpu(unsigned n);

/* CPU n starts in fn(n) when its turn comes. A CPU that returns from fn is off again. */
void um_start_cpu(unsigned n, void (*fn)(unsigned cpu));

enum um_stop {
	UM_STEPS,    /* max_steps scheduling points have passed */
	UM_DONE,     /* until() returned true */
	UM_TIME,     /* the clock reached the limit */
	UM_NOTHING,  /* every CPU waits and no alarm is set */
	UM_POWEROFF, /* arch_poweroff; see um_poweroff_code */
};

/*
 * Let the started CPUs run. Limits: 0 or NULL = none; `until` is asked at scheduling points. The
 * caller is no CPU meanwhile (its own number must not be started); may be called again to go on.
 */
enum um_stop um_run(u64 max_steps, u64 time_limit, bool (*until)(void *), void *arg);

int um_poweroff_code(void);

/* The next scheduling point passes to CPU n, if it can run; overrides the seed once. */
void um_next_cpu(unsigned n);

/* This CPU gives its turn away, and does not run for so many scheduling points if others can. */
void um_give_way(u64 points);

/* Was CPU n kicked since it last looked? */
bool um_kicked(unsigned n);

/* Scheduling points passed since um_setup. */
u64 um_steps(void);

/* A number of the machine's seeded sequence. */
u64 um_random(void);

/*
 * What PC vcpus of the machine do, instead of a guest program: called until it leaves the guest
 * (true, with *x) ; false: it went on. An event that was injected stands in v->pcx.event, and is
 * taken by clearing v->pcx.injected.
 */
extern bool (*um_pc_guest)(struct arch_vcpu *v, struct vcpu_exit *x);

/* ---- time, console ---------------------------------------------------------------------- */

void um_advance(u64 ticks);
void um_set_time(u64 ticks); /* not backwards */

/* Bytes that arch_getc will return. */
void um_input(const char *s, size_t n);

/* From now on the serial line takes at most n bytes of an arch_puts_some; 0 = it is stuck. */
void um_line_takes(size_t n);

/* All output since um_setup or um_output_clear, NUL-terminated. */
const char *um_output(size_t *n);
void um_output_clear(void);

/* ---- the end of the machine ------------------------------------------------------------- */

#define UM_NO_END (-1000) /* nothing ended */
#define UM_BUG	  (-1001) /* um_bug: the port found a misuse; see um_bug_text */
#define UM_HALT	  (-1002) /* arch_halt */

/*
 * Value: UM_NO_END when `stmt` runs through, else the code of arch_poweroff (1 = panic), UM_BUG or
 * UM_HALT, which then end `stmt` and not the process. For the caller's own stack only; locks that
 * were held stay held: um_setup or hv_reset comes next.
 */
#define um_catch(stmt)                                   \
	({                                               \
		if (!__builtin_setjmp(um_catch_arm())) { \
			stmt;                            \
			um_catch_done();                 \
		}                                        \
		um_catch_code();                         \
	})
void **um_catch_arm(void);
void um_catch_done(void);
int um_catch_code(void);

const char *um_bug_text(void);

/* The port found that its caller broke the contract: report and abort (or end um_catch). */
__noreturn void um_bug(const char *f, ...) __printf(1, 2);

/*
 * When set, hears of everything that the seed decides and what comes of it; `cpu` is whose turn it
 * was. Not to be interrupted: calls nothing that is a scheduling point.
 */
enum um_event {
	UM_EV_TURN, /* to CPU a, at time b */
	UM_EV_KICK, /* of CPU a, at time b */
	UM_EV_EXIT, /* of a guest: kind a; number of the call b, or the guest's address */
	UM_EV_END,  /* of the machine: code a */
};
extern void (*um_trace)(enum um_event e, unsigned cpu, u64 a, u64 b);

/* When set (lock_count of the core), run, idle and sync check that no lock is held. */
extern unsigned (*um_lock_count)(void);

/* ---- what the machine is doing ---------------------------------------------------------- */

/* Page is marked as a guest's; how many windows and pins on it are open. */
bool um_page_guest(pa_t page);
unsigned um_page_open(pa_t page);

/*
 * Is the hypervisor's view of the page closed: would an access be a finding (1) or not (0)? -1 when
 * neither ASan nor valgrind watches.
 */
int um_page_poisoned(pa_t page);

/* Windows open on CPU n. */
unsigned um_windows(unsigned n);

/* The vcpu loaded on CPU n, or NULL. */
struct arch_vcpu *um_loaded(unsigned n);

/* The whole of simulated RAM as the hardware sees it: never poisoned. NULL outside RAM. */
void *um_phys(pa_t p);

#endif
