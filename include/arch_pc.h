/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What core/pc needs of a port that runs PC partitions (x86_64 hardware, or um). The general rules
 * of arch.h hold. Everything that can be done on struct pc_regs alone (results of emulated
 * instructions, call arguments, stepping over an instruction) is portable C in core/pc and is not
 * here. A guest's time stamp counter counts ticks: it reads arch_now() plus the vcpu's offset.
 *
 * What the port does by itself: XCR0 and XSETBV, control and debug registers, instructions that
 * need no answer (WBINVD, INVD), non-maskable interrupts and machine checks of the machine, and
 * giving an event again whose delivery an exit has interrupted.
 */
#ifndef RHYPE_ARCH_PC_H
#define RHYPE_ARCH_PC_H

#include "arch.h"
#include "pc_regs.h"

/*
 * CPUID of the processor, without what the port cannot give to guests (control register bits it
 * does not save, instructions it must intercept). Leaf 0xd is as with the loaded vcpu's XCR0. The
 * core takes from this only what its own allow-list names. This CPU; out = EAX, EBX, ECX, EDX.
 */
void arch_pc_cpuid(u32 leaf, u32 sub, u32 out[4]);

/* How a vcpu begins. */
enum pc_start_kind {
	PC_START_FLAT32, /* protected mode, flat 32-bit segments, no paging, interrupts off: as PVH
			    and Multiboot (0.6.96, 3.2) want it. rip = entry, RAX, RBX */
	PC_START_SIPI,	 /* real mode at vector << 12 (APM 2, 14.2: state after INIT and SIPI) */
};

struct pc_start {
	enum pc_start_kind kind;
	gpa_t entry;
	u32 eax, ebx;
	u8 vector;
};

/*
 * Start state of a vcpu: what the architecture says after INIT, then *s. TSC offset 0, no alarm, no
 * window, no event pending. Not loaded.
 */
void arch_pc_reset(struct arch_vcpu *v, const struct pc_start *s);

/* What the slow paths (decoder, page walk, CPUID) must know of the guest's processor. */
struct pc_mode {
	u64 cr0, cr3, cr4, efer;
	u64 base[PC_SEGS];
	u8 cpl;
	bool code64; /* CS.L with LMA: 64-bit code */
	bool code32; /* CS.D: 32-bit default size, when not 64-bit code */
};

/* The vcpu is loaded here, not running. */
void arch_pc_mode(const struct arch_vcpu *v, struct pc_mode *m);

/*
 * A register that the port holds for the guest and does not let it reach by itself: EFER and PAT at
 * least, and TSC_AUX when its CPUID has RDTSCP or RDPID. HV_ENOENT: not one of those. HV_EINVAL:
 * the guest may not write this value; nothing changed. Loaded here.
 */
err_t arch_pc_msr(struct arch_vcpu *v, u32 nr, bool write, u64 *val);

enum pc_event_type { PC_EVENT_INTR, PC_EVENT_NMI, PC_EVENT_EXCEPTION };

struct pc_event {
	enum pc_event_type type;
	u8 vector;
	bool has_error;
	u32 error;
	u64 cr2; /* page faults only */
};

/*
 * Give the guest an event before its next instruction. At most one for each entry; interrupts and
 * NMIs only when arch_pc_ready says so. An exception replaces nothing: when an event whose delivery
 * was interrupted still waits inside the port, the port merges both as the processor would (double
 * fault, triple fault = EXIT_SHUTDOWN at the next run). Loaded here.
 */
void arch_pc_inject(struct arch_vcpu *v, const struct pc_event *e);

#define PC_READY_INTR 1u /* an external interrupt would be taken now */
#define PC_READY_NMI  2u /* an NMI would be taken now */

/*
 * Which of these the guest takes before its next instruction: PC_READY_* bits; none while an event
 * waits inside the port. An interrupt shadow (STI, MOV SS) belongs to the instruction at rip: it is
 * over when the core moves rip. Loaded here.
 */
unsigned arch_pc_ready(const struct arch_vcpu *v);

/*
 * The guest's CR8: the class of its task priority, 0 .. 15. It reads and writes it without telling,
 * and the port does not judge by it. Loaded here, or not running. May be inline (arch_types.h).
 *
 *   u8 arch_pc_cr8(const struct arch_vcpu *v);
 */
void arch_pc_set_cr8(struct arch_vcpu *v, u8 val);

/*
 * EXIT_WINDOW once the guest takes one of `what` (PC_READY_* bits); a new call replaces the old, 0
 * cancels, and so does arch_vcpu_put. PC_BELOW(n), n from 1 to 15 and not above its CR8, in place
 * of PC_READY_INTR: once its CR8 is below n; that may wait until it takes interrupts. Loaded here.
 */
void arch_pc_window(struct arch_vcpu *v, unsigned what);

#define PC_BELOW(n)    ((n) << 4)
#define PC_BELOW_OF(w) ((w) >> 4)

/*
 * The vcpu's own alarm: while it is loaded, EXIT_WINDOW at or soon after `when` (ticks); TIME_NEVER
 * cancels. Independent of the CPU's arch_alarm. Kept over put and load; arch_vcpu_wake tells it. A
 * time that has passed makes the next run return at once; the core sets a new one or cancels it
 * then. Loaded here, or not running.
 */
void arch_pc_alarm(struct arch_vcpu *v, u64 when);

/* The guest's TSC is arch_now() + offset from its next instruction. Loaded here or not running. */
void arch_pc_tsc_offset(struct arch_vcpu *v, u64 offset);

/*
 * Upcall, on this CPU, with the vcpu loaded and its registers saved, but for RSP (and RFLAGS, with
 * the first two): an EXIT_HCALL, EXIT_REGISTER or EXIT_IDLE in *x before it becomes a full exit. No
 * lock is held; the CPU's windows are closed. Others may wait for this CPU to leave the guest: no
 * lock below LOCK_SCHED may be taken.
 */
enum light {
	LIGHT_DONE, /* the guest goes on */
	LIGHT_LOOK, /* and has something to take: call pc_look, or take an EXIT_WINDOW */
	LIGHT_NOT   /* take a full exit with *x. Nothing happened; an EXIT_WINDOW: all did */
};
enum light pc_light(struct arch_vcpu *v, struct vcpu_exit *x);

/*
 * Upcall, in the same place, with all registers but RSP saved: arch_pc_inject or arch_pc_window may
 * be called from it. The guest goes on.
 */
void pc_look(struct arch_vcpu *v);

#endif
