// SPDX-License-Identifier: GPL-2.0-or-later
/* arch_papr.h: the processor that PAPR partitions of the process port see. */
#include "arch_papr.h"

#include "state.h"

/* Made up: no real processor has this version, so that nothing tuned for one is used by chance. */
static const struct papr_cpu_desc desc = {
	.name = "PowerPC,UM",
	.pvr = 0x004effff,
	.timebase_hz = UM_TICK_HZ,
	.clock_hz = 1000000000,
	.dcache_line = 128,
	.icache_line = 128,
	.dcache_size = 32768,
	.icache_size = 32768,
	.pa_features = { 6, 0, 0xf6, 0x1f, 0xc7, 0xc0, 0, 0xf0 },
	.pa_features_len = 8,
	.radix_ap = { 0x0000000c, 0x20000015, 0x4000001e },
	.nradix_ap = 3,
	.dec_bits = 56,
	.ail = true,
};

const struct papr_cpu_desc *arch_papr_cpu(void)
{
	return um.cfg.papr_cpu ?: &desc;
}

void arch_papr_reset(struct arch_vcpu *v, gpa_t entry, u64 r3)
{
	if (v->cpu >= 0)
		um_bug("arch_papr_reset of a loaded vcpu");
	v->pcx.on = false;
	v->papr = (struct papr_regs){ .nip = entry.v, .msr = MSR_SF | MSR_ME };
	v->papr.gpr[3] = r3;
	v->heavy = (struct um_heavy){ 0 };
	v->dec = TIME_NEVER;
	v->mediate = false;
	v->guest->restart = true;
}

static void check_here(const struct arch_vcpu *v, const char *what)
{
	if (v->cpu != (int)um_self)
		um_bug("%s: the vcpu is not loaded here", what);
}

/* This processor looks at lpcr whenever it needs it; only the context is to be checked. */
void arch_papr_mode_changed(struct arch_vcpu *v)
{
	if (v->cpu >= 0)
		check_here(v, "arch_papr_mode_changed");
}

err_t arch_papr_proc_table(struct arch_gspace *gs, bool radix, gpa_t base, unsigned size_log2,
			   bool gtse)
{
	bool withdraw = !base.v && !size_log2;

	if (!withdraw && !radix)
		return HV_ENOTSUP;
	if (!withdraw && (size_log2 < 12 || size_log2 > 24 || base.v % (1ull << size_log2)))
		return HV_EINVAL;
	gs->radix = radix && !withdraw;
	gs->gtse = gtse && !withdraw;
	gs->proc_table = base.v;
	gs->proc_table_log2 = size_log2;
	um_tlb_flush(um_cpu(), gs->id);
	return HV_OK;
}

void arch_papr_mediate(struct arch_vcpu *v, bool on)
{
	check_here(v, "arch_papr_mediate");
	v->mediate = on;
}

void arch_papr_set_fault(struct arch_vcpu *v, u64 dar, u32 dsisr)
{
	check_here(v, "arch_papr_set_fault");
	um_cpu()->heavy.dar = dar;
	um_cpu()->heavy.dsisr = dsisr;
}
