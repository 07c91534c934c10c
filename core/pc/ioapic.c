// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The I/O APIC: 24 lines, each with an entry that says which message it sends. An edge sends one;
 * an active level sends one and waits for the end of that interrupt (remote IRR), if somebody has
 * accepted it. Next: ipi.c.
 */
#include "pc.h"

#include "hvstring.h"
#include "panic.h"

#define VERSION	   (0x11u | (IOAPIC_PINS - 1) << 16)
#define RTE_RO	   (1ull << 12 | RTE_REMOTE) /* delivery status, remote IRR */
#define RTE_WRITE  0xff0000000001ffffull
#define RTE_REMOTE (1ull << 14)
#define RTE_LEVEL  (1ull << 15)
#define RTE_MASK   (1ull << 16)

enum { SELECT = 0x00, WINDOW = 0x10 };
enum { REG_ID, REG_VERSION, REG_ARB, REG_RTE = 0x10 };

void pc_ioapic_reset(struct pc_ioapic *io)
{
	memset(io, 0, sizeof(*io));
	for (unsigned i = 0; i < IOAPIC_PINS; i++)
		io->rte[i] = RTE_MASK;
}

static void send(struct partition *p, u64 *rte)
{
	if (*rte & RTE_MASK || (*rte & RTE_LEVEL && *rte & RTE_REMOTE))
		return;
	if (pc_message(p, (u32)*rte, (u8)(*rte >> 56)) && *rte & RTE_LEVEL)
		*rte |= RTE_REMOTE; /* under the lock that its end takes */
}

void pc_ioapic_line(struct partition *p, unsigned pin, bool active)
{
	struct pc_ioapic *io = &pc_part(p)->ioapic;
	u32 bit = 1u << pin;

	ASSERT(lock_held(&p->lock));
	if (active == !!(io->level & bit))
		return;
	io->level ^= bit;
	if (active)
		send(p, &io->rte[pin]);
}

void pc_ioapic_eoi(struct partition *p, u8 vector)
{
	struct pc_ioapic *io = &pc_part(p)->ioapic;

	ASSERT(lock_held(&p->lock));
	for (unsigned i = 0; i < IOAPIC_PINS; i++) {
		if (!(io->rte[i] & RTE_REMOTE) || (u8)io->rte[i] != vector)
			continue;
		io->rte[i] &= ~RTE_REMOTE;
		if (io->level >> i & 1)
			send(p, &io->rte[i]);
	}
}

static u32 read_reg(const struct pc_ioapic *io, u32 reg)
{
	unsigned pin = (reg - REG_RTE) / 2;

	if (reg == REG_ID || reg == REG_ARB)
		return io->id;
	if (reg == REG_VERSION)
		return VERSION;
	if (reg < REG_RTE || pin >= IOAPIC_PINS)
		return 0;
	return (u32)(io->rte[nospec(pin, IOAPIC_PINS)] >> (reg & 1) * 32);
}

static void write_reg(struct partition *p, struct pc_ioapic *io, u32 reg, u32 val)
{
	unsigned pin = (reg - REG_RTE) / 2, shift = (reg & 1) * 32;
	u64 *rte, bits = 0xffffffffull << shift & RTE_WRITE & ~RTE_RO;

	if (reg == REG_ID)
		io->id = val & 0x0f000000;
	if (reg < REG_RTE || pin >= IOAPIC_PINS)
		return;
	rte = &io->rte[nospec(pin, IOAPIC_PINS)];
	*rte = (*rte & ~bits) | ((u64)val << shift & bits);
	if (!(*rte & RTE_LEVEL))
		*rte &= ~RTE_REMOTE;
	else if (io->level >> pin & 1)
		send(p, rte);
}

u32 pc_ioapic_read(const struct pc_ioapic *io, u32 off)
{
	if (off == SELECT)
		return io->select;
	return off == WINDOW ? read_reg(io, io->select) : 0;
}

void pc_ioapic_write(struct partition *p, u32 off, u32 val)
{
	struct pc_ioapic *io = &pc_part(p)->ioapic;

	ASSERT(lock_held(&p->lock));
	if (off == SELECT)
		io->select = val & 0xff;
	else if (off == WINDOW)
		write_reg(p, io, io->select, val);
}
