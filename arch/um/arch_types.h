/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the process port keeps per CPU, vcpu and guest address space. Opaque to the core. Next:
 * um.h (test controls), cpu.c (how simulated CPUs take turns).
 */
#ifndef UM_ARCH_TYPES_H
#define UM_ARCH_TYPES_H

#include <stdatomic.h>

#include "endian.h"
#include "papr_regs.h"
#include "pc_regs.h"
#include "types.h"

#define ARCH_MAP_STEP 32 /* small, so that tests meet HV_EAGAIN with little memory */

#define UM_TLB	      256 /* entries per CPU; direct mapped by logical page */
#define UM_WINDOWS    4
#define UM_SPRS	      8
#define UM_VECTORS    32 /* vectors 0x000 .. 0xf80 in steps of 0x80 */
#define UM_PC_VECTORS 256

struct pool;
struct um_fiber;
struct um_guest;
struct um_pc_frame;

/* State that a real machine keeps in registers between load and put. */
struct um_heavy {
	u64 spr[UM_SPRS]; /* the guest's to use */
	u64 dar;
	u64 dsisr;
};

/* The PC processor of a vcpu beyond its registers (pc.c); tests look at it and set it. */
struct um_pc {
	bool on; /* a PC it is */
	u64 cr0, cr2, cr3, cr4, efer, pat, aux;
	u64 base[PC_SEGS];
	u8 cpl;
	bool code64, code32;
	bool nmi; /* in its handler: no other one before IRET */
	u8 cr8;
	unsigned blocked; /* PC_READY_* bits that are not taken, whatever RFLAGS say */
	bool shadow;	  /* of an STI, over the instruction at shadow_rip */
	u64 shadow_rip;
	unsigned window; /* as asked for with arch_pc_window */
	u64 alarm, tsc_offset;
	bool injected; /* `event` waits for the next entry */
	struct um_pc_event {
		u8 type, vector;
		bool has_error;
		u32 error;
	} event;
};

struct um_tlb {
	u64 gpage; /* logical page number */
	u64 page;  /* machine page number */
	u16 id;	   /* lpid, 0 = empty entry */
	u8 prot;
};

struct arch_gspace {
	lpid_t id;
	struct pool *pool;
	u64 *root; /* NULL = not initialised */
	u64 ntables;
	u64 proc_table, proc_table_log2;
	bool radix, gtse;
	void (*vector[UM_VECTORS])(u64 vec); /* the guest's interrupt handlers */
};

struct arch_vcpu {
	struct papr_regs papr; /* first */
	struct pc_regs pc;     /* the one or the other, as the partition's machine is */
	struct um_pc pcx;
	struct arch_gspace *gs;
	struct pool *pool;
	struct um_guest *guest; /* a page from the pool: the guest's side, see guest.c */
	struct um_heavy heavy;	/* while not loaded */
	unsigned index;
	int cpu;      /* where it is loaded, or -1 */
	bool mediate; /* leave the guest once it accepts interrupts */
	u64 dec;      /* when the decrementer fires; TIME_NEVER when not set */
};

enum um_cpu_state {
	UM_CPU_OFF,
	UM_CPU_READY,
	UM_CPU_BUSY, /* the guest computes until `until` */
	UM_CPU_IDLE,
	UM_CPU_HALTED,
};

/* One simulated CPU (cpu.c). */
struct arch_cpu {
	enum um_cpu_state state;
	bool init; /* arch_cpu_init was called */
	bool kicked;
	u64 alarm;
	u64 until;
	u64 stalled;		 /* does not run before that step */
	struct um_fiber *active; /* what it executes when its turn comes */
	struct arch_vcpu *loaded;
	struct arch_vcpu *in_guest;
	u64 nentries; /* entries into a guest */
	struct um_heavy heavy;
	void *window[UM_WINDOWS];
	struct um_tlb tlb[UM_TLB];
};

/* The CPU that this one thread simulates right now. Written by cpu.c only. */
extern unsigned um_self;

static inline u8 arch_pc_cr8(const struct arch_vcpu *v)
{
	return v->pcx.cr8;
}

static inline unsigned arch_cpu_self(void)
{
	return um_self;
}

/* A scheduling point where this CPU cannot go on by itself: another one gets its turn. */
void um_relax(void);

static inline u64 arch_opaque(u64 v)
{
	asm("" : "+r"(v));
	return v;
}

static inline void arch_relax(void)
{
	um_relax();
}

/*
 * A scheduling point where this CPU may go on, before a lock is taken and after it is dropped: the
 * seed decides whether another CPU comes first. Nothing on hardware.
 */
void um_point(void);

static inline void arch_lock_point(void)
{
	um_point();
}

static inline void arch_barrier(void)
{
	um_point();
	atomic_thread_fence(memory_order_seq_cst);
}

/* No processor here reads such tables; the order is the one that needs work on most hosts. */
static inline u64 arch_pgtable_entry(u64 e)
{
	return cpu_to_be64(e).raw;
}

#endif
