/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kind of computer a partition sees: PAPR or PC. The core reaches the guest machine's code
 * (core/papr, core/pc) only through this table. Which machines an image has is a link-time choice:
 * arch/X/profile.c defines machines[].
 */
#ifndef RHYPE_MACHINE_H
#define RHYPE_MACHINE_H

#include "dispatch.h"
#include "exit.h"
#include "manifest.h"
#include "types.h"

struct partition;
struct vcpu;

struct machine {
	const char *name; /* manifest property "machine" */
	const struct hcall_table *hcalls;

	/* Logical addresses [hole, hole_end) never hold memory (0, 0: none); what would stand from
	 * there on begins at hole_end. Page aligned. */
	u64 hole, hole_end;

	/*
	 * Partition and vcpu state beyond the neutral one, from p's pool. May fail; undone by the
	 * matching fini, which accepts what a failed init left. p unpublished or locked.
	 */
	err_t (*part_init)(struct partition *p);
	void (*part_fini)(struct partition *p);
	err_t (*vcpu_init)(struct vcpu *v);
	void (*vcpu_fini)(struct vcpu *v);

	/*
	 * Boot only: write what the guest finds at its start (device tree, firmware blob) into its
	 * memory, and set vcpu 0 to its start state. Says in the log which node or property is bad.
	 */
	err_t (*load)(struct partition *p, const struct manifest_part *mp);

	/*
	 * Again what load wrote, into memory that holds the fresh images, and everything of the
	 * machine and its vcpus as after load. No firmware library: any time. p->lock held, nothing
	 * loaded, no pin left. Cannot fail.
	 */
	void (*restart)(struct partition *p);

	/* Before each entry of the loaded v: deliver what is pending. No lock held. */
	void (*before_run)(struct vcpu *v);

	/* v was loaded on / is about to be put from its CPU (VPA dispatch counters). Or NULL. */
	void (*after_load)(struct vcpu *v);
	void (*before_put)(struct vcpu *v);

	/* An exit other than hcall, preempt, window, shutdown, dead. v is loaded; no lock held. */
	void (*exit)(struct vcpu *v, struct vcpu_exit *x);

	/* Break every pin of the partition (it is stopped, nothing is loaded). p->lock held. */
	void (*unpin)(struct partition *p);

	/* Input waits at terminal of p (console multiplexer). Any CPU. */
	void (*term_input)(struct partition *p);
};

extern const struct machine *const machines[]; /* NULL-terminated */
extern const struct machine machine_papr;      /* core/papr/machine.c */
extern const struct machine machine_pc;	       /* core/pc/machine.c */

/* By name, or NULL. */
const struct machine *machine_find(const char *name);

#endif
