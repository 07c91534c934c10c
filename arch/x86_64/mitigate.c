// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which weaknesses this processor has, and the barriers against them (Intel SDM 4,
 * IA32_ARCH_CAPABILITIES; APM 2, 3.2.9). Next: vcpu.c, fpu.c and gspace.c, which use it.
 */
#include "mitigate.h"

#include "hv.h"
#include "hvstring.h"
#include "log.h"
#include "virt.h"

#define MSR_SPEC_CTRL	      0x48
#define MSR_ARCH_CAPABILITIES 0x10a
#define MSR_FLUSH_CMD	      0x10b
#define SPEC_CTRL_IBRS	      1u
#define EFER_AUTO_IBRS	      (1u << 21)

/* IA32_ARCH_CAPABILITIES: mostly what the processor does not suffer from */
#define CAP_RDCL_NO	(1u << 0)
#define CAP_IBRS_ALL	(1u << 1)
#define CAP_SKIP_L1D	(1u << 3)
#define CAP_MDS_NO	(1u << 5)
#define CAP_PSCHANGE_NO (1u << 6)
#define CAP_TAA_NO	(1u << 8)
#define CAP_PBRSB_NO	(1u << 24)
#define CAP_RFDS_CLEAR	(1u << 28)

struct mitigations mitigations;
bool rsb_wanted;

struct mitigations mitigate_choose(const struct processor *p, bool off)
{
	struct mitigations m = { .ibpb = p->ibpb, .l1d_flush = p->l1d_flush };
	bool taa = p->rtm && !(p->caps & CAP_TAA_NO);
	bool leaks = !(p->caps & CAP_MDS_NO) || taa || p->caps & CAP_RFDS_CLEAR;

	m.verw = p->md_clear || p->caps & CAP_RFDS_CLEAR;
	if (p->ibrs && p->caps & CAP_IBRS_ALL)
		m.spec_ctrl = SPEC_CTRL_IBRS;
	/* these do not use what a guest has put there */
	m.rsb = !p->emulated && !p->auto_ibrs && !(m.spec_ctrl && p->caps & CAP_PBRSB_NO);
	if (!p->vmx || off)
		return m;
	m.entry_l1d = m.l1d_flush && !(p->caps & (CAP_RDCL_NO | CAP_SKIP_L1D));
	m.entry_verw = m.verw && leaks;
	m.entry = m.entry_l1d || m.entry_verw;
	m.small_pages = !(p->caps & CAP_PSCHANGE_NO);
	return m;
}

void mitigate_boot(void)
{
	struct processor p = {
		.emulated = platform.tcg,
		.vmx = virt == &vmx,
		.ibpb = cpuid_has(CPU_AMD_IBPB) || cpuid_has(CPU_INTEL_IBPB),
		.l1d_flush = cpuid_has(CPU_L1D_FLUSH),
		.md_clear = cpuid_has(CPU_MD_CLEAR),
		.rtm = cpuid_has(CPU_RTM),
		.ibrs = cpuid_has(CPU_INTEL_IBPB),
		.auto_ibrs = cpuid_has(CPU_AUTO_IBRS),
	};
	struct mitigations *m = &mitigations;

	if (cpuid_has(CPU_ARCH_CAPABILITIES))
		p.caps = rdmsr(MSR_ARCH_CAPABILITIES);
	*m = mitigate_choose(&p, hv.unmitigated);
	gspace_small(m->small_pages);
	rsb_wanted = m->rsb;
	log_info("barriers between partitions:%s%s%s%s; at entries:%s%s%s%s; memory in %s pages",
		 m->ibpb ? " IBPB" : "", m->l1d_flush ? " L1D" : "", m->verw ? " VERW" : "",
		 m->ibpb || m->l1d_flush || m->verw ? "" : " none", m->entry_l1d ? " L1D" : "",
		 m->entry_verw ? " VERW" : "", m->rsb ? " RSB" : "",
		 m->entry || m->rsb ? "" : " none", m->small_pages ? "4 KiB" : "large");
	if (p.vmx && !m->l1d_flush && !(p.caps & CAP_RDCL_NO))
		log_warn("the processor cannot flush its L1D cache: guests may read what is in it");
}

void mitigate_cpu(void)
{
	if (mitigations.spec_ctrl)
		wrmsr(MSR_SPEC_CTRL, mitigations.spec_ctrl);
	if (cpuid_has(CPU_AUTO_IBRS))
		wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_AUTO_IBRS);
}

/* With MD_CLEAR it also empties the buffers between core and cache. */
static void verw(void)
{
	static const u16 data_selector = SEL_DATA;

	asm volatile("verw %0" : : "m"(data_selector) : "cc");
}

void mitigate_switch(void)
{
	if (mitigations.ibpb)
		wrmsr(MSR_PRED_CMD, 1);
	if (mitigations.l1d_flush)
		wrmsr(MSR_FLUSH_CMD, 1);
	if (mitigations.verw)
		verw();
}

void mitigate_entry(void)
{
	if (mitigations.entry_l1d)
		wrmsr(MSR_FLUSH_CMD, 1);
	if (mitigations.entry_verw)
		verw();
}
