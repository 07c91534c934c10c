// SPDX-License-Identifier: GPL-2.0-or-later
/* ACPI tables as a guest finds them: checksums, links, contents; what Intel's compiler reads. */
#include <stdio.h>
#include <unistd.h>

#include "lab.h"

static u8 tables[PC_ACPI_SIZE];

static void setup(void)
{
	lab_setup();
	pc_acpi_build(lab_p, tables, PC_ACPI_SIZE);
}

static u64 at(u64 g, unsigned n)
{
	le64_t val = { 0 };

	ck_assert(g >= PC_ACPI && g + n <= PC_ACPI + PC_ACPI_SIZE);
	memcpy(&val, tables + (g - PC_ACPI), n);
	return le64_to_cpu(val);
}

static void adds_up(u64 g, u64 n)
{
	u8 sum = 0;

	while (n--)
		sum += (u8)at(g + n, 1);
	ck_assert_uint_eq(sum, 0);
}

/* Where a table with that signature is. */
static u64 find(const char *sig)
{
	u64 xsdt = at(PC_ACPI + 24, 8);

	for (u64 e = xsdt + 36; e < xsdt + at(xsdt + 4, 4); e += 8) {
		u64 t = at(e, 8);

		adds_up(t, at(t + 4, 4));
		if (!memcmp(tables + (t - PC_ACPI), sig, 4))
			return t;
	}
	ck_abort_msg("no %s", sig);
	return 0;
}

START_TEST(links_and_sums)
{
	u64 fadt = find("FACP"), dsdt = at(fadt + 140, 8);

	ck_assert_mem_eq(tables, "RSD PTR ", 8);
	adds_up(PC_ACPI, 20);
	adds_up(PC_ACPI, 36);
	adds_up(at(PC_ACPI + 24, 8), at(at(PC_ACPI + 24, 8) + 4, 4));
	ck_assert_uint_eq(at(fadt + 40, 4), dsdt);
	adds_up(dsdt, at(dsdt + 4, 4));
	ck_assert_mem_eq(tables + (dsdt - PC_ACPI), "DSDT", 4);
	lab_get(tables, PC_ACPI, 4096); /* and these are in the partition's memory */
	adds_up(fadt, at(fadt + 4, 4));
}
END_TEST

START_TEST(fixed_description)
{
	u64 fadt = find("FACP");

	ck_assert_uint_eq(at(fadt + 4, 4), 268);
	ck_assert(at(fadt + 112, 4) >> 20 & 1); /* hardware-reduced */
	ck_assert(at(fadt + 112, 4) >> 10 & 1);
	ck_assert_uint_eq(at(fadt + 116, 4), 0x01000801);
	ck_assert_uint_eq(at(fadt + 120, 8), 0xcf9);
	ck_assert_uint_eq(at(fadt + 128, 1), 6);
	ck_assert_uint_eq(at(fadt + 248, 8), 0x600);
	ck_assert_uint_eq(at(fadt + 260, 8), 0x601);
}
END_TEST

START_TEST(processors)
{
	u64 madt = find("APIC"), end = madt + at(madt + 4, 4), n = 0, io = 0;

	ck_assert_uint_eq(at(madt + 36, 4), 0xfee00000);
	ck_assert_uint_eq(at(madt + 40, 4), 0); /* no 8259 */
	for (u64 e = madt + 44; e < end; e += at(e + 1, 1)) {
		if (at(e, 1) == 0) {
			ck_assert_uint_eq(at(e + 3, 1), n);
			ck_assert_uint_eq(at(e + 4, 4), 1);
			n++;
		} else {
			ck_assert_uint_eq(at(e, 1), 1);
			ck_assert_uint_eq(at(e + 4, 4), 0xfec00000);
			ck_assert_uint_eq(at(e + 8, 4), 0);
			io++;
		}
	}
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(io, 1);
}
END_TEST

/* The scope is the last thing in the DSDT; with another length Linux takes none of it. */
START_TEST(scope_ends_with_its_table)
{
	u64 dsdt = at(find("FACP") + 140, 8), end = dsdt + at(dsdt + 4, 4), scope = dsdt + 36;

	while (at(scope, 1) != 0x10 || at(scope + 2, 4) != 0x5f42535f) /* _SB_ */
		ck_assert_uint_lt(++scope, end);
	ck_assert_uint_eq(at(scope + 1, 1) >> 6, 0); /* a length of one byte */
	ck_assert_uint_eq(scope + 1 + at(scope + 1, 1), end);
}
END_TEST

START_TEST(most_vcpus_fit)
{
	struct partition p = *lab_p;

	p.nvcpus = MAX_VCPUS;
	ck_assert_uint_lt(pc_acpi_build(&p, tables, PC_ACPI_SIZE), PC_ACPI_SIZE);
}
END_TEST

/* Second opinion: iasl takes the tables apart, and knows what is in them. */
static void disassemble(const char *dir, u64 table, const char *name, const char *const *want)
{
	char cmd[300], path[100], *text = calloc(1, 65536);
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.dat", dir, name);
	f = fopen(path, "w");
	ck_assert_ptr_ne(f, NULL);
	fwrite(tables + (table - PC_ACPI), at(table + 4, 4), 1, f);
	fclose(f);
	snprintf(cmd, sizeof(cmd), "cd %s && iasl -d %s.dat >%s.log 2>&1", dir, name, name);
	ck_assert_msg(system(cmd) == 0, "iasl (package acpica-tools) does not take %s", name);
	snprintf(path, sizeof(path), "%s/%s.dsl", dir, name);
	f = fopen(path, "r");
	ck_assert_ptr_ne(f, NULL);
	ck_assert_uint_gt(fread(text, 1, 65535, f), 100);
	fclose(f);
	ck_assert_ptr_eq(strstr(text, "Incorrect"), NULL);
	ck_assert_ptr_eq(strstr(text, "Unknown"), NULL);
	for (; *want; want++)
		ck_assert_msg(strstr(text, *want) != NULL, "%s: no '%s' in\n%s", name, *want, text);
	free(text);
}

/* What iasl makes of its own disassembly is our byte code again: all lengths are right. */
static void same_code(const char *dir, u64 dsdt)
{
	u8 aml[4096];
	char path[100];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/dsdt.aml", dir);
	f = fopen(path, "r");
	ck_assert_ptr_ne(f, NULL);
	n = fread(aml, 1, sizeof(aml), f);
	fclose(f);
	ck_assert_uint_eq(n, at(dsdt + 4, 4));
	ck_assert_mem_eq(aml + 36, tables + (dsdt - PC_ACPI) + 36, n - 36);
}

START_TEST(second_opinion)
{
	static const char *const dsdt[] = {
		"Name (_S5, Package (0x02)",
		"Device (COM1)",
		"EisaId (\"PNP0501\")",
		"0x03F8,",
		"Interrupt (ResourceConsumer, Edge, ActiveHigh, Exclusive",
		NULL
	};
	static const char *const fadt[] = { "Hardware Reduced (V5) : 1", "0000000000000CF9",
					    "0000000000000600", NULL };
	static const char *const madt[] = { "[Processor Local APIC]", "[I/O APIC]", NULL };
	char dir[] = "/tmp/rhype-acpi-XXXXXX", cmd[100];
	u64 f = find("FACP");

	ck_assert_ptr_ne(mkdtemp(dir), NULL);
	disassemble(dir, at(f + 140, 8), "dsdt", dsdt);
	disassemble(dir, f, "facp", fadt);
	disassemble(dir, find("APIC"), "apic", madt);
	snprintf(cmd, sizeof(cmd), "cd %s && iasl dsdt.dsl >compile.log 2>&1", dir);
	ck_assert_int_eq(system(cmd), 0);
	same_code(dir, at(f + 140, 8));
	snprintf(cmd, sizeof(cmd), "rm -r %s", dir);
	ck_assert_int_eq(system(cmd), 0);
}
END_TEST

Suite *suite_pc_acpi(void);
Suite *suite_pc_acpi(void)
{
	return lab_suite("pc_acpi", setup,
			 (const TTest *const[]){ links_and_sums, fixed_description, processors,
						 scope_ends_with_its_table, most_vcpus_fit,
						 second_opinion, NULL });
}
