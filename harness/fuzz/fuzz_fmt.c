// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes text formatting: a format, and what goes into it, against the same text made with the
 * libc. Input: size of the buffer, format, 0, arguments of 8 bytes. Next to read: core/fmt.c.
 */
#include "fmt.h"
#include "parser.h"

#define ARGS 6
#define TEXT 30000 /* more than any format here makes */

static const char *const words[] = { NULL, "", "word", "a longer text with %d in it" };

struct want {
	char text[TEXT];
	size_t n;
	u64 arg[ARGS];
	unsigned nargs;
	bool too_many;
};

static void add(struct want *w, const char *s, size_t n)
{
	promise(w->n + n < TEXT, "the text fits");
	memcpy(w->text + w->n, s, n);
	w->n += n;
}

/* A conversion takes its argument from the input; a text is one of a few. */
static u64 *argument(struct want *w)
{
	static u64 none;

	if (w->nargs == ARGS) {
		w->too_many = true;
		return &none;
	}
	return &w->arg[w->nargs++];
}

/* The bare text of a conversion, which may have a sign or 0x before its digits. */
static void convert(struct want *w, char conv, bool wide, char *to, size_t n)
{
	u64 *a = conv == '%' ? NULL : argument(w);
	unsigned long long v = a ? wide || conv == 'p' ? *a : (u32)*a : 0;

	switch (conv) {
	case 'c':
		snprintf(to, n, "%c", (char)v);
		break;
	case 's':
		*a = (u64)(uintptr_t)words[*a % ARRAY_SIZE(words)];
		snprintf(to, n, "%s", *a ? (const char *)(uintptr_t)*a : "(null)");
		break;
	case 'd':
		snprintf(to, n, "%lld", wide ? (long long)v : (int)v);
		break;
	case 'u':
		snprintf(to, n, "%llu", v);
		break;
	default:
		snprintf(to, n, conv == 'p' ? "0x%llx" : "%llx", v);
	}
}

/* "%[-0]*[width][l|ll|z]conversion" (fmt.h); returns what follows, NULL when it is none. */
static const char *conversion(struct want *w, const char *f)
{
	bool left = false, zero = false, wide = false;
	size_t width = 0, n, sign;
	char bare[64], conv;

	for (; *f == '-' || *f == '0'; f++)
		*(*f == '-' ? &left : &zero) = true;
	for (; *f >= '0' && *f <= '9'; f++)
		width = MIN(width * 10 + (size_t)(*f - '0'), 4096);
	if (*f == 'z' || *f == 'l') {
		wide = true;
		f += f[0] == 'l' && f[1] == 'l' ? 2 : 1;
	}
	conv = *f;
	if (!conv || !strchr(wide ? "dux" : "%csduxp", conv))
		return NULL;
	if (conv == '%') {
		add(w, "%", 1);
		return f + 1;
	}
	convert(w, conv, wide, bare, sizeof(bare));
	n = conv == 'c' ? 1 : strlen(bare);
	sign = conv == 'p' ? 2 : conv == 'd' && bare[0] == '-';
	zero = zero && !left && conv != 'c' && conv != 's';
	if (zero)
		add(w, bare, sign);
	for (size_t i = n; !left && i < width; i++)
		add(w, zero ? "0" : " ", 1);
	add(w, bare + (zero ? sign : 0), n - (zero ? sign : 0));
	for (size_t i = n; left && i < width; i++)
		add(w, " ", 1);
	return f + 1;
}

static void expect(struct want *w, const char *f)
{
	while (*f && !w->too_many && w->n + 5000 < TEXT) {
		const char *next = *f == '%' ? conversion(w, f + 1) : NULL;

		if (!next)
			add(w, f, 1);
		f = next ? next : f + 1;
	}
	if (*f)
		w->too_many = true;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct want w;
	struct bytes b = { data, data + size };
	size_t room = byte(&b), n;
	char f[128], *buf;

	memset(&w, 0, offsetof(struct want, arg));
	for (n = 0; n < sizeof(f) - 1 && (f[n] = (char)byte(&b)); n++)
		;
	f[n] = '\0';
	for (unsigned i = 0; i < ARGS; i++)
		w.arg[i] = word(&b, 8);
	w.nargs = 0;
	w.too_many = false;
	expect(&w, f);
	if (w.too_many)
		return 0;
	buf = malloc(room ? room : 1);
	if (!buf)
		abort();
	n = fmt_print(buf, room, f, w.arg[0], w.arg[1], w.arg[2], w.arg[3], w.arg[4], w.arg[5]);
	promise(n == w.n, "the length is that of the whole text");
	if (room) {
		size_t part = MIN(n, room - 1);

		promise(!memcmp(buf, w.text, part), "the text is the libc's");
		promise(!buf[part], "a zero byte ends it");
	}
	free(buf);
	return 0;
}
