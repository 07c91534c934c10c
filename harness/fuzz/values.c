// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values of arguments: for each kind some that are right, some just outside and some hostile, and
 * any 64 bits. Next to read: ops.c.
 */
#include "fuzz.h"

u8 in_u8(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

u64 in_u64(struct input *in)
{
	u64 v = 0;

	for (unsigned i = 0; i < 8; i++)
		v |= (u64)in_u8(in) << (8 * i);
	return v;
}

/* Without a vcpu the values do not matter, but the bytes are read all the same. */
static u64 own(const struct vcpu *v)
{
	return v ? v->part->id.v : 0;
}

static u64 nvcpus(const struct vcpu *v)
{
	return v ? v->part->nvcpus : 1;
}

static u64 lpid_value(const struct vcpu *v, u8 n)
{
	const u64 t[] = { own(v),
			  1,
			  2,
			  3,
			  4,
			  0,
			  own(v) + 256,
			  255,
			  256,
			  own(v) | 1ull << 32,
			  ~0ull,
			  own(v) | 1ull << 16 };

	return t[n % ARRAY_SIZE(t)];
}

static u64 vcpu_value(const struct vcpu *v, u8 n)
{
	const u64 t[] = { 0,	     1,		v ? v->index : 0, nvcpus(v) - 1,
			  nvcpus(v), MAX_VCPUS, MAX_VCPUS - 1,	  1ull << 32,
			  ~0ull,     0xffffffff };

	return t[n % ARRAY_SIZE(t)];
}

/* Flags, lengths, register images: what the calls of today tell apart. */
static const u64 fixed[] = {
	/* small numbers and edges of fields */
	0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 15, 16, 17, 0x1d, 0x1f, 0x20, 0x3f, 0x40, 0xff, 0x100,
	0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 1ull << 32, 1ull << 63, ~0ull,
	~0ull - 1, ~(1ull << 63), 0x0123456789abcdef,
	/* sub-functions of H_REGISTER_VPA */
	1ull << 45, 2ull << 45, 3ull << 45, 5ull << 45, 6ull << 45, 7ull << 45,
	/* interrupts: XIRR images, sources */
	0xff000002, 0x05000002, 0xff001000, 0xff000000, 0x1000, 0xff000003,
	/* RTAS tokens */
	0x2000, 0x2004, 0x2005, 0x2006, 0x200c, 0x200d,
	/* addresses: inside, outside, wrapping */
	0x8000, 0x8080, 0x8f80, 0x8fff, 0x9000, 0xa000, 1ull << 39, 1ull << 52, 0x30000000,
	0xfffffff8, 0x0fffffffffffffff, 0xffffffffffff0000,
	/* of a PC: MSRs, ports, devices in memory */
	0x10, 0x1b, 0x6e0, 0x277, 0x4b564d01, 0x808, 0x80b, 0x80f, 0x830, 0x832, 0x838, 0x3f8,
	0x3f9, 0x3fd, 0x70, 0x71, 0x600, 0xcf9, 0xfee00000, 0xfee000b0, 0xfec00000, 0xfec00010
};

/* Addresses at the end of the memory, as distances from there. */
static const s64 near_end[] = { -0x10000, -0x1000, -0x280, -8, -4, -1, 0, 1 };

static u64 any_value(const struct vcpu *v, u8 n)
{
	u64 mem = v ? v->part->mem.bytes : MIB(1);
	unsigned i = n % (ARRAY_SIZE(fixed) + ARRAY_SIZE(near_end));

	return i < ARRAY_SIZE(fixed) ? fixed[i] : mem + (u64)near_end[i - ARRAY_SIZE(fixed)];
}

u64 in_value(struct input *in, const struct vcpu *v, enum arg_kind kind)
{
	u8 n = in_u8(in);

	if (n == VALUE_RAW)
		return in_u64(in);
	if (kind == ARG_LPID && n < 64)
		return lpid_value(v, n);
	if (kind == ARG_VCPU && n < 64)
		return vcpu_value(v, n);
	return any_value(v, n);
}
