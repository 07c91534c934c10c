// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The registers of a local APIC, as MSRs (x2APIC) and in memory: what they hold and what may be
 * written (APM 2, chapter 16). Next: timer.c, ipi.c.
 */
#include "pc.h"

enum {
	REG_ID = 0x02,
	REG_VERSION = 0x03,
	REG_TPR = 0x08,
	REG_APR = 0x09,
	REG_PPR = 0x0a,
	REG_EOI = 0x0b,
	REG_RRR = 0x0c,
	REG_LDR = 0x0d,
	REG_DFR = 0x0e,
	REG_SVR = 0x0f,
	REG_ISR = 0x10,
	REG_TMR = 0x18,
	REG_IRR = 0x20,
	REG_ESR = 0x28,
	REG_ICR = 0x30,
	REG_ICR2 = 0x31,
	REG_LVT = 0x32,
	REG_TMICT = 0x38,
	REG_TMCCT = 0x39,
	REG_TDCR = 0x3e,
	REG_SELF = 0x3f,
};

#define VERSION	  (0x14u | (PC_LVTS - 1) << 16)
#define LVT_MASK  (1u << 16)
#define BASE_MODE (3u << 10)
#define ICR_SELF  (1u << 18)

/* What software may set in each entry of the local vector table. */
static const u32 lvt_bits[PC_LVTS] = {
	[LVT_TIMER] = 0x700ff, [LVT_THERMAL] = 0x107ff, [LVT_PERF] = 0x107ff,
	[LVT_LINT0] = 0x1a7ff, [LVT_LINT1] = 0x1a7ff,	[LVT_ERROR] = 0x100ff,
};

static err_t read_bits(const struct pc_apic *a, u32 reg, u64 *val)
{
	u64 i = nospec(reg - REG_ISR, REG_ESR - REG_ISR) % 8, word;

	if (reg < REG_TMR)
		word = a->isr[i / 2];
	else if (reg < REG_IRR)
		word = a->tmr[i / 2];
	else
		word = a->irr[i / 2];
	*val = (u32)(word >> i % 2 * 32);
	return HV_OK;
}

static err_t read_plain(struct vcpu *v, struct pc_apic *a, u32 reg, u64 *val)
{
	bool x2 = pc_apic_x2(a);

	switch (reg) {
	case REG_ID:
		*val = x2 ? v->index : v->index << 24;
		return HV_OK;
	case REG_VERSION:
		*val = VERSION;
		return HV_OK;
	case REG_TPR:
		*val = pc_apic_tpr(v);
		return HV_OK;
	case REG_PPR:
		*val = pc_apic_ppr(v);
		return HV_OK;
	case REG_LDR:
		*val = a->ldr;
		return HV_OK;
	case REG_DFR:
		*val = a->dfr;
		return x2 ? HV_EINVAL : HV_OK;
	case REG_SVR:
		*val = a->svr;
		return HV_OK;
	case REG_ESR:
		*val = a->esr;
		return HV_OK;
	case REG_ICR:
		*val = x2 ? (u64)a->icr2 << 32 | a->icr : a->icr;
		return HV_OK;
	case REG_ICR2:
		*val = a->icr2;
		return x2 ? HV_EINVAL : HV_OK;
	case REG_TMICT:
		*val = a->initial;
		return HV_OK;
	case REG_TMCCT:
		*val = pc_timer_count(a);
		return HV_OK;
	case REG_TDCR:
		*val = a->tdcr;
		return HV_OK;
	case REG_APR: /* of these x2APIC mode has only EOI, for writing */
	case REG_EOI:
	case REG_RRR:
		*val = 0;
		return x2 ? HV_EINVAL : HV_OK;
	default:
		*val = 0;
		if (x2)
			return HV_EINVAL;
		pc_apic_error(a, ESR_NO_REGISTER);
		return HV_OK;
	}
}

err_t pc_apic_read(struct vcpu *v, u32 reg, u64 *val)
{
	struct pc_apic *a = &pc_vcpu(v)->apic;

	if (reg >= REG_ISR && reg < REG_ESR)
		return read_bits(a, reg, val);
	if (reg >= REG_LVT && reg < REG_LVT + PC_LVTS) {
		*val = a->lvt[nospec(reg - REG_LVT, PC_LVTS)];
		return HV_OK;
	}
	return read_plain(v, a, reg, val);
}

/* ---- writes ----------------------------------------------------------------------------- */

static void end_of_interrupt(struct vcpu *v)
{
	struct pc_apic *a = &pc_vcpu(v)->apic;
	int vector = pc_apic_eoi(a);

	if (vector >= 0 && a->tmr[vector / 64] >> vector % 64 & 1) {
		lock_take(&v->part->lock);
		pc_ioapic_eoi(v->part, (u8)vector);
		lock_drop(&v->part->lock);
	}
	pc_attn(v, ATTN_IRQ);
}

/* A disabled APIC keeps its entries masked. */
static void set_svr(struct pc_apic *a, u32 val)
{
	a->svr = val & 0x1ff;
	for (unsigned i = 0; !(val & 0x100) && i < PC_LVTS; i++)
		a->lvt[i] |= LVT_MASK;
}

static void set_lvt(struct vcpu *v, unsigned i, u32 val)
{
	struct pc_apic *a = &pc_vcpu(v)->apic;
	u32 old = a->lvt[i];

	val &= lvt_bits[i];
	if (!(a->svr & 0x100))
		val |= LVT_MASK;
	a->lvt[i] = val;
	/* a change between counting and deadline disarms the timer */
	if (i == LVT_TIMER && (old ^ val) & 1u << 18) {
		a->initial = 0;
		a->deadline = 0;
		a->timer = TIME_NEVER;
		pc_alarm(v);
	}
}

static err_t command(struct vcpu *v, u64 val)
{
	struct pc_apic *a = &pc_vcpu(v)->apic;
	bool x2 = pc_apic_x2(a);
	u32 dest = x2 ? (u32)(val >> 32) : a->icr2 >> 24;

	if (!pc_ipi(v, (u32)val, dest))
		return HV_EAGAIN;
	a->icr = (u32)val & 0xccfff;
	if (x2)
		a->icr2 = (u32)(val >> 32);
	return HV_OK;
}

/* Registers both modes have. HV_ENOENT: not one of them. */
static err_t write_common(struct vcpu *v, struct pc_apic *a, u32 reg, u64 val)
{
	switch (reg) {
	case REG_TPR:
		pc_apic_set_tpr(v, (u8)val);
		pc_attn(v, ATTN_IRQ);
		return HV_OK;
	case REG_EOI:
		end_of_interrupt(v);
		return HV_OK;
	case REG_SVR:
		set_svr(a, (u32)val);
		return HV_OK;
	case REG_ESR:
		a->esr = atomic_exchange(&a->esr_next, 0);
		return HV_OK;
	case REG_ICR:
		return command(v, val);
	case REG_TMICT:
		pc_timer_start(v, (u32)val);
		return HV_OK;
	case REG_TDCR:
		pc_timer_divide(v, val & 0xb);
		return HV_OK;
	default:
		if (reg < REG_LVT || reg >= REG_LVT + PC_LVTS)
			return HV_ENOENT;
		set_lvt(v, (unsigned)nospec(reg - REG_LVT, PC_LVTS), (u32)val);
		return HV_OK;
	}
}

/* Bits that a write in x2APIC mode may have set; 0: nothing may be written but 0. */
static u64 x2_bits(u32 reg)
{
	switch (reg) {
	case REG_TPR:
		return 0xff;
	case REG_SVR:
		return 0x1ff;
	case REG_ICR:
		return 0xffffffff000ccfff;
	case REG_TMICT:
		return 0xffffffff;
	case REG_TDCR:
		return 0xb;
	default:
		return reg >= REG_LVT && reg < REG_LVT + PC_LVTS ? lvt_bits[reg - REG_LVT] | 0x1000
								 : 0;
	}
}

static err_t write_x2(struct vcpu *v, struct pc_apic *a, u32 reg, u64 val)
{
	err_t err;

	if (reg == REG_SELF) {
		if (val & ~0xffull)
			return HV_EINVAL;
		pc_ipi(v, (u32)val | ICR_SELF, 0);
		return HV_OK;
	}
	if (val & ~x2_bits(reg))
		return HV_EINVAL;
	err = write_common(v, a, reg, val);
	return err == HV_ENOENT ? HV_EINVAL : err;
}

/* Of the registers in memory: a write is lost, and no error. */
static bool is_read_only(u32 reg)
{
	return reg == REG_ID || reg == REG_VERSION || (reg >= REG_APR && reg <= REG_RRR) ||
	       (reg >= REG_ISR && reg < REG_ESR) || reg == REG_TMCCT;
}

err_t pc_apic_write(struct vcpu *v, u32 reg, u64 val)
{
	struct pc_apic *a = &pc_vcpu(v)->apic;
	err_t err;

	if (pc_apic_x2(a))
		return write_x2(v, a, reg, val);
	switch (reg) {
	case REG_LDR:
		a->ldr = (u32)val & 0xff000000;
		return HV_OK;
	case REG_DFR:
		a->dfr = (u32)val | 0x0fffffff;
		return HV_OK;
	case REG_ICR2:
		a->icr2 = (u32)val & 0xff000000;
		return HV_OK;
	default:
		err = write_common(v, a, reg, val);
		if (err != HV_ENOENT)
			return err;
		if (!is_read_only(reg))
			pc_apic_error(a, ESR_NO_REGISTER);
		return HV_OK;
	}
}

/* APIC_BASE: modes may change as the architecture says; the address may not. */
err_t pc_apic_set_base(struct vcpu *v, u64 val)
{
	struct pc_apic *a = &pc_vcpu(v)->apic;
	u32 from = a->base & BASE_MODE, to = (u32)val & BASE_MODE;
	const u32 off = 0, x2 = 3u << 10, invalid = 1u << 10;

	if ((val ^ a->base) & ~(u64)BASE_MODE || to == invalid)
		return HV_EINVAL;
	if ((from == x2 && to != x2 && to != off) || (from == off && to == x2))
		return HV_EINVAL;
	if (to == from)
		return HV_OK;
	a->base = (u32)val;
	if (to == off) {
		pc_apic_reset(a, v->index);
		pc_apic_set_tpr(v, 0);
	}
	if (to == x2)
		a->ldr = PC_X2_LDR(v->index);
	pc_alarm(v);
	return HV_OK;
}
