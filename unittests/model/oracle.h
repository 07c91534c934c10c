/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ties the model to the real machine, and drives both. Read drive.c. */
#ifndef ORACLE_H
#define ORACLE_H

#include "model.h"

struct partition;

#define PC_SEEN 1024

/* abstract.c: what the real machine is, in the model's terms. */
void abstract_state(struct m_state *s);

/* Compare all state; memory: only pages that the model's last step touched, or all. */
bool compare_state(const struct model *m, bool all_memory);

/* The partition was just created for real: the model learns what it is and where it stands. */
void adopt_partition(struct model *m, unsigned lp, bool restart);

/* pc_abstract.c: the devices of all PCs. */
void pc_compare(const struct model *m);

/* pages.c: owners of pages and logical maps; steps of the environment that change them. */
void pages_abstract(struct m_state *s);
void pages_compare(const struct model *m, bool all);
void pages_boot(struct model *m);
void pages_created(struct model *m, unsigned lp);
void pages_mapped(struct model *m, unsigned lp);
void pages_released(struct model *m, u32 dying);

/* A line of a report; the first one is the divergence. */
void differs(const char *f, ...) __printf(1, 2);
extern bool oracle_differs;

/* drive.c */
struct drive {
	struct model m;
	u64 rng;
	u64 (*source)(u64 below); /* when set, instead of seeded numbers: the fuzzer's input */
	bool over;		  /* it has no more of them */
	u64 calls, light;
	u64 worked[2][256]; /* how often each row was called with success, by PAPR, by a PC */
	u64 accesses;	    /* to devices of PCs */
	u64 seen[PC_SEEN];  /* how often each register, in each way: pc_cover.c */
	bool verbose, all;
};
extern struct drive drive;

u64 drive_random(u64 below);
void drive_sequence(u64 seed, u64 calls);

/* The real machine and the model in the same state: one environment step. env.c */
void env_boot(void);
void env_step(void);
void env_settle(void);
bool env_caller(unsigned *lp, unsigned *vc);
void env_end(void);

/* The guest's processor goes on: it is given what waits for it, really and in the model. */
void env_enter(unsigned lp, unsigned vc);

/* args.c: number and arguments of the next call; may write the caller's memory for it. */
u64 make_call(unsigned lp, unsigned vc, u64 *args);
void guest_write(unsigned lp, u64 at, const void *from, u64 n);

/* pc_drive.c: one access of a PC's processor to a device, judged. */
void pc_access(unsigned lp, unsigned vc);
bool pc_scan(void); /* every port, register and leaf once, in a machine of its own */
unsigned pc_uncovered(const u64 *seen); /* what was never accessed: how many */
bool pc_must_halt(unsigned lp, unsigned vc);

/* drive.c: begin anew; before a step, and after it. */
void drive_start(u64 seed);
void drive_forget(void);
void drive_told(void);

#endif
