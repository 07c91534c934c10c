// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The partition's virtual terminal: up to 16 characters a call, in two registers, the first one in
 * the highest byte. Next: ../vio/vterm.c, irq.c (its interrupt).
 */
#include "papr.h"

#include "endian.h"
#include "hvstring.h"

#define CHARS 16

static bool is_term(u64 term)
{
	return term == PAPR_VTY || term == 0;
}

s64 h_get_term_char(struct vcpu *v, u64 term, u64 *ret)
{
	be64_t chars[2] = { 0 };

	if (!is_term(term))
		return H_PARAMETER;
	ret[0] = vterm_read(&v->part->term, (u8 *)chars, CHARS);
	ret[1] = be64_to_cpu(chars[0]);
	ret[2] = be64_to_cpu(chars[1]);
	return H_SUCCESS;
}

s64 h_put_term_char(struct vcpu *v, u64 term, u64 len, u64 hi, u64 lo)
{
	be64_t chars[2] = { cpu_to_be64(hi), cpu_to_be64(lo) };

	if (!is_term(term) || len > CHARS)
		return H_PARAMETER;
	if (vterm_write(&v->part->term, (const u8 *)chars, (unsigned)len) < len)
		return H_BUSY;
	return H_SUCCESS;
}
