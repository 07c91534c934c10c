// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the serial line to the partitions' terminals: keys in line mode, frames in framed mode
 * (console.h). Output and focus: core/console.c.
 */
#include "arch.h"
#include "console.h"
#include "console_priv.h"
#include "hv.h"
#include "log.h"
#include "partition.h"

#define POLL_BYTES 64 /* at most that many in one poll */

enum in_state { IN_SOF, IN_CHAN, IN_LEN, IN_DATA };

/* Bytes on their way to one channel. */
struct batch {
	u8 chan;
	unsigned n;
	u8 buf[POLL_BYTES];
};

/* LOCK_HV keeps the partition from going away. What nobody takes is lost, as on a real line. */
static void deliver(struct batch *b)
{
	struct partition *p;

	if (!b->n)
		return;
	lock_take(&hv.lock);
	p = partition_find(b->chan);
	if (p && (p->state == PART_READY || p->state == PART_RUNNING)) {
		vterm_input(&p->term, b->buf, b->n);
		p->machine->term_input(p);
	}
	lock_drop(&hv.lock);
	b->n = 0;
}

static void add(struct batch *b, u8 chan, u8 byte)
{
	if (b->chan != chan)
		deliver(b);
	b->chan = chan;
	b->buf[b->n++] = byte;
}

/* True when the byte was one of the console's own keys. */
static bool obey_key(struct console *c, u8 byte)
{
	if (byte == CONSOLE_SWITCH) {
		console_switch(c);
		return true;
	}
	if (byte == CONSOLE_END) {
		log_info("the end key was pressed: the machine ends");
		console_finish();
		arch_poweroff(0);
	}
	return false;
}

static void line_byte(struct console *c, struct batch *b, u8 byte)
{
	if (!obey_key(c, byte) && c->focus)
		add(b, c->focus, byte);
}

static void frame_byte(struct console *c, struct batch *b, u8 byte)
{
	switch ((enum in_state)c->in_state) {
	case IN_SOF: /* anything else between frames is noise */
		c->in_state = byte == CONSOLE_SOF ? IN_CHAN : IN_SOF;
		break;
	case IN_CHAN:
		c->in_chan = byte;
		c->in_state = IN_LEN;
		break;
	case IN_LEN:
		c->in_left = byte;
		c->in_state = byte ? IN_DATA : IN_SOF;
		break;
	case IN_DATA:
		if (c->in_chan)
			add(b, c->in_chan, byte);
		else
			obey_key(c, byte);
		if (--c->in_left == 0)
			c->in_state = IN_SOF;
		break;
	}
}

void console_poll(u64 now)
{
	struct console *c = &hv.console;
	struct batch b = { .n = 0 };

	(void)now;
	for (unsigned i = 0; i < POLL_BYTES; i++) {
		int byte = arch_getc();

		if (byte < 0)
			break;
		if (c->mode == CONSOLE_FRAMED)
			frame_byte(c, &b, (u8)byte);
		else
			line_byte(c, &b, (u8)byte);
	}
	deliver(&b);
}
