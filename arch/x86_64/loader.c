// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the loader left in memory: multiboot 1 (0.6.96), multiboot 2 (2.0) or the PVH start
 * structure. Memory map, command line, the bundle (first module), ACPI's root. Next: boot.c.
 */
#include "hvstring.h"
#include "panic.h"
#include "port.h"
#include "ram.h"
#include "regs.h"

#define RAM_USABLE     1 /* type, in all three maps */

#define MB1_MEM	       (1u << 0)
#define MB1_CMDLINE    (1u << 2)
#define MB1_MODS       (1u << 3)
#define MB1_MMAP       (1u << 6)
#define MB1_NAME       (1u << 9)

#define MB2_END	       0
#define MB2_CMDLINE    1
#define MB2_MODULE     3
#define MB2_MMAP       6
#define MB2_RSDP_OLD   14
#define MB2_RSDP_NEW   15

#define BIOS_DATA_EBDA 0x40e
#define BIOS_ROM       0xe0000
#define BIOS_ROM_END   0x100000

static u32 u32_at(const void *p, u64 off)
{
	u32 v;

	memcpy(&v, (const u8 *)p + off, sizeof(v));
	return v;
}

static u64 u64_at(const void *p, u64 off)
{
	u64 v;

	memcpy(&v, (const u8 *)p + off, sizeof(v));
	return v;
}

static const void *at(u64 pa)
{
	return arch_va(PA(pa));
}

/* At most `room` bytes. */
static void set_cmdline(struct boot_info *bi, const char *s, u64 room)
{
	size_t n = strnlen(s, MIN(room, sizeof(bi->cmdline) - 1));

	memcpy(bi->cmdline, s, n);
	bi->cmdline[n] = '\0';
}

static void set_bundle(struct boot_info *bi, u64 start, u64 end)
{
	if (bi->bundle_len == 0 && end > start) {
		bi->bundle = PA(start);
		bi->bundle_len = end - start;
	}
}

static void add_region(struct boot_info *bi, u64 base, u64 size, u32 type)
{
	if (type == RAM_USABLE && base + size > base)
		ram_add(bi, base, base + size);
}

/* A map may say that a page is RAM and, elsewhere, that it is not: it is not. */
static void cut_region(struct boot_info *bi, u64 base, u64 size, u32 type)
{
	if (type != RAM_USABLE && size && base + size > base)
		ram_cut(bi, base, base + size);
}

/* Twice over a map of entries of which `size` says how long the next one is. */
static void read_map(struct boot_info *bi, u64 map, u64 len, u64 entry, u64 head)
{
	for (unsigned pass = 0; pass < 2; pass++)
		for (u64 off = 0; off + head + 20 <= len;) {
			const void *e = at(map + off + head);

			(pass ? cut_region : add_region)(bi, u64_at(e, 0), u64_at(e, 8),
							 u32_at(e, 16));
			off += head ? u32_at(at(map + off), 0) + head : entry;
		}
}

/* QEMU puts the name of the file in front. */
static const char *behind_name(const char *s)
{
	while (*s && *s != ' ')
		s++;
	return *s ? s + 1 : s;
}

static void read_mb1(const void *info, struct boot_info *bi, struct loader *l)
{
	u32 flags = u32_at(info, 0);

	l->emulated = flags & MB1_NAME && !strncmp(at(u32_at(info, 64)), "qemu", 4);
	if (flags & MB1_CMDLINE) {
		const char *s = at(u32_at(info, 16));

		set_cmdline(bi, l->emulated ? behind_name(s) : s, ~0ull);
	}
	if (flags & MB1_MODS && u32_at(info, 20)) {
		const void *m = at(u32_at(info, 24));

		set_bundle(bi, u32_at(m, 0), u32_at(m, 4));
	}
	if (flags & MB1_MMAP)
		read_map(bi, u32_at(info, 48), u32_at(info, 44), 0, 4);
	else if (flags & MB1_MEM)
		ram_add(bi, MIB(1), MIB(1) + KIB(u32_at(info, 8)));
}

/* What a tag has at least, with its head of 8 bytes. */
static u64 least(u32 type)
{
	switch (type) {
	case MB2_MODULE:
	case MB2_MMAP:
		return 16;
	case MB2_RSDP_OLD:
		return 8 + 20;
	case MB2_RSDP_NEW:
		return 8 + 36;
	default:
		return 8;
	}
}

static void read_tag(u64 tag, u64 size, struct boot_info *bi, struct loader *l)
{
	const void *t = at(tag);

	switch (u32_at(t, 0)) {
	case MB2_CMDLINE:
		set_cmdline(bi, at(tag + 8), size - 8);
		break;
	case MB2_MODULE:
		set_bundle(bi, u32_at(t, 8), u32_at(t, 12));
		break;
	case MB2_MMAP:
		if (u32_at(t, 8) >= 20)
			read_map(bi, tag + 16, size - 16, u32_at(t, 8), 0);
		break;
	case MB2_RSDP_OLD:
		l->rsdp = l->rsdp ? l->rsdp : tag + 8;
		break;
	case MB2_RSDP_NEW:
		l->rsdp = tag + 8;
		break;
	}
}

static void read_mb2(u64 info, struct boot_info *bi, struct loader *l)
{
	u64 total = u32_at(at(info), 0);

	for (u64 off = 8; off + 8 <= total;) {
		const void *tag = at(info + off);
		u64 size = u32_at(tag, 4);
		u32 type = u32_at(tag, 0);

		if (size < least(type) || size > total - off)
			panic("the loader's information is damaged");
		if (type == MB2_END)
			return;
		read_tag(info + off, size, bi, l);
		off += ALIGN_UP(size, 8);
	}
}

static void read_pvh(const void *info, struct boot_info *bi, struct loader *l)
{
	if (u32_at(info, 0) != MAGIC_PVH)
		panic("the loader speaks no protocol we know");
	if (u64_at(info, 24))
		set_cmdline(bi, at(u64_at(info, 24)), ~0ull);
	if (u32_at(info, 12)) {
		const void *m = at(u64_at(info, 16));

		set_bundle(bi, u64_at(m, 0), u64_at(m, 0) + u64_at(m, 8));
	}
	l->rsdp = u64_at(info, 32);
	if (u32_at(info, 4) >= 1)
		read_map(bi, u64_at(info, 40), (u64)u32_at(info, 48) * 24, 24, 0);
}

static const u8 *low_memory(void *arg, u64 pa, u64 n)
{
	(void)arg;
	return pa + n <= MIB(1) ? at(pa) : NULL;
}

/* Where a BIOS leaves the root pointer (ACPI 6.4, 5.2.5.1) */
static u64 find_rsdp(void)
{
	u16 segment;
	u64 ebda;

	memcpy(&segment, at(BIOS_DATA_EBDA), sizeof(segment));
	ebda = (u64)segment << 4;
	for (u64 pa = ebda; ebda && pa < ebda + KIB(1); pa += 16)
		if (acpi_is_rsdp(low_memory, NULL, pa))
			return pa;
	for (u64 pa = BIOS_ROM; pa < BIOS_ROM_END; pa += 16)
		if (acpi_is_rsdp(low_memory, NULL, pa))
			return pa;
	return 0;
}

void loader_read(u32 magic, u64 info, struct boot_info *bi, struct loader *l)
{
	*l = (struct loader){ 0 };
	bi->nram = 0;
	if (magic == MAGIC_MULTIBOOT1)
		read_mb1(at(info), bi, l);
	else if (magic == MAGIC_MULTIBOOT2)
		read_mb2(info, bi, l);
	else
		read_pvh(at(info), bi, l);
	if (!bi->nram)
		panic("the loader gave no memory map");
	if (!l->rsdp)
		l->rsdp = find_rsdp();
}
