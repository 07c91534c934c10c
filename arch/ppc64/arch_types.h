/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The port's objects and the inline part of the contract (arch.h). Hypervisor real mode: a pointer
 * is a machine address. r13 always leads to this CPU's struct arch_cpu. Next: world.S.
 */
#ifndef RHYPE_PPC64_ARCH_TYPES_H
#define RHYPE_PPC64_ARCH_TYPES_H

#include "endian.h"
#include "papr_regs.h"
#include "pgtable.h"
#include "regs.h"
#include "types.h"

struct arch_vcpu;

#define ARCH_MAP_STEP 512 /* table entries that one map or unmap call visits or writes */

struct arch_cpu {
	u64 guard; /* libfdt's stack guard */
	struct arch_vcpu *vcpu;
	u64 stack; /* r1 while the guest runs */
	u64 toc;   /* r2 of C code */
	u64 light; /* hcall_light */
	u64 fatal; /* hv_fault, and what it gets: */
	u64 crash; /* room for the registers */
	u64 crash_sp;
	u64 scratch[3]; /* of the vectors */
	u32 index, pir;
	u64 stack_top;
	volatile bool running; /* a started CPU has arrived */
	u64 alarm;	       /* ticks, as the core asked */
	u64 look_again;	       /* ticks: arch_papr_mediate, else TIME_NEVER */
	u64 ipi_eoi, ipi_trigger;
	void *queue; /* XIVE event queue page */
	u16 lpid;    /* of the vcpu that was loaded last */
};

struct arch_gspace {
	u16 lpid;
	u64 lpcr; /* bits that hold for all vcpus */
	struct pgtable tables;
};

/* Registers a guest may write that are switched only between vcpus. */
/* clang-format off */
#define VCPU_SPRS(X)                                                                          \
	X(SPRG0) X(SPRG1) X(SPRG2) X(SPRG3) X(DSCR) X(TAR) X(AMR) X(IAMR) X(UAMOR) X(FSCR)    \
	X(PSPB) X(DAR) X(DSISR) X(EBBHR) X(EBBRR) X(BESCR) X(PIDR) X(TIDR) X(WORT) X(VRSAVE)  \
	X(VTB) X(IC) X(PMC1) X(PMC2) X(PMC3) X(PMC4) X(PMC5) X(PMC6) X(MMCR1) X(MMCR2)        \
	X(MMCRA) X(SIER) X(SIAR) X(SDAR) X(PURR) X(SPURR)
/* clang-format on */

struct arch_vcpu {
	struct papr_regs papr;
	u64 ppr;
	u64 vsr[64][2];
	u64 vscr[2], fpscr;
#define X(name) u64 name;
	struct {
		VCPU_SPRS(X)
	} spr;
#undef X
	u64 mmcr0, ctrl;
	u64 dec_expires; /* ticks; valid while not loaded */
	struct arch_gspace *gs;
	u64 lpcr;    /* what is in the register while loaded */
	u64 gs_lpcr; /* gs->lpcr as far as this vcpu has it */
	bool mediate, loaded;
	int last_cpu;
};

#define mfspr(nr)                                                         \
	({                                                                \
		u64 mfspr_val;                                            \
		asm volatile("mfspr %0, %1" : "=r"(mfspr_val) : "i"(nr)); \
		mfspr_val;                                                \
	})
#define mtspr(nr, val) asm volatile("mtspr %0, %1" : : "i"(nr), "r"((u64)(val)) : "memory")

static inline struct arch_cpu *arch_cpu(void)
{
	u64 r13;

	asm("mr %0, 13" : "=r"(r13));
	return (struct arch_cpu *)(r13 - CPU_BIAS);
}

static inline unsigned arch_cpu_self(void)
{
	return arch_cpu()->index;
}

static inline u64 arch_opaque(u64 v)
{
	asm("" : "+r"(v));
	return v;
}

static inline void arch_relax(void)
{
	asm volatile("or 1,1,1; or 2,2,2" : : : "memory"); /* low, then medium priority */
}

static inline u64 arch_pgtable_entry(u64 e)
{
	return cpu_to_be64(e).raw;
}

static inline void arch_lock_point(void)
{
}

static inline void arch_barrier(void)
{
	asm volatile("sync" : : : "memory");
}

#endif
