/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The port's objects and the inline part of the contract (arch.h). All RAM is mapped where it
 * stands: a pointer is a machine address. Every stack leads to its CPU. Next: port.h.
 */
#ifndef RHYPE_X86_64_ARCH_TYPES_H
#define RHYPE_X86_64_ARCH_TYPES_H

#include "pc_regs.h"
#include "pgtable.h"
#include "regs.h"
#include "types.h"

struct arch_vcpu;
struct arch_gspace;
struct vmcb;

#define VMX_MSRS      5 /* registers of a guest that a VMCS does not switch */

#define ARCH_MAP_STEP 512 /* table entries that one map or unmap call visits or writes */

/* What LTR wants: stacks for faults that cannot trust the one in use (APM 2, 12.2.5) */
struct tss {
	u32 reserved;
	u64 rsp[3];
	u64 reserved2;
	u64 ist[7];
	u64 reserved3;
	u16 reserved4, iomap;
} __attribute__((packed));

struct arch_cpu {
	u64 fs[8]; /* what %fs reaches: libfdt's stack guard at 0x28 */
	u32 index, apic_id;
	struct arch_vcpu *vcpu; /* loaded */
	/* whose translations this CPU may be using; entries tells one time from the next */
	struct arch_gspace *volatile in_guest;
	volatile u64 entries;
	u64 alarm;		 /* ticks, as the core asked */
	u64 look_again;		 /* ticks: the port's own, else TIME_NEVER */
	volatile u64 programmed; /* ticks: what the timer was told last; 0: it has fired since */
	/* starting: it has arrived; what boot CPU and it tell each other then (cpu.c) */
	volatile bool running, ask_clock;
	volatile u8 verdict;
	volatile u64 clock;
	bool kicked;   /* since the core was told last */
	bool nmi_seen; /* a non-maskable interrupt came while a guest ran */
	u64 stack_top;
	u64 gdt[6];
	struct tss tss;
	u64 last_space; /* serial number of the space that was loaded last */
	u64 tsc_aux;	/* as it is in the register */
	/* of svm.c */
	void *host_area, *host_state;
	u64 asid_round;
	u32 asid_next;
};

struct arch_gspace {
	u16 id;
	u64 serial;	     /* never used again, as `id` is */
	_Atomic u64 removed; /* changes when translations were taken away */
	struct pgtable tables;
};

/* An event for the guest's next entry, in the format that SVM and VMX share. */
struct event {
	u32 what; /* vector, type in bits 8 .. 10, error code valid 11, valid 31 */
	u32 error;
};

struct arch_vcpu {
	struct pc_regs pc;
	struct arch_gspace *gs;
	struct pool *pool;
	void *fpu; /* XSAVE area */
	struct vmcb *vmcb;
	u64 xcr0;
	u64 dr[4];
	u64 tsc_aux;
	u64 tsc_offset;
	u64 alarm;   /* ticks */
	u64 removed; /* gs->removed as far as this vcpu has it */
	struct event event;
	unsigned window; /* what the core waits for: arch_pc_window */
	u8 *cr8;	 /* where the guest's is, and how far up */
	u8 cr8_shift;
	u64 left_rip; /* where the last exit was */
	bool loaded;
	bool dr_loaded;	 /* dr[] is in the processor, not here */
	bool shadow;	 /* and it was in an interrupt shadow */
	bool nmi_masked; /* until the guest's IRET */
	bool shut_down;	 /* three faults in one */
	bool undo;	 /* what was set up for one entry only (svm.c) */
	bool cut;	 /* the next entry begins with an event: interrupts may not end it */
	int last_cpu;
	/* of svm.c */
	u64 asid_round;
	u32 given; /* a virtual interrupt that the guest has not taken yet (QEMU); else 0 */
	u32 asid;
	/* of vmx.c */
	void *vmcs, *vapic;
	u64 cr2, dr6, msr[VMX_MSRS];
	u32 blocked; /* interruptibility at the last exit */
	u16 vpid;
	bool launched; /* since it was loaded */
};

static inline __attribute__((always_inline)) struct arch_cpu *arch_cpu(void)
{
	u64 sp;

	asm("mov %%rsp, %0" : "=r"(sp));
	return *(struct arch_cpu **)(sp & ~(u64)(CPU_STACK_SIZE - 1));
}

static inline __attribute__((always_inline)) unsigned arch_cpu_self(void)
{
	return arch_cpu()->index;
}

static inline u8 arch_pc_cr8(const struct arch_vcpu *v)
{
	return *v->cr8 >> v->cr8_shift & 15;
}

static inline u64 arch_opaque(u64 v)
{
	asm("" : "+r"(v));
	return v;
}

static inline void arch_relax(void)
{
	asm volatile("pause" : : : "memory");
}

static inline u64 arch_pgtable_entry(u64 e)
{
	return e;
}

static inline void arch_lock_point(void)
{
}

static inline void arch_barrier(void)
{
	asm volatile("mfence" : : : "memory");
}

#endif
