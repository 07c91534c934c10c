// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * arch/x86_64/acpi.c, in the process: tables as firmware makes them, and what becomes of each when
 * it is damaged. Every table that is asked for is copied to memory of just that size.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../arch/x86_64/acpi.h"

#define BASE	  0xe0000ull /* of the firmware memory */
#define SIZE	  2048
#define RSDP	  (BASE + 0)
#define RSDT	  (BASE + 64)
#define XSDT	  (BASE + 128)
#define MADT	  (BASE + 256)
#define FADT	  (BASE + 512)
#define SPCR	  (BASE + 1024)
#define DSDT	  (BASE + 1536)
#define MUTATIONS 20000

static u8 rom[SIZE];
static u8 *copies[64];
static unsigned ncopies;

static const u8 *map(void *arg, u64 pa, u64 n)
{
	u8 *c;

	(void)arg;
	if (pa < BASE || pa - BASE > SIZE || n > SIZE - (pa - BASE) || ncopies == 64)
		return NULL;
	c = malloc(n ? n : 1);
	memcpy(c, rom + (pa - BASE), n);
	copies[ncopies++] = c;
	return c;
}

static void release(void)
{
	while (ncopies)
		free(copies[--ncopies]);
}

static void put(u64 pa, u64 v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		rom[pa - BASE + i] = (u8)(v >> 8 * i);
}

static void sum(u64 pa, u64 n, u64 at)
{
	u8 s = 0;

	put(at, 0, 1);
	for (u64 i = 0; i < n; i++)
		s = (u8)(s + rom[pa - BASE + i]);
	put(at, (u8)-s, 1);
}

static void table(u64 pa, const char *name, u64 len)
{
	memcpy(rom + (pa - BASE), name, 4);
	put(pa + 4, len, 4);
	sum(pa, len, pa + 9);
}

/* Two CPUs by local APIC, one of them off, one by x2APIC, an I/O APIC, an entry of another kind. */
static u64 make_madt(void)
{
	u64 at = MADT + 44;

	put(at, 0x0800, 2);
	put(at + 3, 4, 1);
	put(at + 4, 1, 4);
	at += 8;
	put(at, 0x0800, 2);
	put(at + 3, 5, 1);
	at += 8;
	put(at, 0x0601, 2), put(at + 1, 12, 1);
	put(at + 4, 0xfec00000, 4);
	at += 12;
	put(at, 0x0a02, 2);
	at += 10;
	put(at, 0x1009, 2);
	put(at + 4, 0x12345, 4);
	put(at + 8, 1, 4);
	at += 16;
	table(MADT, "APIC", at - MADT);
	return at - MADT;
}

static void setup(void)
{
	memset(rom, 0, sizeof(rom));
	make_madt();
	put(FADT + 64, 0x604, 4);
	put(FADT + 76, 0x608, 4);
	put(FADT + 91, 4, 1);
	put(FADT + 112, 1 << 10, 4);
	put(FADT + 116, 0x0801, 2);
	put(FADT + 120, 0xcf9, 8);
	put(FADT + 128, 6, 1);
	table(FADT, "FACP", 244);
	put(SPCR + 36, 0, 1);
	put(SPCR + 40, 0x0801, 2);
	put(SPCR + 44, 0x2f8, 8);
	table(SPCR, "SPCR", 80);
	put(RSDT + 36, MADT, 4);
	table(RSDT, "RSDT", 40);
	put(XSDT + 36, MADT, 8);
	put(XSDT + 44, FADT, 8);
	put(XSDT + 52, SPCR, 8);
	table(XSDT, "XSDT", 60);
	memcpy(rom, "RSD PTR ", 8);
	put(RSDP + 15, 2, 1);
	put(RSDP + 16, RSDT, 4);
	put(RSDP + 20, 36, 4);
	put(RSDP + 24, XSDT, 8);
	sum(RSDP, 20, RSDP + 8);
	sum(RSDP, 36, RSDP + 32);
}

static struct acpi_info read_all(void)
{
	struct acpi_info info;

	memset(&info, 0xff, sizeof(info));
	acpi_read(&info, map, NULL, RSDP);
	release();
	return info;
}

/* A DSDT, or a table of another name, that ends behind these n bytes of byte code. */
static void byte_code(const char *name, const void *aml, size_t n)
{
	memset(rom + (DSDT - BASE), 0, SIZE - (DSDT - BASE));
	memcpy(rom + (DSDT + 50 - BASE), aml, n);
	table(DSDT, name, 50 + n);
}

/* The name of the sleep state that is "off", as compilers write it. */
START_TEST(sleep_types)
{
	static const struct {
		const char *aml;
		size_t n;
		int a, b; /* -1: not found */
	} c[] = {
#define AML(text, a, b) { text, sizeof(text) - 1, a, b }
		AML("\x08_S5_\x12\x06\x04\x00\x00\x00\x00", 0, 0),
		AML("\x08_S5_\x12\x07\x04\x0a\x05\x01\x00\x00", 5, 1),
		AML("\x08\\_S5_\x12\x08\x04\x0a\x07\x0a\x06\x00\x00", 7, 6),
		AML("\x08_S5_\x12\x49\x00\x04\x01\x00\x00\x00", 1, 0),
		AML("\x08_S4_\x12\x06\x04\x01\x01\x00\x00"
		    "\x08_S5_\x12\x06\x02\x0a\x02\x00",
		    2, 0),
		AML("_S5_\x12\x06\x04\x00\x00\x00\x00\x00\x00", -1, -1), /* no definition */
		AML("\x08_S5_\x11\x06\x04\x00\x00\x00\x00", -1, -1),	 /* no package */
		AML("\x08_S5_\x12\x04\x01\x00\x00\x00\x00", -1, -1),	 /* one element */
		AML("\x08_S5_\x12\x06\x04\x0a\x08\x00\x00", -1, -1),	 /* no sleep type */
		AML("\x08_S5_\x12\x06\x04\x02\x00\x00\x00", -1, -1),	 /* no number */
		AML("\x08_S5_\x12\x06\x04\x00", -1, -1),		 /* the table ends */
		AML("\x08_S5_\x12\xc6\x00\x00", -1, -1),
		AML("\x08_S5_\x12", -1, -1),
#undef AML
	};

	for (unsigned i = 0; i < sizeof(c) / sizeof(c[0]); i++)
		for (unsigned where = 0; where < 3; where++) { /* by both pointers; an SSDT */
			struct acpi_info info;

			byte_code(where == 2 ? "SSDT" : "DSDT", c[i].aml, c[i].n);
			put(FADT + 40, where == 0 ? DSDT : 0, 4);
			put(FADT + 140, where == 1 ? DSDT : 0, 8);
			table(FADT, "FACP", 244);
			put(XSDT + 60, where == 2 ? DSDT : 0, 8);
			table(XSDT, "XSDT", 68);
			info = read_all();
			ck_assert_msg(info.can_sleep == (c[i].a >= 0), "%u %u", i, where);
			if (c[i].a < 0)
				continue;
			ck_assert_int_eq(info.s5a, c[i].a);
			ck_assert_int_eq(info.s5b, c[i].b);
			put(DSDT + 9, ~rom[DSDT + 9 - BASE], 1); /* damaged */
			ck_assert(!read_all().can_sleep);
		}
}
END_TEST

START_TEST(all_that_we_want)
{
	struct acpi_info i = read_all();

	ck_assert(i.found);
	ck_assert_uint_eq(i.ncpus, 2);
	ck_assert_uint_eq(i.apic_id[0], 4);
	ck_assert_uint_eq(i.apic_id[1], 0x12345);
	ck_assert_uint_eq(i.left_out, 0);
	ck_assert_uint_eq(i.nioapics, 1);
	ck_assert_uint_eq(i.ioapic[0], 0xfec00000);
	ck_assert_uint_eq(i.pm1a, 0x604);
	ck_assert_uint_eq(i.pm_timer, 0x608);
	ck_assert_uint_eq(i.reset.space, ACPI_IO);
	ck_assert_uint_eq(i.reset.addr, 0xcf9);
	ck_assert_uint_eq(i.reset_value, 6);
	ck_assert_uint_eq(i.serial.addr, 0x2f8);
	ck_assert_uint_eq(i.serial.space, ACPI_IO);
}
END_TEST

/* Without the new root, or with a damaged one, the old one is read. */
START_TEST(old_root)
{
	struct acpi_info i;

	put(XSDT + 40, 1, 1);
	i = read_all();
	ck_assert(i.found);
	ck_assert_uint_eq(i.ncpus, 2);
	ck_assert_uint_eq(i.pm1a, 0);
	setup();
	put(RSDP + 15, 0, 1);
	sum(RSDP, 20, RSDP + 8);
	i = read_all();
	ck_assert(i.found);
	ck_assert_uint_eq(i.serial.addr, 0);
}
END_TEST

START_TEST(no_root)
{
	struct acpi_info i;

	put(RSDP + 8, rom[8] + 1u, 1);
	i = read_all();
	ck_assert(!i.found);
	ck_assert_uint_eq(i.ncpus, 0);
	setup();
	acpi_read(&i, map, NULL, 0);
	ck_assert(!i.found);
	acpi_read(&i, map, NULL, BASE + SIZE - 8);
	ck_assert(!i.found);
	release();
}
END_TEST

/* One wrong byte in a table: that one is not read, the others are. */
START_TEST(damaged_tables)
{
	struct acpi_info i;

	put(MADT + 50, 0x55, 1);
	i = read_all();
	ck_assert_uint_eq(i.ncpus, 0);
	ck_assert_uint_eq(i.pm1a, 0x604);
	setup();
	put(SPCR + 4, 0x7fffffff, 4);
	i = read_all();
	ck_assert_uint_eq(i.serial.addr, 0);
	ck_assert_uint_eq(i.ncpus, 2);
	setup();
	put(FADT + 4, 20, 4); /* shorter than its header */
	i = read_all();
	ck_assert_uint_eq(i.pm1a, 0);
}
END_TEST

/* Lengths inside a table that is otherwise sound */
START_TEST(damaged_entries)
{
	u64 len = make_madt();
	struct acpi_info i;

	put(MADT + 44 + 9, 0, 1); /* the second entry has no length */
	sum(MADT, len, MADT + 9);
	i = read_all();
	ck_assert_uint_eq(i.ncpus, 1);
	setup();
	put(MADT + 44 + 38 + 1, 200, 1); /* the last one reaches behind the table */
	sum(MADT, len, MADT + 9);
	i = read_all();
	ck_assert_uint_eq(i.ncpus, 1);
	ck_assert_uint_eq(i.nioapics, 1);
}
END_TEST

START_TEST(more_cpus_than_we_take)
{
	u64 n = MAX_CPUS + 3;
	struct acpi_info i;

	memset(rom + 256, 0, SIZE - 256);
	for (u64 k = 0; k < n; k++) {
		put(MADT + 44 + 8 * k, 0x0800, 2);
		put(MADT + 44 + 8 * k + 3, k, 1);
		put(MADT + 44 + 8 * k + 4, 1, 4);
	}
	table(MADT, "APIC", 44 + 8 * n);
	i = read_all();
	ck_assert_uint_eq(i.ncpus, MAX_CPUS);
	ck_assert_uint_eq(i.left_out, 3);
	ck_assert_uint_eq(i.apic_id[MAX_CPUS - 1], MAX_CPUS - 1);
}
END_TEST

/* Any bytes, with checksums that are right again: what is said stays within its bounds. */
START_TEST(any_damage)
{
	static const struct {
		u64 pa, len;
	} t[] = { { MADT, 98 }, { FADT, 244 }, { SPCR, 80 }, { XSDT, 60 }, { RSDT, 40 } };
	u64 seed = 1;
	unsigned found = 0;

	for (unsigned n = 0; n < MUTATIONS; n++) {
		struct acpi_info i;

		setup();
		for (unsigned k = 0; k < 4; k++) {
			unsigned which;

			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			which = (unsigned)(seed >> 60) % 5;
			put(t[which].pa + (seed >> 33) % t[which].len, seed >> 50, 1);
			sum(t[which].pa, t[which].len, t[which].pa + 9);
		}
		i = read_all();
		found += i.found;
		ck_assert_uint_le(i.ncpus, MAX_CPUS);
		ck_assert_uint_le(i.nioapics, ACPI_MAX_IOAPICS);
		ck_assert(i.serial.space <= ACPI_IO || i.serial.addr == 0);
		ck_assert(i.reset.space <= ACPI_IO || i.reset.addr == 0);
		ck_assert(!i.can_sleep || (i.s5a < 8 && i.s5b < 8));
	}
	ck_assert_uint_gt(found, MUTATIONS / 2);
}
END_TEST

Suite *suite_acpi(void);
Suite *suite_acpi(void)
{
	Suite *s = suite_create("acpi");
	TCase *tc = tcase_create("acpi");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, all_that_we_want);
	tcase_add_test(tc, sleep_types);
	tcase_add_test(tc, old_root);
	tcase_add_test(tc, no_root);
	tcase_add_test(tc, damaged_tables);
	tcase_add_test(tc, damaged_entries);
	tcase_add_test(tc, more_cpus_than_we_take);
	tcase_add_test(tc, any_damage);
	suite_add_tcase(s, tc);
	return s;
}
