// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All vcpus make calls of all kinds at random, to themselves and to each other. Boot arguments:
 * seed, ops (of all vcpus together).
 */
#include "lib.h"

#include "um_guest.h"

#define VCPU()	 s_below(rng, g_vcpus())
#define DTL_SIZE 0x80010000 /* 384, big-endian */
#define FN(n)	 ((u64)(n) << 45)

static void work(u64 arg);

static void external(void *arg)
{
	(void)arg;
	s_take();
}

/* Somebody else may have been quicker. */
static void start(unsigned v)
{
	s64 status = s_start(v, work, 0);

	if (status && status != BUSY && status != -1)
		g_fail("start-cpu %u: %ld", v, (long)status);
}

static void waits(u64 *rng)
{
	g_irqs(false); /* or the timer could be over before the wait */
	g_timer(1000 + s_below(rng, 30000));
	switch (s_below(rng, 4)) {
	case 0:
		G_EQ(G_CALL(H_CONFER, NULL, VCPU(), s_below(rng, 4)), H_SUCCESS);
		break;
	case 1:
		G_EQ(G_CALL(H_CONFER, NULL, 0xffffffff, 0), H_SUCCESS);
		break;
	default:
		g_cede();
	}
	g_irqs(false);
	um_clear_dec();
}

static void areas(u64 *rng)
{
	u64 v = VCPU(), page = VPA(v);

	switch (s_below(rng, 4)) {
	case 0:
		G_EQ(G_CALL(H_REGISTER_VPA, NULL, FN(1), v, page), H_SUCCESS);
		g_store(page + 0xb8, 1, 7); /* trace every dispatch */
		break;
	case 1:
		/* the log may have overwritten the size that it begins with */
		if (G_CALL(H_REGISTER_VPA, NULL, FN(2), v, page + 0x400) == H_PARAMETER)
			g_store(page + 0x404, 4, DTL_SIZE);
		break;
	case 2:
		G_CALL(H_REGISTER_VPA, NULL, FN(5), v, 0); /* not while there is a log */
		break;
	default:
		G_EQ(G_CALL(H_REGISTER_VPA, NULL, FN(6), v, 0), H_SUCCESS);
	}
}

static void interrupts(u64 *rng)
{
	u64 r[G_MAX_ARGS];

	switch (s_below(rng, 4)) {
	case 0:
		G_EQ(G_CALL(H_CPPR, NULL, s_below(rng, 256)), H_SUCCESS);
		break;
	case 1:
		G_EQ(G_CALL(H_IPOLL, r, VCPU()), H_SUCCESS);
		break;
	default:
		G_EQ(G_CALL(H_IPI, NULL, VCPU(), s_below(rng, 256)), H_SUCCESS);
	}
	g_irqs(true);
	g_irqs(s_below(rng, 4) == 0);
	G_EQ(G_CALL(H_CPPR, NULL, 0xff), H_SUCCESS);
}

static void modes(u64 *rng)
{
	if (s_below(rng, 2))
		G_EQ(G_CALL(H_SET_MODE, NULL, 3 * s_below(rng, 2), 3, 0, 0), H_SUCCESS);
	else
		G_EQ(G_CALL(H_REGISTER_PROC_TBL, NULL, s_below(rng, 2) ? 0x1d : 0x15, 0x10000, 0,
			    4),
		     H_SUCCESS);
}

static void terminal(u64 *rng)
{
	u32 a[3] = { TERM_SOURCE, (u32)VCPU(), 5 };
	u64 r[G_MAX_ARGS];

	switch (s_below(rng, 4)) {
	case 0:
		G_EQ(G_CALL(H_GET_TERM_CHAR, r, 0), H_SUCCESS);
		break;
	case 1:
		G_EQ(s_rtas("ibm,set-xive", 3, a, 1, NULL), 0);
		break;
	case 2:
		G_EQ(s_rtas(s_below(rng, 2) ? "ibm,int-on" : "ibm,int-off", 1, a, 1, NULL), 0);
		break;
	default:
		s_say("some words of a guest\n" + s_below(rng, 22));
	}
}

static void processors(u64 *rng)
{
	unsigned v = (unsigned)VCPU();

	if (s_below(rng, 3) == 0 && g_vcpu())
		s_stop();
	if (v)
		start(v);
}

static void looks(u64 *rng)
{
	u64 r[G_MAX_ARGS];

	switch (s_below(rng, 8)) {
	case 0:
		G_EQ(G_CALL(HV_YIELD, NULL, 0), H_SUCCESS);
		break;
	case 1:
		G_CALL(HV_YIELD, NULL, 1 + s_below(rng, 6)); /* it may be gone, or elsewhere */
		break;
	case 2:
		G_EQ(G_CALL(H_PURR, r, 0), H_SUCCESS);
		break;
	case 3:
		G_EQ(G_CALL(H_POLL_PENDING, NULL, 0), H_SUCCESS);
		break;
	case 4:
		G_EQ(G_CALL(HV_MEMORY_INFO, NULL, 0), H_AUTHORITY);
		break;
	case 5:
		G_CHECK(!g_try_load(s_below(rng, 2) ? 1ul << 40 : 0x100000, 8, r));
		break;
	default:
		G_EQ(G_CALL(H_PROD, NULL, VCPU()), H_SUCCESS);
	}
}

static void one(u64 *rng)
{
	static void (*const what[])(u64 * rng) = { waits, waits,    areas, interrupts, interrupts,
						   modes, terminal, looks, processors };

	what[s_below(rng, sizeof(what) / sizeof(what[0]))](rng);
}

static void work(u64 arg)
{
	(void)arg;
	g_handler(G_IRQ_EXTERNAL, external, NULL);
	G_EQ(G_CALL(H_CPPR, NULL, 0xff), H_SUCCESS);
	s_do(one);
}

GUEST(mix)
{
	g_store(VCPUS, 8, g_vcpus());
	g_store(WORD(0), 8, g_arg("seed", 1));
	g_store(OPS, 8, g_arg("ops", 50));
	for (unsigned i = 0; i < g_vcpus() && i < 4; i++) {
		g_store(VPA(i) + 4, 2, 0x8002); /* 640 bytes, big-endian */
		g_store(VPA(i) + 0x404, 4, DTL_SIZE);
	}
	for (unsigned i = 1; i < g_vcpus(); i++)
		start(i);
	work(0);
}
