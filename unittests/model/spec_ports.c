// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a PC's devices are (docs/pc.md, "Ports" and "Memory"): elsewhere reads give ones and
 * writes are lost. Next: spec_msr.c.
 */
#include "model_pc.h"

#define APIC	   0xfee00000u
#define IOAPIC	   0xfec00000u
#define COM1	   0x3f8
#define KEYBOARD   0x64
#define CMOS	   0x70
#define SLEEP	   0x600
#define RESET	   0xcf9
#define SLEEP_NOW  0x20
#define TYPE(val)  ((val) >> 2 & 7)
#define POWER_OFF  5
#define PAGE_BYTES 0x1000

static u64 read_byte(struct mp_call *c, u64 port)
{
	if (port >= COM1 && port < COM1 + 8)
		return mp_uart_read(c, (unsigned)(port - COM1));
	switch (port) {
	case KEYBOARD:
	case SLEEP:
	case SLEEP + 1:
		return 0;
	case CMOS + 1:
		return mp_rtc_read(c->m, c->pc);
	default:
		return 0xff;
	}
}

static void write_byte(struct mp_call *c, u64 port, u64 val)
{
	if (port >= COM1 && port < COM1 + 8)
		mp_uart_write(c, (unsigned)(port - COM1), val);
	else if (port == CMOS)
		c->pc->index = val & 0x7f;
	else if (port == CMOS + 1)
		mp_rtc_write(c->pc, val);
}

u64 mp_port_read(struct mp_call *c, u64 port, unsigned size)
{
	u64 val = 0;

	for (unsigned i = 0; i < size; i++)
		val |= read_byte(c, (port + i) & 0xffff) << 8 * i;
	return val;
}

void mp_port_write(struct mp_call *c, u64 port, unsigned size, u64 val)
{
	for (unsigned i = 0; i < size; i++)
		write_byte(c, (port + i) & 0xffff, val >> 8 * i & 0xff);
	if (size != 1)
		return; /* what ends the partition is a byte */
	if (port == SLEEP && val & SLEEP_NOW && TYPE(val) == POWER_OFF)
		m_stop(c->m, c->lp, M_POWEROFF);
	if ((port == RESET && val & 4) || (port == KEYBOARD && val == 0xfe))
		m_stop(c->m, c->lp, M_REBOOT);
}

static bool in_apic(const struct mp_call *c, u64 addr)
{
	return addr >= APIC && addr < APIC + PAGE_BYTES && mp_apic_on(c->v) && !mp_apic_x2(c->v);
}

static bool in_ioapic(u64 addr)
{
	return addr >= IOAPIC && addr < IOAPIC + PAGE_BYTES;
}

/* A register is 32 bits at a multiple of 16: a part of it can be read, beside it are zeros. */
static u64 read_piece(struct mp_call *c, u64 addr, unsigned size)
{
	u64 at = addr % 16, val;

	if (in_apic(c, addr))
		mp_apic_read(c, (addr - APIC) / 16, &val);
	else if (in_ioapic(addr))
		val = mp_ioapic_read(c->pc, addr - at - IOAPIC);
	else
		return ~0ull;
	return at < 4 && size <= 4 ? (val & 0xffffffff) >> 8 * at : 0;
}

/* What straddles pages is two accesses. */
u64 mp_memory_read(struct mp_call *c, u64 addr, unsigned size)
{
	unsigned left = PAGE_BYTES - addr % PAGE_BYTES;

	if (size <= left)
		return read_piece(c, addr, size);
	return (read_piece(c, addr, left) & ((1ull << 8 * left) - 1)) |
	       read_piece(c, addr + left, size - left) << 8 * left;
}

/* Written as a whole, or not at all. */
enum mp_answer mp_memory_write(struct mp_call *c, u64 addr, unsigned size, u64 val)
{
	if (addr % 16 || size != 4)
		return MP_DONE;
	if (in_apic(c, addr))
		return mp_apic_write(c, (addr - APIC) / 16, val);
	if (in_ioapic(addr))
		mp_ioapic_write(c->m, c->lp, addr - IOAPIC, val);
	return MP_DONE;
}
