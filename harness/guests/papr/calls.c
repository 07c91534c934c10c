/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every implemented call once with success and with errors that docs/hcalls.md promises, from a
 * partition that is no controller; and that every row of the call tables was called. Next to read:
 * hostile.c.
 */
#include "papr.h"

#define SEEN	 G_SHARED /* a byte per row: it was called */
#define RETS	 (G_SHARED + 0x100)
#define TERM	 0x30000000
#define IPI	 2
#define VPA	 (1ul << 45)
#define DTL	 (2ul << 45)
#define DROP_VPA (5ul << 45)
#define DROP_DTL (6ul << 45)
#define LITTLE	 1
#define MODE_LE	 4

static const struct row {
	const char *name;
	u64 nr;
} rows[] = {
#define HCALL(n, ...) { #n, n },
#include "../../../core/papr/hcalls.def"
#include "../../../include/hcalls.def"
#undef HCALL
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void note(u64 nr)
{
	for (unsigned i = 0; i < ROWS; i++)
		if (rows[i].nr == nr)
			g_store(SEEN + i, 1, 1);
}

static void expect(unsigned line, u64 nr, s64 want, const u64 *args, u64 *rets)
{
	s64 got = g_hcall(nr, args, rets);

	note(nr);
	if (got != want)
		g_fail("line %u: call %#lx(%#lx, %#lx, %#lx, %#lx) = %ld, not %ld", line, nr,
		       args[0], args[1], args[2], args[3], (long)got, (long)want);
}

/* EXPECT(status, call, argument...), the results going to r[] of the caller. */
#define EXPECT(want, nr, ...) \
	expect(__LINE__, nr, want, (const u64[G_MAX_ARGS + 1]){ __VA_ARGS__ }, r)

static void unknown(void)
{
	static const u64 nr[] = {
		0,	4,	1,	 0x53,	     0x55,	  0x3fc,
		0x400,	0xf000, 0xf9fc,	 0xfa01,     0xfa02,	  0xfafc,
		0xfb00, 0xfffc, 0x1fa00, 0x80000000, 0x10000fa00, 0x1000000000000058,
		~0ul
	};
	u64 r[G_MAX_ARGS];

	for (unsigned i = 0; i < sizeof(nr) / sizeof(nr[0]); i++)
		EXPECT(H_FUNCTION, nr[i], 1, 2, 3, 4, 5, 6, 7, 8, 9);
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

static void terminal(void)
{
	u64 r[G_MAX_ARGS];

	EXPECT(H_SUCCESS, H_GET_TERM_CHAR, TERM);
	G_CHECK(r[0] <= 16);
	EXPECT(H_SUCCESS, H_GET_TERM_CHAR, 0);
	EXPECT(H_PARAMETER, H_GET_TERM_CHAR, 1);
	EXPECT(H_PARAMETER, H_GET_TERM_CHAR, 1ul << 32 | TERM);
	EXPECT(H_SUCCESS, H_PUT_TERM_CHAR, TERM, 0, 0, 0);
	EXPECT(H_SUCCESS, H_PUT_TERM_CHAR, 0, 3, 0x63616c0000000000, 0);
	EXPECT(H_SUCCESS, H_PUT_TERM_CHAR, TERM, 16, 0x6c732068617665ul << 8 | 0x20,
	       0x61207465726d0a0a);
	EXPECT(H_PARAMETER, H_PUT_TERM_CHAR, TERM, 17, 0, 0);
	EXPECT(H_PARAMETER, H_PUT_TERM_CHAR, TERM, ~0ul, 0, 0);
	EXPECT(H_PARAMETER, H_PUT_TERM_CHAR, 2, 1, 0, 0);
}

/* With interrupts off throughout: what is pending is seen by the calls alone. */
static void interrupts(void)
{
	u64 r[G_MAX_ARGS], me = g_vcpu(), bad = g_vcpus();

	EXPECT(H_SUCCESS, H_CPPR, 0);
	EXPECT(H_SUCCESS, H_IPI, me, 5);
	EXPECT(H_SUCCESS, H_IPOLL, me);
	G_EQ(r[0], 0); /* priority 0 lets nothing through */
	G_EQ(r[1], 5);
	EXPECT(H_SUCCESS, H_XIRR, 0);
	G_EQ(r[0], 0);
	EXPECT(H_SUCCESS, H_CPPR, 0xff);
	EXPECT(H_SUCCESS, H_IPOLL, me);
	G_EQ(r[0], 0xff000000 | IPI);
	EXPECT(H_SUCCESS, H_XIRR, 0);
	G_EQ(r[0], 0xff000000 | IPI);
	EXPECT(H_SUCCESS, H_IPOLL, me);
	G_EQ(r[0], 0x05000000); /* accepted: the priority is that of the interrupt */
	EXPECT(H_SUCCESS, H_IPI, me, 0xff);
	EXPECT(H_SUCCESS, H_EOI, 0xff000000 | IPI);
	EXPECT(H_SUCCESS, H_XIRR, 0);
	G_EQ(r[0], 0xff000000);
	EXPECT(H_PARAMETER, H_EOI, 0xff000003);
	EXPECT(H_PARAMETER, H_EOI, 0xffffffff);
	EXPECT(H_PARAMETER, H_IPI, bad, 5);
	EXPECT(H_PARAMETER, H_IPI, 1ul << 32, 5);
	EXPECT(H_PARAMETER, H_IPOLL, ~0ul);
	EXPECT(H_SUCCESS, H_CPPR, 0);
}

static void put_be(u64 addr, unsigned size, u64 v)
{
	for (unsigned i = 0; i < size; i++)
		g_store(addr + i, 1, v >> (8 * (size - 1 - i)) & 0xff);
}

static void areas(void)
{
	u64 r[G_MAX_ARGS], a = g_free(), b = a + 0x1000, me = g_vcpu(), end = g_memory();

	for (u64 at = a; at < a + 0x3000; at += 8)
		g_store(at, 8, 0);
	put_be(a + 4, 2, 640);
	put_be(b + 4, 4, 480);
	put_be(a + 0xf84, 2, 640);
	put_be(a + 0x2004, 2, 639);
	EXPECT(H_RESOURCE, H_REGISTER_VPA, DTL, me, b);
	EXPECT(H_PARAMETER, H_REGISTER_VPA, VPA, me, a + 8);
	EXPECT(H_PARAMETER, H_REGISTER_VPA, VPA, me, a + 0xf80);
	EXPECT(H_PARAMETER, H_REGISTER_VPA, VPA, me, a + 0x2000);
	EXPECT(H_PARAMETER, H_REGISTER_VPA, VPA, me, end);
	EXPECT(H_PARAMETER, H_REGISTER_VPA, VPA, me, -128ul);
	EXPECT(H_PARAMETER, H_REGISTER_VPA, VPA, g_vcpus(), a);
	EXPECT(H_PARAMETER, H_REGISTER_VPA, 3ul << 45, me, a);
	EXPECT(H_SUCCESS, H_REGISTER_VPA, VPA, me, a);
	G_EQ(g_load(a + 0x103, 1) & 1, 0); /* even: this vcpu has a processor */
	EXPECT(H_SUCCESS, H_REGISTER_VPA, DTL, me, b);
	EXPECT(H_RESOURCE, H_REGISTER_VPA, DROP_VPA, me, 0);
	EXPECT(H_SUCCESS, H_REGISTER_VPA, DROP_DTL, me, 0);
	EXPECT(H_SUCCESS, H_REGISTER_VPA, DROP_VPA, me, 0);
}

static void modes(void)
{
	u64 r[G_MAX_ARGS];

	EXPECT(H_SUCCESS, H_SET_MODE, LITTLE, MODE_LE, 0, 0);
	EXPECT(H_UNSUPPORTED_FLAG, H_SET_MODE, 2, MODE_LE, 0, 0);
	EXPECT(H_P2, H_SET_MODE, 1, 1, 0, 0);
	EXPECT(H_P2, H_SET_MODE, 1, ~0ul, 0, 0);
	EXPECT(H_P3, H_SET_MODE, LITTLE, MODE_LE, 1, 0);
	EXPECT(H_P4, H_SET_MODE, LITTLE, MODE_LE, 0, 1);
	g_irqs(true);
	EXPECT(H_BAD_MODE, H_SET_MODE, LITTLE, MODE_LE, 0, 0);
	g_irqs(false);
}

static void process_table(void)
{
	u64 r[G_MAX_ARGS], size = 4, bytes = 4096ul << size, a = (g_free() + bytes - 1) & -bytes;

	G_CHECK(a + bytes <= g_free_end());
	for (u64 at = a; at < a + bytes; at += 8)
		g_store(at, 8, 0);
	EXPECT(H_PARAMETER, H_REGISTER_PROC_TBL, 0x18, a, 0, size); /* hash */
	EXPECT(H_PARAMETER, H_REGISTER_PROC_TBL, 0x1c, a, 0, size); /* without invalidation */
	EXPECT(H_PARAMETER, H_REGISTER_PROC_TBL, 0x3d, a, 0, size);
	EXPECT(H_P2, H_REGISTER_PROC_TBL, 0x1d, a + 8, 0, size);
	EXPECT(H_P2, H_REGISTER_PROC_TBL, 0x1d, g_memory(), 0, size);
	EXPECT(H_P2, H_REGISTER_PROC_TBL, 0x1d, -bytes, 0, size);
	EXPECT(H_P3, H_REGISTER_PROC_TBL, 0x1d, a, 1, size);
	EXPECT(H_P4, H_REGISTER_PROC_TBL, 0x1d, a, 0, 13);
	EXPECT(H_SUCCESS, H_REGISTER_PROC_TBL, 0x1d, a, 0, size);
	EXPECT(H_SUCCESS, H_REGISTER_PROC_TBL, 0x15, 0, 0, 0);
	EXPECT(H_SUCCESS, H_REGISTER_PROC_TBL, 0x05, 0, 0, 0);
}

static void waits(void)
{
	u64 r[G_MAX_ARGS], me = g_vcpu(), start, ms = g_hz() / 1000;

	EXPECT(H_SUCCESS, H_PROD, me);
	EXPECT(H_PARAMETER, H_PROD, g_vcpus());
	EXPECT(H_SUCCESS, H_CEDE, 0); /* at once: it was prodded */
	g_irqs(false);
	start = g_now();
	g_timer(2 * ms);
	EXPECT(H_SUCCESS, H_CEDE, 0);
	g_irqs(false);
	G_CHECK(g_now() - start >= 2 * ms);
	EXPECT(H_SUCCESS, H_CONFER, 0xffffffff, 0);
	EXPECT(H_PARAMETER, H_CONFER, g_vcpus(), 0);
	EXPECT(H_SUCCESS, H_PROD, me);
	EXPECT(H_SUCCESS, H_CONFER, me, 0);
	EXPECT(H_SUCCESS, H_POLL_PENDING, 0);
}

static void shares(void)
{
	u64 r[G_MAX_ARGS], before, start = g_now();

	EXPECT(H_SUCCESS, H_PURR, 0);
	before = r[0];
	while (g_now() - start < g_hz() / 1000)
		g_relax();
	EXPECT(H_SUCCESS, H_PURR, 0);
	G_CHECK(r[0] > before && r[0] - before <= g_now() - start + g_hz() / 1000);
	EXPECT(H_SUCCESS, H_GET_PPP, 0);
	G_EQ(r[1], 0);
	G_EQ(r[2], 0);
}

static u32 time_of_day(s64 (*call)(const char *, unsigned, const u32 *, unsigned, u32 *))
{
	u32 t[7] = { 0 };
	s64 status = call("get-time-of-day", 0, NULL, 8, t);

	if (status == -1002)
		return 0; /* this port cannot run firmware's own code */
	G_EQ(status, 0);
	G_CHECK(t[0] >= 1970 && t[1] >= 1 && t[1] <= 12 && t[2] >= 1 && t[2] <= 31);
	return t[0];
}

static void rtas(void)
{
	static const u32 date[7] = { 2031, 2, 28, 23, 0, 0, 0 };
	static const u32 no_date[7] = { 2031, 2, 29, 23, 0, 0, 0 };
	u64 r[G_MAX_ARGS], end = g_memory();
	u32 two[2], one = 0;

	time_of_day(g_rtas);
	G_EQ(g_rtas("set-time-of-day", 7, date, 1, NULL), 0);
	G_EQ(time_of_day(g_rtas), 2031);
	if (time_of_day(g_rtas_blob) == 0)
		g_print("firmware's entry: not on this port\n");
	G_EQ(g_rtas("set-time-of-day", 7, no_date, 1, NULL), -3);
	G_EQ(g_rtas("get-time-of-day", 1, date, 8, NULL), -3);
	G_EQ(g_rtas("query-cpu-stopped-state", 1, &one, 2, two), 0);
	G_EQ(two[0], 2); /* it runs */
	one = g_vcpus();
	G_EQ(g_rtas("query-cpu-stopped-state", 1, &one, 2, two), -3);
	EXPECT(H_PARAMETER, HV_RTAS, end);
	EXPECT(H_PARAMETER, HV_RTAS, end - 4);
	EXPECT(H_PARAMETER, HV_RTAS, 0xfffffffc);
}

static void from_user_mode(void)
{
	for (unsigned i = 0; i < ROWS; i++) {
		if (!g_user_hcall(rows[i].nr))
			g_fail("%s from user mode was served", rows[i].name);
		G_EQ(g_fault()->kind, G_PROGRAM_FAULT);
	}
	G_CHECK(g_user_hcall(0x12345678));
}

static void registers(void)
{
	static const u64 nr[] = { HV_NULL, HV_VERSION, H_XIRR, H_PURR, 0xfaf0 };

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
	terminal();
	interrupts();
	areas();
	modes();
	process_table();
	waits();
	shares();
	rtas();
	from_user_mode();
	registers();
	for (unsigned i = 0; i < ROWS; i++)
		if (!g_load(SEEN + i, 1))
			g_fail("%s was not called", rows[i].name);
	g_print("%lu calls\n", (unsigned long)ROWS);
	g_pass();
}
