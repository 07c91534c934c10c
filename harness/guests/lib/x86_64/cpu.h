/* SPDX-License-Identifier: BSD-2-Clause */
/* What start.S and the C files of this processor share: a vcpu's own area, and instructions. */
#ifndef GUEST_X86_64_CPU_H
#define GUEST_X86_64_CPU_H

#define NVCPUS	     16
#define STACK_SIZE   0x4000
#define SELF_SIZE    512
#define SELF_ESCAPE  8

#define SEL_CODE32   0x08
#define SEL_DATA     0x10
#define SEL_CODE64   0x18
#define SEL_UDATA    0x23
#define SEL_UCODE    0x2b
#define SEL_TSS	     0x30

#define VEC_USER_END 0x80 /* the end of a user program */

#ifndef __ASSEMBLER__
#include "guest.h"

struct frame;

/* The area of a vcpu; GS points at it. */
struct self {
	struct self *me;
	u64 escape; /* stack pointer to go on with after a fault, or 0 */
	void (*fn)(u64 arg);
	u64 arg;
	/* only C looks at the rest */
	u64 running; /* started, and not stopped */
	u64 nfaults;
	struct g_fault fault;
	void (*other)(u64 vector);     /* pc.h, pc_other */
	bool (*trap)(struct frame *f); /* cpu_trap */
	struct {
		void (*fn)(void *arg);
		void *arg;
	} irq[G_IRQS];
};

_Static_assert(offsetof(struct self, escape) == SELF_ESCAPE, "SELF_ESCAPE");
_Static_assert(NVCPUS == G_MAX_VCPUS, "NVCPUS");
_Static_assert(sizeof(struct self) <= SELF_SIZE, "SELF_SIZE");

/* What an interrupt leaves on the stack; start.S pushes it. */
struct frame {
	u64 r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
	u64 vector, error, rip, cs, rflags, rsp, ss;
};

/* start.S */
extern char selves[NVCPUS][SELF_SIZE], stacks[NVCPUS][STACK_SIZE];
extern char probe_begin[], probe_end[], escape_to[], stubs[], ap_begin[], ap_end[], _end[];
extern u8 call_vmcall;
extern u64 pc_start_ticks; /* the time stamp counter at the first instruction */
u64 probe_load(u64 addr, unsigned size, u64 *val);
u64 probe_store(u64 addr, unsigned size, u64 val);
u64 probe_rdmsr(u64 nr, u64 *val);
u64 probe_wrmsr(u64 nr, u64 val);
u64 probe_jump(u64 addr);
u64 probe_user_call(u64 nr);
u64 probe_user_jump(u64 addr);
u64 call_registers(u64 nr);

/* cpu.c */
/* Handler of this vcpu for exceptions and NMIs; true: done, go on as the frame now says. */
void cpu_trap(bool (*fn)(struct frame *f));
/* Call fn with SS and CS of ring 3. True when it came back by itself, false: it faulted. */
bool cpu_try_user(void (*fn)(void));
/* From now on double faults of this vcpu have that stack. */
void cpu_double_fault_stack(u64 top);
extern struct cpu_gate {
	u64 low, high;
} cpu_idt[256];
struct self *self(void);
struct self *self_of(unsigned i);

static inline void out8(u16 port, u8 v)
{
	__asm__ volatile("outb %0, %1" ::"a"(v), "Nd"(port));
}

static inline void out16(u16 port, u16 v)
{
	__asm__ volatile("outw %0, %1" ::"a"(v), "Nd"(port));
}

static inline u8 in8(u16 port)
{
	u8 v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline u64 rdmsr(u32 nr)
{
	u32 lo, hi;

	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(nr));
	return lo | (u64)hi << 32;
}

static inline void wrmsr(u32 nr, u64 v)
{
	__asm__ volatile("wrmsr" ::"c"(nr), "a"((u32)v), "d"((u32)(v >> 32)) : "memory");
}

static inline u64 cr8(void)
{
	u64 v;

	__asm__ volatile("mov %%cr8, %0" : "=r"(v));
	return v;
}

static inline void set_cr8(u64 class)
{
	__asm__ volatile("mov %0, %%cr8" ::"r"(class) : "memory");
}

static inline void cpuid(u32 leaf, u32 sub, u32 r[4])
{
	__asm__ volatile("cpuid"
			 : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3])
			 : "a"(leaf), "c"(sub));
}
#endif

#endif
