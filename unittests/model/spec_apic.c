// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The local APIC: which interrupt comes next, and what its registers hold and take (APM 2, 16.3 to
 * 16.8; SDM 3, 11.4, 11.5, 11.8, 11.12 for x2APIC mode). Next: spec_timer.c, spec_ipi.c.
 */
#include "model_pc.h"

#define ENABLED	  (1u << 8) /* of the spurious interrupt vector register */
#define MASKED	  (1u << 16)
#define BASE_ON	  (1u << 11)
#define BASE_X2	  (1u << 10)
#define BASE_BOOT (1u << 8)
#define ILLEGAL	  (1u << 6) /* error: a vector below 16 was received */
#define RESERVED  (1u << 7) /* error: no such register */

/* ---- sets of 256 vectors --------------------------------------------------------------------- */

static bool has(const u64 *set, u64 vector)
{
	return set[vector / 64] >> vector % 64 & 1;
}

static void put(u64 *set, u64 vector, bool in)
{
	u64 bit = 1ull << vector % 64;

	set[vector / 64] = in ? set[vector / 64] | bit : set[vector / 64] & ~bit;
}

static int highest(const u64 *set)
{
	for (int v = 255; v >= 0; v--)
		if (!set[v / 64])
			v -= v % 64; /* nothing in this word */
		else if (has(set, (u64)v))
			return v;
	return -1;
}

/* ---- interrupts ------------------------------------------------------------------------------ */

bool mp_apic_on(const struct mp_vcpu *v)
{
	return v->base & BASE_ON;
}

bool mp_apic_x2(const struct mp_vcpu *v)
{
	return v->base & BASE_X2;
}

/* The class (upper 4 bits) of the task or of what is in service, whichever is higher. */
u64 mp_ppr(const struct mp_vcpu *v)
{
	int serving = highest(v->isr);

	if (serving >= 0 && (u64)serving / 16 > v->tpr / 16)
		return (u64)serving / 16 * 16;
	return v->tpr;
}

int mp_deliverable(const struct mp_vcpu *v)
{
	int next = highest(v->irr);

	return next >= 0 && (u64)next / 16 > mp_ppr(v) / 16 ? next : -1;
}

bool mp_accept(struct model *m, unsigned lp, unsigned vc, u64 vector, bool level)
{
	struct mp_vcpu *v = &m->pc[lp].vcpu[vc];

	if (!mp_apic_on(v) || !(v->svr & ENABLED))
		return false;
	if (vector < 16) {
		v->errors |= ILLEGAL;
		return false;
	}
	put(v->irr, vector, true);
	put(v->tmr, vector, level);
	mp_attention(m, lp, vc);
	return true;
}

void mp_take(struct mp_vcpu *v, int vector)
{
	put(v->irr, (u64)vector, false);
	put(v->isr, (u64)vector, true);
}

/* The end of a level-triggered one goes to the I/O APIC. */
static void end_of_interrupt(struct mp_call *c)
{
	int serving = highest(c->v->isr);

	if (serving < 0)
		return;
	put(c->v->isr, (u64)serving, false);
	if (has(c->v->tmr, (u64)serving))
		mp_ioapic_eoi(c->m, c->lp, (u64)serving);
}

static u64 x2_id(unsigned vc)
{
	return (vc >> 4) << 16 | 1u << (vc & 15);
}

/* As INIT leaves it: in its mode, off by software. */
void mp_apic_reset(struct mp_vcpu *v, unsigned vc)
{
	for (unsigned i = 0; i < 4; i++)
		v->irr[i] = v->isr[i] = v->tmr[i] = 0;
	v->ldr = mp_apic_x2(v) ? x2_id(vc) : 0;
	v->tpr = v->esr = v->errors = v->icr = v->icr2 = 0;
	v->dfr = 0xffffffff;
	v->svr = 0xff;
	for (unsigned i = 0; i < MP_LVTS; i++)
		v->lvt[i] = MASKED;
	v->divide = v->initial = v->deadline = 0;
	v->fires = M_NEVER;
}

void mp_apic_power_on(struct mp_vcpu *v, unsigned vc)
{
	v->base = 0xfee00000 | BASE_ON | (vc ? 0 : BASE_BOOT);
	mp_apic_reset(v, vc);
}

/* ---- registers ------------------------------------------------------------------------------- */

enum {
	ID = 0x02,
	VERSION = 0x03,
	TPR = 0x08,
	APR = 0x09,
	PPR = 0x0a,
	EOI = 0x0b,
	RRR = 0x0c,
	LDR = 0x0d,
	DFR = 0x0e,
	SVR = 0x0f,
	ISR = 0x10,
	TMR = 0x18,
	IRR = 0x20,
	ESR = 0x28,
	ICR = 0x30,
	ICR2 = 0x31,
	LVT = 0x32,
	INITIAL = 0x38,
	COUNT = 0x39,
	DIVIDE = 0x3e,
	SELF = 0x3f
};

/* Where a register is: r, w as in memory, R, W in x2APIC mode, and bits that software may set. */
static const struct reg {
	const char *how;
	u64 bits;
} regs[64] = {
	[ID] = { "r R", 0 },
	[VERSION] = { "r R", 0 },
	[TPR] = { "rwRW", 0xff },
	[APR] = { "r", 0 },
	[PPR] = { "r R", 0 },
	[EOI] = { "rw W", 0 }, /* in memory any value ends; there reads give 0 */
	[RRR] = { "r", 0 },
	[LDR] = { "rwR", 0xff000000 },
	[DFR] = { "rw", 0xf0000000 },
	[SVR] = { "rwRW", 0x1ff },
	[ISR... ISR + 7] = { "r R", 0 },
	[TMR... TMR + 7] = { "r R", 0 },
	[IRR... IRR + 7] = { "r R", 0 },
	[ESR] = { "rwRW", 0 }, /* in memory any value will do */
	[ICR] = { "rwRW", 0xffffffff000ccfff },
	[ICR2] = { "rw", 0xff000000 },
	[LVT + MP_TIMER] = { "rwRW", 0x700ff }, /* mode, mask, vector */
	[LVT + MP_THERMAL] = { "rwRW", 0x107ff },
	[LVT + MP_PERF] = { "rwRW", 0x107ff },
	[LVT + MP_LINT0] = { "rwRW", 0x1a7ff }, /* trigger and polarity, too */
	[LVT + MP_LINT1] = { "rwRW", 0x1a7ff },
	[LVT + MP_ERROR] = { "rwRW", 0x100ff },
	[INITIAL] = { "rwRW", 0xffffffff },
	[COUNT] = { "r R", 0 },
	[DIVIDE] = { "rwRW", 0xb },
	[SELF] = { "W", 0xff },
};

static bool can(u64 reg, char how)
{
	for (const char *s = reg < 64 && regs[reg].how ? regs[reg].how : ""; *s; s++)
		if (*s == how)
			return true;
	return false;
}

static u64 word(const u64 *set, u64 n)
{
	return set[n / 2] >> n % 2 * 32 & 0xffffffff;
}

static u64 value(const struct mp_call *c, u64 reg)
{
	const struct mp_vcpu *v = c->v;
	bool x2 = mp_apic_x2(v);

	if (reg >= ISR && reg < IRR + 8)
		return word(reg < TMR ? v->isr : reg < IRR ? v->tmr : v->irr, reg % 8);
	if (reg >= LVT && reg < LVT + MP_LVTS)
		return v->lvt[reg - LVT];
	switch (reg) {
	case ID:
		return x2 ? c->vc : c->vc << 24;
	case VERSION:
		return 0x14 | (MP_LVTS - 1) << 16;
	case TPR:
		return v->tpr;
	case PPR:
		return mp_ppr(v);
	case LDR:
		return v->ldr;
	case DFR:
		return v->dfr;
	case SVR:
		return v->svr;
	case ESR:
		return v->esr;
	case ICR:
		return x2 ? v->icr2 << 32 | v->icr : v->icr;
	case ICR2:
		return v->icr2;
	case INITIAL:
		return v->initial;
	case COUNT:
		return mp_count(c->m, v);
	case DIVIDE:
		return v->divide;
	default:
		return 0;
	}
}

enum mp_answer mp_apic_read(struct mp_call *c, u64 reg, u64 *val)
{
	*val = 0;
	if (!can(reg, mp_apic_x2(c->v) ? 'R' : 'r')) {
		if (mp_apic_x2(c->v))
			return MP_GP;
		c->v->errors |= RESERVED;
		return MP_DONE;
	}
	*val = value(c, reg);
	return MP_DONE;
}

static void set_lvt(struct mp_vcpu *v, unsigned i, u64 val)
{
	u64 old = v->lvt[i];

	v->lvt[i] = val | (v->svr & ENABLED ? 0 : MASKED);
	if (i == MP_TIMER)
		mp_timer_mode(v, old);
}

static enum mp_answer set(struct mp_call *c, u64 reg, u64 val)
{
	struct mp_vcpu *v = c->v;
	bool x2 = mp_apic_x2(v);

	val &= regs[reg].bits;
	if (reg >= LVT && reg < LVT + MP_LVTS) {
		set_lvt(v, (unsigned)(reg - LVT), val);
		return MP_DONE;
	}
	switch (reg) {
	case TPR:
		v->tpr = val;
		break;
	case EOI:
		end_of_interrupt(c);
		break;
	case LDR:
		v->ldr = val;
		break;
	case DFR:
		v->dfr = val | 0x0fffffff;
		break;
	case SVR:
		v->svr = val;
		for (unsigned i = 0; i < MP_LVTS && !(val & ENABLED); i++)
			v->lvt[i] |= MASKED;
		break;
	case ESR: /* shows what came since the last write */
		v->esr = v->errors;
		v->errors = 0;
		break;
	case ICR2:
		v->icr2 = val;
		break;
	case ICR:
		if (mp_command(c, val & 0xffffffff, x2 ? val >> 32 : v->icr2 >> 24) == MP_AGAIN)
			return MP_AGAIN;
		v->icr = val & 0xffffffff;
		if (x2)
			v->icr2 = val >> 32;
		break;
	case INITIAL:
		mp_start_timer(c->m, v, val);
		break;
	case DIVIDE:
		mp_divide(c->m, v, val);
		break;
	default: /* SELF: a fixed one to itself */
		return mp_command(c, val | 1 << 18, 0);
	}
	return MP_DONE;
}

enum mp_answer mp_apic_write(struct mp_call *c, u64 reg, u64 val)
{
	bool x2 = mp_apic_x2(c->v), lvt = reg >= LVT && reg < LVT + MP_LVTS;

	/* in x2APIC mode reserved bits fault; the delivery status of an entry is not reserved */
	if (x2 && (!can(reg, 'W') || val & ~(regs[reg].bits | (lvt ? 0x1000 : 0))))
		return MP_GP;
	if (!x2 && !can(reg, 'r') && !can(reg, 'w'))
		c->v->errors |= RESERVED;
	if (!x2 && !can(reg, 'w'))
		return MP_DONE;
	return set(c, reg, val);
}

/* APIC_BASE: off, on, on in x2APIC mode (SDM 3, figure 11-27). The address does not move. */
enum mp_answer mp_apic_base(struct mp_call *c, u64 val)
{
	const u64 mode = BASE_ON | BASE_X2;
	struct mp_vcpu *v = c->v;
	u64 from = v->base & mode, to = val & mode;

	if ((val & ~mode) != (v->base & ~mode) || to == BASE_X2)
		return MP_GP;
	if ((from == mode && to == BASE_ON) || (!from && to == mode))
		return MP_GP;
	v->base = (v->base & ~mode) | to;
	if (from && !to)
		mp_apic_reset(v, c->vc);
	if (from == BASE_ON && to == mode)
		v->ldr = x2_id(c->vc);
	return MP_DONE;
}
