// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From exit record to effect: look up the call's row, check who calls and what was passed, call
 * the handler, check that nothing is left behind. Next: the file of the handler (h_* in
 * partition.c, papr/...), or loop.c, which calls exit_dispatch.
 */
#include "dispatch.h"

#include "hv.h"
#include "panic.h"
#include "partition.h"
#include "trace.h"
#include "vcpu.h"

#define OWN_SPAN (HV_CALL_END - HV_CALL_BASE)
BUILD_ASSERT(!(OWN_SPAN & (OWN_SPAN - 1)) && HV_CALL_BASE % OWN_SPAN == 0, "hcall_find masks");
BUILD_ASSERT(!(HCALL_PAPR_END & (HCALL_PAPR_END - 1)), "the same");

const struct hcall_row *hcall_find(const struct hcall_table *t, u64 nr)
{
	unsigned i = 0;

	if (nr % 4)
		return NULL;
	/* what nospec.h is for: with tables of such sizes a mask is enough */
	if (nr < HCALL_PAPR_END)
		i = t->low[arch_opaque(nr) % HCALL_PAPR_END / 4];
	else if (nr >= HV_CALL_BASE && nr < HV_CALL_END)
		i = t->own[arch_opaque(nr) % OWN_SPAN / 4];
	return i ? &t->rows[i - 1] : NULL;
}

s64 hcall_status(err_t e)
{
	switch (e) {
	case HV_OK:
		return H_SUCCESS;
	case HV_ENOMEM:
		return H_NO_MEM;
	case HV_EBUSY:
	case HV_EAGAIN:
		return H_BUSY;
	case HV_ENOENT:
		return H_NOT_FOUND;
	case HV_ESTATE:
		return H_BAD_MODE;
	case HV_ENOTSUP:
		return H_FUNCTION;
	case HV_EPERM:
		return H_PERMISSION;
	case HV_EIO:
		return H_HARDWARE;
	default:
		return H_PARAMETER;
	}
}

/* May v's partition make this call at all? */
static bool authorized(const struct vcpu *v, const struct hcall_row *row, const u64 *args)
{
	switch (row->auth) {
	case AUTH_ANYONE:
		return true;
	case AUTH_OWNER:
		return v->part->controller || args[0] == v->part->id.v;
	default:
		return v->part->controller;
	}
}

static bool arg_valid(struct vcpu *v, enum arg_kind kind, u64 arg)
{
	switch (kind) {
	case ARG_ZERO:
		return arg == 0;
	case ARG_LPID:
		return arg != 0 && arg <= MAX_PARTITIONS;
	case ARG_VCPU:
		return vcpu_find(v->part, arg) != NULL;
	case ARG_GPA:
		return gmem_contains(v->part, GPA(arg), 1);
	default:
		return true;
	}
}

BUILD_ASSERT(HCALL_MAX_ARGS == 9, "rest_is_zero looks at that many");

/* Are the registers behind n arguments zero? At once: a loop costs most of a short call. */
static bool rest_is_zero(const u64 *args, unsigned n)
{
	unsigned end = HCALL_MAX_ARGS;
	u64 rest = 0;

	if (likely(n <= 4)) {
		rest = args[4] | args[5] | args[6] | args[7] | args[8];
		end = 4;
	}
	while (n < end)
		rest |= args[n++];
	return !rest;
}

static s64 check_args(struct vcpu *v, const struct hcall_row *row, const u64 *args)
{
	unsigned n = row->nargs;

	for (unsigned i = 0; i < n; i++)
		if (unlikely(row->kind[i] != ARG_U64) && !arg_valid(v, row->kind[i], args[i]))
			return H_PARAMETER;
	/* On our own calls the rest must be zero; on PAPR calls Linux leaves garbage there. */
	if (row->nr >= HV_CALL_BASE && row->nr < HV_CALL_MACHINE && !rest_is_zero(args, n))
		return H_PARAMETER;
	return H_SUCCESS;
}

void hcall_dispatch(struct vcpu *v, u64 nr, u64 *args, u64 *status)
{
	const struct hcall_row *row = hcall_find(v->part->machine->hcalls, nr);
	s64 s;

	v->nhcalls++;
	if (unlikely(hv.tracing))
		trace_write(TRACE_HCALL, v->part->id.v, (u8)v->index, (u32)nr, args[0], args[1]);
	if (!row)
		s = nr < HCALL_PAPR_END ? v->part->machine->hcalls->unknown : H_FUNCTION;
	else if (!authorized(v, row, args))
		s = H_AUTHORITY;
	else if ((s = check_args(v, row, args)) == H_SUCCESS)
		s = row->fn(v, args);
	*status = (u64)s;
	if (unlikely(hv.tracing))
		trace_write(TRACE_HRET, v->part->id.v, (u8)v->index, (u32)nr, (u64)s, args[0]);
}

void exit_dispatch(struct vcpu *v, struct vcpu_exit *x)
{
	v->nexits[x->kind]++;
	switch (x->kind) {
	case EXIT_HCALL:
		hcall_dispatch(v, x->hcall.nr, x->hcall.args, x->hcall.status);
		break;
	case EXIT_PREEMPT:
	case EXIT_WINDOW: /* before_run delivers */
		break;
	case EXIT_SHUTDOWN:
		partition_kill(v, "its processor shut down", 0);
		break;
	case EXIT_DEAD:
		partition_kill(v, x->dead.why, x->dead.code);
		break;
	default:
		v->part->machine->exit(v, x);
		break;
	}
	ASSERT(lock_count() == 0);
	CHECK(this_cpu()->windows == 0);
}

s64 h_null(struct vcpu *v)
{
	(void)v;
	return H_SUCCESS;
}

s64 h_version(struct vcpu *v, u64 *ret)
{
	ret[0] = HV_ABI_VERSION;
	ret[1] = v->part->id.v;
	return H_SUCCESS;
}

s64 h_memory_info(struct vcpu *v, u64 *ret)
{
	(void)v;
	lock_take(&hv.palloc.lock);
	ret[0] = hv.palloc.nfree;
	ret[1] = hv.palloc.ntotal;
	lock_drop(&hv.palloc.lock);
	return H_SUCCESS;
}
