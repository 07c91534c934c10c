/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the parts of the guest library; guests do not include this. */
#ifndef GUEST_PORT_H
#define GUEST_PORT_H

#include "guest.h"

/* First byte behind the loaded image. */
u64 port_image_end(void);

/* Never comes back. */
__attribute__((noreturn)) void port_hang(void);

/* The machine: write to the console, and wait when it is full. */
void port_put(const char *s, unsigned n);

/* The machine: take and drop one external interrupt, when the guest has no handler. */
void guest_drop_external(void);

/* ---- of a port to a PAPR machine --------------------------------------------------------- */

/* Logical address of the device tree this partition was started with. */
u64 port_fdt(void);

/* What start-cpu needs to make `index` run fn(arg): entry address and its register. */
void port_prepare(unsigned index, void (*fn)(u64 arg), u64 arg, u32 *entry, u32 *reg);

/* Call firmware's entry with the argument block; false when the port cannot. */
bool port_rtas_entry(u64 entry, u64 block);

#endif
