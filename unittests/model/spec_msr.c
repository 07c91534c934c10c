// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Model-specific registers: which there are, which value is kept, which one faults (docs/pc.md,
 * "Model-specific registers"). Next: spec_cpuid.c.
 */
#include "model_pc.h"

#define TSC	     0x10
#define APIC_BASE    0x1b
#define TSC_ADJUST   0x3b
#define MTRR_CAP     0xfe
#define MISC_ENABLE  0x1a0
#define PAT	     0x277
#define TSC_DEADLINE 0x6e0
#define X2APIC	     0x800
#define EFER	     0xc0000080
#define TSC_AUX	     0xc0000103
#define KVM_WALL     0x4b564d00
#define KVM_CLOCK    0x4b564d01
#define OLD_WALL     0x11
#define OLD_CLOCK    0x12

/* The MTRRs that are kept, in the order of mp_vcpu.mtrr. */
static const u32 mtrrs[MP_MTRRS] = {
	0x2ff, 0x200, 0x201, 0x202, 0x203, 0x204, 0x205, 0x206, 0x207, 0x208,
	0x209, 0x20a, 0x20b, 0x20c, 0x20d, 0x20e, 0x20f, 0x250, 0x258, 0x259,
	0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f,
};

/* Constants: another value cannot be written, or is lost. */
static const struct {
	u32 nr;
	bool lost;
	u64 val;
} constants[] = {
	{ 0x17, false, 0 },
	{ 0x3a, false, 1 }, /* locked, nothing on */
	{ 0x8b, true, 0 },
	{ 0xce, false, 0 },
	{ 0x1d9, false, 0 },
	{ 0xc0010010, false, 0 },
	{ 0xc0010015, true, 1 << 24 }, /* the counter's rate does not change */
	{ 0xc0010055, true, 0 },
	{ 0xc0011029, true, 2 }, /* LFENCE waits */
};

const u32 mp_msrs[] = {
	TSC,	 APIC_BASE, TSC_ADJUST, MTRR_CAP,   MISC_ENABLE, PAT,	     TSC_DEADLINE, EFER,
	TSC_AUX, KVM_WALL,  KVM_CLOCK,	OLD_WALL,   OLD_CLOCK,	 0x17,	     0x3a,	   0x8b,
	0xce,	 0x1d9,	    0xc0010010, 0xc0010015, 0xc0010055,	 0xc0011029, 0x2ff,	   0x200,
	0x201,	 0x202,	    0x203,	0x204,	    0x205,	 0x206,	     0x207,	   0x208,
	0x209,	 0x20a,	    0x20b,	0x20c,	    0x20d,	 0x20e,	     0x20f,	   0x250,
	0x258,	 0x259,	    0x268,	0x269,	    0x26a,	 0x26b,	     0x26c,	   0x26d,
	0x26e,	 0x26f,
};
const unsigned mp_nmsrs = ARRAY_SIZE(mp_msrs);

/* What INIT leaves alone. */
void mp_msr_reset(struct mp_vcpu *v)
{
	v->mtrr[0] = 0xc06; /* on, with fixed ranges; write-back */
	for (unsigned i = 1; i < MP_MTRRS; i++)
		v->mtrr[i] = i < 17 ? 0 : 0x0606060606060606;
	v->misc_enable = 1; /* fast strings */
}

static u64 *mtrr(struct mp_vcpu *v, u64 nr)
{
	for (unsigned i = 0; i < MP_MTRRS; i++)
		if (mtrrs[i] == nr)
			return &v->mtrr[i];
	return NULL;
}

static bool x2apic(const struct mp_call *c, u64 nr)
{
	return nr >= X2APIC && nr < X2APIC + 0x100 && mp_apic_on(c->v) && mp_apic_x2(c->v);
}

enum mp_answer mp_msr_read(struct mp_call *c, u64 nr, u64 *val)
{
	struct mp_vcpu *v = c->v;

	if (mtrr(v, nr)) {
		*val = *mtrr(v, nr);
		return MP_DONE;
	}
	if (x2apic(c, nr))
		return mp_apic_read(c, nr - X2APIC, val);
	for (unsigned i = 0; i < ARRAY_SIZE(constants); i++)
		if (constants[i].nr == nr) {
			*val = constants[i].val;
			return MP_DONE;
		}
	switch (nr) {
	case TSC:
		*val = mp_tsc(c->m, v);
		return MP_DONE;
	case APIC_BASE:
		*val = v->base;
		return MP_DONE;
	case TSC_ADJUST:
		*val = v->tsc_adjust;
		return MP_DONE;
	case MTRR_CAP: /* 8 pairs, fixed ranges, write-combining */
		*val = 0x508;
		return MP_DONE;
	case MISC_ENABLE:
		*val = v->misc_enable;
		return MP_DONE;
	case TSC_DEADLINE:
		*val = v->deadline;
		return MP_DONE;
	case KVM_CLOCK:
	case OLD_CLOCK:
		*val = v->clock;
		return MP_DONE;
	case PAT:
		*val = v->pat;
		return MP_DONE;
	case EFER:
		*val = v->efer;
		return MP_DONE;
	case TSC_AUX:
		*val = v->aux;
		return MP_DONE;
	default: /* the wall clocks, too: they can only be written */
		return MP_GP;
	}
}

static void set_le(struct mp_call *c, u64 at, unsigned n, u64 val)
{
	u8 b[8];

	for (unsigned i = 0; i < n; i++)
		b[i] = (u8)(val >> 8 * i);
	m_store_bytes(c->m, c->lp, at, b, n);
}

/* Nanoseconds from the counter: (tsc - start) shifted, times a fraction of 32 bits (KVM's page). */
static void clock_page(struct mp_call *c)
{
	u64 at = c->v->clock & ~3ull, rate = M_HZ;
	unsigned left = 0;

	if (!(c->v->clock & 1))
		return;
	while (rate <= 1000000000) {
		rate *= 2;
		left++;
	}
	set_le(c, at, 8, 2); /* whole */
	set_le(c, at + 8, 8, c->v->tsc);
	set_le(c, at + 16, 8, 0);
	set_le(c, at + 24, 4, (1000000000ull << 32) / rate);
	set_le(c, at + 28, 4, left | 1 << 8); /* stable */
}

static enum mp_answer set_clock(struct mp_call *c, u64 val)
{
	if (val & 1 && !m_has(c->m, c->lp, val & ~3ull, 32))
		return MP_GP;
	c->v->clock = val;
	clock_page(c);
	return MP_DONE;
}

/* The time of day when the clock showed 0. */
static enum mp_answer wall_clock(struct mp_call *c, u64 at)
{
	if (!m_has(c->m, c->lp, at, 12))
		return MP_GP;
	set_le(c, at, 4, 2);
	set_le(c, at + 4, 4, M_RTC);
	set_le(c, at + 8, 4, 0);
	return MP_DONE;
}

static enum mp_answer set_counter(struct mp_call *c, u64 offset)
{
	mp_set_tsc(c, offset);
	clock_page(c);
	return MP_DONE;
}

/* SCE, LME, NXE; long mode itself is not entered here (LMA), and does not change under paging. */
static enum mp_answer set_efer(struct mp_vcpu *v, u64 val)
{
	if (val & ~0xd01ull)
		return MP_GP;
	v->efer = (val & 0x901) | (v->efer & 0x400);
	return MP_DONE;
}

static enum mp_answer set_pat(struct mp_vcpu *v, u64 val)
{
	for (unsigned i = 0; i < 8; i++) {
		u64 type = val >> 8 * i & 0xff;

		if (type > 7 || type == 2 || type == 3)
			return MP_GP;
	}
	v->pat = val;
	return MP_DONE;
}

enum mp_answer mp_msr_write(struct mp_call *c, u64 nr, u64 val)
{
	struct mp_vcpu *v = c->v;

	if (mtrr(v, nr)) {
		*mtrr(v, nr) = val;
		return MP_DONE;
	}
	if (x2apic(c, nr))
		return mp_apic_write(c, nr - X2APIC, val);
	for (unsigned i = 0; i < ARRAY_SIZE(constants); i++)
		if (constants[i].nr == nr)
			return constants[i].lost || val == constants[i].val ? MP_DONE : MP_GP;
	switch (nr) {
	case TSC:
		return set_counter(c, val - c->m->now);
	case TSC_ADJUST:
		return set_counter(c, v->tsc + val - v->tsc_adjust);
	case APIC_BASE:
		return mp_apic_base(c, val);
	case MISC_ENABLE:
		v->misc_enable = val;
		return MP_DONE;
	case TSC_DEADLINE:
		mp_set_deadline(c->m, v, val);
		return MP_DONE;
	case KVM_CLOCK:
	case OLD_CLOCK:
		return set_clock(c, val);
	case KVM_WALL:
	case OLD_WALL:
		return wall_clock(c, val);
	case PAT:
		return set_pat(v, val);
	case EFER:
		return set_efer(v, val);
	case TSC_AUX:
		if (val >> 32)
			return MP_GP;
		v->aux = val;
		return MP_DONE;
	default:
		return MP_GP;
	}
}
