/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the guest library has for both machines of the process port. access.c is built once for
 * each: cpu.h, of the folder papr or pc, says by UM(name) which instructions it is made of.
 */
#ifndef GUEST_UM_ACCESS_H
#define GUEST_UM_ACCESS_H

#include "guest.h"

/* A vcpu's own area begins with these. It is on the vcpu's stack, which may vanish at any call. */
#define UM_SELF                                                      \
	const struct guest *guest;                                   \
	u64 nfaults;                                                 \
	bool trying; /* a fault is expected: skip what faulted */    \
	bool faulted;                                                \
	bool for_ever; /* do not skip: the same fault comes again */ \
	u64 resume;    /* where a jump that failed goes on, or 0 */  \
	struct g_fault fault;                                        \
	struct {                                                     \
		void (*fn)(void *arg);                               \
		void *arg;                                           \
	} irq[G_IRQS];

/* Around everything that may fault; false when it did. */
void access_begin(void);
bool access_end(void);

#endif
