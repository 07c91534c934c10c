// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The I/O APIC (82093AA, 3.1 and 3.2): two registers reach the others; each line has an entry. An
 * edge sends one message; a level sends one, and again when that interrupt has ended and the line
 * is still active. Next: spec_uart.c.
 */
#include "model_pc.h"

#define REMOTE	(1ull << 14) /* a level was accepted and has not ended */
#define LEVEL	(1ull << 15)
#define MASKED	(1ull << 16)
#define TO_SET	0xff0000000001afffull /* not: delivery status, remote IRR */
#define VERSION 0x11

enum { SELECT = 0x00, WINDOW = 0x10 };
enum { ID, VER, ARBITRATION, FIRST = 0x10 };

void mp_ioapic_reset(struct m_pc *pc)
{
	pc->select = 0;
	pc->id = 0;
	pc->lines = 0;
	for (unsigned i = 0; i < MP_PINS; i++)
		pc->rte[i] = MASKED;
}

static bool is_active(const struct m_pc *pc, unsigned pin)
{
	return pc->lines >> pin & 1;
}

static void send_level(struct model *m, unsigned lp, unsigned pin)
{
	u64 *rte = &m->pc[lp].rte[pin];

	if (*rte & (MASKED | REMOTE))
		return;
	if (mp_message(m, lp, *rte))
		*rte |= REMOTE;
}

void mp_line(struct model *m, unsigned lp, unsigned pin, bool active)
{
	struct m_pc *pc = &m->pc[lp];
	bool before = is_active(pc, pin);

	pc->lines = (pc->lines & ~(1ull << pin)) | (u64)active << pin;
	if (!active || before)
		return;
	if (pc->rte[pin] & LEVEL)
		send_level(m, lp, pin);
	else if (!(pc->rte[pin] & MASKED)) /* an edge that is masked is lost */
		mp_message(m, lp, pc->rte[pin]);
}

void mp_ioapic_eoi(struct model *m, unsigned lp, u64 vector)
{
	struct m_pc *pc = &m->pc[lp];

	for (unsigned i = 0; i < MP_PINS; i++) {
		if ((pc->rte[i] & 0xff) != vector || !(pc->rte[i] & REMOTE))
			continue;
		pc->rte[i] &= ~REMOTE;
		if (is_active(pc, i))
			send_level(m, lp, i);
	}
}

static u64 *entry(struct m_pc *pc, u64 reg)
{
	return reg >= FIRST && reg < FIRST + 2 * MP_PINS ? &pc->rte[(reg - FIRST) / 2] : NULL;
}

u64 mp_ioapic_read(const struct m_pc *pc, u64 offset)
{
	const u64 *rte = entry((struct m_pc *)pc, pc->select);

	if (offset == SELECT)
		return pc->select;
	if (offset != WINDOW)
		return 0;
	if (rte)
		return (pc->select & 1 ? *rte >> 32 : *rte) & 0xffffffff;
	switch (pc->select) {
	case ID:
	case ARBITRATION:
		return pc->id;
	case VER:
		return VERSION | (MP_PINS - 1) << 16;
	default:
		return 0;
	}
}

void mp_ioapic_write(struct model *m, unsigned lp, u64 offset, u64 val)
{
	struct m_pc *pc = &m->pc[lp];
	u64 *rte = entry(pc, pc->select), half = pc->select & 1 ? 32 : 0;
	u64 bits = 0xffffffffull << half & TO_SET;

	if (offset == SELECT)
		pc->select = val & 0xff;
	if (offset != WINDOW)
		return;
	if (pc->select == ID)
		pc->id = val & 0x0f000000;
	if (!rte)
		return;
	*rte = (*rte & ~bits) | (val << half & bits);
	if (!(*rte & LEVEL))
		*rte &= ~REMOTE; /* only levels have it */
	else if (is_active(pc, (unsigned)(rte - pc->rte)))
		send_level(m, lp, (unsigned)(rte - pc->rte));
}
