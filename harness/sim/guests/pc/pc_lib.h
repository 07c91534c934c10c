/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What only the PC guests of the simulation use, beside ../lib.h. */
#ifndef SIM_GUEST_PC_LIB_H
#define SIM_GUEST_PC_LIB_H

#include "../lib.h"
#include "pc.h"
#include "port.h"

#define COM1_PIN      4
#define COM1_VECTOR   0x50
#define RTE_LOW(pin)  (0x10u + 2 * (pin))
#define RTE_HIGH(pin) (0x11u + 2 * (pin))
#define RTE_LEVEL     0x8000u
#define RTE_MASK      0x10000u

/* Commands of the local APIC (pc_send): to one vcpu by number or bit, to the first of several. */
#define TO_BITS	  0x800u
#define TO_LOWEST 0x100u
#define TO_SELF	  0x40000u
#define TO_ALL	  0x80000u
#define TO_OTHERS 0xc0000u
#define INIT	  0x4500u

/* One at a time. */
void s_lock(void);
void s_unlock(void);

/* COM1's entry in the I/O APIC. One vcpu at a time. */
void s_route(unsigned vcpu, u32 low);

#endif
