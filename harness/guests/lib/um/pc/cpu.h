/* SPDX-License-Identifier: BSD-2-Clause */
/* A vcpu's own area, and the instructions that the PC machine's part of the library wants. */
#ifndef GUEST_UM_PC_CPU_H
#define GUEST_UM_PC_CPU_H

#include "../access.h"
#include "pc_port.h"
#include "um_guest_pc.h"

#define UM(name) um_pc_##name

struct self {
	UM_SELF
	struct pc_info info;
	void (*other)(u64 vector); /* pc.h, pc_other */
};

static inline struct self *self(void)
{
	return *um_private();
}

static inline void out8(u16 port, u8 v)
{
	um_pc_out(port, 1, v);
}

static inline void out16(u16 port, u16 v)
{
	um_pc_out(port, 2, v);
}

static inline u8 in8(u16 port)
{
	return (u8)um_pc_in(port, 1);
}

static inline u64 rdmsr(u32 nr)
{
	return um_pc_rdmsr(nr);
}

static inline void wrmsr(u32 nr, u64 v)
{
	um_pc_wrmsr(nr, v);
}

static inline u64 cr8(void)
{
	return um_pc_cr8();
}

static inline void set_cr8(u64 class)
{
	um_pc_set_cr8(class);
}

static inline void cpuid(u32 leaf, u32 sub, u32 r[4])
{
	um_pc_cpuid(leaf, sub, r);
}

#endif
