/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything a guest should not do: each call with hostile values, accesses and jumps outside its
 * memory, forbidden instructions, calls from user mode, a storm of calls. It passes when it is
 * still alive, every fault came back to it, and its own memory is untouched. Boot arguments:
 * rounds (0 = for ever), storm, seed.
 */
#include "papr.h"

#define GUARD	   0x10000 /* bytes of own memory that nobody may change */
#define IPI_SOURCE 2

/* What a call's argument is, as its row says. */
enum kind { NONE, U64, ZERO, LPID, VCPU, TERM, GPA };

static const struct row {
	const char *name;
	u64 nr;
	unsigned nargs;
	enum kind kind[G_MAX_ARGS];
} rows[] = {
#define HCALL(n, fn, auth, class, flow, nargs, nrets, ...) { #n, n, nargs, { __VA_ARGS__ } },
#include "../../../core/papr/hcalls.def"
#include "../../../include/hcalls.def"
#undef HCALL
};

#define ROWS	  (sizeof(rows) / sizeof(rows[0]))
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

struct state {
	u64 random, me, memory, play, guard;
};

static u64 random(struct state *s)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return s->random;
}

/* An argument: right, nearly right, at an edge, outside, or anything. */
static u64 value(struct state *s, enum kind kind)
{
	const u64 any[] = { 0,
			    1,
			    2,
			    3,
			    4,
			    5,
			    8,
			    16,
			    17,
			    0xff,
			    0x100,
			    0xffff,
			    0x7fffffff,
			    0x80000000,
			    0xffffffff,
			    1ul << 32,
			    1ul << 45,
			    2ul << 45,
			    5ul << 45,
			    6ul << 45,
			    1ul << 63,
			    ~0ul,
			    ~0ul - 7,
			    s->memory,
			    s->memory - 1,
			    s->memory - 8,
			    s->memory - 0x1000,
			    s->memory + 0x1000,
			    s->play,
			    s->play + 1,
			    s->play + 0x80,
			    s->play + 0xf80,
			    s->play + 0x1000,
			    1ul << 40,
			    1ul << 52,
			    0x1d,
			    0xff000002,
			    0x30000000,
			    0x20000000,
			    0x6030203180000,
			    -s->memory };
	const u64 lpid[] = { s->me, 0,		 s->me + 1,	    s->me - 1,	       255,
			     256,   s->me + 256, s->me | 1ul << 16, s->me | 1ul << 32, ~0ul };
	const u64 vcpu[] = { g_vcpu(), g_vcpus(), g_vcpus() - 1, 15, 16, 1ul << 32, ~0ul, 0xffff };
	u64 n = random(s);

	if (n % 8 == 0)
		return random(s) >> (n >> 8) % 64;
	n >>= 16;
	if (kind == LPID)
		return lpid[n % LENGTH(lpid)];
	if (kind == VCPU && n % 4)
		return vcpu[(n >> 8) % LENGTH(vcpu)];
	return any[n % LENGTH(any)];
}

/* Calls that would rightly end this guest, or make its own handlers wrong. */
static bool suicidal(const struct state *s, u64 nr, const u64 *a)
{
	switch (nr) {
	case HV_PARTITION_STOP:
	case HV_PARTITION_DESTROY:
		return a[0] == s->me;
	case H_SET_MODE:
		return a[1] == 3 || a[1] == 4;
	case H_REGISTER_VPA: /* the hypervisor would write where our code stands */
		return a[2] < s->play;
	case HV_RTAS: /* what the words there say may be: power off */
		return (u32)a[0] < s->memory && (u32)a[0] + 12 <= s->memory;
	default:
		return false;
	}
}

static void call(struct state *s, const struct row *row)
{
	u64 a[G_MAX_ARGS], r[G_MAX_ARGS];

	for (unsigned i = 0; i < G_MAX_ARGS; i++)
		a[i] = i < row->nargs || random(s) % 2
			       ? value(s, i < row->nargs ? row->kind[i] : U64)
			       : 0;
	if (suicidal(s, row->nr, a))
		return;
	g_timer(g_hz() / 2000); /* a call that waits comes back */
	g_hcall(row->nr, a, r);
	g_irqs(false);
}

/* Interrupts that our own calls have asked for. */
static void external(void *arg)
{
	u64 r[G_MAX_ARGS];

	(void)arg;
	G_EQ(G_CALL(H_XIRR, r, 0), H_SUCCESS);
	G_CALL(H_IPI, NULL, g_vcpu(), 0xff);
	G_CALL(H_EOI, NULL, r[0]);
}

static void calls(struct state *s)
{
	for (unsigned i = 0; i < ROWS; i++)
		for (unsigned k = 0; k < 40; k++)
			call(s, &rows[i]);
	/* put back what succeeded */
	for (unsigned v = 0; v < g_vcpus(); v++) {
		G_CALL(H_REGISTER_VPA, NULL, 6ul << 45, v, 0);
		G_CALL(H_REGISTER_VPA, NULL, 5ul << 45, v, 0);
	}
	G_CALL(H_REGISTER_PROC_TBL, NULL, 0x15, 0, 0, 0);
	G_CALL(H_CPPR, NULL, 0);
}

/* Argument blocks that are nonsense, at all kinds of places, with services that do no harm. */
static void rtas(struct state *s)
{
	static const char *const service[] = { "get-time-of-day",
					       "set-time-of-day",
					       "start-cpu",
					       "query-cpu-stopped-state",
					       "ibm,set-xive",
					       "ibm,get-xive",
					       "ibm,int-on",
					       "ibm,int-off",
					       "ibm,get-system-parameter" };

	for (unsigned i = 0; i < 200; i++) {
		const char *name = service[random(s) % LENGTH(service)];
		u32 in[8], out[8];

		for (unsigned k = 0; k < 8; k++)
			in[k] = (u32)value(s, U64);
		/* text goes to a buffer: only to where it does no harm */
		in[1] = random(s) % 2 ? (u32)s->play : (u32)s->memory - 2;
		g_rtas(name, (unsigned)(random(s) % 9), in, (unsigned)(random(s) % 9), out);
	}
}

static void check_fault(u64 addr, unsigned size, bool write)
{
	const struct g_fault *f = g_fault();

	if (f->kind != G_DATA_FAULT && f->kind != G_RANGE_FAULT)
		g_fail("access to %#lx: vector %#lx", addr, f->vector);
	if (f->kind == G_DATA_FAULT && f->write != write)
		g_fail("access to %#lx: status %#lx does not tell what it was", addr, f->status);
	if (f->addr < addr || f->addr >= addr + size)
		g_fail("access to %#lx: reported at %#lx", addr, f->addr);
}

/* An access of that size must fault, and tell the truth. */
static void outside(u64 addr, unsigned size)
{
	u64 v, before = g_faults();

	if (g_try_load(addr, size, &v))
		g_fail("read %#lx", addr);
	check_fault(addr, size, false);
	if (g_try_store(addr, size, 0x6666666666666666))
		g_fail("wrote %#lx", addr);
	check_fault(addr, size, true);
	G_EQ(g_faults(), before + 2);
}

static void memory(struct state *s)
{
	const u64 at[] = { s->memory,	   s->memory + 0x1000, s->memory + 0x10000, 2 * s->memory,
			   s->memory * 17, 1ul << 31,	       1ul << 32,	    1ul << 36,
			   1ul << 40,	   1ul << 47,	       1ul << 51,	    1ul << 52,
			   1ul << 53,	   1ul << 59,	       0x0ffffffffffffff8,  0x20000000,
			   0x30000000,	   0x6030203180000,    0x6010000000000 };

	for (unsigned i = 0; i < LENGTH(at); i++)
		if (at[i] >= s->memory)
			for (unsigned size = 1; size <= 8; size *= 2)
				outside(at[i], size);
	for (unsigned i = 0; i < 100; i++) {
		u64 a = random(s) >> (4 + random(s) % 32) & ~7ul;

		if (a >= s->memory)
			outside(a, 8);
	}
}

static void jumps(struct state *s)
{
	const u64 at[] = { s->memory, s->memory + 0x1000, 1ul << 40,
			   1ul << 52, 0x0ffffffffffffff0, 0x20000000 + s->memory };
	u64 v;

	for (unsigned i = 0; i < LENGTH(at); i++) {
		if (g_try_jump(at[i]))
			g_fail("a jump to %#lx came back", at[i]);
		G_CHECK(g_fault()->kind == G_INST_FAULT || g_fault()->kind == G_RANGE_FAULT);
	}
	/* a place that is ours and holds no instruction */
	for (v = s->play; v < s->play + 64; v += 8)
		g_store(v, 8, 0);
	G_CHECK(!g_try_jump(s->play));
	G_EQ(g_fault()->kind, G_PROGRAM_FAULT);
}

static void deeds(void)
{
	for (unsigned i = 0; i < g_deeds(); i++) {
		const struct g_deed *d = g_deed(i);
		u64 before = g_faults();
		bool done = g_do_deed(i);

		if (done && d->must_fault)
			g_fail("%s: no fault", d->what);
		if (!done && g_faults() != before + 1)
			g_fail("%s: %lu faults", d->what, g_faults() - before);
		G_EQ(G_CALL(HV_NULL, NULL, 0), H_SUCCESS);
	}
}

/* A call, a fault, and time enough for the hypervisor's own timer. */
static void translated(void *arg)
{
	u64 until = g_now() + g_hz() / 50, v;

	G_CHECK(!g_try_load(((struct state *)arg)->memory, 8, &v));
	G_EQ(g_fault()->kind, G_DATA_FAULT);
	G_EQ(G_CALL(HV_NULL, NULL, 0), H_SUCCESS);
	while (g_now() < until)
		g_relax();
}

/*
 * With translation on, the mode that says where our interrupts go says it of the hypervisor's, too:
 * those it has no vectors for must not be had.
 */
static void vectors(struct state *s)
{
	for (u64 mode = 1; mode <= 2; mode++) {
		s64 rc = G_CALL(H_SET_MODE, NULL, mode, 3, 0, 0);

		g_translated(translated, s);
		if (rc == H_SUCCESS)
			g_fail("H_SET_MODE gave us vector mode %lu", mode);
	}
}

static void user_mode(void)
{
	for (unsigned i = 0; i < ROWS; i++)
		if (!g_user_hcall(rows[i].nr))
			g_fail("%s was served in user mode", rows[i].name);
}

static void storm(u64 n)
{
	for (u64 i = 0; i < n; i++)
		g_hcall(i % 3 ? HV_NULL : 0xfff0 + i * 4, (const u64[G_MAX_ARGS]){ ~0ul, i, ~i },
			NULL);
}

static u64 guard_word(u64 at)
{
	return at * 0x9e3779b97f4a7c15;
}

static void guard(const struct state *s, bool write)
{
	for (u64 at = s->guard; at < s->guard + GUARD; at += 8) {
		if (write)
			g_store(at, 8, guard_word(at));
		else if (g_load(at, 8) != guard_word(at))
			g_fail("own memory changed at %#lx", at);
	}
}

GUEST(hostile)
{
	u64 rounds = g_arg("rounds", 2), n = g_arg("storm", 20000), r[G_MAX_ARGS];
	struct state s = { .random = g_arg("seed", 1) * 0x9e3779b97f4a7c15 + 1,
			   .memory = g_memory(),
			   .play = g_free() };

	s.guard = s.play + 0x10000;
	G_CHECK(s.guard + GUARD <= s.memory);
	G_EQ(G_CALL(HV_VERSION, r, 0), H_SUCCESS);
	s.me = r[1];
	g_handler(G_IRQ_EXTERNAL, external, NULL);
	for (u64 i = 1; !rounds || i <= rounds; i++) {
		guard(&s, true);
		calls(&s);
		rtas(&s);
		memory(&s);
		jumps(&s);
		deeds();
		vectors(&s);
		user_mode();
		storm(n);
		guard(&s, false);
		g_print("hostile round %lu: %lu faults came back\n", i, g_faults());
	}
	g_pass();
}
