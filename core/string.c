// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The few libc functions of hvstring.h, portable. Images link them under their own names (libfdt's
 * archive wants them too); the process build keeps the host's and renames these for their test.
 */
#include "hvstring.h"
#include "types.h"

/* Otherwise the compiler sees a copy loop inside memcpy and replaces it by a call of memcpy. */
#pragma GCC optimize("no-tree-loop-distribute-patterns")

/* A word at any address, of any type: every machine we run on loads and stores it unaligned. */
typedef u64 __attribute__((may_alias, aligned(1))) word_t;
#define WORD sizeof(word_t)

void *memcpy(void *restrict d, const void *restrict s, size_t n)
{
	u8 *to = d;
	const u8 *from = s;

	for (; n >= 4 * WORD; n -= 4 * WORD, to += 4 * WORD, from += 4 * WORD) {
		const word_t *f = (const word_t *)from;
		word_t *t = (word_t *)to;
		u64 a = f[0], b = f[1], c = f[2], e = f[3];

		t[0] = a;
		t[1] = b;
		t[2] = c;
		t[3] = e;
	}
	for (; n >= WORD; n -= WORD, to += WORD, from += WORD)
		*(word_t *)to = *(const word_t *)from;
	for (; n; n--)
		*to++ = *from++;
	return d;
}

void *memmove(void *d, const void *s, size_t n)
{
	u8 *to = (u8 *)d + n;
	const u8 *from = (const u8 *)s + n;

	/* upwards is right unless the destination begins inside the source */
	if ((uintptr_t)d - (uintptr_t)s >= n) {
		to = d;
		from = s;
		for (; n >= WORD; n -= WORD, to += WORD, from += WORD)
			*(word_t *)to = *(const word_t *)from;
		for (; n; n--)
			*to++ = *from++;
		return d;
	}
	for (; n >= WORD; n -= WORD) {
		to -= WORD;
		from -= WORD;
		*(word_t *)to = *(const word_t *)from;
	}
	for (; n; n--)
		*--to = *--from;
	return d;
}

void *memset(void *d, int c, size_t n)
{
	u8 *to = d;
	u64 w = (u8)c * 0x0101010101010101ull;

	for (; n >= 4 * WORD; n -= 4 * WORD, to += 4 * WORD) {
		word_t *t = (word_t *)to;

		t[0] = w;
		t[1] = w;
		t[2] = w;
		t[3] = w;
	}
	for (; n >= WORD; n -= WORD, to += WORD)
		*(word_t *)to = w;
	for (; n; n--)
		*to++ = (u8)c;
	return d;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;

	for (; n >= WORD && *(const word_t *)x == *(const word_t *)y; n -= WORD)
		x += WORD, y += WORD;
	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	const u8 *p = s;

	for (; n; n--, p++)
		if (*p == (u8)c)
			return (void *)p;
	return NULL;
}

size_t strlen(const char *s)
{
	const char *p = s;

	while (*p)
		p++;
	return (size_t)(p - s);
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	for (; *a && *a == *b; a++)
		b++;
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n && *a && *a == *b; n--, a++)
		b++;
	return n ? (u8)*a - (u8)*b : 0;
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)s;
}

char *strrchr(const char *s, int c)
{
	const char *found = NULL;

	do {
		if (*s == (char)c)
			found = s;
	} while (*s++);
	return (char *)found;
}
