/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which values of XCR0 a guest may write: no value may fault in our own XSETBV. Next: vmx_run.c. */
#ifndef RHYPE_X86_64_XCR0_H
#define RHYPE_X86_64_XCR0_H

#include "types.h"

#define XCR0_X87    0x1u
#define XCR0_SSE    0x2u
#define XCR0_AVX    0x4u
#define XCR0_AVX512 0xe0u
#define XCR0_PKRU   0x200u

/* `have`: what the processor has. States go on in groups (SDM 1, 13.3); only those known here. */
static inline bool xcr0_is_legal(u64 val, u64 have)
{
	u64 known = XCR0_X87 | XCR0_SSE | XCR0_AVX | XCR0_AVX512 | XCR0_PKRU;
	u64 avx512 = val & XCR0_AVX512;

	if (!(val & XCR0_X87) || val & ~(have & known) || (val & XCR0_AVX && !(val & XCR0_SSE)))
		return false;
	return !avx512 || (avx512 == XCR0_AVX512 && val & XCR0_AVX);
}

#endif
