// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interrupt delivery on a saved register file: what the processor itself does when it takes one
 * (ISA 3.0B Book III, 6.4.3 and figure 51). Next: exit.c, machine.c (who delivers what).
 */
#include "papr.h"

/* Bits of SRR1 that tell about the interrupt; the others are the old MSR. */
#define SRR1_INFO 0x783f0000ull

/* Where vectors stand when translation stays on: LPCR[AIL] = 3. 1 and 2 do not exist (mode.c). */
#define AIL3_BASE 0xc000000000004000ull

/* System reset and machine check always turn translation off. */
static bool translated(const struct papr_regs *r, u64 vector)
{
	if (vector == VEC_SYSTEM_RESET || vector == VEC_MACHINE_CHECK)
		return false;
	if ((r->msr & (MSR_IR | MSR_DR)) != (MSR_IR | MSR_DR))
		return false;
	return (r->lpcr & LPCR_AIL) == LPCR_AIL;
}

void papr_inject(struct papr_regs *r, u64 vector, u64 srr1_bits)
{
	u64 msr = (r->msr & MSR_ME) | MSR_SF;
	u64 base = 0;

	if (translated(r, vector)) {
		base = AIL3_BASE;
		msr |= MSR_IR | MSR_DR;
	}
	if (r->lpcr & LPCR_ILE)
		msr |= MSR_LE;
	r->srr0 = r->nip;
	r->srr1 = (r->msr & ~SRR1_INFO) | srr1_bits;
	r->msr = msr;
	r->nip = base + vector;
}
