/* SPDX-License-Identifier: BSD-2-Clause */
/* What only guests of a PC use: its ports and its local APIC. Next to read: apic.c, info.c. */
#ifndef GUEST_PC_H
#define GUEST_PC_H

#include "guest.h"

#define PC_COM1	  0x3f8
#define PC_IOAPIC 0xfec00000ul
#define PC_LAPIC  0xfee00000ul

/* Vectors that the library uses. */
#define PC_VEC_TIMER	0x40
#define PC_VEC_EXTERNAL 0x41 /* from another vcpu */
#define PC_VEC_PROD	0x42
#define PC_VEC_SPURIOUS 0xff

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
/* Switch it off and on again, for use by MSRs or in memory. The only vcpu that runs. */
void pc_apic_mode(bool msrs);
u32 pc_apic_get(unsigned reg);
void pc_apic_set(unsigned reg, u32 v);

/* Send an interrupt command: low word of the ICR, number of the target's APIC. */
void pc_send(u32 command, u32 target);

/* Handler of this vcpu for interrupts that the library does not use; it ends them itself. */
void pc_other(void (*fn)(u64 vector));

/* Ports, in sizes of 1, 2 or 4 bytes. */
u32 pc_in(u16 port, unsigned size);
void pc_out(u16 port, unsigned size, u32 v);

/* Model-specific registers: false when it faulted, described by g_fault. */
bool pc_try_rdmsr(u32 nr, u64 *v);
bool pc_try_wrmsr(u32 nr, u64 v);

/* A byte of the CMOS clock's registers and memory. */
u8 pc_cmos(u8 index);
void pc_cmos_set(u8 index, u8 v);

/* Those of g_deed, and behind them some that an emulator may end the guest for. */
unsigned pc_all_deeds(void);

/* Write the ACPI sleep control of the machine, as to power it off. False: there is none. */
bool pc_sleep(void);

#endif
