/* SPDX-License-Identifier: BSD-2-Clause */
/* String instructions to and from ports: across ends of pages, memory, tables and numbers. */
#include "code.h"

extern u64 string_at, string_n, string_left;
u64 string_at, string_n, string_left;

#define STRING(name, op)                                                                  \
	CODE(name, "mov string_at(%rip), %rsi; mov %rsi, %rdi; mov string_n(%rip), %rcx;" \
		   "mov $0x80, %edx;" op "; mov %rcx, string_left(%rip); cld")

STRING(out1, "rep outsb")
STRING(out2, "rep outsw")
STRING(out4, "rep outsl")
STRING(in1, "rep insb")
STRING(in2, "rep insw")
STRING(in4, "rep insl")
STRING(down_out, "std; rep outsw")
STRING(down_in, "std; rep insl")
STRING(short_out, "addr32 rep outsb")
STRING(short_in, "addr32 rep insw")
STRING(once, "outsl; insl; outsb; insw")
STRING(moves, "mov $0x8100, %edi; rep movsb")
STRING(stores, "rep stosw")

static const struct {
	void (*fn)(void);
	unsigned size;
	bool down, narrow;
} all[] = { { out1, 1, false, false },	   { out2, 2, false, false },
	    { out4, 4, false, false },	   { in1, 1, false, false },
	    { in2, 2, false, false },	   { in4, 4, false, false },
	    { down_out, 2, true, false },  { down_in, 4, true, false },
	    { short_out, 1, false, true }, { short_in, 2, false, true } };

/* All elements are done. */
static void whole(void (*fn)(void), u64 at, u64 n)
{
	string_at = at;
	string_n = n;
	string_left = ~0ul;
	if (!g_try_jump((u64)fn))
		g_fail("%lu at %#lx: exception %lu", n, at, g_fault()->vector);
	G_EQ(string_left, 0);
}

/* It comes to an address of no page. */
static void breaks(void (*fn)(void), u64 at, u64 n)
{
	string_at = at;
	string_n = n;
	if (g_try_jump((u64)fn))
		g_fail("%lu at %#lx come to an end", n, at);
	if (g_fault()->vector != PF && g_fault()->vector != GP)
		g_fail("%lu at %#lx: exception %lu", n, at, g_fault()->vector);
}

GUEST(string_ports)
{
	struct hostile h;

	hostile_begin(&h);
	for (unsigned i = 0; i < LENGTH(all); i++) {
		void (*fn)(void) = all[i].fn;

		whole(fn, h.play + 0x2000, 0);
		whole(fn, h.play + 0x2000, 1);
		whole(fn, h.play + 0x2000, 200);
		whole(fn, h.play + 0xfff, 5);
		whole(fn, h.play + 0x2001, 130);
		if (!all[i].down)
			whole(fn, h.memory - 7, 300); /* the rest is nowhere */
		whole(fn, PC_IOAPIC + 0xff8, 20);
		if (all[i].narrow) {
			whole(fn, 1ul << 32 | h.play, 3ul << 32 | 70);
			whole(fn, 0xfffffffful - 5, 8); /* and begins anew at 0 */
			continue;
		}
		if (all[i].down)
			breaks(fn, 9, ~0ul);
		else
			breaks(fn, FREE_SPACE - 10, ~0ul);
		breaks(fn, 1ul << 40, 1ul << 63);
		breaks(fn, (1ul << 47) - 2, 1ul << 40);
		breaks(fn, -8ul, ~0ul);
	}
	hostile_end(&h);
}

/* From and to devices and places without memory, longer than one stay in the hypervisor. */
GUEST(string_devices)
{
	struct hostile h;

	hostile_begin(&h);
	string_at = h.play;
	G_CHECK(g_try_jump((u64)once));
	whole(moves, PC_IOAPIC, 0x900);
	whole(moves, h.memory - 0x10, 0x80);
	whole(stores, h.memory + 0x800, 0x1000);
	whole(stores, PC_IOAPIC + 0x20, 0x400);
	breaks(stores, FREE_SPACE - 0x80, ~0ul);
	breaks(moves, FREE_SPACE - 0x80, 0x1000);
	hostile_end(&h);
}
