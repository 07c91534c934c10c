// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parts of the core on real threads, under ThreadSanitizer: locks, the log, traces, free lists,
 * terminals and run queues. "threads race" leaves a lock out, which must be reported.
 */
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "hv.h"
#include "log.h"
#include "panic.h"
#include "trace.h"
#include "vcpu.h"
#include "vterm.h"

#define CPUS  4
#define TURNS 2000
#define PAGES 512

struct hv hv;
_Thread_local unsigned thread_cpu;
static struct cpu cpu[CPUS];
static struct trace trace[CPUS];
static u8 ram[PAGES * HV_PAGE_SIZE] __attribute__((aligned(HV_PAGE_SIZE)));

/* ---- the port ------------------------------------------------------------------------------ */

void thread_relax(void)
{
	sched_yield();
}

void panic(const char *f, ...)
{
	va_list ap;

	va_start(ap, f);
	vfprintf(stderr, f, ap);
	va_end(ap);
	abort();
}

void arch_halt(void)
{
	panic("halt");
}

u64 arch_now(void)
{
	return 1;
}

void *arch_va(pa_t p)
{
	return ram + (p.v - HV_PAGE_SIZE * 16);
}

void arch_scrub(pa_t page, u64 n)
{
	memset(arch_va(page), 0, n << HV_PAGE_SHIFT);
}

void arch_guest_pages(pa_t page, u64 n, bool guest)
{
	(void)page;
	(void)n;
	(void)guest;
}

size_t console_write(u8 chan, const char *s, size_t n)
{
	(void)chan;
	(void)s;
	return n;
}

/* ---- what the threads do ------------------------------------------------------------------- */

static struct lock outer, inner;
static u64 counted, tried;
static struct vterm term;
static struct sched queue;
static struct vcpu vcpu[2];
static _Atomic u64 turn;
static bool race;

static void locks(unsigned me)
{
	(void)me;
	lock_take(&outer);
	lock_take(&inner);
	counted++;
	lock_drop(&inner);
	lock_drop(&outer);
	if (lock_try(&outer)) {
		counted++;
		tried++;
		lock_drop(&outer);
	}
}

static void pages(unsigned me)
{
	pa_t page;

	if (palloc_get(&hv.palloc, me % 3, FRAME_HV, (lpid_t){ 0 }, me % 2, &page))
		panic("no page");
	memset(arch_va(page), (int)me, HV_PAGE_SIZE << me % 3);
	palloc_put(&hv.palloc, page, 1ull << me % 3, FRAME_HV, (lpid_t){ 0 });
}

static void text(unsigned me)
{
	u8 buf[8] = { 1, 2, 3 };

	log_info("thread %u", me);
	trace_write(TRACE_EXIT, 1, (u8)me, 2, 3, 4);
	if (me % 2)
		vterm_input(&term, buf, 3);
	else
		vterm_read(&term, buf, sizeof(buf));
}

static void *work(void *arg)
{
	unsigned me = thread_cpu = (unsigned)(uintptr_t)arg;

	for (unsigned i = 0; i < TURNS; i++) {
		locks(me);
		pages(me);
		text(me);
		if (race)
			tried++;
	}
	return NULL;
}

/* Two vcpus take turns: each wakes the other one and waits. A wake-up that gets lost never ends. */
static void *take_turns(void *arg)
{
	unsigned me = thread_cpu = (unsigned)(uintptr_t)arg;

	for (u64 i = me; i < 2 * TURNS; i += 2) {
		while (atomic_load(&turn) != i) {
			u64 until;

			if (!sched_block(&queue, &vcpu[me], TIME_NEVER, 1))
				continue;
			do {
				lock_take(&queue.lock);
				sched_pick_locked(&queue, 1, &until);
				until = vcpu[me].se.state == SE_BLOCKED;
				lock_drop(&queue.lock);
				thread_relax();
			} while (until);
		}
		atomic_store(&turn, i + 1);
		sched_wake(&queue, &vcpu[!me], 1);
	}
	return NULL;
}

static void run(unsigned n, void *(*fn)(void *))
{
	pthread_t t[CPUS];

	for (unsigned i = 0; i < n; i++)
		if (pthread_create(&t[i], NULL, fn, (void *)(uintptr_t)i))
			panic("no thread");
	for (unsigned i = 0; i < n; i++)
		pthread_join(t[i], NULL);
}

static void boot(void)
{
	struct boot_info bi = { .ram = { { PA(HV_PAGE_SIZE * 16), sizeof(ram) } }, .nram = 1 };

	lock_init(&hv.log.lock, LOCK_LOG, "log");
	lock_init(&hv.console.lock, LOCK_CONSOLE, "console");
	hv.log.level = LOG_INFO;
	hv.tracing = true;
	for (unsigned i = 0; i < CPUS; i++) {
		cpu[i].trace = &trace[i];
		hv.cpu[i] = &cpu[i];
	}
	palloc_init(&hv.palloc, &bi);
	lock_init(&outer, LOCK_PARTITION, "outer");
	lock_init(&inner, LOCK_VCPU, "inner");
	vterm_init(&term, (lpid_t){ 1 });
	sched_init(&queue, 0, 100);
	for (unsigned i = 0; i < 2; i++) {
		if (sched_admit(&queue, &vcpu[i], 4))
			panic("not admitted");
		sched_on(&queue, &vcpu[i], 0);
	}
}

int main(int argc, char **argv)
{
	u64 nfree;

	race = argc > 1 && !strcmp(argv[1], "race");
	boot();
	nfree = hv.palloc.nfree;
	run(CPUS, work);
	run(2, take_turns);
	if (counted < CPUS * TURNS || hv.palloc.nfree != nfree || turn != 2 * TURNS)
		panic("%llu counted, %llu pages free of %llu", (unsigned long long)counted,
		      (unsigned long long)hv.palloc.nfree, (unsigned long long)nfree);
	for (unsigned i = 0; i < CPUS; i++)
		if (cpu[i].nlocks)
			panic("CPU %u holds a lock", i);
	return 0;
}
