// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A partition's virtual terminal (vterm.h). Its machine's calls read and write it; the other side
 * is core/console.c.
 */
#include "console.h"
#include "vterm.h"

#define WRITE_MAX 64 /* bytes of one call: the console is one lock for all */

BUILD_ASSERT((VTERM_IN & (VTERM_IN - 1)) == 0, "head and tail wrap");

void vterm_init(struct vterm *t, lpid_t owner)
{
	*t = (struct vterm){ .owner = owner };
	lock_init(&t->lock, LOCK_VTERM, "vterm");
}

unsigned vterm_read(struct vterm *t, u8 *buf, unsigned n)
{
	unsigned i = 0;

	lock_take(&t->lock);
	while (i < n && t->tail != t->head)
		buf[i++] = t->in[t->tail++ % VTERM_IN];
	t->nread += i;
	lock_drop(&t->lock);
	return i;
}

unsigned vterm_write(struct vterm *t, const u8 *buf, unsigned n)
{
	n = MIN(n, (unsigned)WRITE_MAX);
	if (n)
		n = (unsigned)console_write((u8)t->owner.v, (const char *)buf, n);
	lock_take(&t->lock);
	t->nwritten += n;
	lock_drop(&t->lock);
	return n;
}

void vterm_input(struct vterm *t, const u8 *buf, unsigned n)
{
	lock_take(&t->lock);
	for (unsigned i = 0; i < n; i++) {
		if (t->head - t->tail == VTERM_IN)
			t->dropped++;
		else
			t->in[t->head++ % VTERM_IN] = buf[i];
	}
	lock_drop(&t->lock);
}
