/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest program of a PC partition may use: the PC's side of um_guest.h, whose rules hold. A
 * program stands in memory as there (UM_MAGIC, name, NUL): at the partition's entry, or on the page
 * of a start-up interrupt.
 *
 * Each call is one real instruction: its bytes stand at UM_PC_CODE + 8 * its number, where
 * um_pc_plant has put them, and rip points at them, because the hypervisor reads what it has to do
 * itself (a device in memory, an exit whose length the processor does not tell) from there. RBX is
 * the address of loads and stores, RAX the value. Memory is little-endian.
 *
 * The processor: 32-bit and real mode without paging, where a load has at most 4 bytes to a device;
 * long mode with four levels of tables, without accessed and dirty bits. It has no segments but
 * CS's base in real mode, one gate for each vector, and no instruction between two calls.
 */
#ifndef UM_GUEST_PC_H
#define UM_GUEST_PC_H

#include "pc_regs.h"
#include "types.h"
#include "um_guest.h"

#define UM_PC_CODE 0x3000ull

enum um_pc_insn {
	UM_PC_LOAD, /* then those of 2, 4 and 8 bytes */
	UM_PC_STORE = UM_PC_LOAD + 4,
	UM_PC_IN = UM_PC_STORE + 4, /* 1, 2, 4 bytes */
	UM_PC_OUT = UM_PC_IN + 3,
	UM_PC_INS = UM_PC_OUT + 3, /* with a repeat prefix */
	UM_PC_OUTS = UM_PC_INS + 3,
	UM_PC_CAS = UM_PC_OUTS + 3,
	UM_PC_CPUID,
	UM_PC_RDMSR,
	UM_PC_WRMSR,
	UM_PC_VMMCALL,
	UM_PC_HLT,
	UM_PC_STI_HLT,
	UM_PC_STI,
	UM_PC_CLI,
	UM_PC_PAUSE,
	UM_PC_RDTSC,
	UM_PC_UD2,
	UM_PC_IRET,
	UM_PC_JMP,
	UM_PC_MOV_CR,
	UM_PC_READ_CR8,
	UM_PC_WRITE_CR8,
	UM_PC_INSNS
};

/* As um_program and UM_PROGRAM, for PC partitions, which have names of their own. `info`: EBX. */
int um_pc_program(const char *name, um_program_fn *fn);

#define UM_PC_PROGRAM(name)                                                          \
	static void um_pc_program_##name(u64 info);                                  \
	__attribute__((constructor)) static void um_pc_program_register_##name(void) \
	{                                                                            \
		if (um_pc_program(#name, um_pc_program_##name))                      \
			__builtin_trap();                                            \
	}                                                                            \
	static void um_pc_program_##name(__attribute__((unused)) u64 info)

/* Write the instructions to UM_PC_CODE: the first thing a partition does. */
void um_pc_plant(void);

/* Behind the instruction of the table that stands at rip, or one byte on; behind instruction n. */
u64 um_pc_next(u64 rip);
u64 um_pc_behind(enum um_pc_insn n);

/* To 64-bit mode with the tables at cr3; the guest goes on behind it in any case. */
void um_pc_long_mode(u64 cr3);
void um_pc_set_cr3(u64 cr3);

/* Class of the task priority, 0 .. 15. */
u64 um_pc_cr8(void);
void um_pc_set_cr8(u64 class);

/* Memory at virtual addresses. A skipped load gives 0. */
u8 um_pc_ld8(u64 va);
u16 um_pc_ld16(u64 va);
u32 um_pc_ld32(u64 va);
u64 um_pc_ld64(u64 va);
void um_pc_st8(u64 va, u8 v);
void um_pc_st16(u64 va, u16 v);
void um_pc_st32(u64 va, u32 v);
void um_pc_st64(u64 va, u64 v);

/* Bytes, page by page where there is memory, one by one elsewhere. */
void um_pc_read(void *to, u64 va, u64 n);
void um_pc_write(u64 va, const void *from, u64 n);

/* Atomic on this vcpu: if *va == old, store new; returns what was there. Not on devices (#UD). */
u64 um_pc_cas64(u64 va, u64 old, u64 new);

/* Fetch and run what stands at va: an exception when that is no program. */
void um_pc_jump(u64 va);

/*
 * The instruction whose bytes the guest has put at `code`, with the registers as they are, and
 * which accesses `va`, where no memory is: the hypervisor does it. When there is memory, #UD: this
 * processor knows no other instructions than those above.
 */
void um_pc_device(u64 code, u64 va, bool write);

u64 um_pc_rdmsr(u32 nr);
void um_pc_wrmsr(u32 nr, u64 val);
void um_pc_cpuid(u32 leaf, u32 sub, u32 out[4]);

/* Ports: size 1, 2 or 4. The string instructions move n elements; they return how many are left. */
u32 um_pc_in(u16 port, unsigned size);
void um_pc_out(u16 port, unsigned size, u32 val);
u64 um_pc_ins(u16 port, unsigned size, u64 va, u64 n);
u64 um_pc_outs(u16 port, unsigned size, u64 va, u64 n);

/* The call instruction; ret[0 .. nret) = what the argument registers hold then. At most 9 each. */
s64 um_pc_hcall(u64 nr, const u64 *args, unsigned nargs, u64 *ret, unsigned nret);

/* The same with all registers under the caller's control. */
void um_pc_vmmcall(void);
struct pc_regs *um_pc_regs(void);

void um_pc_sti(void); /* and a NOP: interrupts come behind it */
void um_pc_cli(void);
void um_pc_hlt(void);
void um_pc_sti_hlt(void); /* nothing comes between the two */
void um_pc_ud2(void);

/* IRET to user mode: there, privileged instructions are #GP(0). Back: a handler. */
void um_pc_user(void);

u64 um_pc_rdtsc(void);

/* Do nothing but take time: may be interrupted and preempted, needs `ticks` of this CPU. */
void um_pc_compute(u64 ticks);

/* What moves with the vcpu only when another one gets the CPU (n < 8). */
u64 um_pc_vector(unsigned n);
void um_pc_set_vector(unsigned n, u64 v);

/* What an interrupt or exception has left. A handler may change rip, rflags and cpl. */
struct um_pc_frame {
	u8 vector, cpl;
	u32 error; /* 0 for those without one */
	u64 rip, rflags, cr2;
};

/*
 * The gate of a vector, for this vcpu: fn runs with interrupts off, on the program's stack, and its
 * return is IRET. NULL, as after INIT: no gate, which is a general protection fault, then a double
 * fault, then the end of the partition.
 */
void um_pc_gate(u8 vector, void (*fn)(struct um_pc_frame *f));
void um_pc_gates(void (*fn)(struct um_pc_frame *f)); /* all of them */

/* End of this vcpu's work: it computes for ever with interrupts as they are. */
__attribute__((noreturn)) void um_pc_stop(void);

#endif
