/* SPDX-License-Identifier: BSD-2-Clause */
/* Pieces of code for g_try_jump and cpu_try_user; images of this processor only. */
#ifndef HOSTILE_CODE_H
#define HOSTILE_CODE_H

#include "../lib/hostile.h"
#include "cpu.h"
#include "pc.h"

enum { DE, DB, NMI, BP, OF, BR, UD, NM, DF, SS = 12, GP, PF, AC = 17 };

/* One, with all registers but RBX, RBP and R12 to R15 its own to change. */
#define CODE(name, text)                              \
	__attribute__((naked)) static void name(void) \
	{                                             \
		__asm__(text "; ret");                \
	}

/* The own page tables: entry 1 of the highest one is free, 512 GiB of addresses from here on. */
#define FREE_SPACE (1ul << 39)

static inline u64 *code_pml4(void)
{
	u64 at;

	__asm__ volatile("mov %%cr3, %0" : "=r"(at));
	return (u64 *)(at & ~0xffful);
}

static inline void code_flush(void)
{
	u64 at;

	__asm__ volatile("mov %%cr3, %0; mov %0, %%cr3" : "=r"(at)::"memory");
}

#endif
