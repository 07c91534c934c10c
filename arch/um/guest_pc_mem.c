// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads, stores and jumps of PC guests. What is no memory of theirs the hypervisor does, from the
 * instruction at rip. Next to read: core/pc/emulate.c.
 */
#include "inside_pc.h"

#include "endian.h"
#include "hvstring.h"

/* Where n bytes at va are, in one or two pages. False: the instruction was done, or skipped. */
static bool reach(struct pc_op *o, u64 va, unsigned n, u32 access, u8 *part[2], unsigned *first)
{
	struct um_pc_place pl;

	*first = (unsigned)MIN(n, HV_PAGE_SIZE - (va & HV_PAGE_MASK));
	while (o->here) {
		u64 at = va;

		guest_pc_reach(o->g, at, access, &pl);
		part[0] = pl.at;
		if (pl.result == UM_PC_MEMORY && *first < n) {
			at = va + *first;
			guest_pc_reach(o->g, at, access, &pl);
			part[1] = pl.at;
		}
		if (pl.result == UM_PC_MEMORY)
			return true;
		guest_pc_refused(o->g, at, access, n, &pl);
		pc_op_again(o);
	}
	return false;
}

static u64 load(enum um_pc_insn i, u64 va, unsigned n)
{
	struct pc_op o = pc_op_begin(i);
	le64_t mem = { 0 };
	unsigned first;
	u8 *part[2];

	o.r->gpr[PC_RBX] = va;
	o.r->gpr[PC_RAX] = 0;
	if (reach(&o, va, n, 0, part, &first)) {
		memcpy(&mem, part[0], first);
		if (first < n)
			memcpy((u8 *)&mem + first, part[1], n - first);
		o.r->gpr[PC_RAX] = le64_to_cpu(mem);
	}
	return o.r->gpr[PC_RAX];
}

static void store(enum um_pc_insn i, u64 va, unsigned n, u64 val)
{
	struct pc_op o = pc_op_begin(i);
	le64_t mem = cpu_to_le64(val);
	unsigned first;
	u8 *part[2];

	o.r->gpr[PC_RBX] = va;
	o.r->gpr[PC_RAX] = val;
	if (!reach(&o, va, n, PC_PF_WRITE, part, &first))
		return;
	memcpy(part[0], &mem, first);
	if (first < n)
		memcpy(part[1], (u8 *)&mem + first, n - first);
}

#define UM_PC_ACCESS(bits, nr)                                                              \
	u##bits um_pc_ld##bits(u64 va)                                                      \
	{                                                                                   \
		return (u##bits)load((enum um_pc_insn)(UM_PC_LOAD + (nr)), va, (bits) / 8); \
	}                                                                                   \
	void um_pc_st##bits(u64 va, u##bits v)                                              \
	{                                                                                   \
		store((enum um_pc_insn)(UM_PC_STORE + (nr)), va, (bits) / 8, v);            \
	}

UM_PC_ACCESS(8, 0)
UM_PC_ACCESS(16, 1)
UM_PC_ACCESS(32, 2)
UM_PC_ACCESS(64, 3)

/* Pieces of one page in memory are one instruction; what is none is taken byte by byte. */
static void copy(u8 *b, u64 va, u64 n, bool write)
{
	struct um_pc_place pl;
	u64 part;

	for (; n; n -= part, b += part, va += part) {
		struct pc_op o = pc_op_begin(write ? UM_PC_STORE : UM_PC_LOAD);

		part = MIN(n, HV_PAGE_SIZE - (va & HV_PAGE_MASK));
		guest_pc_reach(o.g, va, write ? PC_PF_WRITE : 0, &pl);
		if (!o.here) {
			continue;
		} else if (pl.result == UM_PC_MEMORY && write) {
			memcpy(pl.at, b, part);
		} else if (pl.result == UM_PC_MEMORY) {
			memcpy(b, pl.at, part);
		} else {
			part = 1;
			if (write)
				um_pc_st8(va, *b);
			else
				*b = um_pc_ld8(va);
		}
	}
}

void um_pc_read(void *to, u64 va, u64 n)
{
	memset(to, 0, n);
	copy(to, va, n, false);
}

void um_pc_write(u64 va, const void *from, u64 n)
{
	copy((u8 *)(uintptr_t)from, va, n, true);
}

u64 um_pc_cas64(u64 va, u64 old, u64 new)
{
	struct pc_op o = pc_op_begin(UM_PC_CAS);
	le64_t mem;
	unsigned first;
	u8 *part[2];

	o.r->gpr[PC_RBX] = va;
	o.r->gpr[PC_RCX] = new;
	o.r->gpr[PC_RAX] = old;
	if (va % 8 || !reach(&o, va, 8, PC_PF_WRITE, part, &first))
		return ~old;
	memcpy(&mem, part[0], 8);
	o.r->gpr[PC_RAX] = le64_to_cpu(mem);
	if (o.r->gpr[PC_RAX] == old) {
		mem = cpu_to_le64(new);
		memcpy(part[0], &mem, 8);
	}
	return o.r->gpr[PC_RAX];
}

void um_pc_jump(u64 va)
{
	struct pc_op o = pc_op_begin(UM_PC_JMP);

	if (!o.here)
		return;
	o.r->gpr[PC_RBX] = va;
	o.r->rip = va;
	guest_pc_at(o.g, o.at, o.len);
}

void um_pc_device(u64 code, u64 va, bool write)
{
	u32 access = write ? PC_PF_WRITE : 0;
	struct um_guest *g = guest_self();
	struct um_pc_place pl;

	g->v->pc.rip = code;
	g->v->pcx.shadow = false;
	um_point();
	for (;;) {
		guest_pc_settle(g);
		if (g->v->pc.rip != code)
			return;
		guest_pc_reach(g, va, access, &pl);
		if (pl.result == UM_PC_MEMORY)
			guest_pc_exception(g, PC_EXC_UD, 0);
		else
			guest_pc_refused(g, va, access, 1, &pl);
	}
}
