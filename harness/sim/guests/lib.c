// SPDX-License-Identifier: GPL-2.0-or-later
/* lib.h on a PAPR machine. Next: mix.c, the guest that does everything. */
#include "lib.h"

#include <stdio.h>

#include "port.h"
#include "um_guest.h"

/* ---- firmware ----------------------------------------------------------------------------- */

static u32 swap(u32 v)
{
	return __builtin_bswap32(v);
}

s64 s_rtas(const char *service, unsigned nargs, const u32 *args, unsigned nrets, u32 *rets)
{
	u64 block = G_SCRATCH + g_vcpu() * G_SCRATCH_PER;
	u32 w[3 + 16] = { swap(s_token(service)), swap(nargs), swap(nrets) };

	for (unsigned i = 0; i < nargs; i++)
		w[3 + i] = swap(args[i]);
	um_write(block, w, sizeof(w));
	G_EQ(G_CALL(HV_RTAS, NULL, block), H_SUCCESS);
	um_read(w, block, sizeof(w));
	for (unsigned i = 1; i < nrets; i++)
		rets[i - 1] = swap(w[3 + nargs + i]);
	return (int32_t)swap(w[3 + nargs]);
}

s64 s_start(unsigned index, void (*fn)(u64 arg), u64 arg)
{
	u32 a[3] = { index, 0, 0 };

	port_prepare(index, fn, arg, &a[1], &a[2]);
	return s_rtas("start-cpu", 3, a, 1, NULL);
}

void s_stop(void)
{
	g_irqs(false);
	s_rtas("stop-self", 0, NULL, 1, NULL);
	g_fail("stop-self came back");
}

void s_reboot(void)
{
	g_irqs(false);
	s_rtas("system-reboot", 0, NULL, 1, NULL);
	g_fail("reboot came back");
}

static u64 nvram(const char *service, u64 val)
{
	u32 a[3] = { 0, BUFFER, 1 }, done;

	g_store(BUFFER, 1, val);
	G_EQ(s_rtas(service, 3, a, 2, &done), 0);
	G_EQ(done, 1);
	return g_load(BUFFER, 1);
}

u64 s_count(void)
{
	return nvram("nvram-fetch", 0);
}

void s_set_count(u64 n)
{
	nvram("nvram-store", n);
}

/* An area that the hypervisor writes to. */
void s_leave_something(void)
{
	unsigned me = g_vcpu();

	g_store(VPA(me) + 4, 2, 0x8002); /* 640 bytes, big-endian */
	G_EQ(G_CALL(H_REGISTER_VPA, NULL, 1ul << 45, me, VPA(me)), H_SUCCESS);
}

/* ---- the terminal ------------------------------------------------------------------------- */

void s_say(const char *text)
{
	u64 w[2];
	unsigned n;

	for (; *text; text += n) {
		w[0] = w[1] = 0;
		for (n = 0; n < 16 && text[n]; n++)
			w[n / 8] |= (u64)(u8)text[n] << (56 - 8 * (n % 8));
		while (G_CALL(H_PUT_TERM_CHAR, NULL, 0, n, w[0], w[1]) == H_BUSY) {
			/* part of it may have gone out: it is said again, which is allowed */
			g_relax();
		}
	}
}

static void stay(u64 arg)
{
	(void)arg;
	for (;;)
		g_relax();
}

/* For a while: they may have something else in mind. */
static void await_stopped(unsigned n)
{
	for (unsigned tries = 0, i = 1; i < n && tries < 50; tries++) {
		u32 state;

		if (s_rtas("query-cpu-stopped-state", 1, &i, 2, &state) == 0 && state == STOPPED)
			i++;
		else
			g_relax();
	}
}

void s_pass(void)
{
	static const u32 mask[2] = { 0, 0 };
	unsigned n = (unsigned)g_load(VCPUS, 8);
	char text[17];

	g_irqs(false);
	snprintf(text, sizeof(text), "PASS %s\n", g_this()->name);
	s_say(text); /* in one call: others may be saying something, too */
	if (n > 1 && g_now() / 64 % 2)
		await_stopped(n);
	for (unsigned i = 1; i < n; i++) /* on their way to a processor when it all ends */
		s_start(i, stay, 0);
	s_rtas("power-off", 2, mask, 1, NULL);
	g_fail("power-off came back");
}

/* ---- waiting ------------------------------------------------------------------------------ */

void s_sleep(u64 ticks)
{
	g_irqs(false);
	g_timer(ticks);
	g_cede();
	g_irqs(false);
	um_clear_dec();
}

u64 s_take(void)
{
	u64 r[G_MAX_ARGS], source;

	G_EQ(G_CALL(H_XIRR, r, 0), H_SUCCESS);
	source = r[0] & 0xffffff;
	if (!source)
		return 0;
	if (source == IPI_SOURCE)
		G_EQ(G_CALL(H_IPI, NULL, g_vcpu(), 0xff), H_SUCCESS);
	G_EQ(G_CALL(H_EOI, NULL, r[0]), H_SUCCESS);
	return source;
}
