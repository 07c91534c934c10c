// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the reader of ACPI tables: whatever firmware says, what comes of it is within its bounds,
 * and nothing beyond a table is read. Next to read: arch/x86_64/acpi.c.
 *
 * Input: tables, one after the other: KIND LENGTH BYTES. KIND: its low bits choose the name, 0x40
 * gives a length field that is LENGTH times 3, 0x80 a wrong checksum. LENGTH (2 bytes) counts what
 * follows the header.
 */
#include "../../arch/x86_64/acpi.h"
#include "parser.h"

#define BASE   0xe0000ull
#define HEADER 36
#define TABLES 32
#define ROOM   8192

static u8 rom[ROOM];
static u8 *copies[2 * TABLES + 8];
static unsigned ncopies;

/* A copy of just the size that is asked for: the sanitizer sees who reads more. */
static const u8 *map(void *arg, u64 pa, u64 n)
{
	u8 *c;

	(void)arg;
	if (pa < BASE || pa - BASE > ROOM || n > ROOM - (pa - BASE))
		return NULL;
	c = malloc(n ? n : 1);
	if (!c || ncopies == ARRAY_SIZE(copies))
		abort();
	memcpy(c, rom + (pa - BASE), n);
	copies[ncopies++] = c;
	return c;
}

static void put(u8 *at, u64 v, unsigned n)
{
	while (n--) {
		*at++ = (u8)v;
		v >>= 8;
	}
}

static void sum(const u8 *t, u64 n, u8 *at)
{
	u8 s = 0;

	*at = 0;
	for (u64 i = 0; i < n; i++)
		s = (u8)(s + t[i]);
	*at = (u8)-s;
}

/* The tables of the input from *end on; their addresses go into root. */
static unsigned tables(struct bytes *b, u8 *root, u64 *end)
{
	static const char name[4][5] = { "APIC", "FACP", "SPCR", "SSDT" };
	unsigned n = 0;

	while (b->at < b->end && n < TABLES) {
		u8 kind = byte(b), *t = rom + *end;
		u64 len = HEADER + word(b, 2);

		if (len > ROOM - *end)
			break;
		memcpy(t, name[kind & 3], 4);
		for (u64 i = HEADER; i < len; i++)
			t[i] = byte(b);
		put(t + 4, kind & 0x40 ? len * 3 : len, 4);
		sum(t, len, t + 9);
		t[9] = (u8)(t[9] + !!(kind & 0x80));
		put(root + HEADER + 8ull * n++, BASE + *end, 8);
		*end += len;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct bytes b = { data, data + size };
	u8 *root = rom + 64;
	u64 end = 64 + HEADER + 8 * TABLES, len;
	struct acpi_info info;

	memset(rom, 0, sizeof(rom));
	len = HEADER + 8ull * tables(&b, root, &end);
	memcpy(root, "XSDT", 4);
	put(root + 4, len, 4);
	sum(root, len, root + 9);
	memcpy(rom, "RSD PTR ", 8);
	rom[15] = 2;
	put(rom + 24, BASE + 64, 8);
	sum(rom, 20, rom + 8);
	sum(rom, 36, rom + 32);

	memset(&info, 0xff, sizeof(info));
	acpi_read(&info, map, NULL, BASE);
	promise(info.found, "the root is sound");
	promise(info.ncpus <= MAX_CPUS, "the CPUs have room");
	promise(info.left_out == 0 || info.ncpus == MAX_CPUS, "none is left out before that");
	for (unsigned i = 0; i < info.ncpus; i++)
		for (unsigned k = 0; k < i; k++)
			promise(info.apic_id[i] != info.apic_id[k], "a CPU is there once");
	promise(info.nioapics <= ACPI_MAX_IOAPICS, "the I/O APICs have room");
	promise(info.serial.space <= ACPI_IO || !info.serial.addr, "the console can be reached");
	promise(info.reset.space <= ACPI_IO || !info.reset.addr, "the reset can be reached");
	promise(!info.can_sleep || (info.s5a < 8 && info.s5b < 8), "sleep types have three bits");
	while (ncopies)
		free(copies[--ncopies]);
	return 0;
}
