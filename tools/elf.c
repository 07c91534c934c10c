// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads ELF files (System V ABI, chapters 4 and 5): header, segments, notes. Each number is checked
 * against the file before it is used. Next to read: image.c.
 */
#include "elf.h"

#include <elf.h>
#include <string.h>

static u64 number(const struct elf *e, u64 off, unsigned size)
{
	const u8 *p = e->file->data + off;
	u64 x = 0;

	for (unsigned i = 0; i < size; i++)
		x = x << 8 | p[e->little ? size - 1 - i : i];
	return x;
}

/* Member m of a structure that has the same names in both classes, at a place in the file. */
#define FIELD(e, type, off, m)                                                                    \
	((e)->wide ? number(e, (off) + offsetof(Elf64_##type, m), sizeof(((Elf64_##type *)0)->m)) \
		   : number(e, (off) + offsetof(Elf32_##type, m), sizeof(((Elf32_##type *)0)->m)))
#define EHDR(e, m)	FIELD(e, Ehdr, 0, m)
#define PHDR(e, off, m) FIELD(e, Phdr, off, m)

static size_t phdr_size(const struct elf *e)
{
	return e->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

static bool in_file(const struct elf *e, u64 off, u64 size)
{
	return size <= e->file->len && off <= e->file->len - size;
}

bool elf_is(const struct blob *file)
{
	return file->len >= SELFMAG && !memcmp(file->data, ELFMAG, SELFMAG);
}

static void check_header(struct elf *e, const struct elf_machine *want)
{
	const u8 *id = e->file->data;
	unsigned kind, machine;

	if (!elf_is(e->file)) {
		bool gz = e->file->len > 2 && id[0] == 0x1f && id[1] == 0x8b;

		refuse(e->at, "%s: is no ELF file%s", e->name,
		       gz ? " but compressed with gzip: unpack it" : "");
	}
	e->wide = e->file->len <= EI_CLASS || id[EI_CLASS] != ELFCLASS32;
	if (e->file->len < (e->wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr)))
		refuse(e->at, "%s: truncated: has %zu bytes", e->name, e->file->len);
	if (id[EI_CLASS] != ELFCLASS64 && id[EI_CLASS] != ELFCLASS32)
		refuse(e->at, "%s: ELF file of unknown class %u", e->name, id[EI_CLASS]);
	machine = e->wide ? want->wide : want->narrow;
	if (!machine)
		refuse(e->at, "%s: is a %u-bit ELF file, not %s", e->name, e->wide ? 64 : 32,
		       want->name);
	if (id[EI_DATA] != ELFDATA2LSB && id[EI_DATA] != ELFDATA2MSB)
		refuse(e->at, "%s: ELF file of unknown byte order %u", e->name, id[EI_DATA]);
	e->little = id[EI_DATA] == ELFDATA2LSB;
	if (EHDR(e, e_machine) != machine)
		refuse(e->at, "%s: is for another machine (ELF machine %lu), not %s (%u)", e->name,
		       EHDR(e, e_machine), want->name, machine);
	kind = (unsigned)EHDR(e, e_type);
	if (kind != ET_EXEC && kind != ET_DYN)
		refuse(e->at, "%s: ELF file is not executable (type %u)", e->name, kind);
}

static void check_tables(const struct elf *e)
{
	if (EHDR(e, e_phnum) && EHDR(e, e_phentsize) != phdr_size(e))
		refuse(e->at, "%s: program headers of %lu bytes, not %zu", e->name,
		       EHDR(e, e_phentsize), phdr_size(e));
	if (!in_file(e, EHDR(e, e_phoff), EHDR(e, e_phnum) * phdr_size(e)))
		refuse(e->at, "%s: truncated: program headers are beyond its end (%zu bytes)",
		       e->name, e->file->len);
	/* Not used, but the end of most files: shows that one was cut. */
	if (!in_file(e, EHDR(e, e_shoff), EHDR(e, e_shnum) * EHDR(e, e_shentsize)))
		refuse(e->at, "%s: truncated: section headers are beyond its end (%zu bytes)",
		       e->name, e->file->len);
}

void elf_open(struct elf *e, const struct elf_machine *want, const struct place *at,
	      const char *name, const struct blob *file)
{
	*e = (struct elf){ .at = at, .name = name, .file = file };
	check_header(e, want);
	check_tables(e);
}

/* The next program header of that type behind *i, or 0: program headers never stand there. */
static u64 next_header(const struct elf *e, u64 *i, u32 type)
{
	for (; *i < EHDR(e, e_phnum); ++*i) {
		u64 ph = EHDR(e, e_phoff) + *i * phdr_size(e);

		if (PHDR(e, ph, p_type) == type) {
			++*i;
			return ph;
		}
	}
	return 0;
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
	image_segment(img, e->at, e->name, seg, memory);
}

void elf_load(struct image *img, const struct elf *e, u64 memory)
{
	u64 ph;

	for (u64 i = 0; (ph = next_header(e, &i, PT_LOAD)) != 0;)
		load_segment(img, e, ph, memory);
	if (!img->nseg)
		refuse(e->at, "%s: ELF file has nothing to load", e->name);
}

u64 elf_place(const struct elf *e, u64 virtual)
{
	u64 ph;

	for (u64 i = 0; (ph = next_header(e, &i, PT_LOAD)) != 0;) {
		u64 start = PHDR(e, ph, p_vaddr);

		/* one that takes no memory is not loaded, whatever it has in the file */
		if (virtual >= start &&
		    virtual - start < MIN(PHDR(e, ph, p_filesz), PHDR(e, ph, p_memsz)))
			return PHDR(e, ph, p_paddr) + (virtual - start);
	}
	refuse(e->at, "%s: entry 0x%lx is in no segment", e->name, virtual);
}

u64 elf_entry(const struct elf *e)
{
	return elf_place(e, EHDR(e, e_entry));
}

bool elf_note(const struct elf *e, const char *owner, u32 type, struct blob *out)
{
	u64 ph;

	for (u64 i = 0; (ph = next_header(e, &i, PT_NOTE)) != 0;) {
		u64 at = PHDR(e, ph, p_offset), size = PHDR(e, ph, p_filesz), end = at + size;

		if (!in_file(e, at, size))
			refuse(e->at, "%s: truncated: notes need %lu bytes, file has %zu", e->name,
			       end, e->file->len);
		while (end - at >= sizeof(Elf64_Nhdr)) {
			u64 name = number(e, at, 4), desc = number(e, at + 4, 4);
			u64 name_at = at + sizeof(Elf64_Nhdr),
			    desc_at = name_at + ALIGN_UP(name, 4);
			u64 next = desc_at + ALIGN_UP(desc, 4);

			if (desc_at + desc > end)
				refuse(e->at, "%s: note at 0x%lx is damaged", e->name, at);
			if (number(e, at + 8, 4) == type && name == strlen(owner) + 1 &&
			    !memcmp(e->file->data + name_at, owner, name)) {
				*out = (struct blob){ e->file->data + desc_at, desc };
				return true;
			}
			at = MIN(next, end);
		}
	}
	return false;
}
