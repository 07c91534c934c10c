/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The libc functions that freestanding code (ours, and libfdt's archive at boot) may use. The
 * process build takes the host's; images link core-independent ones from arch/X or lib files of
 * core/string.c.
 */
#ifndef RHYPE_STRING_H
#define RHYPE_STRING_H

#include <stddef.h>

void *memcpy(void *d, const void *s, size_t n);
void *memmove(void *d, const void *s, size_t n);
void *memset(void *d, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);

#endif
