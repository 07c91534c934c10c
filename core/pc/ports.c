// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The port bus: which device answers at which port. Where nobody is, reads give ones and writes are
 * lost, as on a PC. Next: uart.c, rtc.c.
 */
#include "pc.h"

#define COM1	     PC_COM1
#define RTC	     0x70
#define KEYBOARD     0x64 /* only its reset line */
#define KBD_RESET    0xfe
#define PCI_DATA     0xcfc
#define SLEEP_EN     (1u << 5)
#define SLEEP_TYP(v) ((v) >> 2 & 7)

static u8 read_byte(struct vcpu *v, u16 port)
{
	struct pc_part *pp = pc_part(v->part);

	if (port >= COM1 && port < COM1 + 8)
		return pc_uart_read(v, port - COM1);
	switch (port) {
	case RTC:
	case RTC + 1:
		return pc_rtc_read(&pp->rtc, port);
	case KEYBOARD: /* nothing to read, ready to be written: a reboot through it is short */
	case PC_SLEEP_PORT:
	case PC_SLEEP_PORT + 1:
		return 0;
	default:
		return 0xff;
	}
}

static void write_byte(struct vcpu *v, u16 port, u8 val)
{
	struct pc_part *pp = pc_part(v->part);

	if (port >= COM1 && port < COM1 + 8)
		pc_uart_write(v, port - COM1, val);
	else if (port == RTC || port == RTC + 1)
		pc_rtc_write(&pp->rtc, port, val);
}

/* A write that ends this run of the partition, or STOP_NONE. */
static enum stop_reason ends(u16 port, u8 val)
{
	if (port == PC_SLEEP_PORT && val & SLEEP_EN && SLEEP_TYP(val) == PC_S5)
		return STOP_POWEROFF;
	if ((port == PC_RESET_PORT && val & 4) || (port == KEYBOARD && val == KBD_RESET))
		return STOP_REBOOT;
	return STOP_NONE;
}

u32 pc_port_read(struct vcpu *v, u16 port, u8 size)
{
	u32 val = 0;

	lock_take(&v->part->lock);
	for (unsigned i = 0; i < size; i++)
		val |= (u32)read_byte(v, (u16)(port + i)) << 8 * i;
	lock_drop(&v->part->lock);
	return val;
}

void pc_port_write(struct vcpu *v, u16 port, u8 size, u32 val)
{
	lock_take(&v->part->lock);
	for (unsigned i = 0; i < size; i++)
		write_byte(v, (u16)(port + i), (u8)(val >> 8 * i));
	lock_drop(&v->part->lock);
	/* only as bytes: a word or more at 0xcf8 is another register */
	if (size == 1 && ends(port, (u8)val) != STOP_NONE)
		partition_stop_self(v, ends(port, (u8)val));
}
