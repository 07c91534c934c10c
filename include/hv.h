/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All mutable state of the core in one object, so that a test starts from a fresh machine by
 * clearing it (core/hv.c). Constant tables stand with their code; ports keep only hardware state.
 */
#ifndef RHYPE_HV_H
#define RHYPE_HV_H

#include "arch.h"
#include "console.h"
#include "lock.h"
#include "palloc.h"
#include "sched.h"
#include "trace.h"
#include "types.h"
#include "log.h"

#define HV_SLOT_MS 4 /* length of a scheduling slot, unless the manifest says otherwise */

struct manifest;
struct partition;
struct vcpu;

/* What the core keeps per physical CPU. */
struct cpu {
	unsigned id;
	_Atomic bool online; /* runs cpu_loop, or is about to */
	_Atomic bool failed;
	_Atomic bool claimed; /* it arrived in cpu_main, or the boot CPU gave up waiting */
	struct sched sched;
	struct vcpu *loaded; /* its arch state is on this CPU */
	u64 started;	     /* when the turn of `loaded` began; 0 between turns */
	bool busy;	     /* its last turn went to a vcpu */
	bool resched;	     /* ask the scheduler before the next guest entry */
	unsigned windows;    /* open now */
	unsigned nlocks;     /* held now (debug builds) */
	struct lock *held[LOCK_RANKS];
	struct trace *trace;
	u64 idle_ticks;
};

struct hv {
	struct lock lock; /* LOCK_HV */
	struct palloc palloc;
	struct partition *part[MAX_PARTITIONS + 1]; /* [lpid] */
	unsigned nalive;			    /* partitions not GONE */
	_Atomic u32 nreap;			    /* partitions that wait for partition_reap */
	const struct manifest *manifest; /* kept when some partition may restart, else NULL */
	unsigned reap_at;		 /* lpid - 1 of whom partition_reap looks at first */
	bool started;			 /* boot is over: an empty machine ends */
	_Atomic bool empty;		 /* it is: nothing runs, or can be made to run */
	bool tracing;
	bool unmitigated;     /* asked for on the command line */
	_Atomic u32 panicked; /* 1 + the CPU that panics: the others stop (panic.c) */
	struct cpu *cpu[MAX_CPUS];
	unsigned ncpus;
	struct console console;
	struct {
		struct lock lock;
		u8 level;
		u32 head;
		char ring[LOG_RING];
	} log;
};

extern struct hv hv;

/* This CPU's part. */
static inline struct cpu *this_cpu(void)
{
	return hv.cpu[arch_cpu_self()];
}

/* Clear everything: before boot, and between tests (um). */
void hv_reset(void);

/*
 * Boot step after arch_boot, for hv_main and for tests that boot in a process: allocator and CPU
 * objects. Panics when the machine cannot be used.
 */
void hv_init(const struct boot_info *bi);

/*
 * Read the bundle, create and start every partition it names. HV_EINVAL or the first error, with
 * the reason in the log; then no partition has been started. core/create.c.
 */
err_t hv_load_bundle(const void *bundle, u64 len);

#endif
