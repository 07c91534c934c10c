// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Scheduling points within the core, and a look at each of its accesses. The simulation compiles it
 * with -fsanitize=thread, which puts a call before each access to memory that another CPU might
 * see. Here these calls end, instead of in the library of the sanitizer: the seed says at which of
 * them another CPU gets its turn, and what is reached must be somebody's.
 */
#include "hv.h"
#include "partition.h"
#include "sim.h"
#include "state.h"
#include "vcpu.h"

#define STALL_LOG2 9
#define DROPS	   30 /* one lock dropped in so many is followed by a long stall */
#define ATOMIC	   8  /* counts like so many accesses */

static u64 rng, left = ~0ull;
static unsigned one_in;

void sim_points(unsigned access, u64 seed)
{
	one_in = access;
	rng = seed;
	left = access ? 1 : ~0ull;
}

/* Others go on, now and then for long: as if this CPU were held up in the middle of something. */
static __attribute__((noinline)) void point(void)
{
	u64 n = sim_random(&rng);

	left = 1 + sim_below(&rng, 2ull * one_in);
	um_give_way(n % 2 ? 0 : 16ull << (n >> 8) % STALL_LOG2);
}

/* A page of the machine that is free, or a guest's without a window or pin. */
static void look(const void *at)
{
	u64 off = (u64)((const u8 *)at - um.ram.view), page;
	const struct frame *f;

	if (likely(off >= um.ram.size) || !hv.ncpus) /* or the map is being made */
		return;
	page = (UM_RAM_BASE + off) >> HV_PAGE_SHIFT;
	f = &hv.palloc.frames[page - hv.palloc.base];
	if (unlikely(f->use == FRAME_FREE))
		sim_fail("CPU %u uses page %llx, which is free", um_self,
			 (unsigned long long)page << HV_PAGE_SHIFT);
	else if (unlikely(f->use == FRAME_GUEST && !um.page[off >> HV_PAGE_SHIFT].open))
		sim_fail("CPU %u uses page %llx of a guest without a window", um_self,
			 (unsigned long long)page << HV_PAGE_SHIFT);
}

static inline void access_point(const void *at)
{
	if (unlikely(--left == 0))
		point();
	look(at);
}

/* Atomic accesses are where CPUs meet without a lock: more often. */
static inline void atomic_point(const void *at)
{
	left -= left > ATOMIC ? ATOMIC : left - 1;
	access_point(at);
}

/* The most telling moment is just after a lock: whoever waited for it goes on, and for long. */
void __real_lock_drop(struct lock *l);
void __wrap_lock_drop(struct lock *l);
void __wrap_lock_drop(struct lock *l)
{
	__real_lock_drop(l);
	if (one_in && sim_below(&rng, DROPS) == 0)
		um_give_way(256ull << sim_below(&rng, 7));
}

#define ACCESS(name)              \
	void name(void *at);      \
	void name(void *at)       \
	{                         \
		access_point(at); \
	}
#define ACCESSES(size)                      \
	ACCESS(__tsan_read##size)           \
	ACCESS(__tsan_write##size)          \
	ACCESS(__tsan_unaligned_read##size) \
	ACCESS(__tsan_unaligned_write##size)

ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)

#define RANGE(name)                  \
	void name(void *at, long n); \
	void name(void *at, long n)  \
	{                            \
		(void)n;             \
		access_point(at);    \
	}
RANGE(__tsan_read_range)
RANGE(__tsan_write_range)

void __tsan_init(void);
void __tsan_init(void)
{
}

void __tsan_func_entry(void *pc);
void __tsan_func_entry(void *pc)
{
	(void)pc;
}

void __tsan_func_exit(void);
void __tsan_func_exit(void)
{
}

/* A CPU takes its count away: from now on what it had chosen may go. */
static void uncounted(const void *count)
{
	struct vcpu *v = sim.chosen[um_self];

	if (v && count == &v->part->nloaded)
		sim.chosen[um_self] = NULL;
}

#define RMW(bits, op)                                                       \
	u##bits __tsan_atomic##bits##_##op(u##bits *at, u##bits v, int mo); \
	u##bits __tsan_atomic##bits##_##op(u##bits *at, u##bits v, int mo)  \
	{                                                                   \
		(void)mo;                                                   \
		atomic_point((const void *)at);                             \
		if (#op[6] == 's')                                          \
			uncounted((const void *)at);                        \
		return __atomic_##op(at, v, __ATOMIC_SEQ_CST);              \
	}

#define DROPS 30 /* one lock dropped in so many is followed by a long stall */
#define ATOMICS(bits)                                                                           \
	u##bits __tsan_atomic##bits##_load(const u##bits *at, int mo);                          \
	u##bits __tsan_atomic##bits##_load(const u##bits *at, int mo)                           \
	{                                                                                       \
		(void)mo;                                                                       \
		atomic_point((const void *)at);                                                 \
		return __atomic_load_n(at, __ATOMIC_SEQ_CST);                                   \
	}                                                                                       \
	void __tsan_atomic##bits##_store(u##bits *at, u##bits v, int mo);                       \
	void __tsan_atomic##bits##_store(u##bits *at, u##bits v, int mo)                        \
	{                                                                                       \
		(void)mo;                                                                       \
		atomic_point((const void *)at);                                                 \
		__atomic_store_n(at, v, __ATOMIC_SEQ_CST);                                      \
	}                                                                                       \
	u##bits __tsan_atomic##bits##_exchange(u##bits *at, u##bits v, int mo);                 \
	u##bits __tsan_atomic##bits##_exchange(u##bits *at, u##bits v, int mo)                  \
	{                                                                                       \
		(void)mo;                                                                       \
		atomic_point((const void *)at);                                                 \
		return __atomic_exchange_n(at, v, __ATOMIC_SEQ_CST);                            \
	}                                                                                       \
	int __tsan_atomic##bits##_compare_exchange_strong(u##bits *at, u##bits *old, u##bits v, \
							  int mo, int fmo);                     \
	int __tsan_atomic##bits##_compare_exchange_strong(u##bits *at, u##bits *old, u##bits v, \
							  int mo, int fmo)                      \
	{                                                                                       \
		(void)mo;                                                                       \
		(void)fmo;                                                                      \
		atomic_point((const void *)at);                                                 \
		return __atomic_compare_exchange_n(at, old, v, 0, __ATOMIC_SEQ_CST,             \
						   __ATOMIC_SEQ_CST);                           \
	}                                                                                       \
	RMW(bits, fetch_add)                                                                    \
	RMW(bits, fetch_sub)                                                                    \
	RMW(bits, fetch_and)                                                                    \
	RMW(bits, fetch_or)

ATOMICS(8)
ATOMICS(16)
ATOMICS(32)
ATOMICS(64)

void __tsan_atomic_thread_fence(int mo);
void __tsan_atomic_thread_fence(int mo)
{
	(void)mo;
}
