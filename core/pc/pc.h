/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * State of the PC machine and what its files offer each other. Only core/pc includes this. Start
 * reading at machine.c; docs/pc.md says what a guest sees.
 */
#ifndef PC_H
#define PC_H

#include <stdatomic.h>

#include "arch_pc.h"
#include "dispatch.h"
#include "machine.h"
#include "nospec.h"
#include "partition.h"
#include "types.h"
#include "vcpu.h"

/* Where things stand: docs/pc.md. */
#define PC_HOLE	       GIB(3)
#define PC_HOLE_END    GIB(4)
#define PC_APIC_BASE   0xfee00000u
#define PC_IOAPIC_BASE 0xfec00000u
#define PC_COM1	       0x3f8
#define PC_COM1_IRQ    4
#define PC_SLEEP_PORT  0x600 /* ACPI sleep control, and at + 1 sleep status */
#define PC_RESET_PORT  0xcf9
#define PC_S5	       5 /* sleep type that powers off */

/*
 * Why before_run of a vcpu has work to do. HALTED: who sets another one must also wake it. IRQ and
 * NMI are set by anybody, the others and all clearing is the vcpu's own CPU's.
 */
#define ATTN_IRQ    1u /* its local APIC may have something to deliver */
#define ATTN_NMI    2u
#define ATTN_HALTED 4u /* it stands at a HLT */
#define ATTN_HELD   8u /* CR8 has held an interrupt back: is it still so? */

/* Errors of a local APIC (APM 2, 16.4.6): a vector below 16, a register that is not there. */
#define ESR_SENT_ILLEGAL     (1u << 5)
#define ESR_RECEIVED_ILLEGAL (1u << 6)
#define ESR_NO_REGISTER	     (1u << 7)

/* Registers of the local vector table, in order. */
enum pc_lvt { LVT_TIMER, LVT_THERMAL, LVT_PERF, LVT_LINT0, LVT_LINT1, LVT_ERROR, PC_LVTS };

#define PC_VECTOR_WORDS 4 /* a bit for each of 256 vectors */

/*
 * A local APIC. Others only set bits of irr, tmr and esr_next; the rest belongs to the vcpu's own
 * CPU, or, when it is offline and not loaded, to who holds the partition's lock.
 */
struct pc_apic {
	_Atomic u64 irr[PC_VECTOR_WORDS], tmr[PC_VECTOR_WORDS];
	u64 isr[PC_VECTOR_WORDS];
	_Atomic u32 svr, ldr, dfr, base; /* others read them: is it on, is it meant? */
	_Atomic u32 esr_next;		 /* errors since esr was last written */
	u32 tpr;			 /* of its class CR8 knows more: pc_apic_tpr */
	u32 esr, icr, icr2, lvt[PC_LVTS], tdcr;
	u32 initial;  /* count that the timer began with */
	u64 timer;    /* ticks when it fires; TIME_NEVER */
	u64 deadline; /* MSR value; 0 = none */
};

#define PC_APIC_X2     (1u << 10)
#define PC_APIC_ENABLE (1u << 11)

/* Logical destination of number `id` in x2APIC mode: its cluster, its bit there. */
#define PC_X2_LDR(id) (((id) >> 4) << 16 | 1u << ((id)&15))

#define PC_MTRRS      28 /* deftype, 8 variable pairs, 11 fixed */

struct pc_vcpu {
	_Atomic u32 attn;
	struct pc_apic apic;
	bool wait_sipi; /* offline until somebody sends a start-up interrupt; partition's lock */
	bool halted;	/* it has executed the HLT at halt_rip */
	u8 halt_len;	/* bytes of that */
	u64 halt_rip;
	u64 due;   /* ticks: earliest of apic.timer and retry */
	u64 retry; /* bytes wait for the console: try again then */
	u64 tsc_offset, tsc_adjust;
	u64 clock; /* MSR that says where its clock page is */
	u64 misc_enable;
	u64 mtrr[PC_MTRRS];
};

#define IOAPIC_PINS 24

struct pc_ioapic {
	u32 select, id;
	u32 level; /* one bit per pin: the line is active */
	u64 rte[IOAPIC_PINS];
};

#define UART_FIFO 16

struct pc_uart {
	u8 ier, fcr, lcr, mcr, scr, dll, dlm;
	bool thr_irq; /* "transmitter empty" was not yet told */
	bool line;    /* state of the interrupt line */
	u8 rx[UART_FIFO], tx[UART_FIFO];
	u8 nrx, ntx;
};

struct pc_rtc {
	u8 index, reg_a, reg_b;
	u8 ram[128];
};

#define PC_CPUID_ROWS 23 /* leaves 0 .. 0xd, 0x80000000 .. 8 */

/* Guarded by the partition's lock; cpuid, phys_bits and buf do not change while it runs. */
struct pc_part {
	struct pc_ioapic ioapic;
	struct pc_uart uart;
	struct pc_rtc rtc;
	u32 cpuid[PC_CPUID_ROWS][4];
	u8 phys_bits; /* of a guest's physical address */
	u8 *buf;      /* for load.c to build in at a restart, or NULL */
};

static inline struct pc_part *pc_part(const struct partition *p)
{
	return p->mach;
}

static inline struct pc_vcpu *pc_vcpu(const struct vcpu *v)
{
	return v->mach;
}

static inline struct pc_regs *pc_regs(struct vcpu *v)
{
	return &v->arch.pc;
}

/* table.c */
#define KVM_ENOSYS (-1000)
extern const struct hcall_table pc_hcalls;

/* machine.c: v has something new (ATTN bits): its CPU looks soon. Any CPU, locks below SCHED. */
void pc_attn(struct vcpu *v, u32 bits);
/* What INIT does, and a start-up at that vector. Not loaded. */
void pc_vcpu_reset(struct vcpu *v, u8 vector);
bool pc_wakes(struct vcpu *v);	  /* something ends the HLT it stands at; loaded here */
bool pc_may_wake(struct vcpu *v); /* the same, without looking at the APIC: or may end it */
void pc_alarm(struct vcpu *v);	  /* after a change of apic.timer or retry; v's own CPU */

/* exit.c */
void pc_exit(struct vcpu *v, struct vcpu_exit *x);
void pc_stand(struct vcpu *v, u8 len);	  /* at a HLT */
void pc_raise(struct vcpu *v, u8 vector); /* exception; error code 0 where there is one */
void pc_page_fault(struct vcpu *v, u64 va, u32 error);
err_t pc_do_rdmsr(struct vcpu *v, u32 nr); /* to EDX:EAX; as pc_msr_read */

/* apic.c: state. Any CPU where not said otherwise. */
void pc_apic_power_on(struct pc_apic *a, unsigned index);
void pc_apic_reset(struct pc_apic *a, unsigned index);

static inline bool pc_apic_x2(const struct pc_apic *a)
{
	return a->base & PC_APIC_X2;
}

static inline bool pc_apic_on(const struct pc_apic *a)
{
	return a->base & PC_APIC_ENABLE;
}

bool pc_apic_takes_part(const struct vcpu *v); /* in the choice of one for lowest priority */
void pc_apic_error(struct pc_apic *a, u32 bit);
bool pc_apic_accept(struct vcpu *v, u8 vector, bool level); /* false: it does not take it */
u32 pc_apic_tpr(struct vcpu *v);			    /* own CPU, as are the next four */
void pc_apic_set_tpr(struct vcpu *v, u8 val);
u32 pc_apic_ppr(struct vcpu *v);
int pc_apic_pending(struct vcpu *v); /* vector to deliver now, or -1 */
/* Class of the highest that waits above what is in service, whatever CR8 says; or 0. */
unsigned pc_apic_waits(struct vcpu *v);
void pc_apic_take(struct pc_apic *a, u8 vector); /* it is being delivered; own CPU */
int pc_apic_eoi(struct pc_apic *a);		 /* vector that ended, or -1; own CPU */
bool pc_apic_match(const struct vcpu *v, u32 dest, bool logical, bool x2);

/* apic_reg.c: registers by number (offset / 16). HV_EINVAL: not there, or not like that. */
err_t pc_apic_read(struct vcpu *v, u32 reg, u64 *val);
err_t pc_apic_write(struct vcpu *v, u32 reg, u64 val);
err_t pc_apic_set_base(struct vcpu *v, u64 val);

/* timer.c */
void pc_timer_fire(struct vcpu *v);
void pc_timer_start(struct vcpu *v, u32 initial);
void pc_timer_divide(struct vcpu *v, u32 code);
void pc_timer_deadline(struct vcpu *v, u64 deadline);
u32 pc_timer_count(const struct pc_apic *a);
u64 pc_tsc(const struct vcpu *v);
void pc_set_tsc(struct vcpu *v, u64 offset);

/*
 * ipi.c: act on an interrupt command. False: nothing happened yet, the target is still being taken
 * off its CPU: do the instruction again. No lock held.
 */
bool pc_ipi(struct vcpu *v, u32 icr, u32 dest);
/* A message of the I/O APIC: low and high word of its entry. The partition's lock is held. */
bool pc_message(struct partition *p, u32 low, u8 dest);

/* ioapic.c. The partition's lock is held. */
void pc_ioapic_reset(struct pc_ioapic *io);
void pc_ioapic_line(struct partition *p, unsigned pin, bool active);
void pc_ioapic_eoi(struct partition *p, u8 vector);
u32 pc_ioapic_read(const struct pc_ioapic *io, u32 off);
void pc_ioapic_write(struct partition *p, u32 off, u32 val);

/* uart.c. The partition's lock is held. */
void pc_uart_reset(struct pc_uart *u);
u8 pc_uart_read(struct vcpu *v, unsigned reg);
void pc_uart_write(struct vcpu *v, unsigned reg, u8 val);
void pc_uart_update(struct partition *p); /* input came */
void pc_uart_flush(struct vcpu *v);	  /* the console may have room; v's own CPU */

/* rtc.c. The partition's lock is held. */
void pc_rtc_reset(struct pc_rtc *r);
u8 pc_rtc_read(struct pc_rtc *r, unsigned port);
void pc_rtc_write(struct pc_rtc *r, unsigned port, u8 val);

/* ports.c: one access of 1, 2 or 4 bytes. No lock held. */
u32 pc_port_read(struct vcpu *v, u16 port, u8 size);
void pc_port_write(struct vcpu *v, u16 port, u8 size, u32 val);

/* mmio.c: one access at a logical address that is no memory. False: do it again. No lock held. */
u64 pc_mmio_read(struct vcpu *v, u64 addr, u8 size);
bool pc_mmio_write(struct vcpu *v, u64 addr, u8 size, u64 val);

/* cpuid.c, msr.c. An MSR: HV_EINVAL is a general protection fault, HV_EAGAIN do it again. */
void pc_cpuid_boot(struct pc_part *pp);
void pc_cpuid(struct vcpu *v);
err_t pc_msr_read(struct vcpu *v, u32 nr, u64 *val);
err_t pc_msr_write(struct vcpu *v, u32 nr, u64 val);
void pc_mtrr_reset(struct pc_vcpu *pv);

/* clock.c */
err_t pc_clock_set(struct vcpu *v, u64 msr);
void pc_clock_update(struct vcpu *v);
void pc_clock_rate(u64 hz, u32 *mul, s32 *shift);
err_t pc_clock_wall(struct vcpu *v, u64 g);

/* walk.c: translate one guest address. `access`: PC_PF_* of the attempt, without P and RSV. */
bool pc_walk(struct vcpu *v, const struct pc_mode *m, u64 va, u32 access, gpa_t *g, u32 *error);
/* Read instruction bytes at linear address va, at most n; how many are there. */
unsigned pc_fetch(struct vcpu *v, const struct pc_mode *m, u64 va, u8 *buf, unsigned n, u32 *error);

/* decode.c (insn.h), emulate.c */
struct pc_insn;
void pc_emulate(struct vcpu *v); /* the instruction at rip touches a device */
void pc_string_io(struct vcpu *v, u16 port, u8 size);
/* Behind the instruction at rip; len 0: look at it. False: it is none, the guest has a fault. */
bool pc_skip(struct vcpu *v, u8 len);
/* alu.c: true when *out is to be written to the destination. */
bool pc_alu(const struct pc_insn *i, u64 mem, u64 src, u64 *out, u64 *flags);

/* acpi.c: tables at logical address PC_ACPI. load.c */
#define PC_ACPI		0xe0000
#define PC_ACPI_SIZE	KIB(8)
#define PC_BOOT		0x9e000 /* boot information, one page, and the command line, another */
#define PC_CMDLINE	(PC_BOOT + HV_PAGE_SIZE)
#define PC_BOOT_END	0xa0000
#define PC_RESET_VECTOR 0xffff0 /* code that asks for a reset */
size_t pc_acpi_build(const struct partition *p, u8 *buf, size_t n);
err_t pc_load(struct partition *p, const struct manifest_part *mp);
void pc_reload(struct partition *p);
void pc_forget(struct partition *p);

#endif
