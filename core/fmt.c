// SPDX-License-Identifier: GPL-2.0-or-later
/* Text formatting (fmt.h). Used by core/log.c and core/panic.c. */
#include "fmt.h"
#include "hvstring.h"

#define WIDTH_MAX 4096 /* a wider field is a mistake in the format */

struct out {
	char *buf;
	size_t cap; /* with the NUL */
	size_t len; /* of the whole text */
};

/* One parsed conversion. */
struct spec {
	bool left, zero;
	unsigned width;
	unsigned longs; /* size of an integer argument: 0 int, else 64 bits */
	char conv;
};

static void put(struct out *o, char c)
{
	if (o->len < o->cap) /* the NUL comes last */
		o->buf[o->len] = c;
	o->len++;
}

static void pad(struct out *o, char c, size_t used, unsigned width)
{
	for (; used < width; used++)
		put(o, c);
}

static void put_text(struct out *o, const struct spec *sp, const char *s, size_t n)
{
	if (!sp->left)
		pad(o, ' ', n, sp->width);
	for (size_t i = 0; i < n; i++)
		put(o, s[i]);
	if (sp->left)
		pad(o, ' ', n, sp->width);
}

static void put_number(struct out *o, const struct spec *sp, u64 v, unsigned base, const char *sign)
{
	char digits[20];
	size_t n = 0, nsign = strlen(sign);

	do {
		digits[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);

	if (!sp->left && !sp->zero)
		pad(o, ' ', n + nsign, sp->width);
	for (size_t i = 0; i < nsign; i++)
		put(o, sign[i]);
	if (!sp->left && sp->zero)
		pad(o, '0', n + nsign, sp->width);
	for (size_t i = n; i > 0; i--)
		put(o, digits[i - 1]);
	if (sp->left)
		pad(o, ' ', n + nsign, sp->width);
}

/* Parse what follows a '%'. Returns the place behind the conversion, NULL for an unknown one. */
static const char *parse(const char *f, struct spec *sp)
{
	*sp = (struct spec){ 0 };
	for (; *f == '-' || *f == '0'; f++) {
		sp->left |= *f == '-';
		sp->zero |= *f == '0';
	}
	for (; *f >= '0' && *f <= '9'; f++)
		sp->width = MIN(sp->width * 10 + (unsigned)(*f - '0'), WIDTH_MAX);
	for (; sp->longs < 2 && *f == 'l'; f++)
		sp->longs++;
	if (!sp->longs && *f == 'z') {
		sp->longs = 1;
		f++;
	}
	sp->conv = *f;
	if (!*f || !strchr(sp->longs ? "dux" : "%csduxp", *f))
		return NULL;
	return f + 1;
}

static void put_arg(struct out *o, const struct spec *sp, va_list *ap)
{
	const char *s;
	char c;
	s64 d;

	switch (sp->conv) {
	case '%':
		put(o, '%');
		break;
	case 'c':
		c = (char)va_arg(*ap, int);
		put_text(o, sp, &c, 1);
		break;
	case 's':
		s = va_arg(*ap, const char *);
		if (!s)
			s = "(null)";
		put_text(o, sp, s, strlen(s));
		break;
	case 'd':
		d = sp->longs ? va_arg(*ap, s64) : va_arg(*ap, int);
		put_number(o, sp, d < 0 ? -(u64)d : (u64)d, 10, d < 0 ? "-" : "");
		break;
	case 'p':
		put_number(o, sp, (uintptr_t)va_arg(*ap, void *), 16, "0x");
		break;
	default: /* u, x */
		put_number(o, sp, sp->longs ? va_arg(*ap, u64) : va_arg(*ap, unsigned),
			   sp->conv == 'u' ? 10 : 16, "");
	}
}

size_t fmt_vprint(char *buf, size_t n, const char *f, va_list ap)
{
	struct out o = { buf, n, 0 };
	va_list args;

	va_copy(args, ap);
	while (*f) {
		struct spec sp;
		const char *next = NULL;

		if (*f == '%')
			next = parse(f + 1, &sp);
		if (!next) {
			put(&o, *f++);
			continue;
		}
		put_arg(&o, &sp, &args);
		f = next;
	}
	va_end(args);
	if (n)
		buf[MIN(o.len, n - 1)] = 0;
	return o.len;
}

size_t fmt_print(char *buf, size_t n, const char *f, ...)
{
	va_list ap;
	size_t len;

	va_start(ap, f);
	len = fmt_vprint(buf, n, f, ap);
	va_end(ap);
	return len;
}
