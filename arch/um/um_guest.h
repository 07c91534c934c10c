/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest program of the process port may use: its "instruction set". A program is a C
 * function known by a name; in guest memory stands UM_MAGIC, the name and a NUL, and a vcpu that
 * starts at that address runs the function. All functions here are for guest code only, which
 * runs on its vcpu's own stack and may vanish at any of these calls.
 *
 * Instruction addresses: each call here is one "instruction"; SRR0 of an interrupt names it, and a
 * handler that adds 4 to SRR0 skips it. Entries lie at UM_ENTRY_MIN or above, behind the vectors.
 */
#ifndef UM_GUEST_H
#define UM_GUEST_H

#include "papr_regs.h"
#include "types.h"

#define UM_MAGIC     "UMGUEST" /* 8 bytes with the NUL */
#define UM_MAGIC_LEN 8
#define UM_NAME_MAX  40
#define UM_ENTRY_MIN 0x3000ull

typedef void um_program_fn(u64 r3);

/*
 * Make a program known. Returns 0; -1 when the name is taken or too long or the table is full.
 * Normally through UM_PROGRAM.
 */
int um_program(const char *name, um_program_fn *fn);

/*
 * The name of program number i, in the order of registration, and whether it is one of a PC; NULL:
 * there are not so many.
 */
const char *um_program_name(unsigned i, bool *pc);

/* Define and register a program before main. */
#define UM_PROGRAM(name)                                                          \
	static void um_program_##name(u64 r3);                                    \
	__attribute__((constructor)) static void um_program_register_##name(void) \
	{                                                                         \
		if (um_program(#name, um_program_##name))                         \
			__builtin_trap();                                         \
	}                                                                         \
	static void um_program_##name(__attribute__((unused)) u64 r3)

/*
 * Memory, at logical addresses, in the order of bytes in memory (um_ld64 of the bytes 1, 0, ... is
 * 1). An access may leave the guest, and may never complete. A skipped load gives 0.
 */
u8 um_ld8(u64 addr);
u16 um_ld16(u64 addr);
u32 um_ld32(u64 addr);
u64 um_ld64(u64 addr);
void um_st8(u64 addr, u8 v);
void um_st16(u64 addr, u16 v);
void um_st32(u64 addr, u32 v);
void um_st64(u64 addr, u64 v);
void um_read(void *to, u64 addr, u64 n);
void um_write(u64 addr, const void *from, u64 n);

/* Atomic on this vcpu: if *addr == old, store new; returns what was there. */
u64 um_cas64(u64 addr, u64 old, u64 new);

/* Fetch and run what stands at addr: an interrupt when nothing may be executed there. */
void um_jump(u64 addr, u64 r3);

/*
 * The call instruction: gpr[3] = nr, gpr[4..] = args. Returns the status; ret[0..nret) =
 * gpr[4..]. At most 9 of each; registers up to gpr[12] that carry no argument are 0.
 */
s64 um_hcall(u64 nr, const u64 *args, unsigned nargs, u64 *ret, unsigned nret);

/* The same instruction with all registers under the caller's control. */
void um_sc1(void);
struct papr_regs *um_regs(void); /* gpr, cr, lr, ctr, xer, srr0, srr1: the guest's to change */

/* Machine state. um_set_msr changes EE, PR, RI, LE and ME; translation is always off. */
u64 um_msr(void);
void um_set_msr(u64 msr);
void um_irq(bool on); /* MSR[EE] */

/* An instruction that nobody implements. */
void um_illegal(void);

/* An instruction that waits for an interrupt (stop): an EXIT_IDLE. */
void um_wait(void);

/* Do nothing but take time: may be interrupted and preempted, needs `ticks` of this CPU. */
void um_compute(u64 ticks);

u64 um_timebase(void);
void um_set_dec(u64 ticks); /* decrementer: vector 0x900 that many ticks from now */
void um_clear_dec(void);

/* Special purpose registers that move with the vcpu (n < 8), and what the last fault left. */
u64 um_spr(unsigned n);
void um_set_spr(unsigned n, u64 v);
u64 um_dar(void);
u64 um_dsisr(void);

/*
 * The handler of a vector for all vcpus of the partition; NULL = what stands there is an illegal
 * instruction. It runs with the MSR the interrupt left; its return is rfid, through SRR0 and SRR1.
 */
void um_vector(u64 vec, void (*fn)(u64 vec));

/* End of this vcpu's work: it computes for ever with interrupts as they are. */
__attribute__((noreturn)) void um_stop(void);

/* A private pointer of this vcpu for libraries above, NULL at start; and its number. */
void **um_private(void);
unsigned um_vcpu_index(void);

#endif
