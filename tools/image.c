// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guest images: a kernel becomes plain load segments and an entry, both in logical addresses; the
 * initrd gets a place. All knowledge of image formats is in the tool and none in the hypervisor.
 * Next to read: elf.c, and image_pc.c for what a PC boots.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "elf.h"

#define INITRD_ALIGN KIB(64)
#define INITRD_GAP   MIB(1) /* between the kernel's end and the initrd */
#define TOP_ROOM     MIB(4) /* above the initrd: the machine's device tree and firmware blob */

static const u64 function_base = 0x10000;
static const char function_prefix[] = "um:", function_magic[8] = "UMGUEST";

/* The machines that partitions can be. */
static const struct kind {
	const char *name;
	u64 low_end;	/* images must end below */
	u64 initrd_end; /* and initrds here */
	void (*kernel)(struct image *img, const struct image_file *f, u64 memory);
} kinds[] = {
	/* a kernel on POWER maps 512 MiB before it knows its memory */
	{ "papr", ~0ull, MIB(512), image_papr },
	/* the hole for devices begins at 3 GiB */
	{ "pc", PC_LOW_END, PC_LOW_END, image_pc },
};

static const struct kind *find_kind(const char *machine)
{
	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, machine))
			return &kinds[i];
	return NULL;
}

void image_machine(const struct place *at, const char *machine)
{
	if (!find_kind(machine))
		refuse(at, "unknown machine \"%s\"", machine);
}

void image_segment(struct image *img, const struct place *at, const char *name,
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

void image_papr(struct image *img, const struct image_file *f, u64 memory)
{
	static const struct elf_machine power = { 0, EM_PPC64, "64-bit POWER" };
	struct elf e;

	if (f->start)
		refuse(f->at, "%s: \"papr\" has no start \"%s\"", f->name, f->start);
	elf_open(&e, &power, f->at, f->name, f->file);
	elf_load(img, &e, memory);
	img->entry = elf_entry(&e);
}

void image_kernel(struct image *img, const struct image_file *f, const char *machine, u64 memory)
{
	const struct kind *k = find_kind(machine);

	k->kernel(img, f, MIN(memory, k->low_end));
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
	image_segment(img, at, kernel, seg, memory);
	img->entry = function_base;
	img->owned = seg.bytes;
}

u64 image_initrd(struct image *img, const struct image_file *f, const char *machine, u64 memory)
{
	u64 top = MIN(memory, find_kind(machine)->initrd_end);
	u64 start = ALIGN_UP(img->end + INITRD_GAP, INITRD_ALIGN);
	struct image_seg seg = { .dest = start, .memsz = f->file->len, .bytes = *f->file };

	if (!f->file->len)
		refuse(f->at, "%s: is empty", f->name);
	top = top > TOP_ROOM ? top - TOP_ROOM : 0;
	if (start > top || f->file->len > top - start)
		refuse(f->at, "%s: %zu bytes do not fit between 0x%lx and 0x%lx", f->name,
		       f->file->len, start, MAX(start, top));
	image_segment(img, f->at, f->name, seg, memory);
	return start;
}
