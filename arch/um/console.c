// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The machine's serial line: output is kept for the test, or goes to stdout; input is what the test
 * posted, or stdin.
 */
#include "state.h"

#include "hvstring.h"

static void bytes_add(struct um_bytes *b, const char *s, size_t n)
{
	if (b->len + n + 1 > b->size) {
		size_t size = (b->len + n + 1) * 2;
		char *buf = host_alloc(size);

		if (b->len)
			memcpy(buf, b->buf, b->len);
		host_free(b->buf);
		b->buf = buf;
		b->size = size;
	}
	memcpy(b->buf + b->len, s, n);
	b->len += n;
	b->buf[b->len] = 0;
}

static void bytes_fini(struct um_bytes *b)
{
	host_free(b->buf);
	*b = (struct um_bytes){ 0 };
}

void arch_puts(const char *s, size_t n)
{
	if (um.cfg.echo)
		host_puts(s, n);
	else
		bytes_add(&um.out, s, n);
}

size_t arch_puts_some(const char *s, size_t n)
{
	n = MIN(n, um.line_takes);
	arch_puts(s, n);
	return n;
}

void um_line_takes(size_t n)
{
	um.line_takes = n;
}

void arch_putc(char c)
{
	arch_puts(&c, 1);
}

int arch_getc(void)
{
	if (um.in.pos < um.in.len)
		return (u8)um.in.buf[um.in.pos++];
	return um.cfg.stdio_in ? host_getc() : -1;
}

/* The firmware of this machine has no work of its own; the call gives way as a real one would. */
void arch_poll(void)
{
	um_point();
}

void um_input(const char *s, size_t n)
{
	bytes_add(&um.in, s, n);
}

const char *um_output(size_t *n)
{
	if (n)
		*n = um.out.len;
	return um.out.buf ? um.out.buf : "";
}

void um_output_clear(void)
{
	um.out.len = 0;
	if (um.out.buf)
		um.out.buf[0] = 0;
}

void um_console_fini(void)
{
	bytes_fini(&um.out);
	bytes_fini(&um.in);
}
