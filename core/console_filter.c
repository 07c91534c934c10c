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

void console_cut(struct console_chan *ch, u8 len)
{
	ch->len = len;
	ch->shown = MIN(ch->shown, len);
	ch->esc = 0;
}

/*
 * Escape sequences are for the partition that has the screen to itself: from the others they are
 * left out, or they could write over lines that are not theirs. A question to the terminal (ESC [
 * ... n or c) makes it type an answer: it is asked when the focus writes it and then forgotten.
 */
void console_escape(struct console_chan *ch, char b, bool focus)
{
	if (b == ESC) {
		if (ch->esc && !focus) { /* it ends the one before it */
			console_cut(ch, (u8)(ch->esc - 1));
			ch->line[ch->len++] = b;
		}
		ch->esc = ch->len;
	} else if (!ch->esc) {
		return;
	} else if (ch->len == ch->esc + 1) {
		if (b == '[')
			return;
		if (focus)
			ch->esc = 0;
		else
			console_cut(ch, (u8)(ch->esc - 1));
	} else if (b >= '@' && b <= '~') {
		if (!focus || b == 'n' || b == 'c')
			console_cut(ch, (u8)(ch->esc - 1));
		ch->esc = 0;
	}
}
