/* SPDX-License-Identifier: BSD-2-Clause */
/* What only guests of a PC use: its ports and its local APIC. Next to read: apic.c, info.c. */
#ifndef GUEST_PC_H
#define GUEST_PC_H

#include "guest.h"

#define PC_COM1	  0x3f8
#define PC_IOAPIC 0xfec00000ul

/* Registers of the local APIC by offset, through MSRs or memory. */
#define APIC_ID	     0x20
#define APIC_VERSION 0x30
#define APIC_TPR     0x80
#define APIC_EOI     0xb0
#define APIC_SVR     0xf0
#define APIC_ISR     0x100
#define APIC_IRR     0x200
#define APIC_ESR     0x280
#define APIC_ICR     0x300
#define APIC_TIMER   0x320
#define APIC_INITIAL 0x380
#define APIC_CURRENT 0x390
#define APIC_DIVIDE  0x3e0

bool pc_x2apic(void); /* MSRs it is */
u32 pc_apic_get(unsigned reg);
void pc_apic_set(unsigned reg, u32 v);

/* Send an interrupt command: low word of the ICR, number of the target's APIC. */
void pc_send(u32 command, u32 target);

/* Handler of this vcpu for interrupts that the library does not use; it ends them itself. */
void pc_other(void (*fn)(u64 vector));

/* Those of g_deed, and behind them some that an emulator may end the guest for. */
unsigned pc_all_deeds(void);

/* Write the ACPI sleep control of the machine, as to power it off. False: there is none. */
bool pc_sleep(void);

#endif
