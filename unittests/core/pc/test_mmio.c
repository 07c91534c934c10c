// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices in memory: where they are, which accesses they take, what is elsewhere. */
#include "lab.h"

START_TEST(local_apic)
{
	ck_assert_uint_eq(pc_mmio_read(lab_v0, PC_APIC_BASE + 0x30, 4), 0x50014);
	ck_assert_uint_eq(pc_mmio_read(lab_v0, PC_APIC_BASE + 0x31, 1), 0x500);
	ck_assert_uint_eq(pc_mmio_read(lab_v0, PC_APIC_BASE + 0x34, 4), 0);
	ck_assert(pc_mmio_write(lab_v0, PC_APIC_BASE + 0x80, 4, 0x20));
	ck_assert_uint_eq(pc_mmio_read(lab_v0, PC_APIC_BASE + 0x80, 4), 0x20);
	ck_assert(pc_mmio_write(lab_v0, PC_APIC_BASE + 0x80, 1, 0x30)); /* only whole registers */
	ck_assert(pc_mmio_write(lab_v0, PC_APIC_BASE + 0x84, 4, 0x30));
	ck_assert(pc_mmio_write(lab_v0, PC_APIC_BASE + 0x80, 8, 0x30));
	ck_assert_uint_eq(pc_mmio_read(lab_v0, PC_APIC_BASE + 0x80, 4), 0x20);
	ck_assert(pc_mmio_write(lab_v0, PC_APIC_BASE + 0x310, 4, 1u << 24));
	ck_assert(pc_mmio_write(lab_v0, PC_APIC_BASE + 0x300, 4, 0x4500));
	lab_x2apic(lab_v0); /* then it is not in memory */
	ck_assert_uint_eq(pc_mmio_read(lab_v0, PC_APIC_BASE + 0x30, 4), ~0ull);
}
END_TEST

START_TEST(start_up_again)
{
	lab_v1->loaded = true;
	ck_assert(pc_mmio_write(lab_v0, PC_APIC_BASE + 0x310, 4, 1u << 24));
	ck_assert(!pc_mmio_write(lab_v0, PC_APIC_BASE + 0x300, 4, 0x4601));
	lab_v1->loaded = false;
	ck_assert(pc_mmio_write(lab_v0, PC_APIC_BASE + 0x300, 4, 0x4601));
	ck_assert(lab_v1->online);
	ck_assert_uint_eq(pc_mmio_read(lab_v0, PC_APIC_BASE + 0x300, 4), 0x4601);
}
END_TEST

START_TEST(elsewhere)
{
	static const u64 at[] = { 0xc0000000, 0xfebfffff, 0xfec01000, 0xfee01000,
				  0xffffffff, 1ull << 40, 0xfed00000 };

	for (unsigned i = 0; i < ARRAY_SIZE(at); i++) {
		u64 before = lab_digest();

		ck_assert_uint_eq(pc_mmio_read(lab_v0, at[i], 4), ~0ull);
		ck_assert(pc_mmio_write(lab_v0, at[i], 4, 0));
		ck_assert_uint_eq(lab_digest(), before);
	}
}
END_TEST

Suite *suite_pc_mmio(void);
Suite *suite_pc_mmio(void)
{
	return LAB_SUITE("pc_mmio", local_apic, start_up_again, elsewhere);
}
