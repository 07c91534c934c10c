// SPDX-License-Identifier: GPL-2.0-or-later
/* Terminal calls: order of the characters, lengths, errors. */
#include "lab.h"

START_TEST(put)
{
	um_output_clear();
	ck_assert_int_eq(lab_call(lab_v0, H_PUT_TERM_CHAR, PAPR_VTY, 16, 0x3031323334353637,
				  0x3839616263646566),
			 H_SUCCESS);
	ck_assert_int_eq(lab_call(lab_v0, H_PUT_TERM_CHAR, 0, 2, 0x670affffffffffff, ~0ull),
			 H_SUCCESS);
	ck_assert_ptr_ne(strstr(um_output(NULL), "0123456789abcdefg"), NULL);
	ck_assert_uint_eq(lab_p->term.nwritten, 18);
}
END_TEST

START_TEST(put_nothing)
{
	u64 before = lab_digest();

	ck_assert_int_eq(lab_call(lab_v0, H_PUT_TERM_CHAR, PAPR_VTY, 0, 1, 2), H_SUCCESS);
	ck_assert_uint_eq(lab_digest(), before);
}
END_TEST

START_TEST(get)
{
	vterm_input(&lab_p->term, (const u8 *)"hello, world: 20 b.", 19);
	ck_assert_int_eq(lab_call(lab_v0, H_GET_TERM_CHAR, PAPR_VTY), H_SUCCESS);
	ck_assert_uint_eq(lab_ret(lab_v0, 0), 16);
	ck_assert_uint_eq(lab_ret(lab_v0, 1), 0x68656c6c6f2c2077);
	ck_assert_uint_eq(lab_ret(lab_v0, 2), 0x6f726c643a203230);
	ck_assert_int_eq(lab_call(lab_v0, H_GET_TERM_CHAR, 0), H_SUCCESS);
	ck_assert_uint_eq(lab_ret(lab_v0, 0), 3);
	ck_assert_uint_eq(lab_ret(lab_v0, 1), 0x20622e0000000000);
	ck_assert_uint_eq(lab_ret(lab_v0, 2), 0); /* nothing of ours behind the characters */
	ck_assert_int_eq(lab_call(lab_v0, H_GET_TERM_CHAR, 0), H_SUCCESS);
	ck_assert_uint_eq(lab_ret(lab_v0, 0), 0);
}
END_TEST

START_TEST(errors)
{
	vterm_input(&lab_p->term, (const u8 *)"x", 1);
	lab_error(H_PARAMETER, lab_v0, H_GET_TERM_CHAR, 1);
	lab_error(H_PARAMETER, lab_v0, H_GET_TERM_CHAR, 1ull << 32 | PAPR_VTY);
	lab_error(H_PARAMETER, lab_v0, H_PUT_TERM_CHAR, 0x30000001, 1, 0, 0);
	lab_error(H_PARAMETER, lab_v0, H_PUT_TERM_CHAR, PAPR_VTY, 17, 0, 0);
	lab_error(H_PARAMETER, lab_v0, H_PUT_TERM_CHAR, PAPR_VTY, 1ull << 32, 0, 0);
	lab_error(H_PARAMETER, lab_v0, H_PUT_TERM_CHAR, PAPR_VTY, ~0ull, 0, 0);
}
END_TEST

/* The line is stuck: nothing is written, and the guest may try again. */
START_TEST(busy)
{
	s64 status = H_SUCCESS;

	um_line_takes(0);
	for (unsigned i = 0; i < 10000 && status == H_SUCCESS; i++)
		status = lab_call(lab_v0, H_PUT_TERM_CHAR, PAPR_VTY, 16, ~0ull, ~0ull);
	ck_assert_int_eq(status, H_BUSY);
	lab_error(H_BUSY, lab_v0, H_PUT_TERM_CHAR, PAPR_VTY, 16, 0, 0);
	um_line_takes(~0ull);
	console_flush();
	ck_assert_int_eq(lab_call(lab_v0, H_PUT_TERM_CHAR, PAPR_VTY, 16, 0, 0), H_SUCCESS);
}
END_TEST

Suite *suite_papr_term(void);
Suite *suite_papr_term(void)
{
	return LAB_SUITE("papr_term", put, put_nothing, get, errors, busy);
}
