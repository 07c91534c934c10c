/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the hypervisor reads twice, or after the processor: instructions and page tables that
 * another vcpu changes meanwhile; tables that are no memory.
 */
#include "code.h"

#define PRESENT 7ul /* and writable, for users */
#define LARGE	0x80ul

/* "mov $device, %edx", then two bytes that change, then returns. */
static const u16 changing[] = {
	0x028b, /* mov (%rdx), %eax */
	0x0289, /* mov %eax, (%rdx) */
	0x9090, /* nops */
	0xc3c3, /* ret */
	0xa4f3, /* rep movsb */
	0x6c66, /* ins */
	0xf601, /* add %esi, %esi */
	0x0f66, /* a prefix, and a beginning */
	0x02ff, /* incl (%rdx) */
	0x028a, 0x0288, 0x0201, 0x0b0f, 0x0287, 0x4866,
};

/*
 * There with registers that lead nowhere: halves of two of these are instructions, too. All are
 * saved by who jumps here (probe_jump).
 */
static __attribute__((used)) u64 race_at;

__attribute__((naked)) static void race_enter(void)
{
	__asm__("xor %eax, %eax; xor %ebx, %ebx; xor %ecx, %ecx; xor %ebp, %ebp; mov $0x8100, %esi;"
		"xor %r8d, %r8d; xor %r9d, %r9d; xor %r10d, %r10d; xor %r11d, %r11d;"
		"xor %r12d, %r12d; xor %r13d, %r13d; xor %r14d, %r14d; xor %r15d, %r15d;"
		"mov race_at(%rip), %rdi; jmp *%rdi");
}

static u64 race_code(const struct hostile *h)
{
	return h->play + 0x1ff9; /* the two bytes stand in two pages */
}

static void changer(u64 at)
{
	for (u64 i = 0; !hostile_over(); i++)
		g_store(at, 2, changing[i * 7 % LENGTH(changing)]);
}

GUEST(race_instruction)
{
	struct hostile h;
	u64 at;

	hostile_begin(&h);
	race_at = at = race_code(&h);
	for (u64 b = at; b < at + 32; b++)
		g_store(b, 1, 0xc3);
	g_store(at + 5, 2, changing[0]);
	hostile_team(changer, at + 5);
	for (u64 i = 0; i < g_arg("flood", 2000); i++) {
		g_store(at, 1, 0xba);		   /* INS writes there */
		g_store(at + 1, 4, PC_IOAPIC + 8); /* nothing is to be seen there */
		if (!g_try_jump((u64)race_enter) && g_fault()->vector == DF)
			g_fail("a double fault");
	}
	hostile_join();
	hostile_end(&h);
}

/* ---- page tables ------------------------------------------------------------------------ */

#define VIEW (FREE_SPACE + 0x5000) /* an address that only these tables have */

/* Tables in play that lead to VIEW; the entry for it. */
static u64 make_tables(const struct hostile *h)
{
	u64 at = h->play + 0x4000;

	for (u64 b = at; b < at + 0x3000; b += 8)
		g_store(b, 8, 0);
	g_store(at, 8, (at + 0x1000) | PRESENT);
	g_store(at + 0x1000, 8, (at + 0x2000) | PRESENT);
	code_pml4()[1] = at | PRESENT;
	code_flush();
	return at + 0x2000 + (VIEW >> 12 & 0x1ff) * 8;
}

static void mapper(u64 pte)
{
	struct hostile h = { .play = g_free(), .memory = g_memory() };
	const u64 to[] = { PC_IOAPIC | PRESENT,
			   h.play | PRESENT,
			   PC_LAPIC | PRESENT,
			   0,
			   h.memory | PRESENT,
			   PC_IOAPIC | 1,
			   h.play | 1,
			   1ul << 51 | PRESENT,
			   1ul << 63 | h.play | PRESENT,
			   ~0ul,
			   PC_IOAPIC | LARGE | PRESENT };

	for (u64 i = 0; !hostile_over(); i++)
		g_store(pte, 8, to[i * 5 % LENGTH(to)]);
}

/* The page of an access is another one, or none, when the hypervisor looks where it was. */
GUEST(race_tables)
{
	struct hostile h;
	u64 v, pte;

	hostile_begin(&h);
	pte = make_tables(&h);
	g_store(pte, 8, PC_IOAPIC | PRESENT);
	hostile_team(mapper, pte);
	for (u64 i = 0; i < g_arg("flood", 2000); i++) {
		bool done = i % 3 ? g_try_load(VIEW + 8, 4, &v) : g_try_store(VIEW + 8, 4, 0);

		if (!done && g_fault()->vector != PF)
			g_fail("exception %lu", g_fault()->vector);
		code_flush();
	}
	hostile_join();
	code_pml4()[1] = 0;
	code_flush();
	hostile_end(&h);
}

static void through(u64 what)
{
	u64 v;

	for (unsigned i = 0; i < 3; i++) {
		bool done = i == 0   ? g_try_load(VIEW, 8, &v)
			    : i == 1 ? g_try_store(VIEW, 8, 0)
				     : g_try_jump(VIEW);

		if (!done && g_fault()->vector != PF && g_fault()->vector != UD &&
		    g_fault()->vector != GP)
			g_fail("through %#lx: exception %lu", what, g_fault()->vector);
	}
}

/* Tables of each level that stand in a device, beyond memory, in themselves; bits that are none. */
GUEST(table_places)
{
	struct hostile h;
	u64 pte, at;

	hostile_begin(&h);
	pte = make_tables(&h);
	at = h.play + 0x4000;
	{
		volatile u64 *const entry[] = { &code_pml4()[1], (u64 *)at, (u64 *)(at + 0x1000),
						(u64 *)pte };
		const u64 to[] = { PC_IOAPIC,	 PC_LAPIC,  h.memory,	 h.memory - 0x1000,
				   1ul << 31,	 1ul << 32, 1ul << 38,	 1ul << 45,
				   1ul << 51,	 at,	    at + 0x1000, at + 0x2000,
				   0xfffffff000, h.play };

		for (unsigned level = 0; level < LENGTH(entry); level++) {
			u64 old = *entry[level];

			for (unsigned i = 0; i < LENGTH(to); i++)
				for (u64 bits = 0; bits < 0x200; bits += 0x7b) {
					*entry[level] = to[i] | PRESENT | bits;
					code_flush();
					if (to[i] != at && to[i] != at + 0x1000 &&
					    to[i] != at + 0x2000)
						through(to[i] | PRESENT | bits);
				}
			for (unsigned bit = 0; bit < 64; bit++) {
				*entry[level] = old ^ 1ul << bit;
				code_flush();
				through(old ^ 1ul << bit);
			}
			*entry[level] = old;
		}
	}
	code_pml4()[1] = 0;
	code_flush();
	hostile_end(&h);
}
