/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the firmware's ACPI tables say, as far as we need it (acpi.c). No hardware is touched, so
 * that the reader runs in the unit tests, too.
 */
#ifndef RHYPE_X86_64_ACPI_H
#define RHYPE_X86_64_ACPI_H

#include "types.h"

#define ACPI_MAX_IOAPICS 8

enum acpi_space { ACPI_MEMORY = 0, ACPI_IO = 1 };

/* Generic address structure (ACPI 6.4, 5.2.3.2) */
struct acpi_reg {
	u8 space; /* enum acpi_space */
	u8 width; /* bits */
	u64 addr; /* 0: there is none */
};

struct acpi_info {
	bool found; /* a root table that can be used */
	unsigned ncpus;
	u32 apic_id[MAX_CPUS];
	unsigned left_out; /* CPUs beyond MAX_CPUS */
	unsigned nioapics;
	u32 ioapic[ACPI_MAX_IOAPICS];
	struct acpi_reg serial; /* 16550 console */
	u16 pm_timer;		/* port; 0: none */
	u16 pm1a, pm1b;		/* control ports */
	bool can_sleep;		/* the byte code says what to write there to switch it off: */
	u8 s5a, s5b;		/* sleep types */
	struct acpi_reg reset;
	u8 reset_value;
};

/* n bytes of firmware memory at pa, or NULL when they cannot be read. */
typedef const u8 *acpi_map_fn(void *arg, u64 pa, u64 n);

/* Is there a root pointer at pa? */
bool acpi_is_rsdp(acpi_map_fn *map, void *arg, u64 pa);

/* Fill *out from the root pointer at rsdp (0: none known). What is not well formed is left out. */
void acpi_read(struct acpi_info *out, acpi_map_fn *map, void *arg, u64 rsdp);

#endif
