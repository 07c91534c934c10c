// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes mkbundle's reader of guest images (ELF, bzImage, Multiboot, PVH), and where initrds go:
 * refused with a reason, or segments that lie in their file, in memory and not over each other, and
 * an entry in one of them. Next to read: tools/image.c.
 *
 * Input: FLAGS MEMORY-MIB INITRD-KIB, then the file. FLAGS & 1: for a PC; >> 1 & 3: the entry asked
 * for; & 8: no initrd. What unpacks kernels is not run: here a kernel is packed when some bytes
 * stand before it.
 */
#include <setjmp.h>
#include <stdarg.h>

#include "../../tools/mkbundle.h"
#include "parser.h"

static jmp_buf refused;
static u8 *unpacked;
static volatile u8 looked;

void refuse(const struct place *at, const char *f, ...)
{
	char text[512];
	va_list ap;

	(void)at;
	va_start(ap, f);
	promise(vsnprintf(text, sizeof(text), f, ap) > 10, "a refusal has a reason");
	va_end(ap);
	if (getenv("FUZZ_VERBOSE"))
		printf("refused: %s\n", text);
	longjmp(refused, 1);
}

void *must_alloc(size_t n)
{
	void *p = calloc(1, n);

	promise(p, "memory for a test");
	return p;
}

bool run_program(const struct place *at, const char *const argv[], const char *package,
		 const struct blob *in, struct blob *out)
{
	const size_t skip = 6; /* as long as any magic number */

	(void)at;
	promise(argv[0] && package, "a program of a package");
	if (in->len < skip)
		return false;
	free(unpacked);
	unpacked = must_alloc(in->len - skip + 1);
	memcpy(unpacked, in->data + skip, in->len - skip);
	*out = (struct blob){ unpacked, in->len - skip };
	return true;
}

static bool inside(const struct blob *b, const struct blob *whole)
{
	return b->data >= whole->data && b->len <= whole->len &&
	       (size_t)(b->data - whole->data) <= whole->len - b->len;
}

static void check_segment(const struct image *img, unsigned n, const struct blob *file, u64 memory)
{
	const struct image_seg *s = &img->seg[n];
	u8 sum = 0;

	promise(s->memsz && s->bytes.len <= s->memsz, "a segment has room for its bytes");
	promise(s->memsz <= memory && s->dest <= memory - s->memsz, "and lies in memory");
	promise(inside(&s->bytes, file) || (img->owned.data && inside(&s->bytes, &img->owned)),
		"its bytes lie in the file");
	for (size_t i = 0; i < s->bytes.len; i++)
		sum |= s->bytes.data[i];
	looked |= sum; /* or the reads above are none */
	promise(s->dest + s->memsz <= img->end, "the end is behind it");
	for (unsigned i = 0; i < n; i++)
		promise(s->dest >= img->seg[i].dest + img->seg[i].memsz ||
				img->seg[i].dest >= s->dest + s->memsz,
			"segments do not lie over each other");
}

static bool has_bytes_at(const struct image *img, u64 g)
{
	for (unsigned i = 0; i < img->nseg; i++)
		if (g >= img->seg[i].dest && g - img->seg[i].dest < img->seg[i].bytes.len)
			return true;
	return false;
}

static void read_image(const struct blob *file, unsigned flags, u64 memory, struct blob initrd)
{
	static const char *const starts[] = { NULL, "pvh", "multiboot", "other" };
	static const struct place at = { "fuzz.dts", "/partitions/fuzz", "kernel" };
	const char *machine = flags & 1 ? "pc" : "papr";
	struct image_file f = { &at, "kernel", file, starts[flags >> 1 & 3] };
	struct image img = { 0 };
	unsigned nkernel;

	image_machine(&at, machine);
	image_kernel(&img, &f, machine, memory);
	promise(img.nseg && img.nseg <= MANIFEST_SEGS, "a kernel has segments");
	for (unsigned i = 0; i < img.nseg; i++)
		check_segment(&img, i, file, memory);
	promise(has_bytes_at(&img, img.entry), "its entry is in one of them");
	nkernel = img.nseg;
	if (getenv("FUZZ_VERBOSE"))
		printf("%u segments, entry 0x%llx\n", img.nseg, (unsigned long long)img.entry);
	if (flags & 8)
		return;
	f = (struct image_file){ &at, "initrd", &initrd, NULL };
	promise(image_initrd(&img, &f, machine, memory) == img.seg[nkernel].dest,
		"the initrd is where it says");
	promise(img.nseg == nkernel + 1, "the initrd is a segment");
	check_segment(&img, nkernel, &initrd, memory);
}

static void run(struct bytes b, struct blob *file)
{
	static u8 contents[KIB(256)] = { 1 }; /* of an initrd */
	unsigned flags = byte(&b);
	u64 memory = word(&b, 2) << 20;
	struct blob initrd = { contents, KIB(byte(&b)) };

	file->len = (size_t)(b.end - b.at);
	file->data = must_alloc(file->len + !file->len); /* of its exact size, for the sanitizer */
	memcpy(file->data, b.at, file->len);
	read_image(file, flags, memory, initrd);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct blob file;

	if (!setjmp(refused))
		run((struct bytes){ data, data + size }, &file);
	free(file.data);
	free(unpacked);
	unpacked = NULL;
	return 0;
}
