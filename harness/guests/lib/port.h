/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the portable part of the guest library and a port; guests do not include this. */
#ifndef GUEST_PORT_H
#define GUEST_PORT_H

#include "guest.h"

/* Logical address of the device tree this partition was started with. */
u64 port_fdt(void);

/* First byte behind the loaded image. */
u64 port_image_end(void);

/* What start-cpu needs to make `index` run fn(arg): entry address and its register. */
void port_prepare(unsigned index, void (*fn)(u64 arg), u64 arg, u32 *entry, u32 *reg);

/* Call firmware's entry with the argument block; false when the port cannot. */
bool port_rtas_entry(u64 entry, u64 block);

/* Take and drop one external interrupt: what happens when the guest has no handler. */
void guest_drop_external(void);

/* Never comes back. */
__attribute__((noreturn)) void port_hang(void);

#endif
