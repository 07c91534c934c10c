/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What core/console.c and core/console_input.c share. */
#ifndef RHYPE_CONSOLE_PRIV_H
#define RHYPE_CONSOLE_PRIV_H

#include "console.h"

#define CONSOLE_FLUSH_MS 300 /* an unfinished line is shown when its channel is silent so long */

/* The input focus goes to the next partition. Takes LOCK_CONSOLE. */
void console_switch(struct console *c);

#endif
