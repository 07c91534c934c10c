// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a PC partition boots: Linux as a distribution ships it (bzImage), an ELF file with a PVH
 * entry, or a Multiboot image. Sources of the formats: "The Linux/x86 Boot Protocol", Xen's
 * "x86/HVM direct boot ABI" (PVH), and the Multiboot Specification 0.6.96.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "elf.h"

static const struct elf_machine x86 = { EM_386, EM_X86_64, "x86" };

static u32 le32(const u8 *p)
{
	return (u32)p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
}

/* ---- bzImage ------------------------------------------------------------------------------- */

#define SETUP_SECTS    0x1f1
#define SETUP_MAGIC    0x202
#define SETUP_VERSION  0x206
#define PAYLOAD_OFFSET 0x248
#define PAYLOAD_LENGTH 0x24c
#define SETUP_END      0x250
#define WITH_PAYLOAD   0x208 /* the first version of the header that names the payload */
#define SECTOR	       512u
#define SIZE_BYTES     4 /* the payload ends with the size of what is packed */

/* The programs that unpack a payload, by its first bytes. */
static const struct packing {
	u8 magic[6];
	u8 len;
	bool whole; /* the size at the end is a part of the format */
	const char *package;
	const char *argv[4];
} packings[] = {
	{ { 0x1f, 0x8b }, 2, true, "gzip", { "gzip", "-dc" } },
	{ { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, false, "xz-utils", { "xz", "-dc" } },
	{ { 0x5d, 0, 0 }, 3, false, "xz-utils", { "xz", "--format=lzma", "-dc" } },
	{ { 0x02, 0x21, 0x4c, 0x18 }, 4, false, "lz4", { "lz4", "-qdc" } },
	{ { 0x28, 0xb5, 0x2f, 0xfd }, 4, false, "zstd", { "zstd", "-qdc" } },
	{ { 'B', 'Z', 'h' }, 3, false, "bzip2", { "bzip2", "-dc" } },
};

static bool is_bzimage(const struct blob *file)
{
	return file->len >= SETUP_END && !memcmp(file->data + SETUP_MAGIC, "HdrS", 4);
}

/* Where the packed kernel stands in the file. */
static struct blob find_payload(const struct image_file *f)
{
	const u8 *h = f->file->data;
	unsigned version = h[SETUP_VERSION] | (unsigned)h[SETUP_VERSION + 1] << 8;
	unsigned sectors = h[SETUP_SECTS] ? h[SETUP_SECTS] : 4;
	u64 at = (u64)(sectors + 1) * SECTOR + le32(h + PAYLOAD_OFFSET);
	u64 len = le32(h + PAYLOAD_LENGTH);

	if (version < WITH_PAYLOAD)
		refuse(f->at, "%s: boot protocol %u.%02u, at least 2.08 is needed", f->name,
		       version >> 8, version & 0xff);
	if (len > f->file->len || at > f->file->len - len)
		refuse(f->at, "%s: truncated: the packed kernel needs %lu bytes, file has %zu",
		       f->name, at + len, f->file->len);
	if (len <= SIZE_BYTES)
		refuse(f->at, "%s: the packed kernel has %lu bytes", f->name, len);
	return (struct blob){ f->file->data + at, len };
}

static struct blob unpack(const struct image_file *f)
{
	struct blob packed = find_payload(f), out;
	u32 size = le32(packed.data + packed.len - SIZE_BYTES);
	const struct packing *p = packings;

	while (p < packings + ARRAY_SIZE(packings) &&
	       (packed.len < p->len || memcmp(packed.data, p->magic, p->len)))
		p++;
	if (p == packings + ARRAY_SIZE(packings))
		refuse(f->at, "%s: packed in an unknown way (%02x %02x %02x %02x)", f->name,
		       packed.data[0], packed.data[1], packed.data[2], packed.data[3]);
	if (!p->whole)
		packed.len -= SIZE_BYTES;
	if (!run_program(f->at, p->argv, p->package, &packed, &out))
		refuse(f->at, "%s: %s cannot unpack the kernel in it", f->name, p->argv[0]);
	if (out.len != size)
		refuse(f->at, "%s: damaged: unpacks to %zu bytes, not %u", f->name, out.len, size);
	return out;
}

/* ---- Multiboot ----------------------------------------------------------------------------- */

#define MB_SEARCH    8192
#define MB_MAGIC     0x1badb002u
#define MB_HARMLESS  0x3u /* modules on page borders, a memory map */
#define MB_REQUIRED  0xffffu
#define MB_ADDRESSES 0x10000u
#define MB_SHORT     12u
#define MB_LONG	     32u

/* Where the header stands, or the file's end. */
static u64 find_multiboot(const struct blob *b)
{
	for (u64 at = 0; at + MB_SHORT <= MIN(b->len, MB_SEARCH); at += 4)
		if (le32(b->data + at) == MB_MAGIC &&
		    !(u32)(MB_MAGIC + le32(b->data + at + 4) + le32(b->data + at + 8)))
			return at;
	return b->len;
}

/* Load as the header's own addresses say. */
static void load_plain(struct image *img, const struct image_file *f, u64 at, u64 memory)
{
	const u8 *h = f->file->data + at;
	u32 header, load, end, bss;
	struct image_seg seg;
	u64 off;

	if (at + MB_LONG > f->file->len)
		refuse(f->at, "%s: truncated: its Multiboot header is cut", f->name);
	header = le32(h + 12);
	load = le32(h + 16);
	end = le32(h + 20);
	bss = le32(h + 24);
	off = at - (header - load);
	if (load > header || header - load > at)
		refuse(f->at, "%s: Multiboot header: loads from before the file's start", f->name);
	seg = (struct image_seg){ .dest = load, .bytes = { f->file->data + off, end - load } };
	if (!end)
		seg.bytes.len = f->file->len - off;
	if ((end && end <= load) || seg.bytes.len > f->file->len - off)
		refuse(f->at, "%s: truncated: loads 0x%x to 0x%x, file has %zu bytes", f->name,
		       load, end, f->file->len);
	seg.memsz = MAX(seg.bytes.len, bss > load ? bss - load : 0);
	image_segment(img, f->at, f->name, seg, memory);
	img->entry = le32(h + 28);
	if (img->entry < load || img->entry - load >= seg.bytes.len)
		refuse(f->at, "%s: entry 0x%lx is in no segment", f->name, img->entry);
}

static bool load_multiboot(struct image *img, const struct image_file *f, u64 memory)
{
	u64 at = find_multiboot(f->file);
	struct elf e;
	u32 flags;

	if (at == f->file->len)
		return false;
	flags = le32(f->file->data + at + 4);
	if (flags & MB_REQUIRED & ~MB_HARMLESS)
		refuse(f->at, "%s: Multiboot header asks for what there is not (flags 0x%x)",
		       f->name, flags);
	if (flags & MB_ADDRESSES) {
		load_plain(img, f, at, memory);
	} else {
		elf_open(&e, &x86, f->at, f->name, f->file);
		elf_load(img, &e, memory);
		img->entry = elf_entry(&e);
	}
	img->start = "multiboot";
	return true;
}

/* ---- PVH ----------------------------------------------------------------------------------- */

#define PVH_OWNER "Xen"
#define PVH_ENTRY 18u /* XEN_ELFNOTE_PHYS32_ENTRY */

static bool load_pvh(struct image *img, const struct image_file *f, u64 memory)
{
	struct blob note;
	struct elf e;

	if (!elf_is(f->file))
		return false;
	elf_open(&e, &x86, f->at, f->name, f->file);
	if (!elf_note(&e, PVH_OWNER, PVH_ENTRY, &note))
		return false;
	if (note.len != 4 && note.len != 8)
		refuse(f->at, "%s: PVH note has %zu bytes, not 4 or 8", f->name, note.len);
	elf_load(img, &e, memory);
	img->entry = le32(note.data);
	if (note.len == 8)
		img->entry |= (u64)le32(note.data + 4) << 32;
	for (unsigned i = 0; i < img->nseg; i++)
		if (img->entry >= img->seg[i].dest &&
		    img->entry - img->seg[i].dest < img->seg[i].bytes.len)
			return true;
	refuse(f->at, "%s: PVH entry 0x%lx is in no segment", f->name, img->entry);
}

/* ---- all ----------------------------------------------------------------------------------- */

void image_pc(struct image *img, const struct image_file *f, u64 memory)
{
	bool pvh = !f->start || !strcmp(f->start, "pvh");
	bool multiboot = !f->start || !strcmp(f->start, "multiboot");
	struct image_file inner = *f;

	if (!pvh && !multiboot)
		refuse(f->at, "%s: \"pc\" has no start \"%s\"", f->name, f->start);
	if (is_bzimage(f->file)) {
		img->owned = unpack(f);
		inner.file = &img->owned;
	}
	if ((pvh && load_pvh(img, &inner, memory)) ||
	    (multiboot && load_multiboot(img, &inner, memory)))
		return;
	refuse(f->at, "%s: has no %s", f->name,
	       !multiboot ? "PVH entry (ELF note Xen 18)"
	       : !pvh	  ? "Multiboot header"
			  : "PVH entry (ELF note Xen 18) and no Multiboot header");
}
