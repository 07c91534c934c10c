// SPDX-License-Identifier: GPL-2.0-or-later
/* Registers of the local APIC in both modes, and changes of the mode. */
#include "lab.h"

#define BASE 0x1b

static u64 reg(u32 nr)
{
	u64 val = 0xeeee;

	ck_assert_int_eq(pc_apic_read(lab_v0, nr, &val), HV_OK);
	return val;
}

static void set(u32 nr, u64 val)
{
	ck_assert_int_eq(pc_apic_write(lab_v0, nr, val), HV_OK);
}

START_TEST(in_memory)
{
	u64 id;

	ck_assert_uint_eq(reg(0x02), 0);
	ck_assert_int_eq(pc_apic_read(lab_v1, 0x02, &id), HV_OK);
	ck_assert_uint_eq(id, 1 << 24);
	ck_assert_uint_eq(reg(0x03), 0x50014);
	set(0x08, 0x123);
	ck_assert_uint_eq(reg(0x08), 0x23);
	ck_assert_uint_eq(reg(0x0a), 0x23);
	set(0x0d, 0x12345678);
	ck_assert_uint_eq(reg(0x0d), 0x12000000);
	set(0x0e, 0x12345678);
	ck_assert_uint_eq(reg(0x0e), 0x1fffffff);
	set(0x31, 0x12345678);
	ck_assert_uint_eq(reg(0x31), 0x12000000);
	set(0x0f, 0xfff);
	ck_assert_uint_eq(reg(0x0f), 0x1ff);
	set(0x3e, 0xff);
	ck_assert_uint_eq(reg(0x3e), 0x0b);
	for (u32 nr = 0x40; nr < 0x100; nr++) {
		set(nr, ~0u);
		ck_assert_uint_eq(reg(nr), 0);
	}
}
END_TEST

START_TEST(local_vectors)
{
	static const u32 want[] = { 0x700ff, 0x107ff, 0x107ff, 0x1a7ff, 0x1a7ff, 0x100ff };

	for (u32 i = 0; i < 6; i++) {
		set(0x32 + i, 0);
		ck_assert_uint_eq(reg(0x32 + i), 0x10000); /* disabled: masked */
	}
	set(0x0f, 0x1ff);
	for (u32 i = 0; i < 6; i++) {
		set(0x32 + i, ~0u);
		ck_assert_uint_eq(reg(0x32 + i), want[i]);
		set(0x32 + i, 0x20);
		ck_assert_uint_eq(reg(0x32 + i), 0x20);
	}
	set(0x0f, 0xff);
	ck_assert_uint_eq(reg(0x32), 0x10020);
}
END_TEST

/* Every register of x2APIC mode: what may be read, which bits may be written. */
START_TEST(x2_rules)
{
	static const u8 readable[] = { 0x02, 0x03, 0x08, 0x0a, 0x0d, 0x0f, 0x28, 0x30, 0x32,
				       0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3e };
	static const u8 writable[] = { 0x08, 0x0b, 0x0f, 0x28, 0x30, 0x32, 0x33,
				       0x34, 0x35, 0x36, 0x37, 0x38, 0x3e, 0x3f };

	lab_x2apic(lab_v0);
	for (u32 nr = 0; nr < 0x100; nr++) {
		bool bits = nr >= 0x10 && nr < 0x28;
		u64 val, before = lab_digest();
		err_t err = pc_apic_read(lab_v0, nr, &val);

		ck_assert_uint_eq(lab_digest(), before);
		ck_assert_msg((err == HV_OK) ==
				      (bits || memchr(readable, (int)nr, sizeof(readable))),
			      "read %x", nr);
		err = pc_apic_write(lab_v0, nr, nr == 0x3f || nr == 0x30 ? 0x20 : 0);
		ck_assert_msg((err == HV_OK) == !!memchr(writable, (int)nr, sizeof(writable)),
			      "write %x", nr);
		before = lab_digest();
		ck_assert_int_eq(pc_apic_write(lab_v0, nr, 1ull << 20),
				 nr == 0x38 ? HV_OK : HV_EINVAL);
		if (nr != 0x38)
			ck_assert_uint_eq(lab_digest(), before);
	}
	ck_assert_uint_eq(reg(0x02), 0);
	ck_assert_uint_eq(reg(0x0d), 1);
}
END_TEST

START_TEST(end_of_interrupt)
{
	lab_x2apic(lab_v0);
	lab_irq(lab_v0, true);
	pc_apic_accept(lab_v0, 0x41, false);
	pc_apic_accept(lab_v0, 0x42, false);
	ck_assert_int_eq(lab_enter(lab_v0), 0x42);
	ck_assert_uint_eq(reg(0x12), 4);
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	ck_assert(!lab_wrmsr(lab_v0, 0x80b, 1));
	ck_assert(lab_wrmsr(lab_v0, 0x80b, 0));
	ck_assert_int_eq(lab_enter(lab_v0), 0x41);
}
END_TEST

START_TEST(raising_and_lowering_the_task_priority)
{
	lab_x2apic(lab_v0);
	lab_irq(lab_v0, true);
	ck_assert(lab_wrmsr(lab_v0, 0x808, 0x50));
	pc_apic_accept(lab_v0, 0x51, false);
	ck_assert_int_eq(lab_enter(lab_v0), -1);
	ck_assert(lab_wrmsr(lab_v0, 0x808, 0x40));
	ck_assert_int_eq(lab_enter(lab_v0), 0x51);
}
END_TEST

START_TEST(errors_register)
{
	lab_x2apic(lab_v0);
	set(0x30, 0x05); /* a vector below 16 */
	ck_assert_uint_eq(reg(0x28), 0);
	set(0x28, 0);
	ck_assert_uint_eq(reg(0x28), 0x20);
	set(0x28, 0);
	ck_assert_uint_eq(reg(0x28), 0);
	set(0x3f, 0x0f); /* the same to itself */
	set(0x28, 0);
	ck_assert_uint_eq(reg(0x28), 0x20);
	pc_apic_accept(lab_v0, 0x0f, true); /* one is received, from a line or the timer */
	set(0x28, 0);
	ck_assert_uint_eq(reg(0x28), 0x40);
	ck_assert_int_eq(pc_apic_pending(lab_v0), -1);
}
END_TEST

/* In memory an access where no register is leaves its error, one of the wrong kind does not. */
START_TEST(errors_of_access)
{
	static const u8 there[] = { 0x02, 0x03, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d,
				    0x0e, 0x0f, 0x28, 0x30, 0x31, 0x32, 0x33, 0x34,
				    0x35, 0x36, 0x37, 0x38, 0x39, 0x3e };

	for (u32 nr = 0; nr < 0x100; nr++) {
		bool is = memchr(there, (int)nr, sizeof(there)) || (nr >= 0x10 && nr < 0x28);

		reg(nr);
		set(0x28, 0);
		ck_assert_msg(reg(0x28) == (is ? 0 : 0x80), "read %x", nr);
		set(nr, 0x20);
		set(0x28, 0);
		ck_assert_msg(reg(0x28) == (is ? 0 : 0x80), "write %x", nr);
	}
}
END_TEST

START_TEST(modes)
{
	u64 base = 0xfee00000;

	ck_assert_uint_eq(lab_msr(lab_v0, BASE), base | 0x900);
	ck_assert(!lab_wrmsr(lab_v0, BASE, base | 0x500));	 /* x2 without the enable bit */
	ck_assert(!lab_wrmsr(lab_v0, BASE, 0xfee01000 | 0x900)); /* the address is fixed */
	ck_assert(!lab_wrmsr(lab_v0, BASE, base | 0x800));	 /* whose vcpu this is, too */
	ck_assert(!lab_wrmsr(lab_v0, BASE, 1ull << 40 | base | 0x900));
	ck_assert(!lab_wrmsr(lab_v0, 0x808, 0)); /* no x2APIC yet */
	ck_assert(lab_wrmsr(lab_v0, BASE, base | 0xd00));
	ck_assert_uint_eq(lab_msr(lab_v0, 0x80d), 1);
	ck_assert(!lab_wrmsr(lab_v0, BASE, base | 0x900)); /* back only through off */
	ck_assert(lab_wrmsr(lab_v0, BASE, base | 0x100));
	ck_assert(!lab_wrmsr(lab_v0, 0x808, 0));
	ck_assert(!lab_wrmsr(lab_v0, BASE, base | 0xd00));
	ck_assert(lab_wrmsr(lab_v0, BASE, base | 0x900));
	ck_assert_uint_eq(lab_msr(lab_v0, BASE), base | 0x900);
}
END_TEST

Suite *suite_pc_apic_reg(void);
Suite *suite_pc_apic_reg(void)
{
	return LAB_SUITE("pc_apic_reg", in_memory, local_vectors, x2_rules, end_of_interrupt,
			 raising_and_lowering_the_task_priority, errors_register, errors_of_access,
			 modes);
}
