/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What AddressSanitizer must be told, and nothing when it is not there. For host.c and fiber.c. */
#ifndef UM_SANITIZE_H
#define UM_SANITIZE_H

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
#define asan_poisoned(v)		      __asan_address_is_poisoned(v)
#else
#define asan_switch_start(save, bottom, size) ((void)(save), (void)(bottom), (void)(size))
#define asan_switch_done(save, bottom, size)  ((void)(save), (void)(bottom), (void)(size))
#define asan_poison(v, n)		      ((void)(v), (void)(n))
#define asan_unpoison(v, n)		      ((void)(v), (void)(n))
#define asan_poisoned(v)		      ((void)(v), -1)
#endif

#endif
