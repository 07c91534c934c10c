/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the port's own files share. Context as in arch.h unless a comment says otherwise. */
#ifndef RHYPE_PPC64_PORT_H
#define RHYPE_PPC64_PORT_H

#include <stdatomic.h>

#include "arch.h"
#include "arch_papr.h"
#include "devtree.h"

extern struct arch_cpu cpus[MAX_CPUS];

/* unittests/ppc64: runs the contract tests and ends the machine, when the command line says so. */
__attribute__((weak)) void boot_selftest(const struct boot_info *bi);

/* boot.S */
extern u64 cpu_next; /* r13 of the CPU that is being started */
s64 opal_call(u64 token, ...);
void secondary_entry(void);

/* OPAL call numbers and results (skiboot, doc/opal-api) */
enum opal_token {
	OPAL_CONSOLE_WRITE = 1,
	OPAL_CONSOLE_READ = 2,
	OPAL_RTC_READ = 3,
	OPAL_CEC_POWER_DOWN = 5,
	OPAL_POLL_EVENTS = 10,
	OPAL_START_CPU = 41,
	OPAL_REINIT_CPUS = 70,
	OPAL_XIVE_RESET = 128,
	OPAL_XIVE_GET_IRQ_INFO = 129,
	OPAL_XIVE_SET_IRQ_CONFIG = 131,
	OPAL_XIVE_SET_QUEUE_INFO = 133,
	OPAL_XIVE_ALLOCATE_IRQ = 139,
	OPAL_HANDLE_HMI2 = 166,
};
#define OPAL_SUCCESS	0
#define OPAL_BUSY	(-2)
#define OPAL_BUSY_EVENT (-12)

/* cpu.c */
void cpu_vectors(void);				     /* copy the vectors; once */
void cpu_prepare(struct arch_cpu *c, u64 stack_top); /* what C and the vectors read */
bool hmi_repair(void); /* maintenance interrupt: firmware has repaired the cause */
__noreturn void hv_fault(u64 vector, const struct papr_regs *regs);
#define CPU_R13(c) ((u64)(c) + CPU_BIAS)

/* intr.c */
err_t xive_reset(void);			 /* machine: exploitation mode; once */
err_t xive_cpu_init(struct arch_cpu *c); /* on the CPU: its IPI */
void xive_ack(struct arch_cpu *c);	 /* take what is pending; a later kick notifies again */

/* time.c */
void hdec_program(struct arch_cpu *c);
void hdec_fired(struct arch_cpu *c); /* it ended the guest: arm it again for what is left */
void look_again_soon(struct arch_cpu *c);
static inline u64 timebase(void)
{
	return mfspr(SPR_TB);
}

/* rtc.c */
void rtc_poll(void); /* ask firmware for the date, or take its answer; never waits */

/* gspace.c */
/* Boot: our own translation (see world.S, virtual_vector), built in HV_SPACE_SIZE bytes. */
void partition_table_boot(void *room);
#define HV_SPACE_ALIGN KIB(64)
#define HV_SPACE_SIZE  KIB(72)
#define HV_SPACE_MAPS  GIB(512)	 /* machine addresses below this */
void partition_table_init(void); /* on every CPU; the boot CPU first, alone */
void gspace_flush(u16 lpid);	 /* everything of the LPID, on all CPUs */

/* world.S */
u64 world_enter(struct arch_vcpu *v);
void vsx_save(struct arch_vcpu *v);
void vsx_load(struct arch_vcpu *v);
extern char vectors_start[], vectors_end[], virtual_vector[], virtual_vector_end[];
extern char image_start[], image_end[]; /* link.lds */

#endif
