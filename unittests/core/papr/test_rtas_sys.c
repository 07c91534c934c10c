// SPDX-License-Identifier: GPL-2.0-or-later
/* RTAS services that end a partition or tell about it. */
#include "lab.h"

#define TEXT 0x9000

/* The last line of the log that holds `text`. */
static bool said(const char *text)
{
	return strstr(um_output(NULL), text) != NULL;
}

static void ended(enum stop_reason why)
{
	ck_assert_int_eq(lab_p->state, PART_STOPPED);
	ck_assert_int_eq(lab_p->reason, why);
	ck_assert_int_eq(lab_v0->se.state, SE_OFF);
	ck_assert(hv.cpu[0]->resched);
}

START_TEST(power_off)
{
	ck_assert_int_eq(lab_rtas(lab_v0, "power-off", NULL, 0, ~0u, ~0u), RTAS_OK);
	ended(STOP_POWEROFF);
}
END_TEST

START_TEST(reboot)
{
	ck_assert_int_eq(lab_rtas(lab_v0, "system-reboot", NULL, 0), RTAS_OK);
	ended(STOP_REBOOT);
}
END_TEST

START_TEST(last_words)
{
	lab_put(TEXT, "OS panic: \x1b[2Jno init\nfound\0secret", 34);
	ck_assert_int_eq(lab_rtas(lab_v0, "ibm,os-term", NULL, 0, TEXT), RTAS_OK);
	ended(STOP_CRASH);
	ck_assert(said("partition lab says: OS panic: ?[2Jno init found"));
	ck_assert(!said("secret"));
}
END_TEST

START_TEST(last_words_at_the_end_of_memory)
{
	lab_put(LAB_MEM - 6, "oo\nps\x1b", 6); /* not even terminated */
	ck_assert_int_eq(lab_rtas(lab_v0, "ibm,os-term", NULL, 0, LAB_MEM - 6), RTAS_OK);
	ended(STOP_CRASH);
	ck_assert(said("says: oo ps?\r\n"));
}
END_TEST

START_TEST(last_words_from_nowhere)
{
	ck_assert_int_eq(lab_rtas(lab_v0, "ibm,os-term", NULL, 0, 0xffffff00), RTAS_OK);
	ended(STOP_CRASH);
	ck_assert(said("says: \r\n"));
}
END_TEST

START_TEST(last_words_are_cut)
{
	char big[1000];

	memset(big, 'x', sizeof(big));
	lab_put(TEXT, big, sizeof(big));
	ck_assert_int_eq(lab_rtas(lab_v0, "ibm,os-term", NULL, 0, TEXT), RTAS_OK);
	memset(big, 'x', 159);
	big[159] = '\0';
	ck_assert(said(big));
	big[159] = 'x';
	big[160] = '\0';
	ck_assert(!said(big));
}
END_TEST

/* ---- system parameters ------------------------------------------------------------------ */

static s32 parameter(u32 nr, u32 len)
{
	lab_put(TEXT, (u8[64]){ 0 }, 64);
	return lab_rtas(lab_v0, "ibm,get-system-parameter", NULL, 0, nr, TEXT, len);
}

START_TEST(name)
{
	char text[8];

	ck_assert_int_eq(parameter(55, 4002), RTAS_OK);
	ck_assert_uint_eq(lab_be(TEXT, 2), 4);
	lab_get(text, TEXT + 2, 4);
	ck_assert_str_eq(text, "lab");
}
END_TEST

START_TEST(characteristics)
{
	char text[64];

	ck_assert_int_eq(parameter(20, 4002), RTAS_OK);
	lab_get(text, TEXT + 2, sizeof(text));
	ck_assert_str_eq(text, "MaxEntCap=200,DesMem=2,DesProcs=2,MaxPlatProcs=2");
	ck_assert_uint_eq(lab_be(TEXT, 2), strlen(text) + 1);
}
END_TEST

START_TEST(short_buffer)
{
	ck_assert_int_eq(parameter(55, 4), RTAS_OK);
	ck_assert_uint_eq(lab_be(TEXT, 8), 0x00046c6100000000); /* the whole length, two bytes */
	ck_assert_int_eq(parameter(55, 2), RTAS_OK);
	ck_assert_uint_eq(lab_be(TEXT, 8), 0x0004000000000000);
}
END_TEST

START_TEST(parameter_errors)
{
	lab_rtas_error(RTAS_NO_SYSPARM, lab_v0, "ibm,get-system-parameter", 0, 44, TEXT, 100);
	lab_rtas_error(RTAS_NO_SYSPARM, lab_v0, "ibm,get-system-parameter", 0, ~0u, TEXT, 100);
	lab_rtas_error(RTAS_SYSPARM, lab_v0, "ibm,get-system-parameter", 0, 55, TEXT, 1);
	lab_rtas_error(RTAS_SYSPARM, lab_v0, "ibm,get-system-parameter", 0, 55, TEXT, 0);
	lab_rtas_error(RTAS_SYSPARM, lab_v0, "ibm,get-system-parameter", 0, 55, LAB_MEM - 2, 100);
	lab_rtas_error(RTAS_SYSPARM, lab_v0, "ibm,get-system-parameter", 0, 20, 0xfffffff0, 100);
}
END_TEST

Suite *suite_papr_rtas_sys(void);
Suite *suite_papr_rtas_sys(void)
{
	return LAB_SUITE("papr_rtas_sys", power_off, reboot, last_words,
			 last_words_at_the_end_of_memory, last_words_from_nowhere,
			 last_words_are_cut, name, characteristics, short_buffer, parameter_errors);
}
