// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a guest keeps outside its control block and we switch only between vcpus: floating point and
 * vector registers with XCR0 (which guests set by themselves), debug addresses, TSC_AUX; and what
 * must not pass from one partition to the next. Next: vcpu.c.
 */
#include "hvstring.h"
#include "mitigate.h"
#include "pool.h"
#include "virt.h"

#define FXSAVE_SIZE   512
#define FCW_DEFAULT   0x37f
#define MXCSR_DEFAULT 0x1f80
#define MXCSR_OFFSET  24
#define XCR0_X87      1

static struct {
	bool xsave, rdtscp, forgets_pointers;
	u64 xcr0; /* all that the processor has */
	unsigned order;
} fpu;

void fpu_boot(void)
{
	u64 size = FXSAVE_SIZE;

	fpu.xsave = cpuid_has(CPU_XSAVE);
	fpu.rdtscp = cpuid_has(CPU_RDTSCP);
	fpu.forgets_pointers = cpuid_has(CPU_SVM) && !cpuid_has(CPU_FP_POINTERS);
	if (fpu.xsave) {
		fpu.xcr0 = cpuid(0xd, 0, EAX) | (u64)cpuid(0xd, 0, EDX) << 32;
		size = cpuid(0xd, 0, ECX);
	}
	fpu.order = palloc_order(size);
}

void fpu_cpu_init(void)
{
	if (fpu.rdtscp)
		wrmsr(MSR_TSC_AUX, 0); /* as arch_cpu()->tsc_aux says */
	if (!fpu.xsave)
		return;
	write_cr(4, read_cr(4) | CR4_OSXSAVE);
	xsetbv(fpu.xcr0);
}

err_t fpu_init(struct arch_vcpu *v)
{
	v->fpu = pool_get(v->pool, fpu.order, false);
	return v->fpu ? HV_OK : HV_ENOMEM;
}

void fpu_fini(struct arch_vcpu *v)
{
	pool_put(v->pool, v->fpu, fpu.order, false);
}

void fpu_reset(struct arch_vcpu *v)
{
	u16 fcw = FCW_DEFAULT;
	u32 mxcsr = MXCSR_DEFAULT;

	memset(v->fpu, 0, HV_PAGE_SIZE << fpu.order);
	memcpy(v->fpu, &fcw, sizeof(fcw));
	memcpy((u8 *)v->fpu + MXCSR_OFFSET, &mxcsr, sizeof(mxcsr));
	v->xcr0 = XCR0_X87;
	memset(v->dr, 0, sizeof(v->dr));
	v->tsc_aux = 0;
}

/*
 * Such processors of AMD's save and load the pointers to the last instruction and operand only
 * while an exception waits (APM 2, 11.4.4): the last partition's would stay.
 */
static void clear_pointers(void)
{
	static const u32 zero;

	asm volatile("fnclex; emms; fildl %0" : : "m"(zero));
}

void fpu_load(struct arch_vcpu *v, struct arch_cpu *c)
{
	if (c->last_space != v->gs->serial) {
		c->last_space = v->gs->serial;
		mitigate_switch();
	}
	if (fpu.forgets_pointers)
		clear_pointers();
	if (fpu.xsave) { /* XCR0 has all bits, as at the start and after each put */
		asm volatile("xrstor64 (%0)" : : "r"(v->fpu), "a"(~0u), "d"(~0u) : "memory");
		if (v->xcr0 != fpu.xcr0)
			xsetbv(v->xcr0);
	} else {
		asm volatile("fxrstor64 (%0)" : : "r"(v->fpu) : "memory");
	}
	if (c->tsc_aux != v->tsc_aux) {
		c->tsc_aux = v->tsc_aux;
		wrmsr(MSR_TSC_AUX, v->tsc_aux);
	}
}

void fpu_put(struct arch_vcpu *v)
{
	if (fpu.xsave) {
		v->xcr0 = xgetbv();
		if (v->xcr0 != fpu.xcr0)
			xsetbv(fpu.xcr0);
		asm volatile("xsave64 (%0)" : : "r"(v->fpu), "a"(~0u), "d"(~0u) : "memory");
	} else {
		asm volatile("fxsave64 (%0)" : : "r"(v->fpu) : "memory");
	}
	if (unlikely(v->dr_loaded)) {
		v->dr_loaded = false;
		v->dr[0] = read_dr(0);
		v->dr[1] = read_dr(1);
		v->dr[2] = read_dr(2);
		v->dr[3] = read_dr(3);
	}
}

__attribute__((noinline)) void debug_load(struct arch_vcpu *v)
{
	v->dr_loaded = true;
	write_dr(0, v->dr[0]);
	write_dr(1, v->dr[1]);
	write_dr(2, v->dr[2]);
	write_dr(3, v->dr[3]);
}

bool fpu_set_tsc_aux(struct arch_vcpu *v, u64 val)
{
	if (!fpu.rdtscp || val >> 32)
		return false;
	v->tsc_aux = arch_cpu()->tsc_aux = val;
	wrmsr(MSR_TSC_AUX, val);
	return true;
}

/* What a guest must not see of the processor: state we do not switch, instructions we refuse. */
static const struct {
	u32 leaf, sub, mask[4];
} hidden[] = {
	/* MONITOR, VMX, SMX, PDCM */
	{ 0x1, 0, { [ECX] = 0x00008068 } },
	/* SGX, PT; WAITPKG, CET, LA57, KL, ENQCMD, SGX_LC, PKS; UINTR, PCONFIG, LBR, CET, SPEC_* */
	{ 0x7, 0, { [EBX] = 0x02000004, [ECX] = 0xe08100a0, [EDX] = 0xfc1c0020 } },
	/* XSAVES, XFD */
	{ 0xd, 1, { [EAX] = 0x00000018, [EBX] = ~0u, [ECX] = ~0u, [EDX] = ~0u } },
	/* SVM, IBS, SKINIT, LWP, performance counters, MWAITX; FFXSR */
	{ 0x80000001, 0, { [ECX] = 0x3180b404, [EDX] = 0x02000000 } },
	/* INVLPGB, RDPRU, MCOMMIT, speculation controls */
	{ 0x80000008, 0, { [EBX] = 0x7f1ff118 } },
	{ 0x8000000a, 0, { ~0u, ~0u, ~0u, ~0u } },
};

void arch_pc_cpuid(u32 leaf, u32 sub, u32 out[4])
{
	cpuid_all(leaf, sub, out);
	for (unsigned i = 0; i < ARRAY_SIZE(hidden); i++) {
		if (likely(hidden[i].leaf != leaf || hidden[i].sub != sub))
			continue;
		for (unsigned k = 0; k < 4; k++)
			out[k] &= ~hidden[i].mask[k];
	}
}
