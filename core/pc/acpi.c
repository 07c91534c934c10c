// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ACPI tables of a PC partition (ACPI 6.4, chapters 5 and 20): hardware-reduced, so there is no
 * interrupt and no timer of its own; vcpus, the I/O APIC, COM1, power off and reset. Next: load.c.
 */
#include "pc.h"

#include "endian.h"
#include "hvstring.h"

#define HEADER	    36
#define RSDP_SIZE   36
#define FADT_SIZE   268 /* revision 5 */
#define MADT_ENTRY  8
#define MADT_IOAPIC 12

/* A table under construction, at its place in the area. */
struct table {
	u8 *b;
	size_t at;
};

/*
 * DSDT: Name (\_S5, Package () { 5, 0 }); in \_SB a device COM1, PNP0501, with its eight ports and
 * its interrupt: number 4, edge, active high.
 */
/* clang-format off */
static const u8 dsdt[] = {
	0x08, '_', 'S', '5', '_', 0x12, 5, 2, 0x0a, PC_S5, 0,	 /* Name (_S5, Package (2)) */
	0x10, 63, '_', 'S', 'B', '_',			 /* Scope (_SB) */
	0x5b, 0x82, 56, 'C', 'O', 'M', '1',		 /* Device (COM1) */
	0x08, '_', 'H', 'I', 'D', 0x0c, 0x41, 0xd0, 0x05, 0x01,
	0x08, '_', 'U', 'I', 'D', 0x01,
	0x08, '_', 'S', 'T', 'A', 0x0a, 0x0f,
	0x08, '_', 'C', 'R', 'S', 0x11, 22, 0x0a, 19,	 /* Buffer (19) */
	0x47, 0x01, 0xf8, 0x03, 0xf8, 0x03, 0x01, 8,	 /* IO */
	0x89, 6, 0, 0x03, 1, PC_COM1_IRQ, 0, 0, 0,	 /* Interrupt */
	0x79, 0,
};
/* clang-format on */

static void put(struct table *t, size_t at, u64 val, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		t->b[at + i] = (u8)(val >> 8 * i);
}

static u8 sum(const u8 *b, size_t n)
{
	u8 s = 0;

	while (n--)
		s += *b++;
	return s;
}

/* Header of a table whose body stands behind it; its checksum closes it. */
static void finish(u8 *b, const char *sig, u8 revision, size_t len)
{
	struct table t = { .b = b };

	memcpy(b, sig, 4);
	put(&t, 4, len, 4);
	b[8] = revision;
	memcpy(b + 10, "RHYPE RHYPEPC ", 14);
	put(&t, 24, 1, 4);
	memcpy(b + 28, "RHYP", 4);
	put(&t, 32, 1, 4);
	b[9] = (u8)-sum(b, len);
}

/* Generic address structure: a port of one byte. */
static void port(struct table *t, size_t at, u16 nr)
{
	t->b[at] = 1;	  /* system I/O */
	t->b[at + 1] = 8; /* bits */
	t->b[at + 3] = 1; /* access size */
	put(t, at + 4, nr, 8);
}

static size_t fadt(u8 *b, u64 dsdt_at)
{
	struct table t = { .b = b };

	put(&t, 40, dsdt_at, 4);
	/* boot architecture: no VGA, no MSI, no CMOS clock: the time comes from the clock page */
	put(&t, 109, 1 << 2 | 1 << 3 | 1 << 5, 2);
	/* WBINVD works; no buttons; reset register; hardware-reduced */
	put(&t, 112, 1 << 0 | 1 << 4 | 1 << 5 | 1 << 10 | 1 << 20, 4);
	port(&t, 116, PC_RESET_PORT);
	b[128] = 6; /* reset value */
	b[131] = 1; /* minor version */
	put(&t, 140, dsdt_at, 8);
	port(&t, 244, PC_SLEEP_PORT);
	port(&t, 256, PC_SLEEP_PORT + 1);
	finish(b, "FACP", 5, FADT_SIZE);
	return FADT_SIZE;
}

static size_t madt(u8 *b, unsigned nvcpus)
{
	struct table t = { .b = b };
	size_t at = 44;

	put(&t, 36, PC_APIC_BASE, 4);
	for (unsigned i = 0; i < nvcpus; i++, at += MADT_ENTRY) {
		b[at + 1] = MADT_ENTRY; /* type 0: processor and its local APIC */
		b[at + 2] = (u8)i;
		b[at + 3] = (u8)i;
		b[at + 4] = 1; /* enabled */
	}
	b[at] = 1; /* I/O APIC, its lines are interrupts 0 .. */
	b[at + 1] = MADT_IOAPIC;
	put(&t, at + 4, PC_IOAPIC_BASE, 4);
	at += MADT_IOAPIC;
	finish(b, "APIC", 3, at);
	return at;
}

static void rsdp(u8 *b, u64 xsdt_at)
{
	struct table t = { .b = b };

	memcpy(b, "RSD PTR ", 8);
	memcpy(b + 9, "RHYPE ", 6);
	b[15] = 2; /* revision */
	put(&t, 20, RSDP_SIZE, 4);
	put(&t, 24, xsdt_at, 8);
	b[8] = (u8)-sum(b, 20);
	b[32] = (u8)-sum(b, RSDP_SIZE);
}

size_t pc_acpi_build(const struct partition *p, u8 *buf, size_t n)
{
	size_t at = 64, dsdt_at, fadt_at, madt_at;
	struct table xsdt = { .b = buf + at };

	memset(buf, 0, n);
	rsdp(buf, PC_ACPI + at);
	at += 64;
	dsdt_at = at;
	memcpy(buf + at + HEADER, dsdt, sizeof(dsdt));
	finish(buf + at, "DSDT", 2, HEADER + sizeof(dsdt));
	at = ALIGN_UP(at + HEADER + sizeof(dsdt), 16);
	fadt_at = at;
	at = ALIGN_UP(at + fadt(buf + at, PC_ACPI + dsdt_at), 16);
	madt_at = at;
	at += madt(buf + at, p->nvcpus);
	put(&xsdt, HEADER, PC_ACPI + fadt_at, 8);
	put(&xsdt, HEADER + 8, PC_ACPI + madt_at, 8);
	finish(xsdt.b, "XSDT", 1, HEADER + 16);
	return at;
}
