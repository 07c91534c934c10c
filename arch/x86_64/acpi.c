// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading firmware's ACPI tables (ACPI 6.4): CPUs and I/O APICs (MADT), the console (SPCR), timer
 * and power switch (FADT, and one name of the byte code). Every length and checksum is doubted.
 * Next: boot.c.
 */
#include "acpi.h"

#include "hvstring.h"

#define TABLE_MAX     MIB(1) /* a longer one is a mistake */
#define ENTRIES_MAX   256
#define HEADER_LEN    36
#define RSDP_LEN1     20
#define RSDP_LEN2     36
#define GAS_LEN	      12

#define MADT_LAPIC    0
#define MADT_IOAPIC   1
#define MADT_X2APIC   9
#define CPU_ENABLED   1
#define MADT_ENTRIES  44

#define FADT_LEN1     116
#define FADT_RESET_OK (1u << 10)

/* Byte code (ACPI 6.4, 20.2) */
#define AML_NAME    0x08
#define AML_BYTE    0x0a
#define AML_PACKAGE 0x12
#define SLEEP_TYPES 7

struct reader {
	acpi_map_fn *map;
	void *arg;
	struct acpi_info *out;
};

static u64 get(const u8 *t, unsigned at, unsigned n)
{
	u64 v = 0;

	while (n--)
		v = v << 8 | t[at + n];
	return v;
}

static bool sum_is_zero(const u8 *t, u64 n)
{
	u8 sum = 0;

	while (n--)
		sum = (u8)(sum + *t++);
	return sum == 0;
}

/* The whole table at pa, when it is sound. */
static const u8 *table(const struct reader *r, u64 pa, u64 *len)
{
	const u8 *t = pa ? r->map(r->arg, pa, HEADER_LEN) : NULL;

	if (!t)
		return NULL;
	*len = get(t, 4, 4);
	if (*len < HEADER_LEN || *len > TABLE_MAX)
		return NULL;
	t = r->map(r->arg, pa, *len);
	return t && sum_is_zero(t, *len) ? t : NULL;
}

static void add_cpu(struct acpi_info *out, u32 id, u32 flags)
{
	if (!(flags & CPU_ENABLED))
		return;
	for (unsigned i = 0; i < out->ncpus; i++)
		if (out->apic_id[i] == id)
			return;
	if (out->ncpus == MAX_CPUS)
		out->left_out++;
	else
		out->apic_id[out->ncpus++] = id;
}

static void read_madt(struct acpi_info *out, const u8 *t, u64 len)
{
	for (u64 at = MADT_ENTRIES; at + 2 <= len;) {
		const u8 *e = t + at;
		u64 n = e[1];

		if (n < 2 || n > len - at)
			return;
		if (e[0] == MADT_LAPIC && n >= 8 && e[3] != 0xff)
			add_cpu(out, e[3], (u32)get(e, 4, 4));
		else if (e[0] == MADT_X2APIC && n >= 16)
			add_cpu(out, (u32)get(e, 4, 4), (u32)get(e, 8, 4));
		else if (e[0] == MADT_IOAPIC && n >= 12 && out->nioapics < ACPI_MAX_IOAPICS)
			out->ioapic[out->nioapics++] = (u32)get(e, 4, 4);
		at += n;
	}
}

static struct acpi_reg gas(const u8 *t)
{
	struct acpi_reg reg = { t[0], t[1], get(t, 4, 8) };

	if (reg.space > ACPI_IO || (reg.space == ACPI_IO && reg.addr > 0xfff8))
		reg.addr = 0;
	return reg;
}

/* Interface types 0, 1 and 0x12 are 16550s (DBG2, SPCR) */
static void read_spcr(struct acpi_info *out, const u8 *t, u64 len)
{
	if (len >= 40 + GAS_LEN && (t[36] <= 1 || t[36] == 0x12))
		out->serial = gas(t + 40);
}

/* A small number (ACPI 6.4, 20.2.3) at *at, which moves behind it. */
static bool number(const u8 *t, u64 len, u64 *at, u8 *val)
{
	u64 n = *at < len && t[*at] == AML_BYTE ? 2 : 1;

	if (len - *at < n)
		return false;
	*val = t[*at + n - 1];
	*at += n;
	return *val <= (n == 1 ? 1 : SLEEP_TYPES); /* ZeroOp and OneOp are what they mean */
}

/*
 * \_S5 is a package that begins with the sleep types of both control ports. It is found by its
 * name; whatever stands around it in the byte code is not read.
 */
static void find_s5(struct acpi_info *out, const u8 *t, u64 len)
{
	static const u8 name[] = { AML_NAME, '_', 'S', '5', '_', AML_PACKAGE };
	u8 a, b;

	for (u64 i = HEADER_LEN; i + sizeof(name) + 2 < len && !out->can_sleep; i++) {
		u64 root = t[i + 1] == '\\', at = i + root + sizeof(name);

		if (t[i] != name[0] || memcmp(t + i + root + 1, name + 1, sizeof(name) - 1))
			continue;
		/* behind its length, of one to four bytes, and the number of elements */
		at += 2 + (t[at] >> 6);
		if (at >= len || t[at - 1] < 2 || !number(t, len, &at, &a) ||
		    !number(t, len, &at, &b))
			continue;
		out->s5a = a;
		out->s5b = b;
		out->can_sleep = true;
	}
}

static void read_dsdt(const struct reader *r, const u8 *fadt, u64 len)
{
	u64 wide = len >= 148 ? get(fadt, 140, 8) : 0, n;
	const u8 *t = table(r, wide ? wide : get(fadt, 40, 4), &n);

	if (t && !memcmp(t, "DSDT", 4))
		find_s5(r->out, t, n);
}

static void read_fadt(struct acpi_info *out, const u8 *t, u64 len)
{
	if (get(t, 64, 4) < 0xfff0)
		out->pm1a = (u16)get(t, 64, 4);
	if (get(t, 68, 4) < 0xfff0)
		out->pm1b = (u16)get(t, 68, 4);
	if (t[91] == 4 && get(t, 76, 4) < 0xfff0)
		out->pm_timer = (u16)get(t, 76, 4);
	if (len >= 129 && get(t, 112, 4) & FADT_RESET_OK) {
		out->reset = gas(t + 116);
		out->reset_value = t[128];
	}
}

static void read_table(const struct reader *r, u64 pa)
{
	u64 len;
	const u8 *t = table(r, pa, &len);

	if (!t)
		return;
	if (!memcmp(t, "APIC", 4))
		read_madt(r->out, t, len);
	else if (!memcmp(t, "SPCR", 4))
		read_spcr(r->out, t, len);
	else if (!memcmp(t, "SSDT", 4))
		find_s5(r->out, t, len);
	else if (!memcmp(t, "FACP", 4) && len >= FADT_LEN1) {
		read_fadt(r->out, t, len);
		read_dsdt(r, t, len);
	}
}

/* The tables that a root table with entries of `width` bytes names. */
static bool read_root(const struct reader *r, u64 pa, const char *name, unsigned width)
{
	u64 len;
	const u8 *t = table(r, pa, &len);

	if (!t || memcmp(t, name, 4))
		return false;
	r->out->found = true;
	for (u64 i = 0; i < ENTRIES_MAX && HEADER_LEN + (i + 1) * width <= len; i++)
		read_table(r, get(t, (unsigned)(HEADER_LEN + i * width), width));
	return true;
}

bool acpi_is_rsdp(acpi_map_fn *map, void *arg, u64 pa)
{
	const u8 *t = map(arg, pa, RSDP_LEN1);

	return t && !memcmp(t, "RSD PTR ", 8) && sum_is_zero(t, RSDP_LEN1);
}

void acpi_read(struct acpi_info *out, acpi_map_fn *map, void *arg, u64 rsdp)
{
	struct reader r = { map, arg, out };
	const u8 *t;

	memset(out, 0, sizeof(*out));
	if (!rsdp || !acpi_is_rsdp(map, arg, rsdp))
		return;
	t = map(arg, rsdp, RSDP_LEN1);
	if (t[15] >= 2) {
		t = map(arg, rsdp, RSDP_LEN2);
		if (t && sum_is_zero(t, RSDP_LEN2) && read_root(&r, get(t, 24, 8), "XSDT", 8))
			return;
		t = map(arg, rsdp, RSDP_LEN1);
	}
	read_root(&r, get(t, 16, 4), "RSDT", 4);
}
