// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which access a PC's processor makes next, and with what: for each register values that make
 * something happen, others at the edge, and any.
 */
#include "pc_access.h"

static struct model *const m = &drive.m;

static bool chance(unsigned percent)
{
	return drive_random(100) < percent;
}

#define PICK(t) ((t)[drive_random(ARRAY_SIZE(t))])

static u64 any(void)
{
	static const u64 t[] = { 0,	  1,	      0xf,	  0x10,	      0xff,
				 0x100,	  0x1000,     0xffff,	  0x10000,    0x20000,
				 0x40000, 0xffffffff, 1ull << 32, 1ull << 63, ~0ull };

	switch (drive_random(4)) {
	case 0:
		return PICK(t);
	case 1:
		return 1ull << drive_random(64);
	case 2:
		return drive_random(0x100);
	default:
		return drive_random(~0ull);
	}
}

static u64 vector(void)
{
	return chance(5) ? drive_random(16) : drive_random(256);
}

/* Processors by number, by bits, all of them. */
static u64 destination(bool x2)
{
	static const u64 t[] = { 0, 1, 2, 3, 1, 2, 4, 7, 0xff, 0xf1, 0x11, 0x12, 0x21, 0xf0 };

	if (chance(5))
		return x2 ? drive_random(~0ull) & 0xffffffff : drive_random(256);
	return x2 && chance(15) ? 0xffffffff : PICK(t);
}

/* An interrupt command without its destination. INIT is rare: somebody has to go on. */
static u64 command(void)
{
	static const u64 kind[] = { 0, 0, 0, 0, 1, 1, 4, 6, 6, 6, 2, 3, 7 };
	u64 w = vector() | PICK(kind) << 8 | drive_random(2) << 11 | drive_random(4) << 14;

	if (chance(50))
		w |= drive_random(4) << 18;
	if (chance(4))
		w = (w & ~0x700ull) | 5 << 8;
	return w;
}

static u64 lvt(void)
{
	u64 w = vector() | (chance(40) ? 0x10000 : 0);

	if (chance(70))
		w |= drive_random(3) << 17;
	return chance(5) ? any() & 0xffffffff : w;
}

static u64 apic_value(u64 reg, bool x2)
{
	u64 val;

	switch (reg) {
	case 0x08:
		val = chance(50) ? 0 : drive_random(256);
		break;
	case 0x0b:
	case 0x28:
		val = 0;
		break;
	case 0x0d:
		val = (1 + drive_random(15)) << 24 | (chance(30) ? drive_random(3) << 28 : 0);
		break;
	case 0x0e:
		val = chance(50) ? 0xffffffff : 0;
		break;
	case 0x0f:
		val = chance(95) ? 0x1ff : drive_random(0x400);
		break;
	case 0x30:
		val = command() | (x2 ? destination(true) << 32 : 0);
		break;
	case 0x31:
		val = destination(false) << 24;
		break;
	case 0x38:
		val = chance(20) ? 0 : 1ull << drive_random(20);
		break;
	case 0x3f:
		val = vector();
		break;
	default:
		val = reg >= 0x32 && reg <= 0x37 ? lvt() : drive_random(16);
		break;
	}
	return chance(3) ? any() : val;
}

static u64 apic_reg(void)
{
	static const u64 busy[] = { 0x0b, 0x0b, 0x0b, 0x30, 0x30, 0x30, 0x31, 0x08, 0x0f, 0x0d,
				    0x0e, 0x28, 0x32, 0x32, 0x38, 0x38, 0x39, 0x3e, 0x3f };

	return chance(70) ? PICK(busy) : drive_random(64);
}

static u64 base(const struct mp_vcpu *v)
{
	u64 mode = chance(10) ? 0 : chance(60) ? 0xc00 : 0x800;

	if ((v->base & 0xc00) == 0xc00 && mode == 0x800)
		mode = 0xc00;
	return chance(5) ? v->base ^ any() : (v->base & ~0xc00ull) | mode;
}

/* An address of guest memory for what the hypervisor writes there. */
static u64 page(unsigned lp)
{
	u64 bytes = m->more[lp].bytes;

	switch (drive_random(8)) {
	case 0:
		return bytes - drive_random(64);
	case 1:
		return any();
	default:
		return 0x8000 + drive_random(0x2000);
	}
}

static u64 msr_value(unsigned lp, const struct mp_vcpu *v, u64 nr)
{
	switch (nr) {
	case 0x1b:
		return base(v);
	case 0x10:
		return m->now + drive_random(1 << 20);
	case 0x6e0:
		return chance(15) ? 0 : mp_tsc(m, v) + drive_random(1 << 22) - (1 << 18);
	case 0x3a:
		return drive_random(2);
	case 0xc0000080:
		return chance(70) ? drive_random(2) << 11 | drive_random(2) << 8 | 1 : any();
	case 0x277:
		return chance(70) ? 0x0606060606060606 ^ drive_random(4) << 8 : any();
	case 0x11:
	case 0x12:
	case 0x4b564d00:
	case 0x4b564d01:
		return page(lp) | (chance(70) ? 1 : 0);
	default:
		return chance(50) ? drive_random(4) : any();
	}
}

static void msr(unsigned lp, const struct mp_vcpu *v, struct pc_access *a)
{
	a->kind = PC_MSR;
	if (chance(60)) {
		u64 reg = chance(97) ? apic_reg() : drive_random(0x100);

		a->at = 0x800 + reg;
		a->val = apic_value(reg, true);
		return;
	}
	a->at = chance(95) ? mp_msrs[drive_random(mp_nmsrs)] : any() & 0xffffffff;
	if (chance(15))
		a->at = 0x6e0;
	if (chance(4))
		a->at = 0x1b;
	a->val = msr_value(lp, v, a->at);
}

static void port(struct pc_access *a)
{
	static const u64 t[] = {
		0x64, 0x600, 0x601, 0xcf8, 0xcf9, 0x60, 0x80, 0xffff, 0x3f7, 0x400
	};
	static const unsigned sizes[] = { 1, 1, 1, 1, 1, 1, 2, 4 };

	a->kind = PC_PORT;
	a->size = PICK(sizes);
	a->val = chance(50) ? drive_random(256) : any();
	if (chance(65)) {
		a->at = 0x3f8 + drive_random(8);
		if (a->at == 0x3fc && chance(80))
			a->val = 0x0b;
		if (a->at == 0x3fb && chance(80))
			a->val = 3;
		return;
	}
	a->at = chance(70) ? 0x70 + drive_random(2) : chance(80) ? PICK(t) : drive_random(0x10000);
	if (a->at == 0x70)
		a->val = chance(60) ? drive_random(0x10) : drive_random(256);
	/* the end of a partition is rare */
	if ((a->at == 0x600 || a->at == 0xcf9 || a->at == 0x64) && a->write && chance(97))
		a->val = a->at == 0x64 ? 0xd1 : 2;
	else if (a->at == 0x600)
		a->val = 0x34;
	else if (a->at == 0x64)
		a->val = 0xfe;
}

/* An entry's lower half: line 4 is the one that is used. */
static u64 entry(void)
{
	return vector() | (chance(20) ? drive_random(8) << 8 : 0) | drive_random(2) << 11 |
	       drive_random(2) << 15 | (chance(15) ? 0x10000 : 0);
}

static void ioapic(const struct m_pc *pc, struct pc_access *a)
{
	a->at = 0xfec00000 + (chance(50) ? 0 : 0x10);
	if (a->at & 0xfff) {
		a->val = pc->select & 1 ? destination(false) << 24 : entry();
		a->write = chance(60);
		return;
	}
	a->val = chance(75) ? 0x18 + drive_random(2) : drive_random(0x48);
	a->write = chance(90);
}

static void memory(const struct m_pc *pc, struct pc_access *a)
{
	static const u64 t[] = { 0xfee00000, 0xfee00ff0, 0xfee01000, 0xfec00000, 0xfec00020,
				 0xfec01000, 0xfebffff0, 0xc0000000, 0xffffffe0 };
	static const unsigned sizes[] = { 1, 2, 4 };

	a->kind = PC_MEMORY;
	if (chance(40)) {
		ioapic(pc, a);
	} else if (chance(90)) {
		u64 reg = chance(97) ? apic_reg() : drive_random(0x100);

		a->at = 0xfee00000 + reg * 16;
		a->val = apic_value(reg, false);
	} else {
		a->at = PICK(t);
		a->val = any();
	}
	if (chance(5)) {
		a->size = PICK(sizes);
		a->at += drive_random(16);
	}
}

static void cpuid(struct pc_access *a)
{
	static const u64 t[] = { 0x40000000, 0x40000001, 0x40000002, 0x40000100, 0x40000101,
				 0x40000102, 0x4fffffff, 0x8000000a, 0x8000001f, 0x80000009 };

	a->kind = PC_CPUID;
	a->at = chance(50)   ? drive_random(0x20)
		: chance(60) ? 0x80000000 + drive_random(9)
			     : PICK(t);
	a->sub = chance(80) ? drive_random(4) : any() & 0xffffffff;
	a->val = any();
	if (chance(5))
		a->at = any() & 0xffffffff;
}

static void cr8(struct pc_access *a)
{
	a->kind = PC_CR8;
	a->write = true;
	a->val = chance(50) ? 0 : drive_random(16);
}

/* Somebody or something will end a HLT, mostly. */
static bool may_halt(unsigned lp, const struct mp_vcpu *v)
{
	unsigned runs = 0;

	for (unsigned i = 0; i < m->s.part[lp].nvcpus; i++)
		runs += m->s.part[lp].vcpu[i].sched == M_RUN;
	return runs > 1 || v->fires != M_NEVER || chance(5);
}

void pc_make_access(unsigned lp, unsigned vc, struct pc_access *a)
{
	const struct mp_vcpu *v = &m->pc[lp].vcpu[vc];
	u64 what = drive_random(100);

	a->write = chance(65);
	if (what < 3 && may_halt(lp, v))
		a->kind = PC_HALT;
	else if (what < 4)
		a->kind = PC_ILLEGAL;
	else if (what < 6)
		cr8(a);
	else if (what < 10)
		cpuid(a);
	else if (what < 35)
		port(a);
	else if (what < 45 || (what < 75 && !mp_apic_x2(v)))
		memory(&m->pc[lp], a);
	else
		msr(lp, v, a);
}
