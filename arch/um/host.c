// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operating system below the process port: memory seen twice, stacks, stdio. Everything the
 * sanitizers and valgrind must be told stands here. Next to read: cpu.c.
 */
#define _GNU_SOURCE /* memfd_create */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include <valgrind/memcheck.h>
#include <valgrind/valgrind.h>

#include "host.h"
#include "hvstring.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HOST_ASAN 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define HOST_ASAN 1
#endif

#ifdef HOST_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#define asan_switch_start(save, bottom, size) __sanitizer_start_switch_fiber(save, bottom, size)
#define asan_switch_done(save, bottom, size)  __sanitizer_finish_switch_fiber(save, bottom, size)
#define asan_poison(v, n)		      __asan_poison_memory_region(v, n)
#define asan_unpoison(v, n)		      __asan_unpoison_memory_region(v, n)
#else
#define asan_switch_start(save, bottom, size) ((void)(save), (void)(bottom), (void)(size))
#define asan_switch_done(save, bottom, size)  ((void)(save), (void)(bottom), (void)(size))
#define asan_poison(v, n)		      ((void)(v), (void)(n))
#define asan_unpoison(v, n)		      ((void)(v), (void)(n))
#endif

#define STACK_SIZE (256 * 1024)
#define GUARD_SIZE 4096

struct um_fiber {
	ucontext_t ctx;
	u8 *stack; /* the lowest page is a guard; NULL for the main fiber */
	const void *bottom;
	size_t size;
	void *fake; /* ASan's own */
	unsigned valgrind_id;
	void (*fn)(void *arg);
	void *arg;
	struct um_fiber *next; /* free list */
};

static struct um_fiber main_fiber;
static struct um_fiber *self = &main_fiber, *from, *free_fibers;

static __noreturn void no_memory(const char *what)
{
	host_report("%s: out of memory", what);
	host_abort();
}

/* ---- memory ----------------------------------------------------------------------------- */

void host_ram_get(struct host_ram *r, u64 size)
{
	int fd = memfd_create("ram", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)size))
		no_memory("simulated RAM");
	r->size = size;
	r->view = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	r->phys = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (r->view == MAP_FAILED || r->phys == MAP_FAILED)
		no_memory("simulated RAM");
	close(fd);
}

void host_ram_put(struct host_ram *r)
{
	if (!r->size)
		return;
	asan_unpoison(r->view, r->size);
	munmap(r->view, r->size);
	munmap(r->phys, r->size);
	*r = (struct host_ram){ 0 };
}

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

/* ---- fibers ----------------------------------------------------------------------------- */

struct um_fiber *host_fiber_main(void)
{
	return &main_fiber;
}

struct um_fiber *host_fiber_self(void)
{
	return self;
}

static void fiber_arrived(struct um_fiber *f)
{
	const void *bottom;
	size_t size;

	asan_switch_done(f->fake, &bottom, &size);
#ifdef HOST_ASAN
	if (from == &main_fiber) {
		main_fiber.bottom = bottom;
		main_fiber.size = size;
	}
#endif
}

static void fiber_entry(void)
{
	struct um_fiber *f = self;

	fiber_arrived(f);
	f->fn(f->arg);
	host_report("a fiber's function returned");
	host_abort();
}

static struct um_fiber *fiber_get(void)
{
	struct um_fiber *f = free_fibers;

	if (f) {
		free_fibers = f->next;
		asan_unpoison(f->stack + GUARD_SIZE, STACK_SIZE);
		return f;
	}
	f = host_alloc(sizeof(*f));
	f->stack = mmap(NULL, GUARD_SIZE + STACK_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (f->stack == MAP_FAILED || mprotect(f->stack, GUARD_SIZE, PROT_NONE))
		no_memory("stack");
	f->bottom = f->stack + GUARD_SIZE;
	f->size = STACK_SIZE;
	f->valgrind_id = VALGRIND_STACK_REGISTER(f->bottom, f->stack + GUARD_SIZE + STACK_SIZE);
	return f;
}

static void fiber_context(ucontext_t *c)
{
	if (getcontext(c))
		host_abort();
}

struct um_fiber *host_fiber_new(void (*fn)(void *arg), void *arg)
{
	struct um_fiber *f = fiber_get();

	fiber_context(&f->ctx);
	f->fn = fn;
	f->arg = arg;
	f->fake = NULL;
	f->ctx.uc_stack.ss_sp = f->stack + GUARD_SIZE;
	f->ctx.uc_stack.ss_size = STACK_SIZE;
	f->ctx.uc_link = NULL;
	makecontext(&f->ctx, fiber_entry, 0);
	return f;
}

/* Stacks are kept for the next fiber: a fuzzer makes and drops many. */
void host_fiber_free(struct um_fiber *f)
{
	if (!f)
		return;
	if (f == self || f == &main_fiber) {
		host_report("a fiber frees itself");
		host_abort();
	}
	f->next = free_fibers;
	free_fibers = f;
}

static __attribute__((destructor)) void fiber_drop_stacks(void)
{
	struct um_fiber *f;

	while ((f = free_fibers)) {
		free_fibers = f->next;
		VALGRIND_STACK_DEREGISTER(f->valgrind_id);
		asan_unpoison(f->stack + GUARD_SIZE, STACK_SIZE);
		munmap(f->stack, GUARD_SIZE + STACK_SIZE);
		host_free(f);
	}
}

void host_fiber_switch(struct um_fiber *to)
{
	struct um_fiber *f = self;

	if (to == f)
		return;
	from = f;
	self = to;
	asan_switch_start(&f->fake, to->bottom, to->size);
	if (swapcontext(&f->ctx, &to->ctx))
		host_abort();
	fiber_arrived(f);
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
