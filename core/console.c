// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Output of all partitions to the one serial line, and who has the input focus (console.h). The
 * way in is core/console_input.c; a partition's end of it is core/vio/vterm.c.
 */
#include "arch.h"
#include "console.h"
#include "console_priv.h"
#include "fmt.h"
#include "hv.h"
#include "hvstring.h"
#include "partition.h"

#define FRAME_MAX 255

/* Output is collected: a call of firmware per byte would cost more than all the rest. */
struct out {
	struct console *c;
	size_t n;
	char buf[256];
};

static u32 room(const struct console *c)
{
	return CONSOLE_RING - (c->head - c->tail);
}

/* Into the ring; what does not fit is lost. Writers make sure that it fits. */
static void out_flush(struct out *o)
{
	struct console *c = o->c;
	size_t n = MIN(o->n, (size_t)room(c));

	for (size_t i = 0; i < n; i++)
		c->ring[c->head++ % CONSOLE_RING] = o->buf[i];
	o->n = 0;
}

/* Hand the line what it takes at once. */
static void drain(struct console *c) REQUIRES(&c->lock)
{
	u32 burst = CONSOLE_BURST;

	while (c->tail != c->head && burst) {
		u32 at = c->tail % CONSOLE_RING;
		u32 n = MIN(MIN(c->head - c->tail, CONSOLE_RING - at), burst);
		u32 done = (u32)arch_puts_some(c->ring + at, n);

		c->tail += done;
		burst -= done;
		if (done < n)
			return;
	}
}

/* The end of each piece of output; the caller holds the lock of o->c by another name. */
UNCHECKED_LOCKS static void out_end(struct out *o)
{
	out_flush(o);
	drain(o->c);
}

void console_finish(void)
{
	struct console *c = &hv.console;

	while (c->tail != c->head) {
		u32 at = c->tail % CONSOLE_RING;
		u32 n = MIN(c->head - c->tail, CONSOLE_RING - at);

		arch_puts(c->ring + at, n);
		c->tail += n;
	}
}

static void out_char(struct out *o, char c)
{
	if (o->n == sizeof(o->buf))
		out_flush(o);
	o->buf[o->n++] = c;
}

static void out_bytes(struct out *o, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out_char(o, s[i]);
}

static void out_text(struct out *o, const char *s)
{
	out_bytes(o, s, strlen(s));
}

/* ---- line mode; LOCK_CONSOLE is held ------------------------------------------------------ */

/* Bring the cursor to the start of a line. */
static void end_open(struct console *c, struct out *o)
{
	if (c->open)
		out_text(o, "\r\n");
	c->open = 0;
}

static void out_prefix(struct out *o, const struct console_chan *ch, bool rest)
{
	out_char(o, '[');
	out_text(o, ch->name);
	out_text(o, rest ? "]+" : "] ");
}

/* How far the line may be shown: an unfinished escape sequence may yet be left out. */
static u8 visible(const struct console_chan *ch)
{
	return ch->esc ? (u8)(ch->esc - 1) : ch->len;
}

/* Show on a line of its own what of the channel's line was not shown yet. */
static void show_piece(struct console *c, struct out *o, struct console_chan *ch)
{
	u8 end = visible(ch);

	end_open(c, o);
	out_prefix(o, ch, ch->partial || ch->shown);
	if (end > ch->shown)
		out_bytes(o, ch->line + ch->shown, end - ch->shown);
	out_text(o, "\r\n");
	ch->shown = MAX(ch->shown, end);
}

/* Forget the line; `partial`: more of it follows. */
static void new_line(struct console_chan *ch, bool partial)
{
	ch->len = 0;
	ch->shown = 0;
	ch->esc = 0;
	ch->partial = partial;
}

/* The focus: its prefix, and what it has of its line so far, at the cursor. */
static void open_line(struct console *c, struct out *o)
{
	struct console_chan *ch = &c->chan[c->focus];

	out_prefix(o, ch, ch->partial);
	out_bytes(o, ch->line, ch->len);
	ch->shown = ch->len;
	c->open = c->focus;
}

/* After lines of others: the unfinished line of the focus must stand on the screen again. */
static void reopen_line(struct console *c, struct out *o)
{
	if (c->focus && !c->open && c->chan[c->focus].len)
		open_line(c, o);
}

static void line_end(struct console *c, struct out *o, struct console_chan *ch, bool focus)
{
	if (!focus && ch->esc) /* unfinished */
		console_cut(ch, (u8)(ch->esc - 1));
	if (focus && c->open)
		end_open(c, o);
	else if (ch->len > ch->shown || !(ch->partial || ch->shown))
		show_piece(c, o, ch);
	new_line(ch, false);
}

/* The line goes on as another one; so does an escape sequence, unless it is all there is. */
static void full_line(struct console *c, struct out *o, struct console_chan *ch, bool focus)
{
	u8 from = visible(ch), rest = (u8)(ch->len - from);

	if (!focus && from > ch->shown)
		show_piece(c, o, ch);
	new_line(ch, true);
	if (focus || !rest || !from)
		return;
	memmove(ch->line, ch->line + from, rest);
	ch->len = rest;
	ch->esc = 1;
}

static void line_char(struct console *c, struct out *o, struct console_chan *ch, bool focus, char b)
{
	if (ch->cr) { /* CR without LF: the line is written anew */
		ch->cr = false;
		new_line(ch, false);
		if (focus && c->open) {
			out_char(o, '\r');
			out_prefix(o, ch, false);
		}
	}
	b = console_plain(ch, b, focus);
	if (ch->len == CONSOLE_LINE)
		full_line(c, o, ch, focus);
	if (focus) {
		if (!c->open)
			open_line(c, o);
		out_char(o, b);
		ch->shown++;
	}
	ch->line[ch->len++] = b;
	console_escape(ch, b, focus);
}

static void write_lines(struct console *c, struct out *o, u8 chan, const char *s, size_t n)
{
	struct console_chan *ch = &c->chan[chan];
	bool focus = chan == c->focus;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\n')
			line_end(c, o, ch, focus);
		else if (s[i] == '\r')
			ch->cr = true;
		else if (s[i])
			line_char(c, o, ch, focus, s[i]);
	}
	ch->last = arch_now();
}

/* The hypervisor's own lines come whole and carry their own mark. */
static void write_own(struct out *o, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\n')
			out_char(o, '\r');
		out_char(o, s[i]);
	}
	if (n && s[n - 1] != '\n')
		out_text(o, "\r\n");
}

/* ---- framed mode -------------------------------------------------------------------------- */

static void write_frames(struct out *o, u8 chan, const char *s, size_t n)
{
	while (n) {
		size_t len = MIN(n, (size_t)FRAME_MAX);

		out_char(o, CONSOLE_SOF);
		out_char(o, (char)chan);
		out_char(o, (char)len);
		out_bytes(o, s, len);
		s += len;
		n -= len;
	}
}

/* ---- both --------------------------------------------------------------------------------- */

void console_init(struct console *c, enum console_mode mode)
{
	if (!c->lock.name) /* the other CPUs may be using it by now */
		lock_init(&c->lock, LOCK_CONSOLE, "console");
	lock_take(&c->lock);
	memset(c->chan, 0, sizeof(c->chan));
	c->mode = (u8)mode;
	c->focus = 0;
	c->open = 0;
	c->top = 0;
	c->in_state = 0;
	lock_drop(&c->lock);
}

#define CHUNK	 64		     /* bytes of a partition taken at a time */
#define PREFIX	 (PART_NAME_LEN + 8) /* mark and line end */
#define WORST(n) ((size_t)(n)*PREFIX + 2ul * (CONSOLE_LINE + PREFIX)) /* on the wire, for n bytes */

BUILD_ASSERT(WORST(CHUNK) + CONSOLE_OWN <= CONSOLE_RING, "an empty ring takes any chunk");

/* A panic: straight to the line; nobody else matters any more. */
static size_t write_quiet(struct console *c, u8 chan, const char *s, size_t n)
{
	struct out o = { .c = c };

	if (c->mode == CONSOLE_FRAMED)
		write_frames(&o, chan, s, n);
	else
		write_own(&o, s, n);
	out_flush(&o);
	console_finish();
	return n;
}

/* The hypervisor's own line. */
static size_t write_log(struct console *c, const char *s, size_t n) REQUIRES(&c->lock)
{
	struct out o = { .c = c };
	char lost[48];

	if (room(c) < WORST(0) + 2 * n + sizeof(lost)) {
		c->lost++;
		return 0;
	}
	if (c->mode == CONSOLE_LINES)
		end_open(c, &o);
	if (c->lost) {
		size_t len =
			fmt_print(lost, sizeof(lost), "rhype: %u lines are missing\n", c->lost);

		if (c->mode == CONSOLE_FRAMED)
			write_frames(&o, 0, lost, len);
		else
			write_own(&o, lost, len);
		c->lost = 0;
	}
	if (c->mode == CONSOLE_FRAMED) {
		write_frames(&o, 0, s, n);
	} else {
		write_own(&o, s, n);
		reopen_line(c, &o);
	}
	out_end(&o);
	return n;
}

static size_t write_chan(struct console *c, u8 chan, const char *s, size_t n) REQUIRES(&c->lock)
{
	struct out o = { .c = c };
	size_t done = 0;

	while (done < n) {
		size_t chunk = MIN(n - done, (size_t)CHUNK);

		if (room(c) < WORST(chunk) + CONSOLE_OWN)
			break;
		if (c->mode == CONSOLE_FRAMED)
			write_frames(&o, chan, s + done, chunk);
		else
			write_lines(c, &o, chan, s + done, chunk);
		done += chunk;
		out_end(&o);
	}
	if (c->mode == CONSOLE_LINES) {
		reopen_line(c, &o);
		out_end(&o);
	}
	return done;
}

size_t console_write(u8 chan, const char *s, size_t n)
{
	struct console *c = &hv.console;

	if (c->quiet)
		return write_quiet(c, chan, s, n);
	if (chan == 0)
		lock_take(&c->lock);
	else if (!lock_try(&c->lock))
		return 0;
	drain(c);
	n = chan ? write_chan(c, chan, s, n) : write_log(c, s, n);
	lock_drop(&c->lock);
	return n;
}

void console_flush(void)
{
	struct console *c = &hv.console;
	struct out o = { .c = c };
	u64 now = arch_now(), age = arch_tick_hz() / 1000 * CONSOLE_FLUSH_MS;

	if (!lock_try(&c->lock))
		return; /* whoever writes drains, too */
	for (unsigned i = 1; c->mode == CONSOLE_LINES && i <= c->top; i++) {
		struct console_chan *ch = &c->chan[i];

		if (i == c->focus || visible(ch) <= ch->shown || now - ch->last < age)
			continue;
		if (room(c) < WORST(1) + CONSOLE_OWN)
			break;
		show_piece(c, &o, ch);
		out_flush(&o);
	}
	if (c->mode == CONSOLE_LINES)
		reopen_line(c, &o);
	out_end(&o);
	lock_drop(&c->lock);
}

/* ---- focus -------------------------------------------------------------------------------- */

/* The next partition behind the focus, the focus itself if it is the only one, 0 if none. */
static u8 next_focus(const struct console *c)
{
	for (unsigned i = 1; i <= MAX_PARTITIONS; i++) {
		unsigned id = (c->focus + i - 1) % MAX_PARTITIONS + 1;

		if (c->chan[id].alive)
			return (u8)id;
	}
	return 0;
}

static void move_focus(struct console *c) REQUIRES(&c->lock)
{
	struct out o = { .c = c };

	c->focus = next_focus(c);
	if (c->mode != CONSOLE_LINES || !c->focus)
		return;
	end_open(c, &o);
	out_text(&o, "rhype: input goes to ");
	out_text(&o, c->chan[c->focus].name);
	out_text(&o, "\r\n");
	reopen_line(c, &o);
	out_end(&o);
}

void console_switch(struct console *c)
{
	lock_take(&c->lock);
	move_focus(c);
	lock_drop(&c->lock);
}

static void chan_open(struct console *c, u8 id) REQUIRES(&c->lock)
{
	const struct partition *p = hv.part[id];
	struct console_chan *ch = &c->chan[id];

	memset(ch, 0, sizeof(*ch));
	ch->alive = true;
	if (p)
		memcpy(ch->name, p->name, sizeof(ch->name) - 1);
	else
		fmt_print(ch->name, sizeof(ch->name), "%u", id);
	c->top = MAX(c->top, id);
	if (!c->focus)
		c->focus = id;
}

static void chan_close(struct console *c, u8 id) REQUIRES(&c->lock)
{
	struct console_chan *ch = &c->chan[id];
	struct out o = { .c = c };

	if (c->mode == CONSOLE_LINES && visible(ch) > ch->shown)
		show_piece(c, &o, ch);
	if (c->open == id)
		end_open(c, &o);
	memset(ch, 0, sizeof(*ch));
	if (c->focus != id)
		reopen_line(c, &o);
	out_end(&o);
	if (c->focus == id)
		move_focus(c);
}

void console_partition(lpid_t id, bool alive)
{
	struct console *c = &hv.console;

	if (!id.v || id.v > MAX_PARTITIONS)
		return;
	lock_take(&c->lock);
	if (alive)
		chan_open(c, (u8)id.v);
	else if (c->chan[id.v].name[0])
		chan_close(c, (u8)id.v);
	lock_drop(&c->lock);
}

void console_stopped(lpid_t id)
{
	struct console *c = &hv.console;

	lock_take(&c->lock);
	c->chan[id.v].alive = false;
	if (c->focus == id.v)
		move_focus(c);
	lock_drop(&c->lock);
}
