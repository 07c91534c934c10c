/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A partition: memory, vcpus, terminal, machine, life cycle (core/partition.c).
 *
 *   created -> ready -> running -> stopped -> dying -> gone
 *                          |^
 *                          v|
 *                        restart
 */
#ifndef RHYPE_PARTITION_H
#define RHYPE_PARTITION_H

#include "arch.h"
#include "gmem.h"
#include "hv.h"
#include "lock.h"
#include "machine.h"
#include "pool.h"
#include "types.h"
#include "vterm.h"

enum part_state {
	PART_GONE,    /* the slot is free */
	PART_CREATED, /* being built: nobody else can reach it */
	PART_READY,   /* loaded, never ran */
	PART_RUNNING,
	PART_STOPPED, /* no vcpu runs or will run */
	PART_DYING,   /* its pages are on their way back */
	PART_RESTART, /* its images are on their way in again */
};

/* Why it stopped: shown in the log. */
enum stop_reason {
	STOP_NONE,
	STOP_POWEROFF, /* the guest asked */
	STOP_REBOOT,   /* the guest asked */
	STOP_CRASH,    /* the guest's own panic (os-term) */
	STOP_KILLED,   /* the hypervisor had to; a register dump is in the log */
	STOP_ORDER,    /* HV_PARTITION_STOP or _DESTROY */
};

struct partition {
	lpid_t id;
	char name[PART_NAME_LEN];
	struct lock lock; /* LOCK_PARTITION */
	_Atomic u8 state; /* enum part_state; changed under hv.lock, read freely */
	u8 reason;	  /* enum stop_reason */
	bool controller;
	bool hold; /* stay STOPPED instead of being destroyed */
	const struct machine *machine;
	void *mach; /* the machine's own part, e.g. struct papr_part */
	struct pool pool;
	struct gmem mem;
	struct arch_gspace gspace;
	struct vterm term;
	struct vcpu *vcpu[MAX_VCPUS];
	unsigned nvcpus;
	_Atomic u32 nloaded;		  /* vcpus loaded on some CPU */
	bool unpinned;			  /* while dying or in restart: machine->unpin has run */
	const struct manifest_part *boot; /* its entry in hv.manifest; NULL: cannot restart */
	u64 restart_done;		  /* bytes cleared, then copied, so far */
	u64 pages_at_start;		  /* owned when it became READY */
};

struct manifest;
struct manifest_part;

/*
 * Build a partition from its manifest entry: slot, pool, memory, vcpus, machine, images (copied
 * from m->data; m may be NULL when mp has no segments). CREATED, then READY. On error everything
 * is undone and the reason is in the log. Boot CPU.
 */
err_t partition_create(const struct manifest_part *mp, const struct manifest *m,
		       struct partition **out);

/*
 * The live partition of that number (not GONE, not CREATED), or NULL. LOCK_HV is held: without it
 * the partition can go away.
 */
struct partition *partition_find(u64 lpid) REQUIRES(&hv.lock);

/* READY -> RUNNING: vcpu 0 becomes runnable. HV_ESTATE. LOCK_HV held; takes LOCK_PARTITION. */
err_t partition_start(struct partition *p) REQUIRES(&hv.lock);

/*
 * RUNNING or READY -> STOPPED: no vcpu of it enters the guest again. Returns at once; CPUs that run
 * one are kicked and put it. HV_ESTATE. Unless p->hold, the partition is destroyed when the last
 * vcpu is off; with STOP_REBOOT and p->boot it starts again instead. LOCK_HV held. May be called
 * for the caller's own partition.
 */
err_t partition_stop(struct partition *p, enum stop_reason why) REQUIRES(&hv.lock);

/* partition_stop of the running vcpu's own partition: takes and drops LOCK_HV. */
void partition_stop_self(struct vcpu *v, enum stop_reason why) EXCLUDES(&hv.lock);

/* STOPPED -> DYING; the pages come back in steps (partition_reap). HV_ESTATE. LOCK_HV held. */
err_t partition_destroy(struct partition *p) REQUIRES(&hv.lock);

/*
 * The running vcpu v did what cannot go on: log `why` and its registers, stop the partition
 * (STOP_KILLED). v is loaded here; no lock held.
 */
void partition_kill(struct vcpu *v, const char *why, u64 code) EXCLUDES(&hv.lock);

/*
 * One bounded step of a dying or restarting partition whose vcpus are all off, in turn. True when
 * there may be more to do now. Any CPU, no lock held. Ends the machine with the last partition.
 */
bool partition_reap(void) EXCLUDES(&hv.lock);

/* Power off, once hv.empty says that nothing is left to run. Any CPU, no lock held. */
void partition_machine_ends(void);

/*
 * One bounded step of the restart of p: pins, memory, images, machine. True when p runs again.
 * LOCK_HV held, nothing of p loaded (core/restart.c).
 */
bool partition_restart_step(struct partition *p) REQUIRES(&hv.lock);

/*
 * Finish the destruction of p at once: single-CPU contexts only (failed boot, tests). READY,
 * STOPPED or DYING, nothing loaded. LOCK_HV held.
 */
void partition_destroy_now(struct partition *p) REQUIRES(&hv.lock);

/* Give the slot of a partition back that has nothing yet. Boot CPU. */
void partition_abandon(struct partition *p);

const char *part_state_name(enum part_state s);
const char *stop_reason_name(enum stop_reason r);

#endif
