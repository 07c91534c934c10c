/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A virtual CPU (core/vcpu.c): what the port saves (arch), what the scheduler counts (se) and what
 * the partition's machine keeps for it (mach).
 */
#ifndef RHYPE_VCPU_H
#define RHYPE_VCPU_H

#include "arch.h"
#include "lock.h"
#include "sched.h"
#include "types.h"

struct partition;

struct vcpu {
	struct arch_vcpu arch; /* first: the port's assembly addresses it */
	struct partition *part;
	void *mach;	     /* the machine's own part, e.g. struct papr_vcpu */
	struct lock lock;    /* LOCK_VCPU: presentation state in `mach` */
	unsigned index;	     /* number within the partition; PAPR: interrupt server number */
	unsigned cpu;	     /* home CPU */
	u8 index_on_cpu;     /* in hv.cpu[cpu]->sched.ent */
	_Atomic bool online; /* started by its guest; changed under the partition's lock */
	_Atomic bool loaded; /* arch state is, or soon is, on CPU `cpu`, which writes this. A vcpu
				that went offline may be reset only when this is false. */
	struct sched_ent se;
	u64 nexits[EXIT_KINDS];
	u64 nhcalls;
};

/*
 * Allocate and prepare vcpu `index` of p on CPU `cpu` with nslots slots. HV_ENOMEM, or the port's
 * error. p is not published yet, or locked.
 */
err_t vcpu_create(struct partition *p, unsigned index, unsigned cpu, unsigned nslots);

/* Undo vcpu_create. Not loaded, SE_OFF. */
void vcpu_destroy(struct vcpu *v);

/* Vcpu `index` of p, or NULL. */
struct vcpu *vcpu_find(struct partition *p, u64 index);

/* Make it runnable and kick its CPU if needed. Any CPU; locks below LOCK_SCHED may be held. */
void vcpu_wake(struct vcpu *v);

/* The same, but nothing is remembered when it does not wait. */
void vcpu_unblock(struct vcpu *v);

/* The running vcpu waits for an event or for `wake` (ticks). Its CPU; same locks. */
void vcpu_block(struct vcpu *v, u64 wake);

/* Its CPU leaves the guest soon and looks at machine->before_run again. Any CPU. */
void vcpu_kick(struct vcpu *v);

/* Make an offline vcpu run from its reset state, which the machine has set. p->lock held. */
void vcpu_online(struct vcpu *v);

/* The running vcpu goes offline until vcpu_online. p->lock held. */
void vcpu_offline(struct vcpu *v);

#endif
