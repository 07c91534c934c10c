/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Panic: only for corruption of the hypervisor's own state, or a hardware error that belongs to no
 * partition. Nothing a guest controls leads here; see docs/errors.md.
 */
#ifndef RHYPE_PANIC_H
#define RHYPE_PANIC_H

#include "types.h"

/* Print, stop the other CPUs, power off with code 1. Any context. Unlocks nothing. */
__noreturn void panic(const char *f, ...) __printf(1, 2);

/* A hardware error (machine check, HMI, system reset) that no partition caused. Any context. */
__noreturn void machine_check(const char *what, u64 addr, u64 status);

/* Stays in release builds: the condition can be false only when our own state is corrupt. */
#define CHECK(cond)                                                                  \
	do {                                                                         \
		if (unlikely(!(cond)))                                               \
			panic("%s:%d: CHECK failed: %s", __FILE__, __LINE__, #cond); \
	} while (0)

/* Only in debug builds (HV_DEBUG is 0 or 1 from the compiler's command line). */
#define ASSERT(cond)                 \
	do {                         \
		if (HV_DEBUG)        \
			CHECK(cond); \
	} while (0)

#endif
