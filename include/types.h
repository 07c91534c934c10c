/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Base types. Addresses of different kinds are different types, so that mixing them does not
 * compile. Next: arch.h (the contract), hv.h (all core state).
 */
#ifndef RHYPE_TYPES_H
#define RHYPE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

/* Machine ("physical") address of RAM or of a device register. */
typedef struct {
	u64 v;
} pa_t;

/* Logical address: what a partition takes for a physical address. */
typedef struct {
	u64 v;
} gpa_t;

/* Partition number. 0 is never a partition: as an owner it means the hypervisor itself. */
typedef struct {
	u16 v;
} lpid_t;

#define PA(x)				((pa_t){ (x) })
#define GPA(x)				((gpa_t){ (x) })

#define HV_PAGE_SHIFT			12
#define HV_PAGE_SIZE			(1ul << HV_PAGE_SHIFT)
#define HV_PAGE_MASK			(HV_PAGE_SIZE - 1)

#define KIB(n)				((u64)(n) << 10)
#define MIB(n)				((u64)(n) << 20)
#define GIB(n)				((u64)(n) << 30)

#define MAX_CPUS			64  /* physical CPUs */
#define MAX_PARTITIONS			255 /* lpid 1 .. 255 */
#define MAX_VCPUS			16  /* of one partition */
#define MAX_RAM_RANGES			32
#define PART_NAME_LEN			32

#define ARRAY_SIZE(a)			(sizeof(a) / sizeof((a)[0]))
#define ALIGN_UP(x, a)			(((x) + ((a)-1)) & ~((u64)(a)-1))
#define ALIGN_DOWN(x, a)		((x) & ~((u64)(a)-1))
#define IS_ALIGNED(x, a)		(((x) & ((u64)(a)-1)) == 0)
#define MIN(a, b)			((a) < (b) ? (a) : (b))
#define MAX(a, b)			((a) > (b) ? (a) : (b))

#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

#define BUILD_ASSERT(cond, what)	_Static_assert(cond, what)

#define __noreturn			__attribute__((noreturn))
#define __must_check			__attribute__((warn_unused_result))
#define __printf(f, a)			__attribute__((format(printf, f, a)))
#define likely(x)			__builtin_expect(!!(x), 1)
#define unlikely(x)			__builtin_expect(!!(x), 0)

/*
 * What an internal function returns: 0 or one of these. Handlers turn them into the status codes
 * of hcall.h. A function that returns an error has changed nothing.
 */
typedef int err_t;
enum {
	HV_OK = 0,
	HV_ENOMEM = -1,	 /* no page left, or over the partition's limit */
	HV_EINVAL = -2,	 /* argument outside its domain */
	HV_ERANGE = -3,	 /* address not inside the object */
	HV_EBUSY = -4,	 /* object in use: legal later */
	HV_ENOENT = -5,	 /* no such object */
	HV_EEXIST = -6,	 /* overlaps something that exists */
	HV_ESTATE = -7,	 /* not legal in the object's state */
	HV_ENOTSUP = -8, /* this machine cannot do it */
	HV_EPERM = -9,	 /* caller may not */
	HV_EIO = -10,	 /* firmware or hardware refused */
	HV_EAGAIN = -11, /* progress was made, call again */
};

#endif
