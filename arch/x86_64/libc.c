// SPDX-License-Identifier: GPL-2.0-or-later
/* The two libc functions libfdt's archive wants besides those of core/string.c. */
#include <stdlib.h>

#include "panic.h"

/* Digits of a base up to 10, as libfdt uses it (unit numbers of aliases); no sign, no prefix. */
unsigned long strtoul(const char *s, char **end, int base)
{
	unsigned long v = 0;

	for (; *s >= '0' && *s < '0' + (base && base < 10 ? base : 10); s++)
		v = v * (base ? (unsigned long)base : 10) + (unsigned long)(*s - '0');
	if (end)
		*end = (char *)s;
	return v;
}

__noreturn void __stack_chk_fail(void);
void __stack_chk_fail(void)
{
	panic("stack overwritten");
}
