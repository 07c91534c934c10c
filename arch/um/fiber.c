// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Flows of control with stacks of their own, for simulated CPUs and vcpus. Next to read: cpu.c
 * (whose turn it is), guest.c (what runs on a vcpu's).
 */
#define _GNU_SOURCE /* MAP_NORESERVE, MAP_STACK */
#include <stdlib.h>
#include <sys/mman.h>
#include <valgrind/valgrind.h>

#include "host.h"
#include "hvstring.h"
#include "sanitize.h"

#define STACK_SIZE (256ul * 1024)
#define GUARD_SIZE 4096

/*
 * Switching stacks. The library's swapcontext makes a system call each time, and ASan warns about
 * it at every start, so that the usual host has its own.
 */
#ifdef __x86_64__
struct host_context {
	void *sp;
};

/* Save what a call preserves, go over to the other stack, restore what was saved there. */
static __attribute__((naked, noinline)) void
context_switch(__attribute__((unused)) struct host_context *from,
	       __attribute__((unused)) struct host_context *to)
{
	__asm__("push %rbp\n\tpush %rbx\n\tpush %r12\n\tpush %r13\n\tpush %r14\n\tpush %r15\n\t"
		"mov %rsp, (%rdi)\n\t"
		"mov (%rsi), %rsp\n\t"
		"pop %r15\n\tpop %r14\n\tpop %r13\n\tpop %r12\n\tpop %rbx\n\tpop %rbp\n\t"
		"ret");
}

static void context_new(struct host_context *c, u8 *top, void (*entry)(void))
{
	u64 *sp = (u64 *)top - 8; /* six registers, where to go, and an end for backtraces */

	memset(sp, 0, 8 * sizeof(*sp));
	sp[6] = (u64)entry;
	c->sp = sp;
}
#else
#include <ucontext.h>

struct host_context {
	ucontext_t u;
};

static void context_switch(__attribute__((unused)) struct host_context *from,
			   struct host_context *to)
{
	swapcontext(&from->u, &to->u);
}

static void context_new(struct host_context *c, u8 *top, void (*entry)(void))
{
	if (getcontext(&c->u))
		abort();
	c->u.uc_stack.ss_sp = top - STACK_SIZE;
	c->u.uc_stack.ss_size = STACK_SIZE;
	c->u.uc_link = NULL;
	makecontext(&c->u, entry, 0);
}
#endif

struct um_fiber {
	struct host_context ctx;
	u8 *stack; /* the lowest page is a guard; NULL for the main fiber */
	const void *bottom;
	size_t size;
	void *fake; /* ASan's own */
	unsigned valgrind_id;
	void (*fn)(void *arg);
	void *arg;
	struct um_fiber *next, **link; /* of the list it is in: in use or free */
};

static struct um_fiber main_fiber;
static struct um_fiber *self = &main_fiber, *from, *free_fibers, *used_fibers;

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

static void fiber_to(struct um_fiber **list, struct um_fiber *f)
{
	if (f->link) {
		*f->link = f->next;
		if (f->next)
			f->next->link = f->link;
	}
	f->next = *list;
	if (f->next)
		f->next->link = &f->next;
	f->link = list;
	*list = f;
}

static struct um_fiber *fiber_get(void)
{
	struct um_fiber *f = free_fibers;

	if (f) {
		asan_unpoison(f->stack + GUARD_SIZE, STACK_SIZE);
		return f;
	}
	f = host_alloc(sizeof(*f));
	f->stack = mmap(NULL, GUARD_SIZE + STACK_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (f->stack == MAP_FAILED || mprotect(f->stack, GUARD_SIZE, PROT_NONE)) {
		host_report("no memory for a stack");
		host_abort();
	}
	f->bottom = f->stack + GUARD_SIZE;
	f->size = STACK_SIZE;
	f->valgrind_id = VALGRIND_STACK_REGISTER(f->bottom, f->stack + GUARD_SIZE + STACK_SIZE);
	return f;
}

struct um_fiber *host_fiber_new(void (*fn)(void *arg), void *arg)
{
	struct um_fiber *f = fiber_get();

	fiber_to(&used_fibers, f);
	f->fn = fn;
	f->arg = arg;
	f->fake = NULL;
	context_new(&f->ctx, f->stack + GUARD_SIZE + STACK_SIZE, fiber_entry);
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
	fiber_to(&free_fibers, f);
}

void host_fiber_free_all(void)
{
	while (used_fibers)
		host_fiber_free(used_fibers);
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
	context_switch(&f->ctx, &to->ctx);
	fiber_arrived(f);
}
