// SPDX-License-Identifier: GPL-2.0-or-later
/* The RTAS entry: argument blocks of every shape, and that a bad one does nothing. */
#include "lab.h"

#define END LAB_MEM

/* A block of a service that would change something if it ran: ibm,set-xive. */
static const u32 xive[] = { XICS_TERM, 1, 5 };

static void block(u64 g, u32 nin, u32 nout)
{
	lab_set_be(g, 4, lab_token("ibm,set-xive"));
	lab_set_be(g + 4, 4, nin);
	lab_set_be(g + 8, 4, nout);
}

START_TEST(only_the_low_half_is_an_address)
{
	lab_rtas_block(LAB_ARGS, lab_token("ibm,set-xive"), xive, 3, 1);
	ck_assert_int_eq(lab_call(lab_v0, HV_RTAS, 0xabcdef0100000000 | LAB_ARGS), H_SUCCESS);
	ck_assert_uint_eq(lab_be(LAB_ARGS + 24, 4), 0);
	ck_assert_uint_eq(papr_part(lab_p)->term_prio, 5);
}
END_TEST

START_TEST(other_registers_do_not_matter)
{
	lab_rtas_block(LAB_ARGS, lab_token("ibm,set-xive"), xive, 3, 1);
	ck_assert_int_eq(lab_call(lab_v0, HV_RTAS, LAB_ARGS, 1, 2, 3, 4, 5, 6, 7, 8), H_SUCCESS);
	ck_assert_uint_eq(papr_part(lab_p)->term_prio, 5);
}
END_TEST

START_TEST(block_at_the_very_end)
{
	u64 g = END - 28; /* 3 + 3 + 1 words, across no boundary */

	lab_rtas_block(g, lab_token("ibm,set-xive"), xive, 3, 1);
	ck_assert_int_eq(lab_call(lab_v0, HV_RTAS, g), H_SUCCESS);
	ck_assert_uint_eq(lab_be(END - 4, 4), 0);
	ck_assert_uint_eq(papr_part(lab_p)->term_prio, 5);
}
END_TEST

START_TEST(block_across_pages)
{
	for (u64 g = 0x9000 - 24; g < 0x9000; g += 4) {
		papr_part(lab_p)->term_prio = 0xff;
		lab_rtas_block(g, lab_token("ibm,set-xive"), xive, 3, 1);
		ck_assert_int_eq(lab_call(lab_v0, HV_RTAS, g), H_SUCCESS);
		ck_assert_uint_eq(papr_part(lab_p)->term_prio, 5);
	}
}
END_TEST

START_TEST(outside_memory)
{
	lab_error(H_PARAMETER, lab_v0, HV_RTAS, END);
	lab_error(H_PARAMETER, lab_v0, HV_RTAS, 0xfffffff8);
	lab_error(H_PARAMETER, lab_v0, HV_RTAS, 0xffffffff);
	block(END - 12, 3, 1);
	lab_error(H_PARAMETER, lab_v0, HV_RTAS, END - 12); /* no arguments */
	lab_rtas_block(END - 28, lab_token("ibm,set-xive"), xive, 3, 1);
	lab_put(END - 24, (u8[24]){ 0 }, 24);
	lab_error(H_PARAMETER, lab_v0, HV_RTAS, END - 8); /* not even a header */
	block(END - 24, 3, 1);
	lab_set_be(END - 12, 4, XICS_TERM);
	lab_set_be(END - 8, 4, 1);
	lab_set_be(END - 4, 4, 5);
	lab_error(H_PARAMETER, lab_v0, HV_RTAS, END - 24); /* no room for the result */
	block(END - 12, 3, 0);
	lab_error(H_PARAMETER, lab_v0, HV_RTAS, END - 12); /* nor a service that would read them */
}
END_TEST

START_TEST(absurd_counts)
{
	block(LAB_ARGS, 17, 1);
	lab_error(H_PARAMETER, lab_v0, HV_RTAS, LAB_ARGS);
	block(LAB_ARGS, 3, 17);
	lab_error(H_PARAMETER, lab_v0, HV_RTAS, LAB_ARGS);
	block(LAB_ARGS, ~0u, 1);
	lab_error(H_PARAMETER, lab_v0, HV_RTAS, LAB_ARGS);
	block(LAB_ARGS, 3, 0x40000001);
	lab_error(H_PARAMETER, lab_v0, HV_RTAS, LAB_ARGS);
}
END_TEST

/* Understood, but no service of that token or shape: said in the status word, and only there. */
static void refused(u32 token, u32 nin, u32 nout)
{
	u64 status = LAB_ARGS + 12 + 4 * nin, before;
	u32 in[16] = { XICS_TERM, 1, 5 };

	lab_rtas_block(LAB_ARGS, token, in, nin, nout);
	if (nout)
		lab_set_be(status, 4, (u32)RTAS_PARAMETER);
	before = lab_digest();
	ck_assert_int_eq(lab_call(lab_v0, HV_RTAS, LAB_ARGS), H_SUCCESS);
	ck_assert_uint_eq(lab_digest(), before);
	if (!nout)
		return;
	lab_set_be(status, 4, 0);
	ck_assert_int_eq(lab_call(lab_v0, HV_RTAS, LAB_ARGS), H_SUCCESS);
	ck_assert_int_eq((s32)lab_be(status, 4), RTAS_PARAMETER);
}

START_TEST(unknown_service_or_shape)
{
	u32 set = lab_token("ibm,set-xive");

	refused(PAPR_TOKEN - 1, 3, 1);
	refused(PAPR_TOKEN + papr_rtas_n, 3, 1);
	refused(0, 0, 1);
	refused(~0u, 16, 16);
	refused(set, 2, 1);
	refused(set, 4, 1);
	refused(set, 3, 2);
	refused(set, 3, 0);
	for (u32 i = 0; i < papr_rtas_n; i++) {
		refused(PAPR_TOKEN + i, papr_rtas[i].nargs + 1, papr_rtas[i].nrets);
		refused(PAPR_TOKEN + i, papr_rtas[i].nargs, papr_rtas[i].nrets + 1);
		refused(PAPR_TOKEN + i, papr_rtas[i].nargs, papr_rtas[i].nrets - 1);
	}
}
END_TEST

START_TEST(every_service_fits_its_arrays)
{
	for (u32 i = 0; i < papr_rtas_n; i++) {
		ck_assert_uint_le(papr_rtas[i].nargs, RTAS_ARGS);
		ck_assert_uint_ge(papr_rtas[i].nrets, 1);
		ck_assert_uint_le(papr_rtas[i].nrets, RTAS_ARGS);
		for (u32 k = 0; k < i; k++)
			ck_assert_str_ne(papr_rtas[i].name, papr_rtas[k].name);
	}
}
END_TEST

Suite *suite_papr_rtas(void);
Suite *suite_papr_rtas(void)
{
	return LAB_SUITE("papr_rtas", only_the_low_half_is_an_address,
			 other_registers_do_not_matter, block_at_the_very_end, block_across_pages,
			 outside_memory, absurd_counts, unknown_service_or_shape,
			 every_service_fits_its_arrays);
}
