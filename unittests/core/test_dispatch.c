// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From exit record to effect: the call table, who may call, what arguments may be, and each kind
 * of exit.
 */
#include "papr/lab.h"

static const struct hcall_row *row_of(u64 nr)
{
	return hcall_find(lab_p->machine->hcalls, nr);
}

START_TEST(table_is_sound)
{
	const struct hcall_table *t = lab_p->machine->hcalls;

	ck_assert_uint_gt(t->nrows, 20);
	for (unsigned i = 0; i < t->nrows; i++) {
		const struct hcall_row *r = &t->rows[i];

		ck_assert_ptr_eq(row_of(r->nr), r);
		ck_assert_uint_eq(r->nr % 4, 0);
		ck_assert_ptr_nonnull(r->fn);
		ck_assert_ptr_nonnull(r->name);
		ck_assert_uint_le(r->nargs, HCALL_MAX_ARGS);
		ck_assert_uint_le(r->nrets, HCALL_MAX_ARGS);
		for (unsigned k = r->nargs; k < HCALL_MAX_ARGS; k++)
			ck_assert_uint_eq(r->kind[k], ARG_NONE);
		for (unsigned k = 0; k < r->nargs; k++)
			ck_assert_uint_ne(r->kind[k], ARG_NONE);
		if (r->auth == AUTH_OWNER)
			ck_assert_uint_eq(r->kind[0], ARG_LPID);
	}
}
END_TEST

/* Every number there is: found once, or unknown and refused without any effect. */
START_TEST(unknown_numbers)
{
	static const u64 far[] = { 0xf000,
				   0xf9fc,
				   0xfb00,
				   0x10000,
				   1ull << 32,
				   1ull << 63,
				   ~0ull,
				   HV_NULL | 1ull << 32,
				   HV_NULL | 1ull << 63 };
	unsigned known = 0;

	for (u64 nr = 0; nr < 0x10000; nr++)
		known += row_of(nr) != NULL;
	ck_assert_uint_eq(known, lab_p->machine->hcalls->nrows);
	for (u64 nr = 0; nr < HCALL_PAPR_END; nr++)
		if (!row_of(nr))
			ck_assert_int_eq(lab_call(lab_v0, nr, 1, 2, 3), H_FUNCTION);
	for (unsigned i = 0; i < ARRAY_SIZE(far); i++)
		lab_error(H_FUNCTION, lab_v0, far[i], 0, 0, 0);
	for (u64 nr = HV_NULL + 1; nr < HV_VERSION; nr++)
		lab_error(H_FUNCTION, lab_v0, nr, 0);
}
END_TEST

/* ---- kinds of arguments: a table of our own, with a row that has one of each ---------------- */

static u64 seen[5];

static s64 kinds(struct vcpu *v, u64 *a)
{
	(void)v;
	memcpy(seen, a, sizeof(seen));
	return H_SUCCESS;
}

static s64 call_kinds(u64 zero, u64 lpid, u64 vcpu, u64 gpa, u64 any)
{
	static const struct hcall_row row = {
		.fn = kinds,
		.name = "KINDS",
		.nr = 4,
		.auth = AUTH_ANYONE,
		.nargs = 5,
		.kind = { ARG_ZERO, ARG_LPID, ARG_VCPU, ARG_GPA, ARG_U64 },
	};
	static const struct hcall_table table = { .rows = &row, .nrows = 1, .low = { [1] = 1 } };
	struct machine m = *lab_p->machine;
	s64 status;

	m.hcalls = &table;
	lab_p->machine = &m;
	memset(seen, 0, sizeof(seen));
	status = lab_call(lab_v0, 4, zero, lpid, vcpu, gpa, any);
	lab_p->machine = &machine_papr;
	return status;
}

START_TEST(a_row_with_one_of_each_kind)
{
	ck_assert_int_eq(call_kinds(0, 1, 0, 0, ~0ull), H_SUCCESS);
	ck_assert_uint_eq(seen[1], 1);
	ck_assert_uint_eq(seen[4], ~0ull);
	ck_assert_int_eq(call_kinds(0, MAX_PARTITIONS, 1, LAB_MEM - 1, 0), H_SUCCESS);
	ck_assert_uint_eq(seen[3], LAB_MEM - 1);
	ck_assert_int_eq(call_kinds(1, 1, 0, 0, 0), H_PARAMETER);
	ck_assert_int_eq(call_kinds(1ull << 63, 1, 0, 0, 0), H_PARAMETER);
	ck_assert_int_eq(call_kinds(0, 0, 0, 0, 0), H_PARAMETER);
	ck_assert_int_eq(call_kinds(0, MAX_PARTITIONS + 1, 0, 0, 0), H_PARAMETER);
	ck_assert_int_eq(call_kinds(0, 1, 2, 0, 0), H_PARAMETER);
	ck_assert_int_eq(call_kinds(0, 1, 0, LAB_MEM, 0), H_PARAMETER);
	ck_assert_int_eq(call_kinds(0, 1, 0, ~0ull, 0), H_PARAMETER);
	ck_assert_uint_eq(seen[1], 0);
}
END_TEST

START_TEST(null_and_version)
{
	ck_assert_int_eq(lab_call(lab_v0, HV_NULL, 0), H_SUCCESS);
	ck_assert_int_eq(lab_call(lab_v0, HV_VERSION, 0), H_SUCCESS);
	ck_assert_uint_eq(lab_ret(lab_v0, 0), HV_ABI_VERSION);
	ck_assert_uint_eq(lab_ret(lab_v0, 1), lab_p->id.v);
}
END_TEST

START_TEST(own_calls_want_zeros_behind_their_arguments)
{
	for (unsigned i = 0; i < HCALL_MAX_ARGS; i++) {
		u64 a[HCALL_MAX_ARGS] = { 0 };

		a[i] = 1ull << (7 * i);
		ck_assert_int_eq(lab_call_n(lab_v0, HV_NULL, a, HCALL_MAX_ARGS), H_PARAMETER);
		ck_assert_int_eq(lab_call_n(lab_v0, HV_VERSION, a, HCALL_MAX_ARGS), H_PARAMETER);
		a[0] = lab_p->id.v;
		ck_assert_int_eq(lab_call_n(lab_v0, HV_PARTITION_INFO, a, HCALL_MAX_ARGS),
				 i ? H_PARAMETER : H_SUCCESS);
	}
}
END_TEST

START_TEST(argument_kinds)
{
	lab_error(H_PARAMETER, lab_v0, H_PROD, 2); /* VCPU */
	lab_error(H_PARAMETER, lab_v0, H_PROD, ~0ull);
	lab_error(H_PARAMETER, lab_v0, H_PROD, 1ull << 32);
	lab_p->controller = true;
	lab_error(H_PARAMETER, lab_v0, HV_PARTITION_INFO, 0); /* LPID */
	lab_error(H_PARAMETER, lab_v0, HV_PARTITION_INFO, MAX_PARTITIONS + 1);
	lab_error(H_PARAMETER, lab_v0, HV_PARTITION_INFO, 1ull << 16 | lab_p->id.v);
}
END_TEST

START_TEST(statuses)
{
	static const struct {
		err_t err;
		s64 status;
	} map[] = { { HV_OK, H_SUCCESS },	{ HV_ENOMEM, H_NO_MEM },
		    { HV_EINVAL, H_PARAMETER }, { HV_ERANGE, H_PARAMETER },
		    { HV_EBUSY, H_BUSY },	{ HV_ENOENT, H_NOT_FOUND },
		    { HV_EEXIST, H_PARAMETER }, { HV_ESTATE, H_BAD_MODE },
		    { HV_ENOTSUP, H_FUNCTION }, { HV_EPERM, H_PERMISSION },
		    { HV_EIO, H_HARDWARE },	{ HV_EAGAIN, H_BUSY } };

	for (unsigned i = 0; i < ARRAY_SIZE(map); i++)
		ck_assert_int_eq(hcall_status(map[i].err), map[i].status);
}
END_TEST

START_TEST(tracing_records_call_and_return)
{
	struct trace_rec r[2];

	lab_call(lab_v0, HV_NULL, 0);
	ck_assert_uint_eq(trace_read(0, r, 2), 0);
	hv.tracing = true;
	lab_call(lab_v0, H_PROD, 77);
	ck_assert_uint_eq(trace_read(0, r, 2), 2);
	ck_assert_uint_eq(r[0].kind, TRACE_HCALL);
	ck_assert_uint_eq(r[0].code, H_PROD);
	ck_assert_uint_eq(r[0].a, 77);
	ck_assert_uint_eq(r[0].lpid, lab_p->id.v);
	ck_assert_uint_eq(r[1].kind, TRACE_HRET);
	ck_assert_int_eq((s64)r[1].a, H_PARAMETER);
}
END_TEST

/* ---- exits ------------------------------------------------------------------------------- */

static void exit_of(enum exit_kind kind)
{
	struct vcpu_exit x = { .kind = kind };
	u64 before = lab_v0->nexits[kind];

	exit_dispatch(lab_v0, &x);
	ck_assert_uint_eq(lab_v0->nexits[kind], before + 1);
}

START_TEST(call_exit)
{
	u64 *gpr = lab_v0->arch.papr.gpr;
	struct vcpu_exit x = { .kind = EXIT_HCALL, .hcall = { HV_VERSION, &gpr[4], &gpr[3] } };

	memset(gpr, 0, 13 * sizeof(*gpr));
	gpr[3] = HV_VERSION;
	exit_dispatch(lab_v0, &x);
	ck_assert_uint_eq(gpr[3], H_SUCCESS);
	ck_assert_uint_eq(gpr[4], HV_ABI_VERSION);
	ck_assert_uint_eq(lab_v0->nhcalls, 1);
}
END_TEST

START_TEST(preempt_and_window_do_nothing)
{
	u64 before = lab_digest();

	exit_of(EXIT_PREEMPT);
	exit_of(EXIT_WINDOW);
	ck_assert_uint_eq(lab_digest(), before);
}
END_TEST

START_TEST(idle_blocks_until_the_guests_timer)
{
	lab_v0->arch.dec = arch_now() + 5000;
	exit_of(EXIT_IDLE);
	ck_assert_uint_eq(lab_v0->se.state, SE_BLOCKED);
	ck_assert_uint_eq(lab_v0->se.wake, lab_v0->arch.dec);
	ck_assert(hv.cpu[0]->resched);
}
END_TEST

START_TEST(dead_and_shutdown_kill)
{
	struct vcpu_exit x = { .kind = EXIT_DEAD, .dead = { "machine check", 0x200 } };

	if (_i)
		x.kind = EXIT_SHUTDOWN;
	exit_dispatch(lab_v0, &x);
	ck_assert_uint_eq(lab_p->state, PART_STOPPED);
	ck_assert_uint_eq(lab_p->reason, STOP_KILLED);
	ck_assert_ptr_nonnull(
		strstr(um_output(NULL), _i ? "its processor shut down" : "machine check (0x200)"));
}
END_TEST

/* A handler that leaves something behind is our own corruption. */
START_TEST(left_behind)
{
	struct vcpu_exit x = { .kind = EXIT_PREEMPT };

	if (_i)
		lock_take(&hv.lock);
	else
		hv.cpu[0]->windows = 1;
	ck_assert_int_eq(um_catch(exit_dispatch(lab_v0, &x)), 1);
	ck_assert_ptr_nonnull(strstr(um_output(NULL), "rhype: PANIC: "));
	hv.cpu[0]->windows = 0;
	hv.cpu[0]->nlocks = 0;
}
END_TEST

/* ---- light calls ------------------------------------------------------------------------- */

/* Every LIGHT row, light and full from the same state: same registers, same state. */
START_TEST(light_and_full_path_agree)
{
	static const u64 arg[] = { 0, 1, 4, 0xff, 0xff000002, 0x05001000, 0xff000000, ~0ull };
	const struct hcall_table *t = lab_p->machine->hcalls;
	struct papr_vcpu *pv = papr_vcpu(lab_v0);
	struct papr_regs *r = &lab_v0->arch.papr;
	unsigned compared = 0;

	for (unsigned i = 0; i < t->nrows * ARRAY_SIZE(arg); i++) {
		const struct hcall_row *row = &t->rows[i / ARRAY_SIZE(arg)];
		struct papr_icp icp = { .cppr = 0xff,
					.mfrr = (u8)(i % 3 ? 0xff : 5),
					.term_prio = 0xff };
		struct papr_regs start, light;
		struct papr_icp after;

		if (row->class != CLASS_LIGHT)
			continue;
		pv->icp = icp;
		memset(r->gpr, 0, sizeof(r->gpr));
		r->gpr[3] = row->nr;
		for (unsigned k = 0; k < row->nargs; k++)
			r->gpr[4 + k] = arg[(i + k) % ARRAY_SIZE(arg)];
		start = *r;
		if (!hcall_light(&lab_v0->arch, r)) {
			ck_assert_mem_eq(r, &start, sizeof(start)); /* untouched */
			ck_assert_mem_eq(&pv->icp, &icp, sizeof(icp));
			continue;
		}
		light = *r;
		after = pv->icp;
		*r = start;
		pv->icp = icp;
		hcall_dispatch(lab_v0, row->nr, &r->gpr[4], &r->gpr[3]);
		ck_assert_msg(memcmp(r->gpr, light.gpr, sizeof(light.gpr)) == 0, "%s", row->name);
		ck_assert_msg(memcmp(&pv->icp, &after, sizeof(after)) == 0, "%s", row->name);
		compared++;
	}
	ck_assert_uint_gt(compared, 8);
}
END_TEST

START_TEST(light_leaves_the_rest_alone)
{
	struct papr_regs *r = &lab_v0->arch.papr;

	for (u64 nr = 0; nr < HV_CALL_END; nr++) {
		const struct hcall_row *row = row_of(nr);

		if (row && row->class == CLASS_LIGHT)
			continue;
		r->gpr[3] = nr;
		ck_assert(!hcall_light(&lab_v0->arch, r));
		ck_assert_uint_eq(r->gpr[3], nr);
	}
	hv.tracing = true; /* then every call is traced, on the full path */
	r->gpr[3] = HV_NULL;
	ck_assert(!hcall_light(&lab_v0->arch, r));
}
END_TEST

Suite *suite_dispatch(void);
Suite *suite_dispatch(void)
{
	Suite *s =
		LAB_SUITE("dispatch", table_is_sound, unknown_numbers, a_row_with_one_of_each_kind,
			  null_and_version, own_calls_want_zeros_behind_their_arguments,
			  argument_kinds, statuses, tracing_records_call_and_return, call_exit,
			  preempt_and_window_do_nothing, idle_blocks_until_the_guests_timer,
			  light_and_full_path_agree, light_leaves_the_rest_alone);
	TCase *tc = tcase_create("loops");

	tcase_add_checked_fixture(tc, lab_setup, lab_teardown);
	tcase_add_loop_test(tc, dead_and_shutdown_kill, 0, 2);
	suite_add_tcase(s, tc);
	tc = tcase_create("left behind");
	tcase_add_checked_fixture(tc, lab_setup, um_teardown);
	tcase_add_loop_test(tc, left_behind, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
