// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes COM1: every register, input, and a console that takes as little as the input says. A 16550
 * of its own stands beside it: no byte is lost but where the chip loses it, and none changes its
 * place; cause, status and the interrupt line are what the chip would say. Next to read:
 * core/pc/uart.c.
 *
 * Input: operations of a byte, some with another: 0 .. 7 read a register, 8 .. 15 write one, then
 * input, room at the console, time, another vcpu.
 */
#include "pcbench.h"
#include "vterm.h"

#define STREAM 8192u

/* The other chip. */
static struct {
	u8 ier, fcr, lcr, mcr, scr, dll, dlm;
	u8 rx[UART_FIFO + 1]; /* one goes while another comes */
	unsigned nrx;
	bool thr;		 /* "transmitter empty" is to be told */
	u8 sent[STREAM];	 /* what the guest has sent, */
	unsigned nsent, ntaken;	 /* and how much of it the console has */
	unsigned typed, nfilled; /* input: bytes there are, bytes that were fetched */
	unsigned room;
} chip;

static bool loops(void)
{
	return chip.mcr & 0x10;
}

/* The console takes what there is room for, and it must be what comes next. */
unsigned __wrap_vterm_write(struct vterm *t, const u8 *buf, unsigned n);
unsigned __wrap_vterm_write(struct vterm *t, const u8 *buf, unsigned n)
{
	unsigned took = MIN(n, chip.room);

	(void)t;
	chip.room -= took;
	for (unsigned i = 0; i < took; i++) {
		promise(chip.ntaken < chip.nsent, "what was sent comes once");
		promise(chip.sent[chip.ntaken++] == buf[i], "and in order");
	}
	if (took == n)
		chip.thr = true;
	return took;
}

unsigned __wrap_vterm_read(struct vterm *t, u8 *buf, unsigned n);
unsigned __wrap_vterm_read(struct vterm *t, u8 *buf, unsigned n)
{
	unsigned got = MIN(n, chip.typed - chip.nfilled);

	(void)t;
	promise(!got || !loops(), "nothing comes in from the line in loop mode");
	for (unsigned i = 0; i < got; i++) {
		promise(chip.nrx <= UART_FIFO, "no more than there is room for");
		buf[i] = chip.rx[chip.nrx++] = (u8)(chip.nfilled++ * 7 + 1);
	}
	return got;
}

static bool wants(void)
{
	return (chip.ier & 1 && chip.nrx) || (chip.ier & 2 && chip.thr);
}

static u8 cause(void)
{
	u8 fifo = chip.fcr & 1 ? 0xc0 : 0;

	if (chip.ier & 1 && chip.nrx)
		return fifo | 4;
	return chip.ier & 2 && chip.thr ? fifo | 2 : fifo | 1;
}

static void check(void)
{
	const struct pc_uart *u = &pc_part(bench_p)->uart;

	promise(u->nrx == chip.nrx && !memcmp(u->rx, chip.rx, chip.nrx), "what has come in");
	promise(u->ntx == chip.nsent - chip.ntaken, "what waits for the console");
	promise(!memcmp(u->tx, chip.sent + chip.ntaken, u->ntx), "and which bytes");
	promise((pc_part(bench_p)->ioapic.level >> PC_COM1_IRQ & 1) == (wants() && chip.mcr & 8),
		"the interrupt line");
	bench_check();
}

/* ---- accesses --------------------------------------------------------------------------- */

static void pop(u8 val)
{
	promise(val == (chip.nrx ? chip.rx[0] : 0), "the byte that came first");
	if (chip.nrx)
		memmove(chip.rx, chip.rx + 1, --chip.nrx);
}

static void read_reg(unsigned reg)
{
	bool dlab = chip.lcr & 0x80, had = chip.nrx;
	u8 val = (u8)bench_in((u16)(PC_COM1 + reg), 1), want = 0;

	switch (reg) {
	case 0:
		if (!dlab && (had || chip.nrx)) {
			pop(val);
			return;
		}
		want = dlab ? chip.dll : 0;
		break;
	case 1:
		want = dlab ? chip.dlm : chip.ier;
		break;
	case 2:
		want = cause();
		if ((want & 0xf) == 2)
			chip.thr = false;
		break;
	case 3:
		want = chip.lcr;
		break;
	case 4:
		want = chip.mcr;
		break;
	case 5:
		want = (chip.nrx ? 1 : 0) | (chip.nsent == chip.ntaken ? 0x60 : 0);
		break;
	case 6: /* CTS DSR RI DCD are RTS DTR OUT1 OUT2 in loop mode */
		want = !loops() ? 0xb0
				: (chip.mcr & 2 ? 0x10 : 0) | (chip.mcr & 1 ? 0x20 : 0) |
					  (chip.mcr & 4 ? 0x40 : 0) | (chip.mcr & 8 ? 0x80 : 0);
		break;
	default:
		want = chip.scr;
		break;
	}
	promise(val == want, "what a register says");
}

static void send(u8 val)
{
	chip.thr = loops();
	if (loops() && chip.nrx < UART_FIFO)
		chip.rx[chip.nrx++] = val;
	if (!loops() && chip.nsent - chip.ntaken < UART_FIFO && chip.nsent < STREAM)
		chip.sent[chip.nsent++] = val;
}

static void write_reg(unsigned reg, u8 val)
{
	bool dlab = chip.lcr & 0x80;

	switch (reg) {
	case 0:
		if (dlab)
			chip.dll = val;
		else
			send(val);
		break;
	case 1:
		if (!dlab && val & ~chip.ier & 2 && chip.nsent == chip.ntaken)
			chip.thr = true;
		*(dlab ? &chip.dlm : &chip.ier) = dlab ? val : val & 0xf;
		break;
	case 2:
		/* the other bits count only together with "on" */
		if ((val & 3) == 3 || (val ^ chip.fcr) & 1)
			chip.nrx = 0;
		chip.fcr = val;
		break;
	case 3:
		chip.lcr = val;
		break;
	case 4:
		chip.mcr = val & 0x1f;
		break;
	case 7:
		chip.scr = val;
		break;
	default:
		break;
	}
	bench_out((u16)(PC_COM1 + reg), 1, val);
}

static void operation(struct bytes *b)
{
	u8 op = byte(b);

	if (op < 96) {
		read_reg(op & 7);
	} else if (op < 192) {
		write_reg(op & 7, byte(b));
	} else if (op < 208) {
		chip.typed += op & 15;
		bench_p->machine->term_input(bench_p);
	} else if (op < 224) {
		chip.room = op & 15 ? (op & 15) * 3 : ~0u;
	} else if (op < 240) {
		um_advance((u64)byte(b) << (op & 15));
		bench_enter();
	} else {
		bench_turn(op);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct bytes b = { data, data + MIN(size, STREAM) };

	memset(&chip, 0, sizeof(chip));
	chip.dll = 12;
	bench_boot();
	while (b.at < b.end) {
		operation(&b);
		check();
	}
	bench_end();
	return 0;
}
