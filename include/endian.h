/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Integers of a stated byte order, as one-member types: what is shared with a guest, with firmware
 * or with a hardware table is declared with these and cannot be read without conversion.
 */
#ifndef RHYPE_ENDIAN_H
#define RHYPE_ENDIAN_H

#include "types.h"

typedef struct {
	u16 raw;
} be16_t;
typedef struct {
	u32 raw;
} be32_t;
typedef struct {
	u64 raw;
} be64_t;
typedef struct {
	u16 raw;
} le16_t;
typedef struct {
	u32 raw;
} le32_t;
typedef struct {
	u64 raw;
} le64_t;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define HV_BE(n, x) __builtin_bswap##n(x)
#define HV_LE(n, x) (x)
#else
#define HV_BE(n, x) (x)
#define HV_LE(n, x) __builtin_bswap##n(x)
#endif

#define HV_ENDIAN_OPS(e, E, n)                           \
	static inline u##n e##n##_to_cpu(e##n##_t x)     \
	{                                                \
		return (u##n)HV_##E(n, x.raw);           \
	}                                                \
	static inline e##n##_t cpu_to_##e##n(u##n x)     \
	{                                                \
		return (e##n##_t){ (u##n)HV_##E(n, x) }; \
	}

HV_ENDIAN_OPS(be, BE, 16)
HV_ENDIAN_OPS(be, BE, 32)
HV_ENDIAN_OPS(be, BE, 64)
HV_ENDIAN_OPS(le, LE, 16)
HV_ENDIAN_OPS(le, LE, 32)
HV_ENDIAN_OPS(le, LE, 64)

#endif
