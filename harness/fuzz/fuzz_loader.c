// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the reader of what a boot loader leaves: nothing is read outside the pieces that it names,
 * and RAM is what its map says. Addresses are the loader's, so they are right here; all else may be
 * anything. Next to read: arch/x86_64/loader.c.
 *
 * Input: PROTOCOL ('1', '2': Multiboot; '0': PVH) BIOS, then for '2' the tags as they are. Else:
 * FLAGS (2 bytes) CHARS and so many of the command line, 16 bytes of the first module (two
 * numbers), and the map to the input's end. BIOS & 1: a root pointer.
 */
#include "../../arch/x86_64/port.h"
#include "../../arch/x86_64/regs.h"
#include "hv.h"
#include "parser.h"
#include "um.h"

#define MAX_PIECES 8
#define LOW	   MIB(1)
#define INFO	   0x200000ull
#define CMDLINE	   (INFO + 0x1000)
#define MODULE	   (INFO + 0x2000)
#define NAME	   (INFO + 0x3000)
#define MAP	   (INFO + 0x10000)
#define RSDP	   0xf0000ull
#define USABLE	   1

void *__wrap_arch_va(pa_t p);
void *__real_arch_va(pa_t p);

/* Memory that the loader speaks of; each of its exact size: the sanitizer sees who reads more. */
static struct piece {
	u64 at, size;
	u8 *data;
} piece[MAX_PIECES];
static unsigned npieces;

static struct boot_info bi;
static struct {
	u64 base, size;
	u32 type;
} entry[4096];
static unsigned nentries, nmaps;

void *__wrap_arch_va(pa_t p)
{
	if (!npieces)
		return __real_arch_va(p);
	for (unsigned i = 0; i < npieces; i++)
		if (p.v >= piece[i].at && p.v - piece[i].at <= piece[i].size)
			return piece[i].data + (p.v - piece[i].at);
	promise(false, "an address is one that the loader gave");
	return NULL;
}

static u8 *add_piece(u64 at, u64 size)
{
	struct piece *p = &piece[npieces++];

	*p = (struct piece){ at, size, calloc(1, size ? size : 1) };
	if (!p->data)
		abort();
	return p->data;
}

static void put(u8 *at, u64 v, unsigned n)
{
	for (; n--; v >>= 8)
		*at++ = (u8)v;
}

static u64 get(const u8 *at, unsigned n)
{
	u64 v = 0;

	while (n--)
		v = v << 8 | at[n];
	return v;
}

/* A map as the reader should see it: `head` bytes in front of an entry say where the next is. */
static void note_map(const u8 *map, u64 len, u64 step, u64 head)
{
	nmaps++;
	for (u64 off = 0; off + head + 20 <= len && nentries < ARRAY_SIZE(entry);) {
		const u8 *e = map + off + head;

		entry[nentries].base = get(e, 8);
		entry[nentries].size = get(e + 8, 8);
		entry[nentries++].type = (u32)get(e + 16, 4);
		off += head ? get(map + off, 4) + head : step;
	}
}

static void note_tags(const u8 *info, u64 total)
{
	for (u64 off = 8; off + 8 <= total;) {
		u64 type = get(info + off, 4), size = get(info + off + 4, 4);

		if (!type || size < 8 || size > total - off)
			return;
		if (type == 6 && size >= 16 && get(info + off + 8, 4) >= 20)
			note_map(info + off + 16, size - 16, get(info + off + 8, 4), 0);
		off += ALIGN_UP(size, 8);
	}
}

static u64 rest(const struct bytes *b)
{
	return (u64)(b->end - b->at);
}

static void tags(struct bytes *b)
{
	u64 total = 8 + rest(b);
	u8 *info = add_piece(INFO, total);

	put(info, total, 4);
	memcpy(info + 8, b->at, total - 8);
	note_tags(info, total);
}

static void pvh_info(u32 flags, u64 map_len)
{
	u8 *info = add_piece(INFO, 56);

	put(info, flags & 0x8000 ? flags : MAGIC_PVH, 4);
	put(info + 4, flags & 1, 4);
	put(info + 12, !!(flags & 8), 4);
	put(info + 16, MODULE, 8);
	put(info + 24, flags & 4 ? CMDLINE : 0, 8);
	put(info + 32, flags & 16 ? RSDP : 0, 8);
	put(info + 40, MAP, 8);
	put(info + 48, map_len / 24, 4);
}

static void multiboot_info(u32 flags, u64 upper, u64 map_len)
{
	u8 *info = add_piece(INFO, 88);

	put(info, flags, 4);
	put(info + 8, upper, 4);
	put(info + 16, CMDLINE, 4);
	put(info + 20, flags >> 10 & 1, 4);
	put(info + 24, MODULE, 4);
	put(info + 44, map_len, 4);
	put(info + 48, MAP, 4);
	put(info + 64, NAME, 4);
}

/* Command line, module and map of the two, each a piece of its own. */
static void pieces(struct bytes *b, bool pvh)
{
	u32 flags = (u32)word(b, 2);
	u64 len = byte(b), from, to;
	u8 *p = add_piece(CMDLINE, len + 1);

	for (u64 i = 0; i < len; i++)
		p[i] = byte(b);
	from = word(b, 8);
	to = word(b, 8);
	p = add_piece(MODULE, pvh ? 32 : 16);
	put(p, from, pvh ? 8 : 4);
	put(p + (pvh ? 8 : 4), to, pvh ? 8 : 4);
	memcpy(add_piece(NAME, 5), flags & 0x100 ? "qemu" : "grub", 4);
	len = pvh ? rest(b) / 24 * 24 : rest(b);
	p = add_piece(MAP, len);
	memcpy(p, b->at, len);
	if (pvh)
		pvh_info(flags, len);
	else
		multiboot_info(flags, to, len);
	if (pvh ? flags & 1 : flags & 0x40)
		note_map(p, len, 24, pvh ? 0 : 4);
}

static void bios(bool root)
{
	u8 *low = add_piece(0, LOW), sum = 0;

	put(low + 0x40e, 0x9fc0, 2);
	if (!root)
		return;
	memcpy(low + RSDP, "RSD PTR ", 8);
	for (unsigned i = 0; i < 8; i++)
		sum = (u8)(sum + low[RSDP + i]);
	low[RSDP + 8] = (u8)-sum;
}

/* All of [from, to) is in whole pages of usable entries. */
static bool said(u64 from, u64 to)
{
	while (from < to) {
		u64 next = from;

		for (unsigned i = 0; i < nentries; i++) {
			u64 base = entry[i].base, end = base + entry[i].size;

			if (entry[i].type == USABLE && end > base && base <= from)
				next = MAX(next, ALIGN_DOWN(end, HV_PAGE_SIZE));
		}
		if (next == from)
			return false;
		from = next;
	}
	return true;
}

static void check_ram(void)
{
	u64 last = 0;

	promise(bi.nram && bi.nram <= MAX_RAM_RANGES, "there is RAM, and the list has room");
	for (unsigned i = 0; i < bi.nram; i++) {
		u64 base = bi.ram[i].base.v, size = bi.ram[i].size, end = base + size;

		promise(size && end > base && IS_ALIGNED(base | size, HV_PAGE_SIZE), "whole pages");
		promise(i == 0 || base > last, "ranges are in order, and apart");
		last = end;
		promise(!nmaps || said(base, end), "what is RAM was said to be");
		for (unsigned k = 0; nmaps == 1 && k < nentries; k++) {
			u64 from = entry[k].base, to = from + entry[k].size;

			promise(entry[k].type == USABLE || to <= from || to <= base || from >= end,
				"what was said to be none is none");
		}
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const u32 magic[] = { 0, MAGIC_MULTIBOOT1, MAGIC_MULTIBOOT2 };
	struct bytes b = { data, data + size };
	u8 kind = byte(&b) % 3; /* '0', '1', '2' */
	struct loader l;
	int code;

	um_setup(&(struct um_config){ .ram = MIB(1) });
	hv_reset();
	memset(&bi, 0, sizeof(bi)); /* as bss is */
	nentries = nmaps = 0;
	bios(byte(&b) & 1);
	if (kind == 2)
		tags(&b);
	else
		pieces(&b, kind == 0);
	code = um_catch(loader_read(magic[kind], INFO, &bi, &l));
	promise(code == UM_NO_END || code == 1, "an end is a panic");
	if (code == UM_NO_END) {
		check_ram();
		promise(memchr(bi.cmdline, 0, sizeof(bi.cmdline)), "the command line is text");
	}
	while (npieces)
		free(piece[--npieces].data);
	um_teardown();
	return 0;
}
