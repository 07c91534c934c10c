// SPDX-License-Identifier: GPL-2.0-or-later
/* CPUID: what passes, what is ours, what a guest must never see. */
#include "hcall.h"
#include "lab.h"

static u32 out[4];

static u32 *id(u32 leaf, u32 sub)
{
	u64 *gpr = lab_v0->arch.pc.gpr, rip = lab_v0->arch.pc.rip;

	gpr[PC_RAX] = 0xffffffff00000000 | leaf;
	gpr[PC_RCX] = 0xffffffff00000000 | sub;
	lab_exit(lab_v0, (struct vcpu_exit){
				 .kind = EXIT_REGISTER, .len = 2, .reg = { .space = REG_CPUID } });
	ck_assert_uint_eq(lab_v0->arch.pc.rip, rip + 2);
	ck_assert_uint_eq((gpr[PC_RAX] | gpr[PC_RBX] | gpr[PC_RCX] | gpr[PC_RDX]) >> 32, 0);
	out[0] = (u32)gpr[PC_RAX];
	out[1] = (u32)gpr[PC_RBX];
	out[2] = (u32)gpr[PC_RCX];
	out[3] = (u32)gpr[PC_RDX];
	return out;
}

static bool bit(u32 leaf, unsigned reg, unsigned n)
{
	return id(leaf, 0)[reg] >> n & 1;
}

START_TEST(features)
{
	static const u8 never_c[] = { 2, 3, 4, 5, 6, 7, 8, 10, 11, 14, 15, 18 };
	static const u8 always_c[] = { 0, 21, 24, 26, 31 };
	static const u8 always_d[] = { 0, 4, 5, 6, 8, 9, 12, 13, 16, 24, 25, 26, 28 };

	for (unsigned i = 0; i < sizeof(never_c); i++)
		ck_assert_msg(!bit(1, 2, never_c[i]), "ECX %u", never_c[i]);
	for (unsigned i = 0; i < sizeof(always_c); i++)
		ck_assert_msg(bit(1, 2, always_c[i]), "ECX %u", always_c[i]);
	for (unsigned i = 0; i < sizeof(always_d); i++)
		ck_assert_msg(bit(1, 3, always_d[i]), "EDX %u", always_d[i]);
	ck_assert(!bit(1, 3, 7) && !bit(1, 3, 14)); /* machine checks */
	ck_assert(!bit(1, 2, 27));
	lab_pc(lab_v0)->cr4 = CR4_OSXSAVE;
	ck_assert(bit(1, 2, 27));
	pc_vcpu(lab_v0)->apic.base &= ~(1u << 11);
	ck_assert(!bit(1, 3, 9));
	ck_assert(bit(6, 0, 2));
	ck_assert(bit(7, 1, 1));
	ck_assert(!bit(7, 1, 4) && !bit(7, 1, 11) && !bit(7, 1, 12) && !bit(7, 1, 15));
	ck_assert_uint_eq(id(7, 0)[0], 0);
	ck_assert_uint_eq(id(7, 1)[0] | out[1] | out[2] | out[3], 0);
	ck_assert(bit(0x80000001, 3, 29) && bit(0x80000001, 3, 11) && bit(0x80000001, 3, 20));
	ck_assert(!bit(0x80000001, 2, 2) && !bit(0x80000001, 3, 25));
	ck_assert_uint_eq(id(0x80000007, 0)[3], 0x100);
	ck_assert_uint_eq(out[0] | out[1] | out[2], 0);
}
END_TEST

/* Leaves that are not named are empty; no leaf beyond the highest says anything. */
START_TEST(empty_leaves)
{
	static const u32 none[] = { 0x3,	0x5,	    0x8,	0x9,	    0xa,
				    0xc,	0xe,	    0x14,	0x16,	    0x40000002,
				    0x40000010, 0x400000ff, 0x40000102, 0x4fffffff, 0x80000009,
				    0x8000000a, 0x8000001f, 0xc0000000 };

	ck_assert_uint_eq(id(0, 0)[0], 0xd);
	ck_assert_uint_eq(id(0x80000000, 0)[0], 0x80000008);
	for (unsigned i = 0; i < ARRAY_SIZE(none); i++)
		for (u32 sub = 0; sub < 3; sub++) {
			id(none[i], sub);
			ck_assert_msg(!(out[0] | out[1] | out[2] | out[3]), "leaf %x", none[i]);
		}
}
END_TEST

START_TEST(topology)
{
	ck_assert_uint_eq(id(1, 0)[1] >> 16, 2); /* 2 vcpus, this is number 0 */
	ck_assert_uint_eq(id(0xb, 0)[0], 0);
	ck_assert_uint_eq(out[1], 1);
	ck_assert_uint_eq(out[2], 0x100);
	ck_assert_uint_eq(out[3], 0);
	ck_assert_uint_eq(id(0xb, 1)[0], 1);
	ck_assert_uint_eq(out[1], 2);
	ck_assert_uint_eq(out[2], 0x201);
	ck_assert_uint_eq(id(0xb, 2)[0], 0);
	ck_assert_uint_eq(out[1], 0);
	ck_assert_uint_eq(out[2], 2);
	ck_assert_uint_eq(id(0x80000008, 0)[2], 0x1001);
	ck_assert_uint_eq(out[0], 0x3028);
}
END_TEST

START_TEST(extended_state)
{
	ck_assert_uint_eq(id(0xd, 0)[0], 7);
	ck_assert_uint_eq(out[1], 832);
	ck_assert_uint_eq(out[2], 832);
	ck_assert_uint_eq(out[3], 0);
	ck_assert_uint_eq(id(0xd, 1)[0], 1);
	ck_assert_uint_eq(out[2] | out[3], 0);
	ck_assert_uint_eq(id(0xd, 2)[0], 256);
	ck_assert_uint_eq(out[1], 576);
	for (u32 sub = 3; sub < 70; sub++)
		ck_assert_uint_eq(id(0xd, sub)[0] | out[1] | out[2] | out[3], 0);
}
END_TEST

START_TEST(hypervisor_leaves)
{
	ck_assert_uint_ge(id(0x40000000, 0)[0], 0x40000100);
	ck_assert_uint_eq(out[1], 0x4b4d564b); /* "KVMK", "VMKV", "M" */
	ck_assert_uint_eq(out[2], 0x564b4d56);
	ck_assert_uint_eq(out[3], 0x4d);
	ck_assert_uint_eq(id(0x40000001, 0)[0], 1 << 3 | 1 << 24);
	ck_assert_uint_eq(out[1] | out[2] | out[3], 0);
	ck_assert_uint_eq(id(PC_CPUID_RHYPE, 0)[0], PC_CPUID_INFO);
	ck_assert_uint_eq(out[1], 0x70796872); /* "rhyp", "erhy", "per" */
	ck_assert_uint_eq(out[2], 0x79687265);
	ck_assert_uint_eq(out[3], 0x726570);
	ck_assert_uint_eq(id(PC_CPUID_INFO, 0)[0], HV_ABI_VERSION);
	ck_assert_uint_eq(out[1], PC_CPUID_VMCALL);
	ck_assert_uint_eq(out[2], UM_TICK_HZ / 1000);
}
END_TEST

START_TEST(same_text)
{
	u32 host[4];

	for (u32 leaf = 0x80000002; leaf <= 0x80000004; leaf++) {
		arch_pc_cpuid(leaf, 0, host);
		ck_assert_mem_eq(id(leaf, 0), host, sizeof(host));
	}
	arch_pc_cpuid(0, 0, host);
	ck_assert_mem_eq(&id(0, 0)[1], &host[1], 12);
}
END_TEST

Suite *suite_pc_cpuid(void);
Suite *suite_pc_cpuid(void)
{
	return LAB_SUITE("pc_cpuid", features, empty_leaves, topology, extended_state,
			 hypervisor_leaves, same_text);
}
