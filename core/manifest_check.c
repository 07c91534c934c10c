// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What must hold between the properties of a manifest entry and between entries. Called while
 * core/manifest.c reads the tree; core/partition.c is the user of the result.
 */
#include <libfdt.h>

#include "endian.h"
#include "hvstring.h"
#include "manifest_impl.h"

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '.';
}

err_t manifest_check_name(struct reader *r, const char *name)
{
	size_t i, n = strlen(name);

	if (n < 1 || n >= PART_NAME_LEN)
		return manifest_refuse(r, NULL, "name must have 1 .. %u characters",
				       (unsigned)(PART_NAME_LEN - 1));
	for (i = 0; i < n; i++)
		if (!name_char(name[i]))
			return manifest_refuse(r, NULL,
					       "name may have letters, digits, - _ . only");
	for (i = 0; i < r->m->nparts; i++)
		if (!strcmp(r->m->part[i].name, name))
			return manifest_refuse(r, NULL, "two partitions have this name");
	return HV_OK;
}

/* Whether [start, start + size) lies in [0, end), without overflow. */
static bool inside(u64 start, u64 size, u64 end)
{
	return size <= end && start <= end - size;
}

static err_t check_memory(struct reader *r, const struct manifest_part *p)
{
	if (!p->memory)
		return manifest_refuse(r, "memory", "must not be 0");
	if (!IS_ALIGNED(p->memory, HV_PAGE_SIZE))
		return manifest_refuse(r, "memory", "must be a multiple of %u, is %lu",
				       (unsigned)HV_PAGE_SIZE, p->memory);
	if (p->memory > MEMORY_MAX)
		return manifest_refuse(r, "memory", "must be at most %lu, is %lu",
				       (unsigned long)MEMORY_MAX, p->memory);
	return HV_OK;
}

static err_t check_segment(struct reader *r, const struct manifest_part *p, unsigned i)
{
	const struct manifest_seg *s = &p->seg[i];

	if (!s->memsz)
		return manifest_refuse(r, "segments", "number %u is empty", i);
	if (s->filesz > s->memsz)
		return manifest_refuse(r, "segments", "number %u: %lu bytes do not fit in %lu", i,
				       s->filesz, s->memsz);
	if (!inside(s->dest.v, s->memsz, p->memory))
		return manifest_refuse(r, "segments",
				       "number %u (0x%lx + 0x%lx) is outside memory (0x%lx)", i,
				       s->dest.v, s->memsz, p->memory);
	if (!inside(s->offset, s->filesz, r->m->data_len))
		return manifest_refuse(r, "segments",
				       "number %u (0x%lx + 0x%lx) is outside the data (0x%lx)", i,
				       s->offset, s->filesz, r->m->data_len);
	for (unsigned j = 0; j < i; j++) {
		const struct manifest_seg *o = &p->seg[j];

		if (s->dest.v < o->dest.v + o->memsz && o->dest.v < s->dest.v + s->memsz)
			return manifest_refuse(r, "segments", "number %u overlaps number %u", i, j);
	}
	return HV_OK;
}

static err_t check_entry(struct reader *r, const struct manifest_part *p)
{
	for (unsigned i = 0; i < p->nseg; i++) {
		const struct manifest_seg *s = &p->seg[i];

		if (p->entry.v >= s->dest.v && p->entry.v - s->dest.v < s->filesz)
			return HV_OK;
	}
	return manifest_refuse(r, "entry", "0x%lx is in no segment", p->entry.v);
}

static err_t check_initrd(struct reader *r, const struct manifest_part *p)
{
	if (!p->initrd_size)
		return p->initrd.v ? manifest_refuse(r, "initrd", "is empty") : HV_OK;
	for (unsigned i = 0; i < p->nseg; i++)
		if (p->seg[i].dest.v == p->initrd.v && p->seg[i].filesz == p->initrd_size)
			return HV_OK;
	return manifest_refuse(r, "initrd", "0x%lx + 0x%lx is no segment", p->initrd.v,
			       p->initrd_size);
}

static err_t check_console(struct reader *r, const struct manifest_part *p)
{
	for (unsigned i = 0; p->console && i < r->m->nparts; i++)
		if (r->m->part[i].console)
			return manifest_refuse(r, "console", "partition %s has it already",
					       r->m->part[i].name);
	return HV_OK;
}

err_t manifest_check_part(struct reader *r, const struct manifest_part *p)
{
	err_t e = check_memory(r, p);

	for (unsigned i = 0; !e && i < p->nseg; i++)
		e = check_segment(r, p, i);
	if (!e)
		e = check_entry(r, p);
	if (!e)
		e = check_initrd(r, p);
	if (!e)
		e = check_console(r, p);
	return e;
}

/* Bytes of the item that follows a tag at s[at], padded; ~0 when it does not fit. */
static u64 item_size(const u8 *s, u64 size, u64 at, u32 tag)
{
	const u8 *nul;

	switch (tag) {
	case FDT_BEGIN_NODE:
		nul = memchr(s + at, 0, size - at);
		return nul ? ALIGN_UP((u64)(nul + 1 - (s + at)), FDT_TAGSIZE) : ~0ull;
	case FDT_PROP:
		if (size - at < 2 * FDT_TAGSIZE)
			return ~0ull;
		return 2 * FDT_TAGSIZE +
		       ALIGN_UP((u64)fdt32_ld((const fdt32_t *)(s + at)), FDT_TAGSIZE);
	case FDT_END_NODE:
	case FDT_NOP:
		return 0;
	default:
		return ~0ull;
	}
}

/* libfdt 1.6.1 takes a length near 2^32 for a step back, and walks in a circle. */
static bool tree_ends(const void *fdt)
{
	const u8 *s = (const u8 *)fdt + fdt_off_dt_struct(fdt);
	u64 size = fdt_size_dt_struct(fdt), at = 0;

	while (size - at >= FDT_TAGSIZE) {
		u32 tag = fdt32_ld((const fdt32_t *)(s + at));
		u64 n;

		at += FDT_TAGSIZE;
		if (tag == FDT_END)
			return true;
		n = item_size(s, size, at, tag);
		if (n > size - at)
			return false;
		at += n;
	}
	return false;
}

int manifest_tree_check(const void *fdt, u64 len)
{
	int bad = len < sizeof(struct fdt_header) ? -FDT_ERR_TRUNCATED : fdt_check_header(fdt);

	if (bad)
		return bad;
	if (fdt_totalsize(fdt) > len)
		return -FDT_ERR_TRUNCATED;
	if (fdt_version(fdt) < 17) /* before, a tree did not say how long its structure is */
		return -FDT_ERR_BADVERSION;
	return tree_ends(fdt) ? fdt_check_full(fdt, len) : -FDT_ERR_BADSTRUCTURE;
}

void manifest_sum(const u8 *data, u64 n, u64 sum[2])
{
	u64 a = 0, b = 0;
	le64_t word;

	for (; n >= sizeof(word); n -= sizeof(word), data += sizeof(word)) {
		__builtin_memcpy(&word, data, sizeof(word));
		a += le64_to_cpu(word);
		b += a;
	}
	word.raw = 0;
	if (n)
		memcpy(&word, data, n);
	sum[0] = a + le64_to_cpu(word);
	sum[1] = b + sum[0];
}
