// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The binary form: a flattened device tree, then the data area. Same content is kept once.
 * core/manifest.c is the reader.
 */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "manifest_impl.h"
#include "mkbundle.h"

#define TREE_ROOM (1 << 20)

struct piece {
	u64 offset;
	size_t len;
};

struct bundle {
	u8 *tree;
	struct blob data;
	size_t room;
	struct piece *piece;
	size_t npieces;
};

static void must(int e)
{
	static const struct place nowhere;

	if (e)
		refuse(&nowhere, "the bundle's device tree grows too large (%s)", fdt_strerror(e));
}

struct bundle *bundle_new(void)
{
	static const u64 zero[2];
	struct bundle *b = must_alloc(sizeof(*b));

	b->tree = must_alloc(TREE_ROOM);
	must(fdt_create(b->tree, TREE_ROOM));
	must(fdt_finish_reservemap(b->tree));
	bundle_node(b, "");
	bundle_prop(b, "compatible", BUNDLE_COMPATIBLE, sizeof(BUNDLE_COMPATIBLE));
	bundle_u64s(b, "data-size", zero, 1); /* these two are filled in at the end */
	bundle_u64s(b, "data-sum", zero, 2);
	return b;
}

void bundle_node(struct bundle *b, const char *name)
{
	must(fdt_begin_node(b->tree, name));
}

void bundle_end_node(struct bundle *b)
{
	must(fdt_end_node(b->tree));
}

void bundle_prop(struct bundle *b, const char *name, const void *val, size_t len)
{
	must(fdt_property(b->tree, name, val, (int)len));
}

void bundle_u64s(struct bundle *b, const char *name, const u64 *vals, unsigned n)
{
	fdt64_t cells[4 * MANIFEST_SEGS];

	for (unsigned i = 0; i < n; i++)
		cells[i] = cpu_to_fdt64(vals[i]);
	bundle_prop(b, name, cells, n * sizeof(cells[0]));
}

/* The piece of the data area that has this content, or NULL. */
static const struct piece *find_piece(const struct bundle *b, const struct blob *bytes)
{
	for (size_t i = 0; i < b->npieces; i++)
		if (b->piece[i].len == bytes->len &&
		    !memcmp(b->data.data + b->piece[i].offset, bytes->data, bytes->len))
			return &b->piece[i];
	return NULL;
}

static void *must_grow(void *p, size_t n)
{
	static const struct place nowhere;

	p = realloc(p, n);
	if (!p)
		refuse(&nowhere, "out of memory");
	return p;
}

u64 bundle_data(struct bundle *b, const struct blob *bytes)
{
	size_t start = ALIGN_UP(b->data.len, BUNDLE_ALIGN);
	const struct piece *same;

	if (!bytes->len)
		return 0;
	same = find_piece(b, bytes);
	if (same)
		return same->offset;
	if (start + bytes->len > b->room) {
		b->room = start + bytes->len + b->room / 2;
		b->data.data = must_grow(b->data.data, b->room);
	}
	memset(b->data.data + b->data.len, 0, start - b->data.len);
	memcpy(b->data.data + start, bytes->data, bytes->len);
	b->data.len = start + bytes->len;
	b->piece = must_grow(b->piece, (b->npieces + 1) * sizeof(*b->piece));
	b->piece[b->npieces++] = (struct piece){ .offset = start, .len = bytes->len };
	return start;
}

struct blob bundle_finish(struct bundle *b)
{
	struct blob out;
	size_t start;
	u64 sum[2];

	bundle_end_node(b);
	must(fdt_finish(b->tree));
	must(fdt_setprop_inplace_u64(b->tree, 0, "data-size", b->data.len));
	manifest_sum(b->data.data, b->data.len, sum);
	sum[0] = cpu_to_fdt64(sum[0]);
	sum[1] = cpu_to_fdt64(sum[1]);
	must(fdt_setprop_inplace(b->tree, 0, "data-sum", sum, sizeof(sum)));
	start = ALIGN_UP(fdt_totalsize(b->tree), BUNDLE_ALIGN);
	out.len = start + b->data.len;
	out.data = must_alloc(out.len);
	memcpy(out.data, b->tree, fdt_totalsize(b->tree));
	if (b->data.len)
		memcpy(out.data + start, b->data.data, b->data.len);
	free(b->tree);
	free(b->data.data);
	free(b->piece);
	free(b);
	return out;
}
