/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From exit record to effect: the hcall table (core/dispatch.c) and the per-CPU loop (core/loop.c).
 * Rows stand in hcalls.def; this file says what their columns mean.
 */
#ifndef RHYPE_DISPATCH_H
#define RHYPE_DISPATCH_H

#include "exit.h"
#include "hcall.h"
#include "types.h"

#define HCALL_MAX_ARGS 9

struct vcpu;

/* Kind of an argument: what dispatch checks before the handler sees it, and the fuzzer's hint. */
enum arg_kind {
	ARG_NONE,
	ARG_U64,  /* no check */
	ARG_ZERO, /* reserved: H_PARAMETER unless 0 */
	ARG_LPID, /* a number that a partition may have, or H_PARAMETER */
	ARG_VCPU, /* number of a vcpu of the caller's partition, or H_PARAMETER */
	ARG_GPA,  /* logical address inside the caller's memory, or H_PARAMETER */
};

enum hcall_auth { AUTH_ANYONE, AUTH_CONTROLLER, AUTH_OWNER };
enum hcall_class { CLASS_LIGHT, CLASS_NORMAL, CLASS_LONG };
enum hcall_flow { FLOW_SELF, FLOW_PARTITION, FLOW_SCHED, FLOW_TERM, FLOW_MACHINE };

/* Unpacks the registers for one handler; generated per row, so that arity is the compiler's. */
typedef s64 hcall_fn(struct vcpu *v, u64 *a);

struct hcall_row {
	hcall_fn *fn;
	const char *name;
	u16 nr;
	u8 auth, class, flow;
	u8 nargs, nrets;
	u8 kind[HCALL_MAX_ARGS];
};

/*
 * A machine's table: dense rows, and two index arrays (PAPR range and ours) by nr / 4 that hold
 * row number + 1, or 0 for an unknown call.
 */
#define HCALL_PAPR_END 0x400
struct hcall_table {
	const struct hcall_row *rows;
	unsigned nrows;
	s64 unknown; /* what an unknown number of the first range returns */
	u8 low[HCALL_PAPR_END / 4];
	u8 own[(HV_CALL_END - HV_CALL_BASE) / 4];
};

/* The row of a call number, or NULL. Any context. */
const struct hcall_row *hcall_find(const struct hcall_table *t, u64 nr);

/*
 * Serve one call of the running vcpu v: look-up, authority, argument kinds, handler, exit checks.
 * args and status point to the guest's registers. v is loaded on this CPU; no lock held.
 */
void hcall_dispatch(struct vcpu *v, u64 nr, u64 *args, u64 *status);

/* Act on one exit of the loaded vcpu v. Same context. */
void exit_dispatch(struct vcpu *v, struct vcpu_exit *x);

struct cpu;

/* Run vcpus on this CPU for ever: pick, switch, run, dispatch; idle when nobody can. */
__noreturn void cpu_loop(struct cpu *c);

/*
 * One turn of that loop: at most one vcpu's turn, or one wait. False when the CPU had nothing to
 * do and waited. Tests and um step a CPU with it.
 */
bool cpu_step(struct cpu *c);

/* Take the loaded vcpu, if any, off this CPU. */
void cpu_unload(struct cpu *c);

/* Load v (of a running partition) on this CPU, putting what was loaded. False: it stopped. */
bool cpu_load(struct cpu *c, struct vcpu *v);

/* Internal error to status code, for handlers whose call defines nothing more precise. */
s64 hcall_status(err_t e);

/* Handlers of hcalls.def: vcpu, one u64 per argument, then `u64 *ret` when there are results. */
s64 h_null(struct vcpu *v);
s64 h_version(struct vcpu *v, u64 *ret);
s64 h_yield(struct vcpu *v, u64 lpid);
s64 h_partition_info(struct vcpu *v, u64 lpid, u64 *ret);
s64 h_partition_start(struct vcpu *v, u64 lpid);
s64 h_partition_stop(struct vcpu *v, u64 lpid);
s64 h_partition_destroy(struct vcpu *v, u64 lpid);
s64 h_memory_info(struct vcpu *v, u64 *ret);

#endif
