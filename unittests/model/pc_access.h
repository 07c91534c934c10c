/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One access of a PC's processor to a device: how it is made up, done, and counted. */
#ifndef PC_ACCESS_H
#define PC_ACCESS_H

#include "model_pc.h"
#include "oracle.h"

enum pc_kind { PC_MSR, PC_PORT, PC_MEMORY, PC_CPUID, PC_HALT, PC_ILLEGAL, PC_CR8 };

struct pc_access {
	enum pc_kind kind;
	u64 at; /* register, port, address, leaf */
	u64 val, sub;
	unsigned size;
	bool write;
	u64 out; /* what a read gave for real */
};

/* pc_drive.c: do it, compare, and let the guest go on. */
void pc_judge(const struct mp_call *c, const struct pc_access *a);

/* pc_args.c: what comes next. */
void pc_make_access(unsigned lp, unsigned vc, struct pc_access *a);

/* pc_cover.c: what has been accessed. */
void pc_cover(const struct mp_call *c, const struct pc_access *a);

#endif
