// SPDX-License-Identifier: GPL-2.0-or-later
/* The partition's non-volatile memory: format, access, bounds, and who may see it. */
#include "lab.h"

#define BUF 0x9000

static s32 fetch(u32 at, u32 to, u32 n, u32 *count)
{
	return lab_rtas(lab_v0, "nvram-fetch", count, 1, at, to, n);
}

static s32 store(u32 at, u32 from, u32 n, u32 *count)
{
	return lab_rtas(lab_v0, "nvram-store", count, 1, at, from, n);
}

/* What a guest's scan does with the first header. */
START_TEST(is_formatted)
{
	u8 h[16];
	u32 n, sum = 0;

	ck_assert_int_eq(fetch(0, BUF, 16, &n), RTAS_OK);
	ck_assert_uint_eq(n, 16);
	lab_get(h, BUF, 16);
	ck_assert_uint_eq(h[0], 0x7f);
	ck_assert_uint_eq((h[2] << 8 | h[3]) * 16u, PAPR_NVRAM);
	ck_assert_mem_eq(h + 4, "wwwwwwwwwwww", 12);
	for (unsigned i = 0; i < 16; i++)
		sum += i == 1 ? 0 : h[i];
	ck_assert_uint_eq(sum % 255, h[1] % 255);
}
END_TEST

START_TEST(keeps_what_is_stored)
{
	u8 out[256], in[256];
	u32 n;

	for (unsigned i = 0; i < 256; i++)
		out[i] = (u8)(i * 13 + 1);
	lab_put(BUF, out, 256);
	for (u32 at = 0; at < PAPR_NVRAM; at += 256) {
		ck_assert_int_eq(store(at, BUF, 256, &n), RTAS_OK);
		ck_assert_uint_eq(n, 256);
	}
	lab_set_be(BUF, 8, 0);
	ck_assert_int_eq(fetch(PAPR_NVRAM - 256, BUF, 256, &n), RTAS_OK);
	ck_assert_uint_eq(n, 256);
	lab_get(in, BUF, 256);
	ck_assert_mem_eq(in, out, 256);
}
END_TEST

START_TEST(moves_what_fits)
{
	u8 mark[32];
	u32 n;

	memset(mark, 0x77, sizeof(mark));
	lab_put(BUF, mark, sizeof(mark));
	ck_assert_int_eq(fetch(PAPR_NVRAM - 8, BUF, 32, &n), RTAS_OK);
	ck_assert_uint_eq(n, 8);
	ck_assert_uint_eq(lab_be(BUF, 8), 0);
	ck_assert_uint_eq(lab_be(BUF + 8, 8), 0x7777777777777777);
	ck_assert_int_eq(fetch(0, BUF, 0, &n), RTAS_OK);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(fetch(0, BUF, 4096, &n), RTAS_OK);
	ck_assert_uint_eq(n, 256);
	ck_assert_int_eq(store(1, BUF, ~0u, &n), RTAS_OK);
	ck_assert_uint_eq(n, 256);
}
END_TEST

START_TEST(refusals)
{
	lab_rtas_error(RTAS_PARAMETER, lab_v0, "nvram-fetch", 1, PAPR_NVRAM, BUF, 1);
	lab_rtas_error(RTAS_PARAMETER, lab_v0, "nvram-store", 1, PAPR_NVRAM, BUF, 1);
	lab_rtas_error(RTAS_PARAMETER, lab_v0, "nvram-fetch", 1, ~0u, BUF, 1);
	lab_rtas_error(RTAS_PARAMETER, lab_v0, "nvram-fetch", 1, 0, LAB_MEM - 4, 8);
	lab_rtas_error(RTAS_PARAMETER, lab_v0, "nvram-store", 1, 0, LAB_MEM - 4, 8);
	lab_rtas_error(RTAS_PARAMETER, lab_v0, "nvram-store", 1, 0, 0xfffffffc, 8);
}
END_TEST

START_TEST(is_the_partitions_own)
{
	struct manifest_part mp = lab_manifest();
	struct partition *p;
	u32 n;

	lab_set_be(BUF, 8, 0x1234567812345678);
	ck_assert_int_eq(store(64, BUF, 8, &n), RTAS_OK);
	ck_assert_int_eq(partition_create(&mp, NULL, &p), HV_OK);
	ck_assert_ptr_ne(papr_part(p)->nvram, papr_part(lab_p)->nvram);
	ck_assert_uint_eq(papr_part(p)->nvram[64], 0);
	ck_assert_uint_eq(papr_part(lab_p)->nvram[64], 0x12);
}
END_TEST

Suite *suite_papr_rtas_nvram(void);
Suite *suite_papr_rtas_nvram(void)
{
	return LAB_SUITE("papr_rtas_nvram", is_formatted, keeps_what_is_stored, moves_what_fits,
			 refusals, is_the_partitions_own);
}
