// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * COM1 (PC16550D, section 8) and the CMOS clock (MC146818A). The line has no speed: what is written
 * has left at once, and a byte comes in when there is room for it. Next: spec_ports.c.
 */
#include <string.h>
#include <time.h>

#include "model_pc.h"

enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCRATCH };

#define LINE	      4 /* of the I/O APIC */

#define IER_DATA      0x01 /* a byte is there */
#define IER_EMPTY     0x02 /* nothing is left to send */
#define FIFO_ON	      0x01
#define FIFO_EMPTY_IN 0x02
#define DLAB	      0x80
#define DTR	      0x01
#define RTS	      0x02
#define OUT1	      0x04
#define OUT2	      0x08 /* on a PC it lets the interrupt through */
#define LOOP	      0x10
#define CTS	      0x10
#define DSR	      0x20
#define RI	      0x40
#define DCD	      0x80

void mp_uart_reset(struct m_pc *pc)
{
	pc->ier = pc->fcr = pc->lcr = pc->mcr = pc->scratch = pc->thre = pc->nrx = pc->ntx = 0;
	memset(pc->rx, 0, sizeof(pc->rx));
	pc->divisor = 12; /* 9600 baud */
}

static bool has_data(const struct m_pc *pc)
{
	return pc->ier & IER_DATA && pc->nrx;
}

static bool is_empty(const struct m_pc *pc)
{
	return pc->ier & IER_EMPTY && pc->thre;
}

/* After everything that happens to it. */
static void settle(struct model *m, unsigned lp)
{
	struct m_pc *pc = &m->pc[lp];
	struct m_part *p = &m->s.part[lp];
	u8 *in = m->more[lp].in;
	u64 n = pc->mcr & LOOP ? 0 : MIN(MP_FIFO - pc->nrx, p->in_len);

	memcpy(pc->rx + pc->nrx, in, n);
	pc->nrx += n;
	memmove(in, in + n, sizeof(m->more[lp].in) - n);
	p->in_len -= n;
	p->in_first = p->in_len ? in[0] : 0;
	p->in_last = p->in_len ? in[p->in_len - 1] : 0;
	mp_line(m, lp, LINE, pc->mcr & OUT2 && (has_data(pc) || is_empty(pc)));
}

void mp_uart_input(struct model *m, unsigned lp)
{
	settle(m, lp);
}

static u64 take(struct m_pc *pc)
{
	u64 c = pc->rx[0];

	if (!pc->nrx)
		return 0;
	memmove(pc->rx, pc->rx + 1, MP_FIFO - 1);
	pc->rx[MP_FIFO - 1] = 0;
	pc->nrx--;
	return c;
}

/* The most urgent cause; that nothing is left to send is told once. */
static u64 cause(struct m_pc *pc)
{
	u64 fifos = pc->fcr & FIFO_ON ? 0xc0 : 0;

	if (has_data(pc))
		return fifos | 4;
	if (!is_empty(pc))
		return fifos | 1;
	pc->thre = 0;
	return fifos | 2;
}

/* Somebody is always there; in loop mode it is what this side says. No change is ever flagged. */
static u64 modem(const struct m_pc *pc)
{
	u64 mcr = pc->mcr;

	if (!(mcr & LOOP))
		return DCD | DSR | CTS;
	return (mcr & RTS ? CTS : 0) | (mcr & DTR ? DSR : 0) | (mcr & OUT1 ? RI : 0) |
	       (mcr & OUT2 ? DCD : 0);
}

static u64 read(struct m_pc *pc, unsigned reg)
{
	bool divisor = pc->lcr & DLAB;

	switch (reg) {
	case DATA:
		return divisor ? pc->divisor & 0xff : take(pc);
	case IER:
		return divisor ? pc->divisor >> 8 : pc->ier;
	case IIR:
		return cause(pc);
	case LCR:
		return pc->lcr;
	case MCR:
		return pc->mcr;
	case LSR:
		return 0x60 | (pc->nrx ? 1 : 0);
	case MSR:
		return modem(pc);
	default:
		return pc->scratch;
	}
}

u64 mp_uart_read(struct mp_call *c, unsigned reg)
{
	u64 val = read(c->pc, reg);

	settle(c->m, c->lp);
	return val;
}

/* Out; or in loop mode in again, if there is room. */
static void transmit(struct mp_call *c, u8 byte)
{
	struct model *m = c->m;
	struct m_pc *pc = c->pc;

	pc->thre = 1;
	if (!(pc->mcr & LOOP)) {
		m->s.part[c->lp].written++;
		if (m->nout + 4 <= sizeof(m->out)) {
			m->out[m->nout++] = 1;
			m->out[m->nout++] = (u8)c->lp;
			m->out[m->nout++] = 1;
			m->out[m->nout++] = byte;
		}
	} else if (pc->nrx < MP_FIFO) {
		pc->rx[pc->nrx++] = byte;
	}
}

/* A change of the mode empties what came in; so does a bit, which without FIFOs means nothing. */
static void fifo_control(struct m_pc *pc, u64 val)
{
	if ((val ^ pc->fcr) & FIFO_ON || (val & FIFO_ON && val & FIFO_EMPTY_IN)) {
		pc->nrx = 0;
		memset(pc->rx, 0, sizeof(pc->rx));
	}
	pc->fcr = val & FIFO_ON;
}

void mp_uart_write(struct mp_call *c, unsigned reg, u64 val)
{
	struct m_pc *pc = c->pc;
	bool divisor = pc->lcr & DLAB;

	switch (reg) {
	case DATA:
		if (divisor)
			pc->divisor = (pc->divisor & 0xff00) | val;
		else
			transmit(c, (u8)val);
		break;
	case IER:
		if (divisor) {
			pc->divisor = (pc->divisor & 0xff) | val << 8;
			break;
		}
		if (val & IER_EMPTY && !(pc->ier & IER_EMPTY))
			pc->thre = 1; /* it is empty, and now somebody wants to know */
		pc->ier = val & 0x0f;
		break;
	case IIR:
		fifo_control(pc, val);
		break;
	case LCR:
		pc->lcr = val;
		break;
	case MCR:
		pc->mcr = val & 0x1f;
		break;
	case SCRATCH:
		pc->scratch = val;
		break;
	default: /* states */
		break;
	}
	settle(c->m, c->lp);
}

/* ---- CMOS clock ------------------------------------------------------------------------------ */

enum { REG_A = 0x0a, REG_B, REG_C, REG_D, CENTURY = 0x32 };
#define BINARY 0x04
#define HOURS  0x02 /* 24 of them */

void mp_rtc_reset(struct m_pc *pc)
{
	pc->index = 0;
	pc->reg_a = 0x26; /* 32768 Hz, no update under way */
	pc->reg_b = HOURS;
}

/* A register that shows the time, or -1. */
static int field(const struct tm *tm, u64 index)
{
	switch (index) {
	case 0:
		return tm->tm_sec;
	case 2:
		return tm->tm_min;
	case 4:
		return tm->tm_hour;
	case 6:
		return tm->tm_wday + 1;
	case 7:
		return tm->tm_mday;
	case 8:
		return tm->tm_mon + 1;
	case 9:
		return tm->tm_year % 100;
	case CENTURY:
		return (tm->tm_year + 1900) / 100;
	default:
		return -1;
	}
}

u64 mp_rtc_read(const struct model *m, const struct m_pc *pc)
{
	time_t now = (time_t)(M_RTC + m->now / M_HZ);
	struct tm tm;
	int val;

	gmtime_r(&now, &tm);
	val = field(&tm, pc->index);
	if (val >= 0)
		return (u64)(pc->reg_b & BINARY ? val : val / 10 * 16 + val % 10);
	switch (pc->index) {
	case REG_A:
		return pc->reg_a;
	case REG_B:
		return pc->reg_b;
	case REG_C: /* no interrupt was asked for */
		return 0;
	case REG_D: /* the battery is good */
		return 0x80;
	default:
		return pc->cmos[pc->index];
	}
}

void mp_rtc_write(struct m_pc *pc, u64 val)
{
	const struct tm any = { .tm_mday = 1 };

	if (pc->index == REG_A)
		pc->reg_a = val & 0x7f;
	else if (pc->index == REG_B) /* no interrupts, always 24 hours */
		pc->reg_b = (val & ~0x70ull) | HOURS;
	else if (pc->index != REG_C && pc->index != REG_D && field(&any, pc->index) < 0)
		pc->cmos[pc->index] = (u8)val;
}
