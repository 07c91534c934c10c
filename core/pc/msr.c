// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Model-specific registers that exits ask for, by allow-list; every other one is a general
 * protection fault. The port holds some (arch_pc_msr). Next: apic_reg.c, clock.c.
 */
#include "pc.h"

enum {
	MSR_TSC = 0x10,
	MSR_KVM_WALL_OLD = 0x11,
	MSR_KVM_CLOCK_OLD = 0x12,
	MSR_APIC_BASE = 0x1b,
	MSR_TSC_ADJUST = 0x3b,
	MSR_MTRR_CAP = 0xfe,
	MSR_MISC_ENABLE = 0x1a0,
	MSR_MTRR_VAR = 0x200,
	MSR_MTRR_FIX64K = 0x250,
	MSR_MTRR_FIX16K = 0x258,
	MSR_MTRR_FIX4K = 0x268,
	MSR_MTRR_TYPE = 0x2ff,
	MSR_TSC_DEADLINE = 0x6e0,
	MSR_X2APIC = 0x800,
	MSR_KVM_WALL = 0x4b564d00,
	MSR_KVM_CLOCK = 0x4b564d01,
};

#define MTRR_PAIRS 8
#define MTRR_CAP   (0x500 | MTRR_PAIRS) /* fixed ranges and write combining, too */
#define MTRR_TYPE  0xc06		/* on, with fixed ranges; write-back where none says else */
#define MTRR_WB	   0x0606060606060606ull

/* Registers that kernels read at their start and that say nothing here. */
static const struct {
	u32 nr;
	bool ignore; /* writes are lost; else only the same value may be written */
	u64 val;
} constant[] = {
	{ 0x17, false, 0 },	       /* platform id */
	{ 0x3a, false, 1 },	       /* feature control: locked, nothing on */
	{ 0x8b, true, 0 },	       /* microcode revision */
	{ 0xce, false, 0 },	       /* platform info */
	{ 0x1d9, false, 0 },	       /* debug control */
	{ 0xc0010010, false, 0 },      /* SYSCFG: no memory encryption */
	{ 0xc0010015, true, 1 << 24 }, /* HWCR: the counter runs at its own rate */
	{ 0xc0010055, true, 0 },       /* interrupt pending message */
	{ 0xc0011029, true, 1 << 1 },  /* DE_CFG: LFENCE waits */
};

void pc_mtrr_reset(struct pc_vcpu *pv)
{
	pv->mtrr[0] = MTRR_TYPE;
	for (unsigned i = 1 + 2 * MTRR_PAIRS; i < PC_MTRRS; i++)
		pv->mtrr[i] = MTRR_WB;
	pv->misc_enable = 1; /* fast strings */
}

/* Where an MTRR is kept, or NULL. */
static u64 *mtrr(struct pc_vcpu *pv, u32 nr)
{
	const u32 fixed = 1 + 2 * MTRR_PAIRS;
	u32 i;

	if (nr == MSR_MTRR_TYPE)
		i = 0;
	else if (nr - MSR_MTRR_VAR < 2 * MTRR_PAIRS)
		i = 1 + nr - MSR_MTRR_VAR;
	else if (nr == MSR_MTRR_FIX64K)
		i = fixed;
	else if (nr - MSR_MTRR_FIX16K < 2)
		i = fixed + 1 + nr - MSR_MTRR_FIX16K;
	else if (nr - MSR_MTRR_FIX4K < 8)
		i = fixed + 3 + nr - MSR_MTRR_FIX4K;
	else
		return NULL;
	return &pv->mtrr[nospec(i, PC_MTRRS)];
}

static bool is_x2apic(const struct vcpu *v, u32 nr)
{
	return nr - MSR_X2APIC < 0x100 && pc_apic_on(&pc_vcpu(v)->apic) &&
	       pc_apic_x2(&pc_vcpu(v)->apic);
}

static err_t read_own(struct vcpu *v, u32 nr, u64 *val)
{
	struct pc_vcpu *pv = pc_vcpu(v);
	u64 *m = mtrr(pv, nr);

	if (m) {
		*val = *m;
		return HV_OK;
	}
	if (is_x2apic(v, nr))
		return pc_apic_read(v, nr - MSR_X2APIC, val);
	for (unsigned i = 0; i < ARRAY_SIZE(constant); i++)
		if (constant[i].nr == nr) {
			*val = constant[i].val;
			return HV_OK;
		}
	return HV_EINVAL;
}

err_t pc_msr_read(struct vcpu *v, u32 nr, u64 *val)
{
	struct pc_vcpu *pv = pc_vcpu(v);
	err_t err;

	switch (nr) {
	case MSR_TSC:
		*val = pc_tsc(v);
		return HV_OK;
	case MSR_APIC_BASE:
		*val = pv->apic.base;
		return HV_OK;
	case MSR_TSC_ADJUST:
		*val = pv->tsc_adjust;
		return HV_OK;
	case MSR_TSC_DEADLINE:
		*val = pv->apic.deadline;
		return HV_OK;
	case MSR_MTRR_CAP:
		*val = MTRR_CAP;
		return HV_OK;
	case MSR_MISC_ENABLE:
		*val = pv->misc_enable;
		return HV_OK;
	case MSR_KVM_CLOCK:
	case MSR_KVM_CLOCK_OLD:
		*val = pv->clock;
		return HV_OK;
	default:
		err = arch_pc_msr(&v->arch, nr, false, val);
		return err == HV_ENOENT ? read_own(v, nr, val) : err;
	}
}

static err_t write_own(struct vcpu *v, u32 nr, u64 val)
{
	u64 *m = mtrr(pc_vcpu(v), nr);

	if (m) {
		*m = val;
		return HV_OK;
	}
	if (is_x2apic(v, nr))
		return pc_apic_write(v, nr - MSR_X2APIC, val);
	for (unsigned i = 0; i < ARRAY_SIZE(constant); i++)
		if (constant[i].nr == nr && (constant[i].ignore || val == constant[i].val))
			return HV_OK;
	return HV_EINVAL;
}

err_t pc_msr_write(struct vcpu *v, u32 nr, u64 val)
{
	struct pc_vcpu *pv = pc_vcpu(v);
	err_t err;

	switch (nr) {
	case MSR_TSC:
		pc_set_tsc(v, val - arch_now());
		return HV_OK;
	case MSR_APIC_BASE:
		return pc_apic_set_base(v, val);
	case MSR_TSC_ADJUST:
		pc_set_tsc(v, pv->tsc_offset + val - pv->tsc_adjust);
		return HV_OK;
	case MSR_TSC_DEADLINE:
		pc_timer_deadline(v, val);
		return HV_OK;
	case MSR_MISC_ENABLE:
		pv->misc_enable = val;
		return HV_OK;
	case MSR_KVM_CLOCK:
	case MSR_KVM_CLOCK_OLD:
		return pc_clock_set(v, val);
	case MSR_KVM_WALL:
	case MSR_KVM_WALL_OLD:
		return pc_clock_wall(v, val);
	default:
		err = arch_pc_msr(&v->arch, nr, true, &val);
		return err == HV_ENOENT ? write_own(v, nr, val) : err;
	}
}
