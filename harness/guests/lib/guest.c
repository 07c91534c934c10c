/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Portable part of the guest library: printing, boot arguments, end of a test. Next to read:
 * papr/papr.c or pc/pc.c (the machine), then a port's cpu.c.
 */
#include "port.h"

/* ---- formatting -------------------------------------------------------------------------- */

struct out {
	char buf[256];
	unsigned n;
};

static void out_char(struct out *o, char c)
{
	if (o->n < sizeof(o->buf) - 1)
		o->buf[o->n++] = c;
}

static void out_number(struct out *o, u64 v, unsigned base, unsigned width, char pad)
{
	char d[24];
	unsigned n = 0;

	do {
		d[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	for (; width > n; width--)
		out_char(o, pad);
	while (n)
		out_char(o, d[--n]);
}

static void out_text(struct out *o, const char *s, unsigned width)
{
	unsigned n = 0;

	for (; s[n]; n++)
		out_char(o, s[n]);
	for (; n < width; n++)
		out_char(o, ' ');
}

/* One conversion, f behind the '%'; returns the character behind it. */
static const char *out_conv(struct out *o, const char *f, va_list *ap)
{
	unsigned width = 0, wide = 0;
	bool alt = false;
	char pad = ' ';
	u64 v;

	for (; *f == '#' || *f == '0'; f++) {
		if (*f == '#')
			alt = true;
		else
			pad = '0';
	}
	for (; *f >= '0' && *f <= '9'; f++)
		width = width * 10 + (unsigned)(*f - '0');
	for (; *f == 'l'; f++)
		wide = 1;
	switch (*f) {
	case 'd':
		v = wide ? (u64)va_arg(*ap, long) : (u64)(s64)va_arg(*ap, int);
		if ((s64)v < 0) {
			out_char(o, '-');
			v = -v;
		}
		out_number(o, v, 10, width, pad);
		break;
	case 'u':
	case 'x':
		v = wide ? va_arg(*ap, unsigned long) : va_arg(*ap, unsigned int);
		if (alt)
			out_text(o, "0x", 0);
		out_number(o, v, *f == 'x' ? 16 : 10, width, pad);
		break;
	case 's':
		out_text(o, va_arg(*ap, const char *), width);
		break;
	case 'c':
		out_char(o, (char)va_arg(*ap, int));
		break;
	default:
		out_char(o, (char)(*f ? *f : '%'));
		if (!*f)
			return f;
	}
	return f + 1;
}

static void out_format(struct out *o, const char *f, va_list *ap)
{
	while (*f) {
		if (*f == '%')
			f = out_conv(o, f + 1, ap);
		else
			out_char(o, *f++);
	}
}

/* ---- console ----------------------------------------------------------------------------- */

void g_print(const char *f, ...)
{
	struct out o = { .n = 0 };
	va_list ap;

	va_start(ap, f);
	out_format(&o, f, &ap);
	va_end(ap);
	port_put(o.buf, o.n);
}

/* ---- end --------------------------------------------------------------------------------- */

void g_pass(void)
{
	g_print("PASS %s\n", g_this()->name);
	g_poweroff();
}

void g_fail(const char *f, ...)
{
	struct out o = { .n = 0 };
	va_list ap;

	va_start(ap, f);
	out_format(&o, f, &ap);
	va_end(ap);
	o.buf[o.n] = 0;
	g_print("FAIL %s: %s\n", g_this()->name, o.buf);
	g_poweroff();
}

/* ---- memory ------------------------------------------------------------------------------ */

u64 g_load(u64 addr, unsigned size)
{
	u64 v = 0;

	if (!g_try_load(addr, size, &v))
		g_fail("fault reading %#lx", addr);
	return v;
}

void g_store(u64 addr, unsigned size, u64 val)
{
	if (!g_try_store(addr, size, val))
		g_fail("fault writing %#lx", addr);
}

/* ---- boot arguments ---------------------------------------------------------------------- */

u64 g_arg(const char *name, u64 dflt)
{
	char args[512];
	size_t n = 0;

	while (name[n])
		n++;
	g_bootargs(args, sizeof(args));
	for (const char *p = args; *p;) {
		size_t i = 0;

		while (*p == ' ')
			p++;
		while (i < n && p[i] == name[i])
			i++;
		if (i == n && p[n] == '=') {
			u64 v = 0;

			for (p += n + 1; *p >= '0' && *p <= '9'; p++)
				v = v * 10 + (u64)(*p - '0');
			return v;
		}
		while (*p && *p != ' ')
			p++;
	}
	return dflt;
}
