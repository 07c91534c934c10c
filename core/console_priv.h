/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What core/console.c, console_filter.c and console_input.c share. */
#ifndef RHYPE_CONSOLE_PRIV_H
#define RHYPE_CONSOLE_PRIV_H

#include "console.h"

#define CONSOLE_FLUSH_MS 300 /* an unfinished line is shown when its channel is silent so long */

/* The input focus goes to the next partition. Takes LOCK_CONSOLE. */
void console_switch(struct console *c);

/*
 * What stands on the screen in the place of byte b; escape sequences go through, to be left out
 * later. LOCK_CONSOLE held. core/console_filter.c
 */
char console_plain(const struct console_chan *ch, char b, bool focus);

/* The channel's line ends at len, and no escape sequence is unfinished. Same lock. */
void console_cut(struct console_chan *ch, u8 len);

/* Byte b was added to the line: what it means for an escape sequence. Same lock. */
void console_escape(struct console_chan *ch, char b, bool focus);

#endif
