/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All partitions' consoles over the machine's one serial line (core/console.c).
 *
 * Line mode, for a person: output is shown in whole lines, each marked "[name] "; the partition
 * that has the input focus is shown byte by byte so that prompts appear. "[name]+" marks the rest
 * of a line whose beginning was shown before. Keys: CONSOLE_SWITCH moves the focus to the next
 * partition, CONSOLE_END ends the machine.
 *
 * Framed mode, for a program (tools/splitcon): every piece of output is a frame
 *   0x01 channel length payload...     channel: 0 the hypervisor's log, else lpid; length 1 .. 255
 * and input comes in the same frames; input on channel 0 is keys. docs/manifest.md says how to
 * choose.
 */
#ifndef RHYPE_CONSOLE_H
#define RHYPE_CONSOLE_H

#include "lock.h"
#include "types.h"

#define CONSOLE_SWITCH	0x1d /* Ctrl-] */
#define CONSOLE_END	0x1c /* Ctrl-\ */
#define CONSOLE_SOF	0x01
#define CONSOLE_LINE	160 /* a longer line is shown in pieces */
#define CONSOLE_POLL_MS 10

#define CONSOLE_RING	8192 /* output that waits for the line; a power of 2 */
#define CONSOLE_OWN	2048 /* of these, only for the hypervisor's own lines */
#define CONSOLE_BURST	1024 /* bytes handed to the line at a time */

enum console_mode { CONSOLE_LINES, CONSOLE_FRAMED };

struct console_chan {
	bool alive; /* the partition may run */
	bool cr;    /* the last byte was CR: a line end, or back to the line's start */
	u8 len;
	u8 shown;     /* of these have been on the screen */
	u8 esc;	      /* where in the line an unfinished escape sequence begins, + 1; 0 = none */
	bool partial; /* the piece before this one did not end its line */
	u64 last;     /* when it last wrote, ticks */
	char name[PART_NAME_LEN];
	char line[CONSOLE_LINE];
};

struct console {
	struct lock lock; /* LOCK_CONSOLE */
	u8 mode;	  /* enum console_mode */
	u8 focus;	  /* lpid that gets input, 0 = nobody */
	u8 open;	  /* the focus, if its unfinished line stands on the screen, else 0 */
	u8 top;		  /* highest channel in use so far */
	bool quiet;	  /* panic: write straight through, take no lock */
	u8 in_state, in_chan, in_left; /* parser of framed input */
	u64 next_poll;
	u32 head, tail; /* head - tail bytes wait in ring */
	u32 lost;	/* own lines for which there was no room */
	char ring[CONSOLE_RING];
	struct console_chan chan[MAX_PARTITIONS + 1]; /* [0] the hypervisor's */
};

/* Before first use, and again when the manifest chooses a mode; no partition yet. */
void console_init(struct console *c, enum console_mode mode);

/*
 * n bytes of output of a channel (0 = the hypervisor). Returns how many were taken: a partition's
 * write never waits, neither for the line nor for another CPU that writes; of the hypervisor's own
 * lines, one for which there is no room is counted and lost. Takes LOCK_CONSOLE.
 */
size_t console_write(u8 chan, const char *s, size_t n);

/* Hand on all that waits, waiting for the line: before the end of the machine. Takes no lock. */
void console_finish(void);

/* Show what waits in unfinished lines of channels that have not written for a while. Boot CPU. */
void console_flush(void);

/* Read the line and hand input on; obeys the keys. Boot CPU, no lock held. */
void console_poll(u64 now);

/* A partition came or went: moves the focus if needed. No lock above LOCK_CONSOLE held. */
void console_partition(lpid_t id, bool alive);

/* It stays, but will not run again: the focus passes it by. Same locks. */
void console_stopped(lpid_t id);

#endif
