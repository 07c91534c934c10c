/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program run as a child in its own process group, with its input and output on pipes. It dies
 * with us in every case. Used by runner.c (tests) and terminal.c (make run).
 */
#ifndef BOOT_CHILD_H
#define BOOT_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct child {
	pid_t pid;   /* also its process group; 0 when there is none */
	int in, out; /* its stdin, and its stdout and stderr; non-blocking; -1 when closed */
};

/* Start argv[0]. Returns 0, or errno of what failed (ENOENT: no such program). */
int child_start(struct child *c, char *const argv[]);

/* Up to n bytes of its output: > 0; 0 at its end; -1 nothing now. */
ssize_t child_read(struct child *c, char *buf, size_t n);

/* Write all n bytes to it, waiting at most a second. False when it does not take them. */
bool child_write(struct child *c, const char *buf, size_t n);

/* Kill the group, if it still lives, and wait for the child. Exit status, or 128 + signal. */
int child_end(struct child *c);

/* Wait for a child that closed its output, at most `ms`; then child_end. */
int child_wait(struct child *c, int ms);

/* Seconds since some moment. */
double now(void);

#endif
