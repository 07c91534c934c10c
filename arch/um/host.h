/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the process port needs of the operating system below it: memory, stacks, a console and a
 * way to give up. host.c is the only file besides main.c that includes system headers.
 */
#ifndef UM_HOST_H
#define UM_HOST_H

#include "types.h"

/*
 * One piece of memory seen twice: `view` can be poisoned page by page, `phys` is always open. In
 * `dirty` its user notes what it may have changed: a byte for each HOST_CHUNK bytes.
 */
struct host_ram {
	u8 *view, *phys, *dirty;
	u64 size, mapped;
};

#define HOST_CHUNK     MIB(2)
#define HOST_SPARE_MAX MIB(16)

/*
 * New memory is zero, and dirty. A piece of up to HOST_SPARE_MAX bytes is the one that was put
 * back last, with what stood in it and with the user's notes.
 */
void host_ram_get(struct host_ram *r, u64 size);
void host_ram_put(struct host_ram *r);

/* Make every access through the view a finding of ASan or valgrind, and legal again. */
void host_poison(void *v, u64 n);
void host_unpoison(void *v, u64 n);

/* 1 when an access to *v would be a finding, 0 when not, -1 without ASan and valgrind. */
int host_poisoned(const void *v);

/* Zeroed host memory outside simulated RAM; never fails. */
void *host_alloc(u64 n);
void host_free(void *v);

/* A flow of control with a stack of its own. */
struct um_fiber;

/* The one this process started with. */
struct um_fiber *host_fiber_main(void);
struct um_fiber *host_fiber_self(void);

/* fn never returns. */
struct um_fiber *host_fiber_new(void (*fn)(void *arg), void *arg);

/* At any point of its execution, but not from inside. NULL is ignored. */
void host_fiber_free(struct um_fiber *f);
void host_fiber_free_all(void); /* but the main one */
void host_fiber_switch(struct um_fiber *to);

/* stdout and stdin; host_getc is -1 when nothing waits. */
void host_puts(const char *s, size_t n);
int host_getc(void);

/* Let real time pass, at most until input waits on stdin when `input`. */
void host_sleep(u64 ns, bool input);

/* One line to stderr. */
void host_report(const char *f, ...) __printf(1, 2);
__noreturn void host_abort(void);

#endif
