// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * COM1, a 16550A, as the partition's console: bytes go to and come from its virtual terminal. There
 * is no line, so there is no speed and no error; what the console does not take at once waits in
 * the transmit FIFO. Next: ../vio/vterm.c.
 */
#include "pc.h"

#include "hvstring.h"

enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCRATCH }; /* writes to IIR go to FCR */

#define IER_RX	      0x01
#define IER_TX	      0x02
#define FCR_ON	      0x01
#define FCR_RX	      0x02
#define FCR_TX	      0x04
#define LCR_DLAB      0x80
#define MCR_OUT2      0x08 /* gates the interrupt line */
#define MCR_LOOP      0x10
#define LSR_DATA      0x01
#define LSR_EMPTY     0x60
#define IIR_NONE      0x01
#define IIR_TX	      0x02
#define IIR_RX	      0x04
#define IIR_FIFO      0xc0
#define MSR_LINE      0xb0 /* the other side is always there: DCD, DSR, CTS */

#define RETRIES_PER_S 1000

void pc_uart_reset(struct pc_uart *u)
{
	memset(u, 0, sizeof(*u));
	u->dll = 12; /* 9600 baud */
}

static bool wants(const struct pc_uart *u)
{
	return (u->ier & IER_RX && u->nrx) || (u->ier & IER_TX && u->thr_irq);
}

static void set_line(struct partition *p)
{
	struct pc_uart *u = &pc_part(p)->uart;

	pc_ioapic_line(p, PC_COM1_IRQ, wants(u) && u->mcr & MCR_OUT2);
}

static void fill(struct partition *p)
{
	struct pc_uart *u = &pc_part(p)->uart;

	if (!(u->mcr & MCR_LOOP))
		u->nrx += (u8)vterm_read(&p->term, u->rx + u->nrx, UART_FIFO - u->nrx);
}

void pc_uart_update(struct partition *p)
{
	fill(p);
	set_line(p);
}

/* Hand on what waits; what is not taken is tried again by v's alarm. */
static void drain(struct vcpu *v)
{
	struct pc_uart *u = &pc_part(v->part)->uart;
	unsigned n;

	if (!u->ntx)
		return;
	n = vterm_write(&v->part->term, u->tx, u->ntx);
	u->ntx -= (u8)n;
	memmove(u->tx, u->tx + n, u->ntx);
	if (!u->ntx) {
		u->thr_irq = true;
	} else if (pc_vcpu(v)->retry == TIME_NEVER) {
		pc_vcpu(v)->retry = arch_now() + arch_tick_hz() / RETRIES_PER_S;
		pc_alarm(v);
	}
}

void pc_uart_flush(struct vcpu *v)
{
	drain(v);
	set_line(v->part);
}

static u8 take_rx(struct pc_uart *u)
{
	u8 c = u->rx[0];

	if (!u->nrx)
		return 0;
	memmove(u->rx, u->rx + 1, --u->nrx);
	return c;
}

/* Reading the cause ends "transmitter empty" when that is what it says. */
static u8 cause(struct pc_uart *u)
{
	u8 fifo = u->fcr & FCR_ON ? IIR_FIFO : 0;

	if (u->ier & IER_RX && u->nrx)
		return IIR_RX | fifo;
	if (!(u->ier & IER_TX) || !u->thr_irq)
		return IIR_NONE | fifo;
	u->thr_irq = false;
	return IIR_TX | fifo;
}

/* In loop mode the outputs of MCR are the inputs: RTS-CTS, DTR-DSR, OUT1-RI, OUT2-DCD. */
static u8 modem(const struct pc_uart *u)
{
	if (!(u->mcr & MCR_LOOP))
		return MSR_LINE;
	return (u8)((u->mcr & 2) << 3 | (u->mcr & 1) << 5 | (u->mcr & 0xc) << 4);
}

static u8 read(struct vcpu *v, struct pc_uart *u, unsigned reg)
{
	bool dlab = u->lcr & LCR_DLAB;

	switch (reg) {
	case DATA:
		return dlab ? u->dll : take_rx(u);
	case IER:
		return dlab ? u->dlm : u->ier;
	case IIR:
		return cause(u);
	case LCR:
		return u->lcr;
	case MCR:
		return u->mcr;
	case LSR:
		drain(v);
		return (u->nrx ? LSR_DATA : 0) | (u->ntx ? 0 : LSR_EMPTY);
	case MSR:
		return modem(u);
	default:
		return u->scr;
	}
}

u8 pc_uart_read(struct vcpu *v, unsigned reg)
{
	u8 val;

	fill(v->part);
	val = read(v, &pc_part(v->part)->uart, reg);
	if (reg == DATA) /* there is room for another */
		fill(v->part);
	set_line(v->part);
	return val;
}

static void transmit(struct vcpu *v, struct pc_uart *u, u8 c)
{
	u->thr_irq = false;
	if (u->mcr & MCR_LOOP) {
		if (u->nrx < UART_FIFO)
			u->rx[u->nrx++] = c;
		u->thr_irq = true;
		return;
	}
	if (u->ntx < UART_FIFO)
		u->tx[u->ntx++] = c;
	drain(v);
}

static void set_ier(struct pc_uart *u, u8 val)
{
	if (val & ~u->ier & IER_TX && !u->ntx)
		u->thr_irq = true;
	u->ier = val & 0x0f;
}

/*
 * What is in the transmit FIFO was taken for sent: it is not thrown away. Without FIFOs the other
 * bits mean nothing (PC16550D, 8.4).
 */
static void set_fcr(struct pc_uart *u, u8 val)
{
	if ((val & FCR_RX && val & FCR_ON) || (val ^ u->fcr) & FCR_ON)
		u->nrx = 0;
	u->fcr = val & 0xc9;
}

void pc_uart_write(struct vcpu *v, unsigned reg, u8 val)
{
	struct pc_uart *u = &pc_part(v->part)->uart;
	bool dlab = u->lcr & LCR_DLAB;

	switch (reg) {
	case DATA:
		if (dlab)
			u->dll = val;
		else
			transmit(v, u, val);
		break;
	case IER:
		if (dlab)
			u->dlm = val;
		else
			set_ier(u, val);
		break;
	case IIR:
		set_fcr(u, val);
		break;
	case LCR:
		u->lcr = val;
		break;
	case MCR:
		u->mcr = val & 0x1f;
		break;
	case SCRATCH:
		u->scr = val;
		break;
	default: /* LSR and MSR */
		break;
	}
	if (reg != DATA) /* FIFO and loop mode may let input in */
		fill(v->part);
	set_line(v->part);
}
