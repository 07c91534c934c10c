/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every call of a PC partition with success and with errors that docs/hcalls.md promises, from one
 * that is no controller; and that every row of the table was called. Next to read: devices.c.
 */
#include "guest.h"

#define SEEN	    G_SHARED /* a byte per row: it was called */
#define NOT_OURS    (-1000)  /* what KVM answers to a call it does not have */
#define KVM_NUMBERS 0x400

static const struct row {
	const char *name;
	u64 nr;
} rows[] = {
#define HCALL(n, ...) { #n, n },
#include "../../../include/hcalls.def"
#undef HCALL
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void expect(unsigned line, u64 nr, s64 want, const u64 *args, u64 *rets)
{
	s64 got = g_hcall(nr, args, rets);

	for (unsigned i = 0; i < ROWS; i++)
		if (rows[i].nr == nr)
			g_store(SEEN + i, 1, 1);
	if (got != want)
		g_fail("line %u: call %#lx(%#lx, %#lx) = %ld, not %ld", line, nr, args[0], args[1],
		       (long)got, (long)want);
}

/* EXPECT(status, call, argument...), the results going to r[] of the caller. */
#define EXPECT(want, nr, ...) \
	expect(__LINE__, nr, want, (const u64[G_MAX_ARGS + 1]){ __VA_ARGS__ }, r)

/* Numbers of KVM, of PAPR, beside ours, and wild ones. */
static void unknown(void)
{
	static const u64 nr[] = { 0,	  1,	  4,	  5,	   9,	       0x54,	    0x58,
				  0xe0,	  0x3fc,  0x400,  0xf000,  0xf9fc,     0xfa01,	    0xfa02,
				  0xfafc, 0xfb00, 0xfffc, 0x1fa00, 0x80000000, 0x10000fa00, ~0ul };
	u64 r[G_MAX_ARGS];

	for (unsigned i = 0; i < sizeof(nr) / sizeof(nr[0]); i++)
		EXPECT(nr[i] < KVM_NUMBERS ? NOT_OURS : H_FUNCTION, nr[i], 1, 2, 3, 4, 5, 6, 7, 8,
		       9);
}

static void own_calls(void)
{
	u64 r[G_MAX_ARGS], me;

	EXPECT(H_SUCCESS, HV_NULL, 0);
	EXPECT(H_SUCCESS, HV_VERSION, 0);
	me = r[1];
	G_EQ(r[0], HV_ABI_VERSION);
	EXPECT(H_PARAMETER, HV_VERSION, 0, 0, 0, 0, 0, 0, 0, 0, 1);
	EXPECT(H_SUCCESS, HV_YIELD, 0);
	EXPECT(H_SUCCESS, HV_YIELD, me);
	EXPECT(H_PARAMETER, HV_YIELD, 256);
	EXPECT(H_PARAMETER, HV_YIELD, 0x10000 + me);
	EXPECT(H_SUCCESS, HV_PARTITION_INFO, me);
	G_EQ(r[0], 3); /* running */
	G_EQ(r[1], g_memory() / 4096);
	G_EQ(r[2], g_vcpus());
	EXPECT(H_AUTHORITY, HV_PARTITION_INFO, 0);
	EXPECT(H_AUTHORITY, HV_PARTITION_INFO, me + 1);
	EXPECT(H_AUTHORITY, HV_PARTITION_START, me);
	EXPECT(H_AUTHORITY, HV_PARTITION_STOP, me + 1);
	EXPECT(H_AUTHORITY, HV_PARTITION_DESTROY, me);
	EXPECT(H_AUTHORITY, HV_MEMORY_INFO, 0);
}

static void from_user_mode(void)
{
	for (unsigned i = 0; i < ROWS; i++)
		if (!g_user_hcall(rows[i].nr))
			g_fail("%s from user mode was served", rows[i].name);
	G_CHECK(g_user_hcall(0x12345678));
	G_CHECK(g_user_hcall(1));
}

static void registers(void)
{
	static const u64 nr[] = { HV_NULL, HV_VERSION, HV_YIELD, 1, 0xfaf0 };

	for (unsigned i = 0; i < sizeof(nr) / sizeof(nr[0]); i++)
		if (!g_call_keeps_registers(nr[i]))
			g_fail("call %#lx changed a register that a call keeps", nr[i]);
}

GUEST(calls)
{
	for (unsigned i = 0; i < ROWS; i++)
		g_store(SEEN + i, 1, 0);
	unknown();
	own_calls();
	from_user_mode();
	registers();
	for (unsigned i = 0; i < ROWS; i++)
		if (!g_load(SEEN + i, 1))
			g_fail("%s was not called", rows[i].name);
	g_print("%lu calls\n", (unsigned long)ROWS);
	g_pass();
}
