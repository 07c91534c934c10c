/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instructions that C has no words for. */
#ifndef RHYPE_X86_64_INSN_H
#define RHYPE_X86_64_INSN_H

#include "types.h"

static inline u64 rdmsr(u32 nr)
{
	u32 lo, hi;

	asm volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(nr));
	return (u64)hi << 32 | lo;
}

static inline void wrmsr(u32 nr, u64 v)
{
	asm volatile("wrmsr" : : "c"(nr), "a"((u32)v), "d"((u32)(v >> 32)) : "memory");
}

static inline __attribute__((always_inline)) u64 rdtsc(void)
{
	u32 lo, hi;

	asm volatile("lfence; rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	return (u64)hi << 32 | lo;
}

static inline u8 inb(u16 port)
{
	u8 v;

	asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

static inline void outb(u16 port, u8 v)
{
	asm volatile("outb %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline u16 inw(u16 port)
{
	u16 v;

	asm volatile("inw %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

static inline void outw(u16 port, u16 v)
{
	asm volatile("outw %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline u32 inl(u16 port)
{
	u32 v;

	asm volatile("inl %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

static inline void outl(u16 port, u32 v)
{
	asm volatile("outl %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline u32 mmio_read(u64 at)
{
	return *(volatile u32 *)at;
}

static inline void mmio_write(u64 at, u32 v)
{
	*(volatile u32 *)at = v;
}

static inline u64 xgetbv(void)
{
	u32 lo, hi;

	asm volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	return (u64)hi << 32 | lo;
}

static inline void xsetbv(u64 v)
{
	asm volatile("xsetbv" : : "c"(0), "a"((u32)v), "d"((u32)(v >> 32)) : "memory");
}

#define read_cr(n)                                                 \
	({                                                         \
		u64 cr_val;                                        \
		asm volatile("mov %%cr" #n ", %0" : "=r"(cr_val)); \
		cr_val;                                            \
	})
#define write_cr(n, v) asm volatile("mov %0, %%cr" #n : : "r"((u64)(v)) : "memory")

#define read_dr(n)                                                 \
	({                                                         \
		u64 dr_val;                                        \
		asm volatile("mov %%dr" #n ", %0" : "=r"(dr_val)); \
		dr_val;                                            \
	})
#define write_dr(n, v) asm volatile("mov %0, %%dr" #n : : "r"((u64)(v)))

#endif
