// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CPUID: what must hold of an answer, whatever the processor below has (docs/pc.md, "CPUID"). For
 * each leaf: bits that are always there, and bits that may be. Next: pc_world.c.
 */
#include "model_pc.h"

enum { EAX, EBX, ECX, EDX };

/* Of the features that a guest may have; what is not here is VMX, SVM, MONITOR, counters, ... */
static const struct leaf {
	u32 leaf, sub;
	u32 may[4];
} leaves[] = {
	/* ECX: not MONITOR VMX SMX EIST TM2 CNXT SDBG xTPR PDCM DCA; EDX: not MCE MCA DS ACPI TM */
	{ 0x1, 0, { ~0u, ~0u, 0xfffa3203, 0x178bbb7f } },
	{ 0x2, 0, { ~0u, ~0u, ~0u, ~0u } },
	{ 0x4, ~0u, { ~0u, ~0u, ~0u, ~0u } },
	{ 0x6, 0, { 1u << 2, 0, 0, 0 } },
	/* EBX: not SGX, cache monitoring, MPX, trace; EDX: no speculation controls */
	{ 0x7, 0, { 0, 0xf1bf07ab, 0x00415f46, 0x10 } },
	{ 0xb, ~0u, { 0x1f, 0xffff, 0xffff, ~0u } },
	{ 0xd, 0, { 0xe7, ~0u, ~0u, 0 } },
	{ 0xd, 1, { 0x7, ~0u, 0, 0 } }, /* no supervisor states */
	{ 0xd, ~0u, { ~0u, ~0u, 0, 0 } },
	{ 0x40000000, ~0u, { ~0u, ~0u, ~0u, ~0u } },
	{ 0x40000001, ~0u, { 1u << 3 | 1u << 24, 0, 0, 0 } },
	{ 0x40000100, ~0u, { ~0u, ~0u, ~0u, ~0u } },
	{ 0x40000101, ~0u, { 1, 3, ~0u, 0 } },
	/* ECX: not SVM IBS SKINIT WDT LWP and counters */
	{ 0x80000001, ~0u, { ~0u, 0, 0x002109f3, 0xedd3bb7f } },
	{ 0x80000002, ~0u, { ~0u, ~0u, ~0u, ~0u } },
	{ 0x80000003, ~0u, { ~0u, ~0u, ~0u, ~0u } },
	{ 0x80000004, ~0u, { ~0u, ~0u, ~0u, ~0u } },
	{ 0x80000005, ~0u, { ~0u, ~0u, ~0u, ~0u } },
	{ 0x80000006, ~0u, { ~0u, ~0u, ~0u, ~0u } },
	{ 0x80000007, ~0u, { 0, 0, 0, 1u << 8 } },
	{ 0x80000008, ~0u, { 0xffff, 0x205, 0xffff, 0 } },
};

static bool may_be(u32 leaf, u32 sub, const u32 *out)
{
	u32 may[4] = { 0 };

	if (leaf == 0 || leaf == 0x80000000)
		return true; /* the vendor's name */
	for (unsigned i = ARRAY_SIZE(leaves); i--;)
		if (leaves[i].leaf == leaf &&
		    (leaves[i].sub == sub || leaves[i].sub == ~0u || (leaf != 0x7 && leaf != 0xd)))
			for (unsigned k = 0; k < 4; k++)
				may[k] = leaves[i].may[k];
	for (unsigned k = 0; k < 4; k++)
		if (out[k] & ~may[k])
			return false;
	return true;
}

/* Bits that tell the processors of this partition apart. */
static u32 id_bits(u64 n)
{
	u32 bits = 0;

	for (u64 k = 1; k < n; k *= 2)
		bits++;
	return bits;
}

static bool features(const struct mp_call *c, u64 cr4, const u32 *out)
{
	u64 n = c->m->s.part[c->lp].nvcpus;

	return out[EBX] >> 24 == c->vc && (out[EBX] >> 16 & 0xff) == n &&
	       out[ECX] >> 21 & 1 &&			  /* x2APIC */
	       out[ECX] >> 24 & 1 &&			  /* TSC deadline */
	       out[ECX] >> 31 &&			  /* hypervisor */
	       (out[ECX] >> 27 & 1) == (cr4 >> 18 & 1) && /* OSXSAVE */
	       (out[EDX] >> 9 & 1) == mp_apic_on(c->v) && (out[EDX] >> 28 & 1) == (n > 1);
}

static bool topology(const struct mp_call *c, u32 sub, const u32 *out)
{
	u64 n = c->m->s.part[c->lp].nvcpus;

	if (out[EDX] != c->vc || (out[ECX] & 0xff) != (sub & 0xff))
		return false;
	if (sub == 0) /* threads: one in each core */
		return out[EAX] == 0 && out[EBX] == 1 && out[ECX] >> 8 == 1;
	if (sub == 1) /* cores */
		return out[EAX] == id_bits(n) && out[EBX] == n && out[ECX] >> 8 == 2;
	return !out[EAX] && !out[EBX] && out[ECX] >> 8 == 0;
}

static bool text(const u32 *out, const char *s)
{
	static const unsigned order[] = { EBX, ECX, EDX };

	for (unsigned i = 0; i < 12; i++)
		if ((out[order[i / 4]] >> i % 4 * 8 & 0xff) != (u8)s[i])
			return false;
	return true;
}

/* Those whose values the document names. */
static bool is_right(const struct mp_call *c, u32 leaf, u32 sub, u64 cr4, const u32 *out)
{
	u64 n = c->m->s.part[c->lp].nvcpus;

	switch (leaf) {
	case 0:
		return out[EAX] <= 0xd;
	case 1:
		return features(c, cr4, out);
	case 4: /* each cache is one processor's; all cores are in one package */
		return (out[EAX] >> 14 & 0xfff) == 0 &&
		       (!(out[EAX] & 0x1f) || out[EAX] >> 26 == (1u << id_bits(n)) - 1);
	case 6:
		return out[EAX] == 4;
	case 7:
		return sub || out[EBX] & 2; /* TSC_ADJUST */
	case 0xb:
		return topology(c, sub, out);
	case 0x40000000:
		return out[EAX] == 0x40000101 && text(out, "KVMKVMKVM\0\0");
	case 0x40000001:
		return out[EAX] == (1u << 3 | 1u << 24);
	case 0x40000100:
		return out[EAX] == 0x40000101 && text(out, "rhyperhyper");
	case 0x40000101:
		return out[EAX] == 1 && (out[EBX] == 1 || out[EBX] == 2) && out[ECX] == M_HZ / 1000;
	case 0x80000000:
		return out[EAX] <= 0x80000008;
	case 0x80000007:
		return out[EDX] == 1u << 8;
	case 0x80000008:
		return (out[ECX] & 0xff) == n - 1 && out[ECX] >> 12 == id_bits(n);
	default:
		return true;
	}
}

const char *mp_cpuid_wrong(const struct mp_call *c, u32 leaf, u32 sub, u64 cr4, const u64 out[4])
{
	u32 r[4];

	for (unsigned i = 0; i < 4; i++) {
		r[i] = (u32)out[i];
		if (out[i] >> 32)
			return "the upper halves are not clear";
	}
	if (!may_be(leaf, sub, r))
		return "it names what is not there";
	return is_right(c, leaf, sub, cr4, r) ? NULL : "it is not what the document says";
}
