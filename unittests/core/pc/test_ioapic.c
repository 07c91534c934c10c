// SPDX-License-Identifier: GPL-2.0-or-later
/* The I/O APIC: registers, edges, levels and their end. */
#include "lab.h"

static u32 reg(u32 nr)
{
	ck_assert(pc_mmio_write(lab_v0, PC_IOAPIC_BASE, 4, nr));
	return (u32)pc_mmio_read(lab_v0, PC_IOAPIC_BASE + 0x10, 4);
}

static void set(u32 nr, u32 val)
{
	ck_assert(pc_mmio_write(lab_v0, PC_IOAPIC_BASE, 4, nr));
	ck_assert(pc_mmio_write(lab_v0, PC_IOAPIC_BASE + 0x10, 4, val));
}

static void line(unsigned pin, bool on)
{
	lock_take(&lab_p->lock);
	pc_ioapic_line(lab_p, pin, on);
	lock_drop(&lab_p->lock);
}

static void setup(void)
{
	lab_setup();
	lab_x2apic(lab_v0);
	lab_irq(lab_v0, true);
}

/* End of the interrupt that v0 serves. */
static void eoi(void)
{
	ck_assert(lab_wrmsr(lab_v0, 0x80b, 0));
}

START_TEST(registers)
{
	ck_assert_uint_eq(reg(1), 0x170011);
	set(0, ~0u);
	ck_assert_uint_eq(reg(0), 0x0f000000);
	ck_assert_uint_eq(reg(2), 0x0f000000);
	for (u32 pin = 0; pin < 24; pin++) {
		ck_assert_uint_eq(reg(0x10 + 2 * pin), 0x10000);
		set(0x11 + 2 * pin, ~0u);
		set(0x10 + 2 * pin, ~0u);
		ck_assert_uint_eq(reg(0x11 + 2 * pin), 0xff000000);
		ck_assert_uint_eq(reg(0x10 + 2 * pin), 0x1afff);
	}
	for (u32 nr = 0x40; nr < 0x100; nr++) {
		set(nr, ~0u);
		ck_assert_uint_eq(reg(nr), 0);
	}
	ck_assert_uint_eq(pc_mmio_read(lab_v0, PC_IOAPIC_BASE + 0x20, 4), 0);
}
END_TEST

START_TEST(edge)
{
	line(4, true);
	line(4, false);
	set(0x18, 0x33);
	ck_assert_int_eq(lab_enter(lab_v0), -1); /* what came while masked is lost */
	line(4, true);
	ck_assert_int_eq(lab_enter(lab_v0), 0x33);
	line(4, true); /* no edge */
	eoi();
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	line(4, false);
	line(4, true);
	ck_assert_int_eq(lab_enter(lab_v0), 0x33);
	eoi();
	set(0x19, 0x01000000); /* another vcpu */
	line(4, false);
	line(4, true);
	ck_assert_int_eq(lab_enter(lab_v0), -1);
}
END_TEST

/* Nobody takes it: then no end of it will come, and it is sent again when something changes. */
START_TEST(level_that_nobody_accepts)
{
	set(0x19, 0x01000000);
	set(0x18, 0x8033);
	line(4, true); /* vcpu 1 has not switched its APIC on */
	ck_assert_uint_eq(reg(0x18), 0x8033);
	set(0x19, 0x05000000); /* nobody */
	ck_assert_uint_eq(reg(0x18), 0x8033);
	set(0x19, 0);
	ck_assert_uint_eq(reg(0x18), 0xc033);
	ck_assert_int_eq(lab_enter(lab_v0), 0x33);
	line(4, false);
	eoi();
	ck_assert_uint_eq(reg(0x18), 0x8033);
}
END_TEST

START_TEST(level)
{
	set(0x1a, 0x8044);
	line(5, true);
	ck_assert_uint_eq(reg(0x1a), 0xc044); /* remote IRR */
	ck_assert_int_eq(lab_enter(lab_v0), 0x44);
	eoi();
	ck_assert_int_eq(lab_enter(lab_v0), 0x44); /* still active */
	line(5, false);
	eoi();
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	ck_assert_uint_eq(reg(0x1a), 0x8044);
	set(0x1a, 0x18044);
	line(5, true);
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	set(0x1a, 0x8044); /* unmasked while active */
	ck_assert_int_eq(lab_enter(lab_v0), 0x44);
	set(0x1a, 0x44); /* an edge has no remote IRR */
	ck_assert_uint_eq(reg(0x1a), 0x44);
	eoi();
	ck_assert_int_eq(lab_enter(lab_v0), -1);
}
END_TEST

START_TEST(end_of_another_vector)
{
	set(0x1a, 0x8044);
	set(0x1c, 0x8055);
	line(5, true);
	line(6, true);
	ck_assert_int_eq(lab_enter(lab_v0), 0x55);
	line(6, false);
	eoi();
	ck_assert_uint_eq(reg(0x1c), 0x8055);
	ck_assert_uint_eq(reg(0x1a), 0xc044);
	ck_assert_int_eq(lab_enter(lab_v0), 0x44);
}
END_TEST

Suite *suite_pc_ioapic(void);
Suite *suite_pc_ioapic(void)
{
	return lab_suite("pc_ioapic", setup,
			 (const TTest *const[]){ registers, edge, level, level_that_nobody_accepts,
						 end_of_another_vector, NULL });
}
