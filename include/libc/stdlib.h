/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For libfdt.h in images, which have no libc. */
#ifndef RHYPE_LIBC_STDLIB_H
#define RHYPE_LIBC_STDLIB_H

#include <stddef.h>

unsigned long strtoul(const char *s, char **end, int base);

#endif
