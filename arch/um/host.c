// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operating system below the process port: memory seen twice, stdio. With fiber.c the only
 * file that the sanitizers and valgrind are told in. Next to read: fiber.c, cpu.c.
 */
#define _GNU_SOURCE /* memfd_create */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <valgrind/memcheck.h>

#include "host.h"
#include "hvstring.h"
#include "sanitize.h"

static __noreturn void no_memory(const char *what)
{
	host_report("%s: out of memory", what);
	host_abort();
}

/* ---- memory ----------------------------------------------------------------------------- */

void host_poison(void *v, u64 n)
{
	asan_poison(v, n);
	VALGRIND_MAKE_MEM_NOACCESS(v, n);
}

void host_unpoison(void *v, u64 n)
{
	asan_unpoison(v, n);
	VALGRIND_MAKE_MEM_DEFINED(v, n);
}

/* Kept for the next machine, which may be smaller: to fault pages in costs more than most tests. */
static struct host_ram spare;

static void ram_new(struct host_ram *r, u64 size)
{
	int fd = memfd_create("ram", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)size))
		no_memory("simulated RAM");
	r->mapped = size;
	r->view = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	r->phys = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (r->view == MAP_FAILED || r->phys == MAP_FAILED)
		no_memory("simulated RAM");
	close(fd);
	r->dirty = host_alloc(ALIGN_UP(size, HOST_CHUNK) / HOST_CHUNK);
	memset(r->dirty, 1, ALIGN_UP(size, HOST_CHUNK) / HOST_CHUNK);
}

static void ram_drop(struct host_ram *r)
{
	munmap(r->view, r->mapped);
	munmap(r->phys, r->mapped);
	host_free(r->dirty);
}

void host_ram_get(struct host_ram *r, u64 size)
{
	if (size > HOST_SPARE_MAX) {
		ram_new(r, size);
	} else if (spare.mapped) {
		*r = spare;
		spare = (struct host_ram){ 0 };
	} else {
		ram_new(r, HOST_SPARE_MAX);
	}
	r->size = size;
	host_poison(r->view + size, r->mapped - size);
}

void host_ram_put(struct host_ram *r)
{
	if (!r->mapped)
		return;
	host_unpoison(r->view, r->mapped);
	if (r->mapped > HOST_SPARE_MAX)
		ram_drop(r);
	else
		spare = *r;
	*r = (struct host_ram){ 0 };
}

static __attribute__((destructor)) void drop_spare(void)
{
	if (spare.mapped)
		ram_drop(&spare);
}

int host_poisoned(const void *v)
{
	u8 bits;

	if (RUNNING_ON_VALGRIND)
		return VALGRIND_GET_VBITS(v, &bits, 1) == 3; /* part of it is not addressable */
	return asan_poisoned(v);
}

void *host_alloc(u64 n)
{
	void *v = calloc(1, n);

	if (!v)
		no_memory("simulation");
	return v;
}

void host_free(void *v)
{
	free(v);
}

/* ---- stdio, time, the end --------------------------------------------------------------- */

void host_puts(const char *s, size_t n)
{
	while (n) {
		ssize_t done = write(STDOUT_FILENO, s, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		s += done;
		n -= (size_t)done;
	}
}

static bool stdin_closed;

static bool stdin_waits(int ms)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };

	return !stdin_closed && poll(&p, 1, ms) > 0;
}

int host_getc(void)
{
	u8 c;

	if (!stdin_waits(0))
		return -1;
	if (read(STDIN_FILENO, &c, 1) == 1)
		return c;
	stdin_closed = true;
	return -1;
}

void host_sleep(u64 ns, bool input)
{
	struct timespec t = { .tv_sec = (time_t)(ns / 1000000000),
			      .tv_nsec = (long)(ns % 1000000000) };

	if (input && !stdin_closed && ns < 1000000000000ull)
		stdin_waits((int)(ns / 1000000) + 1);
	else
		nanosleep(&t, NULL);
}

void host_report(const char *f, ...)
{
	va_list ap;

	va_start(ap, f);
	fputs("um: ", stderr);
	vfprintf(stderr, f, ap);
	fputc('\n', stderr);
	va_end(ap);
}

__noreturn void host_abort(void)
{
	abort();
}
