/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the files of the PC machine here and those of a processor, whose cpu.h has instructions
 * (in8, rdmsr, cpuid, ...) and a vcpu's own area (struct self, self()).
 */
#ifndef GUEST_PC_PORT_H
#define GUEST_PC_PORT_H

#include "pc.h"

#define PC_AP_PAGE 0x1000 /* where an additional vcpu begins: start-up vector 1 */

/* What the machine has told; the same for all vcpus. */
struct pc_info {
	char args[512];
	u64 memory, hz;
	unsigned vcpus;
	bool reduced; /* ACPI without its old registers */
	bool x2apic, deadline;
	u16 sleep_port, reset_port;
	u8 sleep_value, reset_value;
};

/* ---- info.c, apic.c ---------------------------------------------------------------------- */

/* Before the guest; `at` is what the loader tells. */
void pc_read_info(u64 at);

/* On each vcpu. */
void pc_apic_on(void);

/* An interrupt that is no exception. */
void pc_interrupt(u64 vector);

/* ---- the processor's cpu.c --------------------------------------------------------------- */

struct pc_info *pc_info(void);

/* Was vcpu `index` started, and has not stopped? */
bool pc_running(unsigned index);
void pc_set_running(unsigned index, bool on);

/* At PC_AP_PAGE now stands what makes vcpu `index` run fn(arg). */
void pc_prepare(unsigned index, void (*fn)(u64 arg), u64 arg);

#endif
