/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything a guest of a PC should not do: calls with wild values, forbidden instructions, wild
 * ports, registers, device accesses, interrupts; each from kernel and user mode where that makes a
 * difference. It passes when it is still alive and its own memory is untouched. Boot arguments:
 * rounds (0 = for ever), storm, seed; deadly=N: only the Nth instruction that may end it.
 */
#include "cpu.h"
#include "pc.h"

#define GUARD	  0x10000 /* bytes of own memory that nobody may change */
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static const struct row {
	const char *name;
	u64 nr;
	unsigned nargs;
} rows[] = {
#define HCALL(n, fn, auth, class, flow, nargs, ...) { #n, n, nargs },
#include "../../../include/hcalls.def"
#undef HCALL
};

struct state {
	u64 random, me, memory, guard;
};

static u64 random(struct state *s)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return s->random;
}

/* A value: right, nearly right, at an edge, outside, or anything. */
static u64 value(struct state *s)
{
	const u64 any[] = { 0,	       1,	  2,	     0xff,     0x100,	   0xffff,
			    s->me,     s->me + 1, s->memory, s->guard, 1ul << 31,  0xffffffff,
			    1ul << 32, 1ul << 40, 1ul << 63, ~0ul,     0xfee00000, -s->memory };
	u64 n = random(s);

	return n % 8 == 0 ? random(s) >> (n >> 8) % 64 : any[(n >> 16) % LENGTH(any)];
}

static void calls(struct state *s)
{
	for (unsigned i = 0; i < 40 * LENGTH(rows); i++) {
		const struct row *row = &rows[i % LENGTH(rows)];
		u64 a[G_MAX_ARGS], r[G_MAX_ARGS];

		for (unsigned k = 0; k < G_MAX_ARGS; k++)
			a[k] = k < row->nargs || random(s) % 2 ? value(s) : 0;
		if ((row->nr == HV_PARTITION_STOP || row->nr == HV_PARTITION_DESTROY) &&
		    a[0] == s->me)
			continue;
		g_hcall(row->nr, a, r);
	}
}

static void do_deed(unsigned i)
{
	const struct g_deed *d = g_deed(i);
	u64 before = g_faults();
	bool done = g_do_deed(i);

	if (done && d->must_fault)
		g_fail("%s: no fault", d->what);
	if (!done && g_faults() != before + 1)
		g_fail("%s: %lu faults", d->what, g_faults() - before);
	G_EQ(G_CALL(HV_NULL, NULL, 0), H_SUCCESS);
}

static void deeds(void)
{
	for (unsigned i = 0; i < g_deeds(); i++)
		do_deed(i);
}

/* The nth of those that an emulator may end us for. */
static void deadly(u64 n)
{
	unsigned i = g_deeds() + (unsigned)n - 1;

	G_CHECK(i < pc_all_deeds());
	g_print("hostile: will %s\n", g_deed(i)->what);
	do_deed(i);
	g_pass();
}

/* Ports that end the partition, or change what the guest's own console or clock needs. */
static bool harmful(u16 port)
{
	return (port >= 0x600 && port < 0x604) || (port >= 0xcf6 && port <= 0xcf9) ||
	       (port >= 0x61 && port <= 0x64) || (port >= PC_COM1 - 3 && port < PC_COM1 + 8);
}

static void ports(struct state *s)
{
	for (unsigned i = 0; i < 500; i++) {
		u64 n = random(s);
		u16 port = n % 4 ? (u16)(n >> 16) : (u16)(0x70 + (n >> 16) % 16);
		u32 v = (u32)(n >> 32);

		if (harmful(port))
			continue;
		__asm__ volatile("outb %b0, %1; outw %w0, %1; outl %0, %1" ::"a"(v), "d"(port));
		__asm__ volatile("inb %1, %b0; inw %1, %w0; inl %1, %0" : "+a"(v) : "d"(port));
	}
}

/* String instructions to and from ports: at the edges of memory, with all kinds of counts. */
static void string_ports(struct state *s)
{
	u64 at = s->guard - 64, n = 16;

	__asm__ volatile("rep outsb" : "+S"(at), "+c"(n) : "d"(0x80) : "memory");
	G_EQ(n, 0);
	at = s->guard - 64;
	n = 16;
	__asm__ volatile("rep insb" : "+D"(at), "+c"(n) : "d"(0x80) : "memory");
	G_EQ(n, 0);
	at = s->memory - 2;
	n = 8;
	__asm__ volatile("rep insb" : "+D"(at), "+c"(n) : "d"(0x80) : "memory");
}

static u32 msr_nr;
static u64 msr_val;

static void read_msr(void)
{
	rdmsr(msr_nr);
}

static void write_msr(void)
{
	wrmsr(msr_nr, msr_val);
}

/* What we need ourselves: the APIC, the time, segments, system calls, page tables, end. */
static bool needed(u32 nr)
{
	return nr == 0x1b || nr == 0x10 || nr == 0x3b || nr == 0x6e0 || (nr >> 8) == 8 ||
	       nr == 0xc0000080 || nr == 0xc0000101 || nr == 0xc0000100 || nr == 0x4b564d00 ||
	       nr == 0x4b564d01 || nr == 0x11 || nr == 0x12;
}

static void model_registers(struct state *s)
{
	static const u32 range[] = { 0,		 0x200,	     0x400,	 0x480,	     0x800,
				     0xd00,	 0xc0000000, 0xc0000080, 0xc0010000, 0xc0010100,
				     0xc0011000, 0x40000000, 0x4b564d00 };

	for (unsigned i = 0; i < 2000; i++) {
		u64 n = random(s);

		msr_nr = n % 16 ? range[(n >> 8) % LENGTH(range)] + (u32)(n >> 16) % 0x120
				: (u32)(n >> 16);
		msr_val = value(s);
		g_try_jump((u64)read_msr);
		if (!needed(msr_nr))
			g_try_jump((u64)write_msr);
	}
}

/* All registers of both APICs, in sizes and at places that are wrong, too. */
static void device_memory(struct state *s)
{
	u64 v;

	for (unsigned i = 0; i < 1000; i++) {
		u64 n = random(s), at = (n & 1 ? 0xfee00000 : PC_IOAPIC) + (n >> 8) % 0x1010;
		unsigned size = 1u << (n >> 4) % 4;

		g_try_load(at, size, &v);
		/* commands and lines would send interrupts we do not know */
		if (n & 1 ? pc_x2apic() : (n >> 8) % 0x1010 >= 0x20)
			g_try_store(at, size, random(s));
	}
}

/*
 * Instructions that drivers do not use on devices: served or refused with a fault, as the machine
 * likes. Each begins with RAX = 0 and RDX = the task priority register, which is harmless.
 */
#define ODD(name, code)                                                          \
	__attribute__((naked)) static void name(void)                            \
	{                                                                        \
		__asm__("xor %eax, %eax; mov $0xfee00080, %edx; " code "; ret"); \
	}

ODD(odd_xadd, "lock xaddl %eax, (%rdx)")
ODD(odd_movs, "mov %rdx, %rsi; mov $0x8100, %edi; mov $4, %ecx; cld; rep movsb")
ODD(odd_stos, "mov %rdx, %rdi; mov $1, %ecx; cld; rep stosl")
ODD(odd_cmpxchg, "cmpxchgl %eax, (%rdx)")
ODD(odd_bit, "btl $3, (%rdx)")
ODD(odd_push, "pushq (%rdx); pop %rax")
ODD(odd_call, "call *(%rdx)")
ODD(odd_sse, "movaps (%rdx), %xmm0")
ODD(odd_xsave, "xsave (%rdx)")
ODD(odd_tlb, "invlpg (%rdx)")
ODD(odd_jump, "jmp *%rdx")
ODD(odd_nothing, "mov $0x7000000000, %rdx; jmp *%rdx")

static void odd_instructions(void)
{
	void (*const fn[])(void) = { odd_xadd,	odd_movs, odd_stos, odd_cmpxchg,
				     odd_bit,	odd_push, odd_call, odd_sse,
				     odd_xsave, odd_tlb,  odd_jump, odd_nothing };

	for (unsigned i = 0; i < LENGTH(fn); i++)
		g_try_jump((u64)fn[i]);
	pc_apic_set(APIC_TPR, 0);
}

static void user_mode(void)
{
	for (unsigned i = 0; i < LENGTH(rows); i++)
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
			   .guard = g_free() + 0x10000 };

	G_CHECK(s.guard + GUARD <= s.memory);
	G_EQ(G_CALL(HV_VERSION, r, 0), H_SUCCESS);
	s.me = r[1];
	if (g_arg("deadly", 0))
		deadly(g_arg("deadly", 0));
	for (u64 i = 1; !rounds || i <= rounds; i++) {
		guard(&s, true);
		calls(&s);
		deeds();
		ports(&s);
		string_ports(&s);
		model_registers(&s);
		device_memory(&s);
		odd_instructions();
		user_mode();
		storm(n);
		guard(&s, false);
		g_print("hostile round %lu: %lu faults came back\n", i, g_faults());
	}
	g_pass();
}
