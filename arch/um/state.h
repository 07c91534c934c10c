/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simulated machine: one object, private to the files of this port. Next: boot.c, cpu.c. */
#ifndef UM_STATE_H
#define UM_STATE_H

#include "arch.h"
#include "host.h"
#include "um.h"

#define UM_NOBODY (-1)

struct um_machine {
	bool up;
	struct um_config cfg;
	u64 rng;

	/* mem.c */
	struct host_ram ram;
	u64 npages;
	u64 hole_start; /* page number within RAM; cfg.hole pages */
	u64 bundle_pages;
	struct um_page {
		bool guest;
		u16 open;
	} * page;

	/* cpu.c; the hypervisor's CPUs, and the caller's own flow */
	struct arch_cpu cpu[MAX_CPUS];
	void (*cpu_fn[MAX_CPUS])(unsigned cpu);
	struct um_fiber *cpu_fiber[MAX_CPUS];
	int caller; /* CPU that the main flow stands for, or UM_NOBODY */
	int next;   /* um_next_cpu, or UM_NOBODY */

	/* um_run */
	bool driving;
	u64 stop_step, stop_time;
	bool (*until)(void *arg);
	void *until_arg;
	enum um_stop why;

	/* time.c */
	u64 now, steps;

	/* boot.c */
	bool ended; /* end_code tells how; only the main flow goes on */
	int end_code;

	/* console.c */
	size_t line_takes; /* bytes of one arch_puts_some */
	struct um_bytes {
		char *buf; /* NUL-terminated when not NULL */
		size_t len, size, pos;
	} out, in;
};

extern struct um_machine um;

/* The CPU of this moment; a use without a machine is a bug. */
struct arch_cpu *um_cpu(void);

/* turn.c: this CPU cannot go on before its `state` says so; runs others meanwhile. */
void um_leave_cpu(void);

/* A scheduling point that does not cost time; `stay`: this CPU may go on. */
void um_turn(bool stay);

/* Tell um_trace. */
void um_note(enum um_event e, u64 a, u64 b);

/* Go on with another flow; for the main flow this may be the end of the machine. */
void um_switch(struct um_fiber *to);

/* cpu.c */
void um_cpus_drop(void);
void um_cpus_fini(void);

/* time.c */
bool um_alarm_due(const struct arch_cpu *c);

/* boot.c: end the machine; resumes the main flow, which calls um_end_here. */
__noreturn void um_end(int code);
__noreturn void um_end_here(void);

/* mem.c */
void um_mem_init(void);
void um_mem_fini(void);
void um_mem_ranges(struct boot_info *bi);

/* console.c */
void um_console_fini(void);

/* gspace.c: what the CPU's translation hardware does. */
enum um_walk { UM_WALK_OK, UM_WALK_NONE, UM_WALK_DENIED, UM_WALK_DEVICE };
enum um_walk um_translate(struct arch_cpu *c, const struct arch_gspace *gs, u64 addr, unsigned prot,
			  u8 **at);
void um_tlb_flush(struct arch_cpu *c, lpid_t id);

/* guest.c: the guest's side of a vcpu, in a page of its pool. */
struct um_guest {
	struct arch_vcpu *v;
	struct um_fiber *fiber; /* the program's flow */
	struct um_fiber *host;	/* who entered the guest */
	struct vcpu_exit *x;
	bool restart; /* begin anew at nip, on a fresh stack */
	bool running; /* the program on this stack has begun */
	u64 pc;
	unsigned depth; /* of interrupt handlers */
	void *private;
	char why[96];					    /* it cannot go on */
	void (*gate[UM_PC_VECTORS])(struct um_pc_frame *f); /* of a PC vcpu */
};

/* Run a PC vcpu: its program, or um_pc_guest. */
void um_pc_run(struct arch_vcpu *v, struct vcpu_exit *x);

/* Has come what arch_pc_window waits for? */
bool um_pc_window_open(const struct arch_vcpu *v);

/* Go on with the guest until it leaves; *x is complete afterwards. */
void um_guest_enter(struct um_guest *g, struct vcpu_exit *x);

#endif
