// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guest images: an ELF kernel becomes plain load segments and an entry, both in logical addresses;
 * the initrd gets a place. All knowledge of image formats is here and none in the hypervisor.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "mkbundle.h"

#define INITRD_ALIGN KIB(64)
#define INITRD_GAP   MIB(1)   /* between the kernel's end and the initrd */
#define INITRD_END   MIB(512) /* a kernel maps this much before it knows its memory */
#define TOP_ROOM     MIB(4)   /* above the initrd: the machine's device tree and firmware blob */

static const u64 function_base = 0x10000;
static const char function_prefix[] = "um:", function_magic[8] = "UMGUEST";

/* The machines that partitions can be and the processor their kernels are made for. */
static const struct {
	const char *machine;
	u16 elf;
	const char *elf_name;
} machines[] = { { "papr", EM_PPC64, "64-bit POWER" } };

/* An ELF file with its byte order. */
struct elf {
	const struct place *at;
	const char *name;
	const struct blob *file;
	bool little;
};

static u64 number(const struct elf *e, u64 off, unsigned size)
{
	const u8 *p = e->file->data + off;
	u64 x = 0;

	for (unsigned i = 0; i < size; i++)
		x = x << 8 | p[e->little ? size - 1 - i : i];
	return x;
}

#define EHDR(e, m)	number(e, offsetof(Elf64_Ehdr, m), sizeof(((Elf64_Ehdr *)0)->m))
#define PHDR(e, off, m) number(e, (off) + offsetof(Elf64_Phdr, m), sizeof(((Elf64_Phdr *)0)->m))

static bool in_file(const struct elf *e, u64 off, u64 size)
{
	return size <= e->file->len && off <= e->file->len - size;
}

static unsigned find_machine(const char *machine)
{
	unsigned m;

	for (m = 0; m < ARRAY_SIZE(machines) && strcmp(machines[m].machine, machine); m++)
		;
	return m;
}

void image_machine(const struct place *at, const char *machine)
{
	if (find_machine(machine) == ARRAY_SIZE(machines))
		refuse(at, "unknown machine \"%s\"", machine);
}

static void check_header(struct elf *e, const char *machine)
{
	const u8 *id = e->file->data;
	unsigned m = find_machine(machine), kind;

	if (e->file->len < SELFMAG || memcmp(id, ELFMAG, SELFMAG)) {
		bool gz = e->file->len > 2 && id[0] == 0x1f && id[1] == 0x8b;

		refuse(e->at, "%s: is no ELF file%s", e->name,
		       gz ? " but compressed with gzip: unpack it" : "");
	}
	if (e->file->len < sizeof(Elf64_Ehdr))
		refuse(e->at, "%s: truncated: has %zu bytes", e->name, e->file->len);
	if (id[EI_CLASS] != ELFCLASS64)
		refuse(e->at, "%s: is a 32-bit ELF file, not %s", e->name, machines[m].elf_name);
	if (id[EI_DATA] != ELFDATA2LSB && id[EI_DATA] != ELFDATA2MSB)
		refuse(e->at, "%s: ELF file of unknown byte order %u", e->name, id[EI_DATA]);
	e->little = id[EI_DATA] == ELFDATA2LSB;
	if (EHDR(e, e_machine) != machines[m].elf)
		refuse(e->at, "%s: is for another machine (ELF machine %lu), not %s (%u)", e->name,
		       EHDR(e, e_machine), machines[m].elf_name, machines[m].elf);
	kind = (unsigned)EHDR(e, e_type);
	if (kind != ET_EXEC && kind != ET_DYN)
		refuse(e->at, "%s: ELF file is not executable (type %u)", e->name, kind);
}

static void check_tables(const struct elf *e)
{
	if (EHDR(e, e_phnum) && EHDR(e, e_phentsize) != sizeof(Elf64_Phdr))
		refuse(e->at, "%s: program headers of %lu bytes, not %zu", e->name,
		       EHDR(e, e_phentsize), sizeof(Elf64_Phdr));
	if (!in_file(e, EHDR(e, e_phoff), EHDR(e, e_phnum) * sizeof(Elf64_Phdr)))
		refuse(e->at, "%s: truncated: program headers are beyond its end (%zu bytes)",
		       e->name, e->file->len);
	/* Not used, but the end of most files: shows that one was cut. */
	if (!in_file(e, EHDR(e, e_shoff), EHDR(e, e_shnum) * EHDR(e, e_shentsize)))
		refuse(e->at, "%s: truncated: section headers are beyond its end (%zu bytes)",
		       e->name, e->file->len);
}

static void add_segment(struct image *img, const struct place *at, const char *name,
			struct image_seg seg, u64 memory)
{
	if (seg.memsz > memory || seg.dest > memory - seg.memsz)
		refuse(at, "%s: segment 0x%lx + 0x%lx is outside memory (0x%lx)", name, seg.dest,
		       seg.memsz, memory);
	for (unsigned i = 0; i < img->nseg; i++) {
		const struct image_seg *o = &img->seg[i];

		if (seg.dest < o->dest + o->memsz && o->dest < seg.dest + seg.memsz)
			refuse(at, "%s: segments 0x%lx + 0x%lx and 0x%lx + 0x%lx overlap", name,
			       o->dest, o->memsz, seg.dest, seg.memsz);
	}
	if (img->nseg == MANIFEST_SEGS)
		refuse(at, "%s: has more than %u segments", name, MANIFEST_SEGS);
	img->seg[img->nseg++] = seg;
	img->end = MAX(img->end, seg.dest + seg.memsz);
}

static void load_segment(struct image *img, const struct elf *e, u64 ph, u64 memory)
{
	u64 off = PHDR(e, ph, p_offset), filesz = PHDR(e, ph, p_filesz);
	struct image_seg seg = { .dest = PHDR(e, ph, p_paddr), .memsz = PHDR(e, ph, p_memsz) };

	if (!seg.memsz)
		return;
	if (filesz > seg.memsz)
		refuse(e->at, "%s: segment 0x%lx has 0x%lx bytes for 0x%lx bytes of memory",
		       e->name, seg.dest, filesz, seg.memsz);
	if (!in_file(e, off, filesz))
		refuse(e->at, "%s: truncated: segment 0x%lx needs %lu bytes, file has %zu", e->name,
		       seg.dest, off + filesz, e->file->len);
	seg.bytes = (struct blob){ .data = e->file->data + off, .len = filesz };
	add_segment(img, e->at, e->name, seg, memory);
}

/* The entry is a virtual address of some segment; kernels link far away from where they load. */
static u64 find_entry(const struct elf *e)
{
	u64 entry = EHDR(e, e_entry), ph = EHDR(e, e_phoff);

	for (u64 i = 0; i < EHDR(e, e_phnum); i++, ph += sizeof(Elf64_Phdr)) {
		u64 start = PHDR(e, ph, p_vaddr);

		if (PHDR(e, ph, p_type) == PT_LOAD && entry >= start &&
		    entry - start < PHDR(e, ph, p_filesz))
			return PHDR(e, ph, p_paddr) + (entry - start);
	}
	refuse(e->at, "%s: entry 0x%lx is in no segment", e->name, entry);
}

void image_kernel(struct image *img, const struct place *at, const char *name,
		  const struct blob *file, const char *machine, u64 memory)
{
	struct elf e = { .at = at, .name = name, .file = file };
	u64 ph;

	check_header(&e, machine);
	check_tables(&e);
	ph = EHDR(&e, e_phoff);
	for (u64 i = 0; i < EHDR(&e, e_phnum); i++, ph += sizeof(Elf64_Phdr))
		if (PHDR(&e, ph, p_type) == PT_LOAD)
			load_segment(img, &e, ph, memory);
	if (!img->nseg)
		refuse(at, "%s: ELF file has nothing to load", name);
	img->entry = find_entry(&e);
}

bool image_is_function(const char *kernel)
{
	return !strncmp(kernel, function_prefix, strlen(function_prefix));
}

void image_function(struct image *img, const struct place *at, const char *kernel, u64 memory)
{
	const char *name = kernel + strlen(function_prefix);
	size_t n = sizeof(function_magic) + strlen(name) + 1;
	struct image_seg seg = { .dest = function_base, .memsz = n };

	if (!*name)
		refuse(at, "%s: names no function", kernel);
	seg.bytes = (struct blob){ .data = must_alloc(n), .len = n };
	memcpy(seg.bytes.data, function_magic, sizeof(function_magic));
	memcpy((char *)seg.bytes.data + sizeof(function_magic), name, strlen(name) + 1);
	add_segment(img, at, kernel, seg, memory);
	img->entry = function_base;
}

u64 image_initrd(struct image *img, const struct place *at, const char *name,
		 const struct blob *file, u64 memory)
{
	u64 top = MIN(memory, INITRD_END), start = ALIGN_UP(img->end + INITRD_GAP, INITRD_ALIGN);
	struct image_seg seg = { .dest = start, .memsz = file->len, .bytes = *file };

	if (!file->len)
		refuse(at, "%s: is empty", name);
	top = top > TOP_ROOM ? top - TOP_ROOM : 0;
	if (start > top || file->len > top - start)
		refuse(at, "%s: %zu bytes do not fit between 0x%lx and 0x%lx", name, file->len,
		       start, MAX(start, top));
	add_segment(img, at, name, seg, memory);
	return start;
}
