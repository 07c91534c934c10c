/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between guest.c (where a guest is) and guest_ops.c (its instructions). */
#ifndef UM_GUEST_PRIV_H
#define UM_GUEST_PRIV_H

#include "state.h"
#include "um_guest.h"

/* MSR bits a guest may change. */
#define UM_MSR_GUEST (MSR_EE | MSR_PR | MSR_RI | MSR_LE | MSR_ME)

/* The guest that this CPU is in. */
struct um_guest *guest_self(void);
struct papr_regs *guest_regs(struct um_guest *g);

/*
 * Take what comes from outside, then run interrupt handlers until the guest stands at `at`
 * (true) or behind it, because a handler skipped the instruction there (false).
 */
bool guest_at(struct um_guest *g, u64 at);

/* Leave the guest; the caller then asks guest_at where it is. */
void guest_exit(struct um_guest *g, enum exit_kind kind);
void guest_exit_memory(struct um_guest *g, enum um_walk w, u64 addr, unsigned size,
		       unsigned access);
void guest_exit_illegal(struct um_guest *g, enum illegal_cause cause);

/*
 * The program whose name stands at addr, read by `fetch`; `pc`: one of a PC partition. NULL: none
 * does, or (*unknown) one that nobody knows.
 */
um_program_fn *guest_program(struct um_guest *g, u64 addr, bool pc,
			     bool (*fetch)(struct um_guest *g, u64 addr, u8 *b), bool *unknown);

/* Begin anew at the instruction pointer, on a fresh stack. */
__noreturn void guest_restart(struct um_guest *g);

/* Interrupt as the processor itself does, without the hypervisor. */
void guest_interrupt(struct um_guest *g, u64 vec, u64 srr1_bits);

#endif
