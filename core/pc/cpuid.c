// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CPUID as a guest sees it: what this file names, and of that what the port can give. Features of
 * the machine's own (local APIC, time, topology, hypervisor leaves) are written here. What does not
 * change is made once for a partition. Next: msr.c.
 */
#include "pc.h"

#include "endian.h"
#include "hcall.h"
#include "hvstring.h"

enum { EAX, EBX, ECX, EDX };

#define MAX_BASIC    0xdu
#define EXTENDED     0x80000000u
#define MAX_EXTENDED 0x80000008u

BUILD_ASSERT(PC_CPUID_ROWS == MAX_BASIC + 1 + MAX_EXTENDED - EXTENDED + 1, "a row for each");
#define KVM_LEAF  0x40000000u
#define XCR0_BITS 0xe7u /* x87, SSE, AVX, AVX-512 */

/* Bits of the processor's own answer that pass: leaf, subleaf, one mask for each register. */
static const struct mask {
	u32 leaf, sub, bits[4];
} masks[] = {
	/* ECX: not MONITOR, VMX, TSC deadline and x2APIC (ours); EDX: not MCE, MCA, APIC, HTT */
	{ 0x1, 0, { ~0u, 0x0000ff00, 0x76da3203, 0x078bb97f } },
	{ 0x2, 0, { ~0u, ~0u, ~0u, ~0u } },
	/* EBX: FSGSBASE BMI1 AVX2 SMEP BMI2 ERMS INVPCID, AVX-512, RDSEED ADX SMAP, caches, SHA */
	{ 0x7, 0, { 0, 0xf1bf07a9, 0x00415f46, 0x00000010 } },
	{ 0xd, 1, { 0x7, ~0u, 0, 0 } },
	/* ECX: not SVM, IBS, SKINIT, WDT, topology, counters; EDX: not MCE, MCA, APIC, FFXSR */
	{ 0x80000001, 0, { ~0u, 0, 0x002109f1, 0xedd3b97f } },
	{ 0x80000002, 0, { ~0u, ~0u, ~0u, ~0u } },
	{ 0x80000003, 0, { ~0u, ~0u, ~0u, ~0u } },
	{ 0x80000004, 0, { ~0u, ~0u, ~0u, ~0u } },
	{ 0x80000005, 0, { ~0u, ~0u, ~0u, ~0u } },
	{ 0x80000006, 0, { ~0u, ~0u, ~0u, ~0u } },
	{ 0x80000008, 0, { 0xffff, 0x00000205, 0, 0 } },
};

static void masked(u32 leaf, u32 sub, u32 out[4])
{
	memset(out, 0, 4 * sizeof(*out));
	for (unsigned i = 0; i < ARRAY_SIZE(masks); i++) {
		if (masks[i].leaf != leaf || masks[i].sub != sub)
			continue;
		arch_pc_cpuid(leaf, sub, out);
		for (unsigned k = 0; k < 4; k++)
			out[k] &= masks[i].bits[k];
	}
}

/* Bits of an APIC number that tell the vcpus of a partition apart. */
static u32 id_bits(const struct vcpu *v)
{
	u32 n = 0;

	while (1u << n < v->part->nvcpus)
		n++;
	return n;
}

static void features(struct vcpu *v, u32 out[4])
{
	u32 n = v->part->nvcpus;
	struct pc_mode m;

	arch_pc_mode(&v->arch, &m);
	out[EBX] |= n << 16 | v->index << 24;
	if (m.cr4 & CR4_OSXSAVE)
		out[ECX] |= 1u << 27;
	if (pc_apic_on(&pc_vcpu(v)->apic))
		out[EDX] |= 1u << 9;
	if (n > 1)
		out[EDX] |= 1u << 28;
}

/* Caches of other vendors: each belongs to one vcpu, and all vcpus are in one package. */
static void caches(const struct vcpu *v, u32 sub, u32 out[4])
{
	arch_pc_cpuid(0x4, sub, out);
	out[EAX] &= 0x3ff;
	if (out[EAX] & 0x1f)
		out[EAX] |= ((1u << id_bits(v)) - 1) << 26;
	else
		memset(out, 0, 4 * sizeof(*out));
}

/* One thread in each core, all cores in one package. */
static void topology(const struct vcpu *v, u32 sub, u32 out[4])
{
	if (sub == 0) {
		out[EBX] = 1;
		out[ECX] = 1 << 8;
	} else if (sub == 1) {
		out[EAX] = id_bits(v);
		out[EBX] = v->part->nvcpus;
		out[ECX] = 2 << 8;
	}
	out[ECX] |= sub & 0xff;
	out[EDX] = v->index;
}

/* States of XSAVE: those that pass, and the size of an area that holds them all. */
static void xsave(u32 sub, u32 out[4])
{
	u32 all[4], part[4];

	arch_pc_cpuid(0xd, 0, all);
	all[EAX] &= XCR0_BITS;
	if (sub == 0) {
		out[EAX] = all[EAX];
		out[EBX] = all[EBX];
		out[ECX] = 576; /* x87, SSE and the header */
		for (u32 i = 2; i < 32; i++) {
			if (!(all[EAX] >> i & 1))
				continue;
			arch_pc_cpuid(0xd, i, part);
			out[ECX] = MAX(out[ECX], part[EAX] + part[EBX]);
		}
		if (!out[EAX])
			out[ECX] = 0;
	} else if (sub == 1) {
		masked(0xd, 1, out);
	} else if (sub < 32 && all[EAX] >> sub & 1) {
		arch_pc_cpuid(0xd, sub, out);
		out[ECX] = 0;
		out[EDX] = 0;
	}
}

static bool is_amd(const struct vcpu *v)
{
	u32 ebx = pc_part(v->part)->cpuid[0][EBX];

	return ebx == 0x68747541 || ebx == 0x6f677948; /* Auth..., Hygo... */
}

static void signature(u32 out[4], const char *text)
{
	le32_t word[3];

	memcpy(word, text, sizeof(word));
	out[EBX] = le32_to_cpu(word[0]);
	out[ECX] = le32_to_cpu(word[1]);
	out[EDX] = le32_to_cpu(word[2]);
}

static void hypervisor(const struct vcpu *v, u32 leaf, u32 out[4])
{
	switch (leaf) {
	case KVM_LEAF:
		out[EAX] = PC_CPUID_INFO;
		signature(out, "KVMKVMKVM\0\0");
		break;
	case KVM_LEAF + 1:
		out[EAX] = 1u << 3 | 1u << 24; /* its clock, by the new MSRs; the clock is stable */
		break;
	case PC_CPUID_RHYPE:
		out[EAX] = PC_CPUID_INFO;
		signature(out, PC_CPUID_TEXT);
		break;
	case PC_CPUID_INFO:
		out[EAX] = HV_ABI_VERSION;
		out[EBX] = is_amd(v) ? PC_CPUID_VMMCALL : PC_CPUID_VMCALL;
		out[ECX] = (u32)(arch_tick_hz() / 1000);
		break;
	default:
		break;
	}
}

/* The leaf's row in struct pc_part, or PC_CPUID_ROWS. */
static u32 row_of(u32 leaf)
{
	if (leaf <= MAX_BASIC)
		return leaf;
	if (leaf >= EXTENDED && leaf <= MAX_EXTENDED)
		return MAX_BASIC + 1 + leaf - EXTENDED;
	return PC_CPUID_ROWS;
}

static u32 *row(struct pc_part *pp, u32 leaf)
{
	return pp->cpuid[row_of(leaf)];
}

/* What is the same for all vcpus at all times. */
void pc_cpuid_boot(struct pc_part *pp)
{
	for (u32 i = 0; i <= MAX_BASIC; i++)
		masked(i, 0, row(pp, i));
	for (u32 i = EXTENDED; i <= MAX_EXTENDED; i++)
		masked(i, 0, row(pp, i));
	arch_pc_cpuid(0, 0, row(pp, 0));
	row(pp, 0)[EAX] = MIN(row(pp, 0)[EAX], MAX_BASIC);
	row(pp, 1)[ECX] |= 1u << 21 | 1u << 24 | 1u << 31; /* x2APIC, TSC deadline, hypervisor */
	row(pp, 6)[EAX] = 1u << 2;  /* the timer of the local APIC never stops */
	row(pp, 7)[EBX] |= 1u << 1; /* TSC_ADJUST */
	arch_pc_cpuid(EXTENDED, 0, row(pp, EXTENDED));
	row(pp, EXTENDED)[EAX] = MIN(row(pp, EXTENDED)[EAX], MAX_EXTENDED);
	row(pp, 0x80000007)[EDX] = 1u << 8; /* the counter runs at one rate, always */
}

/* Rows that are not all: what also depends on the vcpu, the subleaf, or what the guest has set. */
#define VARIES                                                       \
	(1u << 0x1 | 1u << 0x4 | 1u << 0x7 | 1u << 0xb | 1u << 0xd | \
	 1u << (MAX_BASIC + 2) /* 0x80000001 */ | 1u << (MAX_BASIC + 9) /* 8 */)

static void vary(struct vcpu *v, u32 leaf, u32 sub, u32 out[4])
{
	bool amd = is_amd(v);

	switch (leaf) {
	case 0x1:
		features(v, out);
		break;
	case 0x4:
		caches(v, sub, out);
		break;
	case 0x7:
		if (sub)
			memset(out, 0, 4 * sizeof(*out));
		break;
	case 0xb:
		topology(v, sub, out);
		break;
	case 0xd:
		xsave(sub, out);
		break;
	case 0x80000001:
		if (pc_apic_on(&pc_vcpu(v)->apic) && amd)
			out[EDX] |= 1u << 9;
		if (v->part->nvcpus > 1 && amd)
			out[ECX] |= 1u << 1; /* several cores in the package */
		break;
	default: /* 0x80000008 */
		out[ECX] = (v->part->nvcpus - 1) | id_bits(v) << 12;
		break;
	}
}

static void answer(struct vcpu *v, const u32 out[4])
{
	u64 *gpr = pc_regs(v)->gpr;

	gpr[PC_RAX] = out[EAX];
	gpr[PC_RBX] = out[EBX];
	gpr[PC_RCX] = out[ECX];
	gpr[PC_RDX] = out[EDX];
}

static __attribute__((noinline)) void make(struct vcpu *v, u32 leaf, u32 i)
{
	u32 sub = (u32)pc_regs(v)->gpr[PC_RCX], out[4] = { 0 };

	if (i < PC_CPUID_ROWS) {
		memcpy(out, pc_part(v->part)->cpuid[i], sizeof(out));
		vary(v, leaf, sub, out);
	} else if (leaf >> 28 == 4) {
		hypervisor(v, leaf, out);
	}
	answer(v, out);
}

void pc_cpuid(struct vcpu *v)
{
	u32 leaf = (u32)pc_regs(v)->gpr[PC_RAX], i = row_of(leaf);

	if (i < PC_CPUID_ROWS && !(VARIES >> i & 1))
		answer(v, pc_part(v->part)->cpuid[i]);
	else
		make(v, leaf, i);
}
