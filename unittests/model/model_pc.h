/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The abstract PC: what its devices hold, and for each access what it does to them. Written from
 * the architecture's documents as docs/pc.md states them (AMD's APM 2, chapter 16; Intel's SDM 3,
 * "Advanced Programmable Interrupt Controller"; the 82093AA's, 16550's and MC146818's data sheets).
 * Knows nothing of core/pc. Read spec_apic.c first; pc_abstract.c compares with the real machine,
 * pc_drive.c makes the accesses.
 */
#ifndef MODEL_PC_H
#define MODEL_PC_H

#include "model.h"

/* Entries of a local vector table, in the order of their registers. */
enum mp_lvt { MP_TIMER, MP_THERMAL, MP_PERF, MP_LINT0, MP_LINT1, MP_ERROR, MP_LVTS };

#define MP_PINS	 24
#define MP_FIFO	 16
#define MP_MTRRS 28 /* type, 8 pairs, 11 fixed ones: in the order of their numbers */

/* Lists for the structures and for the report of a difference: one value, or an array. */
/* clang-format off */
#define MP_VCPU_FIELDS(F, A) \
	A(u64, irr, 4) A(u64, isr, 4) A(u64, tmr, 4) F(base) F(tpr) F(ldr) F(dfr) F(svr) F(esr) \
	F(errors) F(icr) F(icr2) A(u64, lvt, MP_LVTS) F(divide) F(initial) F(fires) F(deadline) \
	F(nmi) F(wait_sipi) F(at_hlt) F(asleep) F(tsc) F(tsc_adjust) F(clock) F(misc_enable) \
	A(u64, mtrr, MP_MTRRS) F(efer) F(pat) F(aux)
#define MP_FIELDS(F, A) \
	F(select) F(id) F(lines) A(u64, rte, MP_PINS) \
	F(ier) F(fcr) F(lcr) F(mcr) F(scratch) F(divisor) F(thre) F(nrx) A(u8, rx, MP_FIFO) F(ntx) \
	F(index) F(reg_a) F(reg_b) A(u8, cmos, 128)
/* clang-format on */

#define F(name)		 u64 name;
#define A(type, name, n) type name[n];
struct mp_vcpu {
	MP_VCPU_FIELDS(F, A)
};
struct m_pc {
	MP_FIELDS(F, A)
	struct mp_vcpu vcpu[M_VCPUS];
};
#undef F
#undef A

/* What the guest's processor answers an access with. */
enum mp_answer {
	MP_DONE,
	MP_GP,	  /* general protection fault; nothing happened */
	MP_AGAIN, /* the instruction was not done yet: it comes again */
};

/* Who accesses: partition, virtual processor, and the state of both. */
struct mp_call {
	struct model *m;
	unsigned lp, vc;
	struct m_pc *pc;
	struct mp_vcpu *v;
};
struct mp_call mp_call(struct model *m, unsigned lp, unsigned vc);

/* ---- spec_apic.c: the local APIC ------------------------------------------------------------- */
bool mp_apic_on(const struct mp_vcpu *v);
bool mp_apic_x2(const struct mp_vcpu *v);
u64 mp_ppr(const struct mp_vcpu *v);
int mp_deliverable(const struct mp_vcpu *v); /* vector, or -1 */
bool mp_accept(struct model *m, unsigned lp, unsigned vc, u64 vector, bool level);
void mp_take(struct mp_vcpu *v, int vector);
void mp_apic_power_on(struct mp_vcpu *v, unsigned vc);
void mp_apic_reset(struct mp_vcpu *v, unsigned vc);
/* Registers by number (offset / 16), in the present mode. */
enum mp_answer mp_apic_read(struct mp_call *c, u64 reg, u64 *val);
enum mp_answer mp_apic_write(struct mp_call *c, u64 reg, u64 val);
enum mp_answer mp_apic_base(struct mp_call *c, u64 val);

/* spec_timer.c */
u64 mp_count(const struct model *m, const struct mp_vcpu *v);
void mp_start_timer(struct model *m, struct mp_vcpu *v, u64 count);
void mp_divide(struct model *m, struct mp_vcpu *v, u64 code);
void mp_set_deadline(struct model *m, struct mp_vcpu *v, u64 tsc);
void mp_timer_mode(struct mp_vcpu *v, u64 old);
void mp_fire(struct model *m, unsigned lp, unsigned vc);
u64 mp_tsc(const struct model *m, const struct mp_vcpu *v);
void mp_set_tsc(struct mp_call *c, u64 offset);

/* spec_ipi.c: who an interrupt goes to */
enum mp_answer mp_command(struct mp_call *c, u64 icr, u64 dest);
bool mp_message(struct model *m, unsigned lp, u64 rte);

/* ---- devices of the partition ---------------------------------------------------------------- */
/* spec_ioapic.c */
void mp_ioapic_reset(struct m_pc *pc);
void mp_line(struct model *m, unsigned lp, unsigned pin, bool active);
void mp_ioapic_eoi(struct model *m, unsigned lp, u64 vector);
u64 mp_ioapic_read(const struct m_pc *pc, u64 offset);
void mp_ioapic_write(struct model *m, unsigned lp, u64 offset, u64 val);

/* spec_uart.c, spec_rtc.c */
void mp_uart_reset(struct m_pc *pc);
void mp_uart_input(struct model *m, unsigned lp);
u64 mp_uart_read(struct mp_call *c, unsigned reg);
void mp_uart_write(struct mp_call *c, unsigned reg, u64 val);
void mp_rtc_reset(struct m_pc *pc);
u64 mp_rtc_read(const struct model *m, const struct m_pc *pc);
void mp_rtc_write(struct m_pc *pc, u64 val);

/* spec_ports.c: ports and memory, of 1, 2 or 4 bytes */
u64 mp_port_read(struct mp_call *c, u64 port, unsigned size);
void mp_port_write(struct mp_call *c, u64 port, unsigned size, u64 val);
u64 mp_memory_read(struct mp_call *c, u64 addr, unsigned size);
enum mp_answer mp_memory_write(struct mp_call *c, u64 addr, unsigned size, u64 val);

/* spec_msr.c */
enum mp_answer mp_msr_read(struct mp_call *c, u64 nr, u64 *val);
enum mp_answer mp_msr_write(struct mp_call *c, u64 nr, u64 val);
void mp_msr_reset(struct mp_vcpu *v);
extern const u32 mp_msrs[]; /* the allow-list, but the x2APIC's */
extern const unsigned mp_nmsrs;

/* spec_cpuid.c: NULL, or what is wrong with that answer (EAX, EBX, ECX, EDX). */
const char *mp_cpuid_wrong(const struct mp_call *c, u32 leaf, u32 sub, u64 cr4, const u64 out[4]);

/* ---- pc_world.c: what happens between accesses ----------------------------------------------- */
void mp_attention(struct model *m, unsigned lp, unsigned vc); /* it has something to look at */
void mp_nmi(struct model *m, unsigned lp, unsigned vc);
void mp_power_on(struct model *m, unsigned lp);
void mp_reset(struct model *m, unsigned lp, unsigned vc, u64 vector); /* INIT and start-up */
void mp_again(struct model *m, unsigned lp);
void mp_input(struct model *m, unsigned lp);
void mp_alarms(struct model *m, unsigned lp);
void mp_halt(struct mp_call *c);
/* Before the next instruction: what the guest is given. Vector, or -1. */
int mp_enter(struct model *m, unsigned lp, unsigned vc);

#endif
