/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text formatting without a libc: of printf %% %c %s %d %u %x %p, with l/ll/z, width, 0 and -. */
#ifndef RHYPE_FMT_H
#define RHYPE_FMT_H

#include <stdarg.h>

#include "types.h"

/*
 * Format into buf[n], always NUL-terminated when n > 0. Returns the length the whole text has,
 * as snprintf does. An unknown conversion is printed as it stands. Any context.
 */
size_t fmt_vprint(char *buf, size_t n, const char *f, va_list ap);
size_t fmt_print(char *buf, size_t n, const char *f, ...) __printf(3, 4);

#endif
