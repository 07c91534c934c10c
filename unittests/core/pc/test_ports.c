// SPDX-License-Identifier: GPL-2.0-or-later
/* The port bus: who answers where, widths, and the writes that end a partition. */
#include "lab.h"

START_TEST(nobody)
{
	static const u16 ports[] = { 0xcf8, 0xcfc, 0x2f8, 0x2e9, 0x3e9, 0x40, 0x43, 0x66,  0x4d0,
				     0x4d1, 0x20,  0x21,  0xa1,	 0x2e,	0x4e, 0x80, 0xffff };

	for (unsigned i = 0; i < ARRAY_SIZE(ports); i++) {
		u64 before = lab_digest();

		lab_v0->arch.pc.rip = 0;
		lab_out(lab_v0, ports[i], 4, 0x80000000);
		ck_assert_uint_eq(lab_in(lab_v0, ports[i], 4), ~0u);
		lab_v0->arch.pc.rip = LAB_ENTRY;
		ck_assert_uint_eq(lab_digest(), before);
	}
	ck_assert_uint_eq(lab_in(lab_v0, 0x64, 1), 0);
}
END_TEST

START_TEST(widths)
{
	u64 *rax = &lab_v0->arch.pc.gpr[PC_RAX];

	lab_out(lab_v0, 0x3ff, 1, 0x12);
	lab_v0->arch.pc.gpr[PC_RAX] = ~0ull;
	lab_exit(lab_v0, (struct vcpu_exit){
				 .kind = EXIT_IO, .len = 1, .io = { .port = 0x3ff, .size = 1 } });
	ck_assert_uint_eq(*rax, 0xffffffffffffff12);
	*rax = 0x1111111111111111;
	lab_exit(lab_v0, (struct vcpu_exit){
				 .kind = EXIT_IO, .len = 1, .io = { .port = 0x3fe, .size = 2 } });
	ck_assert_uint_eq(*rax, 0x11111111111112b0); /* two registers of the UART */
	lab_exit(lab_v0, (struct vcpu_exit){
				 .kind = EXIT_IO, .len = 1, .io = { .port = 0x3fe, .size = 4 } });
	ck_assert_uint_eq(*rax, 0xffff12b0);
}
END_TEST

static void ends(u16 port, u8 val, enum stop_reason why)
{
	ck_assert_uint_eq(lab_p->state, PART_RUNNING);
	lab_out(lab_v0, port, 1, val);
	ck_assert_uint_eq(lab_p->state, why == STOP_NONE ? PART_RUNNING : PART_STOPPED);
	ck_assert_uint_eq(lab_p->reason, why);
}

START_TEST(power_off)
{
	ends(0x600, 0x10, STOP_NONE); /* not yet enabled */
	ends(0x600, 0x2c, STOP_NONE); /* another sleep type */
	ck_assert_uint_eq(lab_in(lab_v0, 0x600, 2), 0);
	ends(0x600, 0x34, STOP_POWEROFF);
}
END_TEST

START_TEST(reset_register)
{
	lab_out(lab_v0, 0xcf8, 4, 0x8000ff00); /* PCI configuration address */
	lab_out(lab_v0, 0xcf9, 2, 0x0606);
	ck_assert_uint_eq(lab_in(lab_v0, 0xcf9, 1), 0xff);
	ends(0xcf9, 0x02, STOP_NONE);
	ends(0xcf9, 0x06, STOP_REBOOT);
}
END_TEST

START_TEST(keyboard_reset)
{
	ends(0x64, 0xd1, STOP_NONE);
	ends(0x64, 0xfe, STOP_REBOOT);
}
END_TEST

Suite *suite_pc_ports(void);
Suite *suite_pc_ports(void)
{
	return LAB_SUITE("pc_ports", nobody, widths, power_off, reset_register, keyboard_reset);
}
