/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A partition's virtual terminal (core/vio/vterm.c): bytes between a guest and the console
 * multiplexer (core/console.c). Output goes to the multiplexer at once; input waits in a FIFO.
 */
#ifndef RHYPE_VTERM_H
#define RHYPE_VTERM_H

#include "lock.h"
#include "types.h"

#define VTERM_IN 256 /* bytes of input that wait for the guest; a power of 2 */

struct vterm {
	struct lock lock; /* LOCK_VTERM */
	lpid_t owner;
	u8 in[VTERM_IN];
	u32 head, tail; /* head - tail = bytes waiting */
	u64 dropped;	/* input bytes for which there was no room */
	u64 nread, nwritten;
};

void vterm_init(struct vterm *t, lpid_t owner);

/* Guest reads at most n bytes; returns how many (0 = none waits). Takes LOCK_VTERM. */
unsigned vterm_read(struct vterm *t, u8 *buf, unsigned n);

/* Guest writes n bytes; returns how many were taken (fewer = busy). Takes both locks. */
unsigned vterm_write(struct vterm *t, const u8 *buf, unsigned n);

/* Console side: n bytes for the guest; what does not fit is dropped and counted. */
void vterm_input(struct vterm *t, const u8 *buf, unsigned n);

#endif
