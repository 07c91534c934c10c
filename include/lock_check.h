/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a function says of locks, for clang's -Wthread-safety (tools/static/thread-safety.sh); empty
 * for other compilers. Arguments are pointers to locks: REQUIRES(&s->lock). Next: lock.h.
 */
#ifndef RHYPE_LOCK_CHECK_H
#define RHYPE_LOCK_CHECK_H

#ifdef __clang__
#define LOCK_ATTR(x) __attribute__((x))
#else
#define LOCK_ATTR(x)
#endif

#define LOCK_TYPE	LOCK_ATTR(capability("lock"))
#define ACQUIRES(l)	LOCK_ATTR(acquire_capability(l))
#define RELEASES(l)	LOCK_ATTR(release_capability(l))
#define TRY_ACQUIRES(l) LOCK_ATTR(try_acquire_capability(true, l))
#define REQUIRES(l)	LOCK_ATTR(requires_capability(l))    /* its caller holds l */
#define EXCLUDES(l)	LOCK_ATTR(locks_excluded(l))	     /* its caller does not hold l */
#define HOLDS(l)	LOCK_ATTR(assert_capability(l))	     /* checked when it runs */
#define UNCHECKED_LOCKS LOCK_ATTR(no_thread_safety_analysis) /* beyond what clang follows */

#endif
