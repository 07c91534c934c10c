// SPDX-License-Identifier: GPL-2.0-or-later
/* COM1: output, input, interrupts, and what drivers try to find out about it. */
#include "lab.h"

#define COM 0x3f8

static void w(unsigned reg, u8 val)
{
	lab_out(lab_v0, (u16)(COM + reg), 1, val);
}

static u8 r(unsigned reg)
{
	return (u8)lab_in(lab_v0, (u16)(COM + reg), 1);
}

static void type(const char *s)
{
	vterm_input(&lab_p->term, (const u8 *)s, (unsigned)strlen(s));
	lab_p->machine->term_input(lab_p);
}

/* Interrupts as Linux sets them up: pin 4 to vector 0x34 of vcpu 0. */
static void setup(void)
{
	lab_setup();
	lab_x2apic(lab_v0);
	lab_irq(lab_v0, true);
	pc_part(lab_p)->ioapic.rte[4] = 0x34;
}

static int irq(void)
{
	int vector = lab_enter(lab_v0);

	if (vector >= 0)
		ck_assert(lab_wrmsr(lab_v0, 0x80b, 0));
	return vector;
}

START_TEST(output)
{
	for (const char *s = "hello\n"; *s; s++) {
		ck_assert_uint_eq(r(5) & 0x60, 0x60);
		w(0, (u8)*s);
	}
	ck_assert_ptr_ne(strstr(um_output(NULL), "hello"), NULL);
}
END_TEST

START_TEST(input)
{
	ck_assert_uint_eq(r(5) & 1, 0);
	ck_assert_uint_eq(r(0), 0);
	type("ab");
	ck_assert_uint_eq(r(5) & 1, 1);
	ck_assert_uint_eq(r(0), 'a');
	ck_assert_uint_eq(r(0), 'b');
	ck_assert_uint_eq(r(5) & 1, 0);
	type("0123456789abcdefghijklmnopqrstuvwxyz"); /* more than its FIFO */
	for (const char *s = "0123456789abcdefghijklmnopqrstuvwxyz"; *s; s++)
		ck_assert_uint_eq(r(0), *s);
	type("x");
	r(5);
	w(2, 2); /* without FIFOs the bit means nothing */
	ck_assert_uint_eq(r(0), 'x');
	w(2, 1);
	type("y");
	w(2, 3); /* clear the receive FIFO */
	ck_assert_uint_eq(r(5) & 1, 0);
}
END_TEST

START_TEST(interrupts)
{
	w(1, 1);
	type("a");
	ck_assert_int_eq(irq(), -1); /* OUT2 is off */
	w(4, 0x08);
	ck_assert_int_eq(irq(), 0x34);
	ck_assert_uint_eq(r(2) & 0xf, 4);
	ck_assert_uint_eq(r(0), 'a');
	ck_assert_uint_eq(r(2) & 0xf, 1);
	type("b");
	ck_assert_int_eq(irq(), 0x34);
	ck_assert_uint_eq(r(0), 'b');
	w(1, 3); /* transmitter empty: told when switched on, */
	ck_assert_int_eq(irq(), 0x34);
	ck_assert_uint_eq(r(2) & 0xf, 2);
	ck_assert_uint_eq(r(2) & 0xf, 1); /* and once */
	ck_assert_int_eq(irq(), -1);
	w(0, 'x'); /* after each byte */
	ck_assert_int_eq(irq(), 0x34);
	type("c");
	ck_assert_uint_eq(r(2) & 0xf, 4); /* input comes first */
	ck_assert_uint_eq(r(0), 'c');
	ck_assert_uint_eq(r(2) & 0xf, 2);
	w(1, 0);
	type("d");
	ck_assert_int_eq(irq(), -1);
	ck_assert_uint_eq(r(2) & 0xf, 1);
}
END_TEST

/* A line that is stuck loses nothing: the guest waits, and the alarm tries again. */
START_TEST(busy_console)
{
	char text[9001];

	memset(text, '.', sizeof(text));
	w(1, 2);
	w(4, 8);
	r(2);
	um_line_takes(0);
	for (unsigned i = 0; r(5) & 0x20; i++) {
		ck_assert_uint_lt(i, 20000);
		w(0, i % 100 ? 'x' : '\n');
	}
	irq();
	ck_assert_uint_eq(pc_part(lab_p)->uart.ntx, 1);
	w(0, 'Y'); /* room is left in the FIFO */
	ck_assert_uint_eq(pc_part(lab_p)->uart.ntx, 2);
	ck_assert_uint_ne(lab_pc(lab_v0)->alarm, TIME_NEVER);
	um_advance(LAB_MS(2));
	ck_assert_int_eq(irq(), -1);
	ck_assert_uint_ne(lab_pc(lab_v0)->alarm, TIME_NEVER); /* and again */
	um_line_takes(1000);
	console_flush();
	for (unsigned i = 0; i < 20; i++) {
		console_poll(arch_now());
		um_advance(LAB_MS(2));
	}
	console_finish();
	um_advance(LAB_MS(2));
	ck_assert_int_eq(irq(), 0x34);
	ck_assert_uint_eq(r(2) & 0xf, 2);
	ck_assert_uint_eq(pc_part(lab_p)->uart.ntx, 0);
	ck_assert_uint_eq(lab_pc(lab_v0)->alarm, TIME_NEVER);
	w(0, '\n');
	console_finish();
	ck_assert_ptr_ne(strstr(um_output(NULL), "Y"), NULL);
}
END_TEST

START_TEST(registers)
{
	w(7, 0x5a);
	ck_assert_uint_eq(r(7), 0x5a);
	w(1, 0xff);
	ck_assert_uint_eq(r(1), 0x0f);
	w(1, 0);
	w(4, 0xff);
	ck_assert_uint_eq(r(4), 0x1f);
	w(4, 0);
	ck_assert_uint_eq(r(6), 0xb0);
	w(5, 0);
	w(6, 0);
	ck_assert_uint_eq(r(6), 0xb0);
	w(3, 0x83); /* divisor */
	w(0, 1);
	w(1, 0);
	ck_assert_uint_eq(r(0), 1);
	ck_assert_uint_eq(r(1), 0);
	ck_assert_uint_eq(r(3), 0x83);
	w(3, 3);
	ck_assert_uint_eq(r(0), 0);
	ck_assert_uint_eq(r(2) >> 6, 0);
	w(2, 1);
	ck_assert_uint_eq(r(2) >> 6, 3); /* 16550A */
}
END_TEST

START_TEST(loop)
{
	w(4, 0x10 | 0x0a);
	ck_assert_uint_eq(r(6) & 0xf0, 0x90);
	w(4, 0x10 | 0x05);
	ck_assert_uint_eq(r(6) & 0xf0, 0x60);
	w(0, 'L');
	ck_assert_uint_eq(r(5) & 1, 1);
	ck_assert_uint_eq(r(0), 'L');
	type("z"); /* not heard now */
	ck_assert_uint_eq(r(5) & 1, 0);
	w(4, 0);
	ck_assert_uint_eq(r(0), 'z');
	ck_assert_ptr_eq(strchr(um_output(NULL), 'L'), NULL);
}
END_TEST

Suite *suite_pc_uart(void);
Suite *suite_pc_uart(void)
{
	return lab_suite("pc_uart", setup,
			 (const TTest *const[]){ output, input, interrupts, busy_console, registers,
						 loop, NULL });
}
