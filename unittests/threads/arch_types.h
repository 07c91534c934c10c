/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A port whose CPUs are threads of the host, as far as locks, run queues and free lists need one.
 * Next: threads.c.
 */
#ifndef THREADS_ARCH_TYPES_H
#define THREADS_ARCH_TYPES_H

#include <stdatomic.h>

#include "papr_regs.h"
#include "types.h"

struct arch_gspace {
	lpid_t id;
};

struct arch_vcpu {
	struct papr_regs papr;
};

struct arch_cpu {
	unsigned id;
};

extern _Thread_local unsigned thread_cpu;
void thread_relax(void);

static inline unsigned arch_cpu_self(void)
{
	return thread_cpu;
}

static inline void arch_relax(void)
{
	thread_relax();
}

static inline void arch_lock_point(void)
{
}

static inline void arch_barrier(void)
{
	atomic_thread_fence(memory_order_seq_cst);
}

#endif
