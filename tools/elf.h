/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF files of either class and byte order, read without trust. elf.c refuses what is damaged or
 * for another machine; image.c and image_pc.c use what it gives.
 */
#ifndef RHYPE_TOOLS_ELF_H
#define RHYPE_TOOLS_ELF_H

#include "mkbundle.h"

struct elf {
	const struct place *at;
	const char *name;
	const struct blob *file;
	bool little, wide; /* 64-bit */
};

/* The processor an image is made for: its ELF numbers by class, 0 = no such images. */
struct elf_machine {
	unsigned narrow, wide;
	const char *name;
};

/* Is it an ELF file at all? */
bool elf_is(const struct blob *file);

/* Check header and tables, or refuse. */
void elf_open(struct elf *e, const struct elf_machine *want, const struct place *at,
	      const char *name, const struct blob *file);

/* All PT_LOAD segments, to their physical addresses; at least one. */
void elf_load(struct image *img, const struct elf *e, u64 memory);

/* Where the byte with that virtual address stands, or refuse: an entry is one of the file's. */
u64 elf_place(const struct elf *e, u64 virtual);

/* The file's own entry, as loaded. */
u64 elf_entry(const struct elf *e);

/*
 * Find a note by owner and type: its bytes, inside the file. False: there is none. Refuses notes
 * that are damaged.
 */
bool elf_note(const struct elf *e, const char *owner, u32 type, struct blob *out);

#endif
