// SPDX-License-Identifier: GPL-2.0-or-later
/* The call table, and that light calls do what the full path does. */
#include "lab.h"

START_TEST(every_row_is_found_under_its_number)
{
	const struct hcall_table *t = &papr_hcalls;

	for (unsigned i = 0; i < t->nrows; i++) {
		ck_assert_ptr_eq(hcall_find(t, t->rows[i].nr), &t->rows[i]);
		ck_assert_ptr_ne(t->rows[i].fn, NULL);
		ck_assert_uint_le(t->rows[i].nargs, HCALL_MAX_ARGS);
	}
}
END_TEST

START_TEST(no_other_number_is_found)
{
	unsigned found = 0;

	for (u64 nr = 0; nr < 0x10000; nr++)
		found += hcall_find(&papr_hcalls, nr) != NULL;
	ck_assert_uint_eq(found, papr_hcalls.nrows);
	ck_assert_ptr_eq(hcall_find(&papr_hcalls, 0), NULL);
	ck_assert_ptr_eq(hcall_find(&papr_hcalls, ~0ull), NULL);
	ck_assert_ptr_eq(hcall_find(&papr_hcalls, 1ull << 32 | H_CEDE), NULL);
}
END_TEST

START_TEST(unknown_calls)
{
	lab_error(H_FUNCTION, lab_v0, 0x4, 1, 2, 3);	 /* H_REMOVE: hash translation */
	lab_error(H_FUNCTION, lab_v0, 0x1c8, 1);	 /* H_GET_CPU_CHARACTERISTICS */
	lab_error(H_FUNCTION, lab_v0, 0xf000, LAB_ARGS); /* another hypervisor's RTAS */
	lab_error(H_FUNCTION, lab_v0, H_CEDE + 1, 0);
	lab_error(H_FUNCTION, lab_v0, ~0ull, 0);
}
END_TEST

/* ---- light calls ------------------------------------------------------------------------ */

static bool light(u64 nr, u64 a, u64 b)
{
	u64 *gpr = papr_regs(lab_v0)->gpr;

	gpr[3] = nr;
	gpr[4] = a;
	gpr[5] = b;
	return hcall_light(&lab_v0->arch, papr_regs(lab_v0));
}

START_TEST(null_call)
{
	u64 n = lab_v0->nhcalls;

	ck_assert(light(HV_NULL, 0, 0));
	ck_assert_uint_eq(papr_regs(lab_v0)->gpr[3], H_SUCCESS);
	ck_assert_uint_eq(lab_v0->nhcalls, n + 1);
	ck_assert_int_eq(lab_call(lab_v0, HV_NULL, 0), H_SUCCESS);
	hv.tracing = true;
	ck_assert(!light(HV_NULL, 0, 0));
}
END_TEST

START_TEST(light_rows_and_only_those)
{
	for (unsigned i = 0; i < papr_hcalls.nrows; i++) {
		const struct hcall_row *row = &papr_hcalls.rows[i];
		u64 before = lab_digest();

		ck_assert_int_eq(light(row->nr, 0, 0xff), row->class == CLASS_LIGHT);
		ck_assert_uint_eq(lab_digest(), before);
	}
	ck_assert(!light(0, 0, 0));
	ck_assert(!light(~0ull, 0, 0));
}
END_TEST

static const u8 prio[] = { 0, 4, 5, 0xff };
static const u32 attns[] = { 0, ATTN_MODE, ATTN_MEDIATED, ATTN_CEDED };

/* State number n of the presentation: each priority, terminal pending or not. */
static void state(unsigned n)
{
	struct papr_vcpu *pv = papr_vcpu(lab_v0);

	pv->icp.cppr = prio[n % 4];
	pv->icp.mfrr = prio[n / 4 % 4];
	pv->icp.term_prio = prio[n / 16 % 4];
	pv->icp.term_pending = n / 64 % 2;
	atomic_store(&pv->attn, attns[n / 256 % 4]);
	lock_take(&lab_v0->lock);
	papr_icp_update(lab_v0);
	lock_drop(&lab_v0->lock);
	if (n / 128 % 2 && (papr_attn(pv) & ATTN_EXT))
		atomic_fetch_or(&pv->attn, ATTN_TAKEN);
	hv.cpu[0]->resched = false;
}
#define STATES 1024

static const u64 calls[][3] = {
	{ H_XIRR, 0xff },      { H_CPPR, 0 },	      { H_CPPR, 4 },	     { H_CPPR, 0x1ff },
	{ H_EOI, 0x00000002 }, { H_EOI, 0x04000000 }, { H_EOI, 0xff000002 }, { H_EOI, 0xff001000 },
	{ H_EOI, 0xff000003 }, { H_IPI, 0, 0xff },    { H_IPI, 0, 4 },	     { H_IPI, 0, 0 },
	{ H_IPI, 1, 4 },       { H_IPI, 2, 4 },	      { H_IPI, 0, 0x1ff },
};

/*
 * From every state, each call: the light path either does nothing, or just what the full one does
 * and leaves nothing to deliver.
 */
START_TEST(light_equals_full)
{
	const size_t gprs = sizeof(papr_regs(lab_v0)->gpr);
	struct papr_vcpu *pv = papr_vcpu(lab_v0), full;
	struct papr_regs *r = papr_regs(lab_v0), want;
	unsigned done = 0;

	for (unsigned n = 0; n < STATES; n++) {
		for (unsigned c = 0; c < ARRAY_SIZE(calls); c++) {
			struct papr_vcpu was;

			papr_icp_reset(papr_vcpu(lab_v1));
			state(n);
			memcpy(&was, pv, sizeof(was));
			lab_call(lab_v0, calls[c][0], calls[c][1], calls[c][2]);
			memcpy(&full, pv, sizeof(full));
			want = *r;
			memcpy(pv, &was, sizeof(was));
			memset(&r->gpr[6], 0, 7 * sizeof(u64));
			for (unsigned i = 2; i < HCALL_MAX_ARGS; i++)
				r->gpr[4 + i] = want.gpr[4 + i];
			if (!light(calls[c][0], calls[c][1], calls[c][2])) {
				ck_assert_mem_eq(pv, &was, sizeof(was));
				ck_assert_uint_eq(r->gpr[3], calls[c][0]);
				continue;
			}
			done++;
			ck_assert_mem_eq(pv, &full, sizeof(full));
			ck_assert_mem_eq(r->gpr, want.gpr, gprs);
			ck_assert_uint_eq(papr_attn(pv) & (ATTN_EXT | ATTN_MEDIATED), 0);
		}
	}
	ck_assert_uint_gt(done, 1000); /* it is not that it never does anything */
}
END_TEST

Suite *suite_papr_table(void);
Suite *suite_papr_table(void)
{
	return LAB_SUITE("papr_table", every_row_is_found_under_its_number,
			 no_other_number_is_found, unknown_calls, null_call,
			 light_rows_and_only_those, light_equals_full);
}
