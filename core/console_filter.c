// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Control characters: the partition with the focus has the screen to itself. From the others come
 * printable characters only, or they could write over lines that are not theirs. Next: console.c.
 */
#include "console_priv.h"

#include "types.h"

#define ESC	 '\033'
#define TAB	 '\t'
#define DELETE	 0x7f
#define UTF8_C1	 0xc2 /* before 0x80 .. 0x9f: a control character of two bytes */
#define INSTEAD	 '?'
#define C1_FIRST 0x80
#define C1_LAST	 0x9f

char console_plain(const struct console_chan *ch, char b, bool focus)
{
	u8 c = (u8)b, last = ch->len ? (u8)ch->line[ch->len - 1] : 0;

	if (focus)
		return b;
	if (c < ' ' || c == DELETE)
		return (char)(c == ESC || c == TAB ? b : INSTEAD);
	/* between other bytes of UTF-8 it is a part of a letter; alone, terminals may obey it */
	if (c >= C1_FIRST && c <= C1_LAST && (last < C1_FIRST || last == UTF8_C1))
		return INSTEAD;
	return b;
}
