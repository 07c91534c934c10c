// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How the processor of a PC guest finds memory: its page tables (APM 2, chapter 5), then ours. Next
 * to read: guest_pc.c.
 */
#include "inside_pc.h"

#include "endian.h"
#include "hvstring.h"

#define PTE_P	 (1ull << 0)
#define PTE_W	 (1ull << 1)
#define PTE_U	 (1ull << 2)
#define PTE_PS	 (1ull << 7)
#define PTE_NX	 (1ull << 63)
#define PTE_ADDR 0x000ffffffffff000ull
#define PHYS_MAX (1ull << 40) /* as CPUID says */
#define TOP	 39	      /* address bits below those of the first level's index */

static bool canonical(u64 va)
{
	return (u64)((s64)(va << 16) >> 16) == va;
}

static bool reserved(const struct um_pc *pc, u64 e, unsigned shift, bool leaf)
{
	u64 bits = PTE_ADDR & ~(PHYS_MAX - 1);

	if (!(pc->efer & EFER_NXE))
		bits |= PTE_NX;
	if (leaf)
		bits |= ((1ull << shift) - 1) & ~0x1fffull;
	else if (shift == TOP)
		bits |= PTE_PS;
	return e & bits;
}

/* What the levels together allow, in the bits of an entry; NX is one of what they forbid. */
static bool permitted(const struct um_pc *pc, u64 rights, u64 nx, u32 access)
{
	bool user = access & PC_PF_USER;

	if (user && !(rights & PTE_U))
		return false;
	if (access & PC_PF_FETCH && nx & PTE_NX)
		return false;
	return !(access & PC_PF_WRITE) || rights & PTE_W || (!user && !(pc->cr0 & CR0_WP));
}

static bool fault(struct um_pc_place *pl, u32 error)
{
	pl->result = UM_PC_FAULT;
	pl->error = error;
	return false;
}

/* From va to pl->gpa. False: pl->result says why not. */
static bool walk(struct um_guest *g, u64 va, u32 access, struct um_pc_place *pl)
{
	const struct um_pc *pc = &g->v->pcx;
	u32 error = pc->efer & EFER_NXE ? access : access & ~PC_PF_FETCH;
	u64 table = pc->cr3 & PTE_ADDR, rights = ~0ull, nx = 0, e;
	unsigned shift = TOP;
	bool leaf;
	u8 *at;

	for (;; shift -= 9, table = e & PTE_ADDR) {
		pl->gpa = table + (va >> shift & 0x1ff) * 8;
		pl->why = um_translate(um_cpu(), g->v->gs, pl->gpa, PROT_R, &at);
		if (pl->why != UM_WALK_OK) {
			pl->result = UM_PC_OUTSIDE;
			return false;
		}
		memcpy(&e, at, sizeof(e));
		e = le64_to_cpu((le64_t){ e });
		if (!(e & PTE_P))
			return fault(pl, error);
		leaf = shift == HV_PAGE_SHIFT || (shift < TOP && e & PTE_PS);
		if (reserved(pc, e, shift, leaf))
			return fault(pl, error | PC_PF_P | PC_PF_RSV);
		rights &= e;
		nx |= e;
		if (leaf)
			break;
	}
	if (!permitted(pc, rights, nx, access))
		return fault(pl, error | PC_PF_P);
	pl->gpa = (e & PTE_ADDR & ~((1ull << shift) - 1)) | (va & ((1ull << shift) - 1));
	return true;
}

void guest_pc_reach(struct um_guest *g, u64 va, u32 access, struct um_pc_place *pl)
{
	const struct um_pc *pc = &g->v->pcx;
	unsigned prot = access & PC_PF_FETCH ? PROT_X : access & PC_PF_WRITE ? PROT_W : PROT_R;

	if (pc->cpl == 3)
		access |= PC_PF_USER;
	if (!(pc->cr0 & CR0_PG)) {
		pl->gpa = va & 0xffffffff;
	} else if (!canonical(va)) {
		pl->result = UM_PC_NO_ADDRESS;
		return;
	} else if (!walk(g, va, access, pl)) {
		return;
	}
	pl->why = um_translate(um_cpu(), g->v->gs, pl->gpa, prot, &pl->at);
	pl->result = pl->why == UM_WALK_OK ? UM_PC_MEMORY : UM_PC_OUTSIDE;
}
