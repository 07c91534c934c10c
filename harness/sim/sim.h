/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simulation: a whole machine derived from one number, run to its end, and looked at. Start
 * with scenario.c (what a seed means); run.c runs it, operator.c is the world outside the machine,
 * check.c says what must hold, main.c runs many.
 */
#ifndef SIM_H
#define SIM_H

#include "types.h"

struct vcpu;

#define SIM_PARTS   6 /* in the bundle */
#define SIM_CREATED 6 /* while it runs */
#define SIM_OUT	    8192

struct sim_part {
	char name[16];
	const char *guest;
	char args[96];
	u32 vcpus, share;
	u64 memory;
	bool pc; /* its machine; else PAPR */
	bool controller, restart, hold;
	bool must_pass; /* it ends by itself, and nobody stops it */
};

/* All that is derived from the seed before the machine is switched on. */
struct sim_scenario {
	u64 seed;
	unsigned ncpus, turn, stall, guest;
	unsigned access; /* one access of the core in so many is a scheduling point; 0 = none */
	bool light, framed;
	u32 slot_us;
	u64 ram;
	unsigned nparts;
	struct sim_part part[SIM_PARTS];
	unsigned creates; /* how many more partitions may be created while it runs */
	unsigned keys;	  /* percent of the polls that find input */
	unsigned slow;	  /* percent of the polls after which the line is slow, or stuck */
};

/* What a partition number has said since its partition was created. */
struct sim_out {
	const struct sim_part *part; /* NULL = not in use */
	size_t len, total;
	u64 sum; /* over all bytes, whatever their order */
	char buf[SIM_OUT];
};

struct sim {
	struct sim_scenario s;
	u64 rng; /* the operator's choices */
	struct sim_part created[SIM_CREATED];
	unsigned ncreated, typed;
	bool creating;
	struct vcpu *chosen[MAX_CPUS]; /* by a CPU that has not loaded it yet */
	u64 hv_pages;		       /* the hypervisor's own before the bundle was loaded */
	struct sim_out out[MAX_PARTITIONS + 1];
	char why[400]; /* the seed failed: the first reason */
	u64 digest, events;
	void *trace; /* FILE for the text of the trace, or NULL */
};
extern struct sim sim;

/* scenario.c */
void sim_scenario(struct sim_scenario *s, u64 seed);
void sim_print(const struct sim_scenario *s);
u64 sim_random(u64 *state);
u64 sim_below(u64 *state, u64 n);

/* bundle.c: the boot bundle of a scenario; its length. Also the image of one guest. */
#define SIM_ENTRY     0x10000
#define SIM_IMAGE     64
#define SIM_LEAST(pc) ((pc) ? MIB(1) + KIB(64) : KIB(320)) /* memory of a partition */
u64 sim_bundle(const struct sim_scenario *s, u8 *buf, u64 size);
void sim_image(u8 *image, const char *guest);

/* run.c: true when the seed passed; else sim.why says what happened. */
bool sim_run(u64 seed);
void sim_fail(const char *f, ...) __printf(1, 2);

/* operator.c */
void sim_operator_reset(void);
void sim_said(unsigned lpid, const u8 *s, unsigned n);

/* check.c: at the end of the machine; and when a partition's number is used again. */
void sim_check_end(void);
void sim_check_said(struct sim_out *o);
struct vterm;
void sim_check_term(const struct vterm *t); /* of a partition that ends */
bool sim_quiet(void);

/* points.c: from now on one access in `access` of the core is a scheduling point. */
void sim_points(unsigned access, u64 seed);

#endif
