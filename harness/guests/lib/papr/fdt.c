/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the device tree where it stands, byte by byte, through the accessors (Devicetree
 * Specification 0.4, chapter 5). Next to read: papr.c.
 */
#include "papr.h"
#include "port.h"

#define FDT_MAGIC      0xd00dfeedu
#define FDT_BEGIN_NODE 1
#define FDT_END_NODE   2
#define FDT_PROP       3
#define FDT_NOP	       4

static u32 be32(u64 addr)
{
	return (u32)(g_load(addr, 1) << 24 | g_load(addr + 1, 1) << 16 | g_load(addr + 2, 1) << 8 |
		     g_load(addr + 3, 1));
}

/* The string in memory equals s[0 .. n), or also continues with '@' when `unit` is allowed. */
static bool text_is(u64 addr, const char *s, size_t n, bool unit)
{
	u64 c;

	for (size_t i = 0; i < n; i++)
		if (g_load(addr + i, 1) != (u8)s[i])
			return false;
	c = g_load(addr + n, 1);
	return c == 0 || (unit && c == '@');
}

static u64 text_len(u64 addr)
{
	u64 n = 0;

	while (g_load(addr + n, 1))
		n++;
	return n;
}

static size_t len(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

/* Where the walk stands: how deep, and how many leading parts of the path have matched. */
struct walk {
	unsigned depth, match;
	const char *part; /* the next part to match */
};

static size_t part_len(const char *p)
{
	size_t n = 0;

	while (p[n] && p[n] != '/')
		n++;
	return n;
}

static void enter(struct walk *w, u64 name)
{
	size_t n = part_len(w->part);

	w->depth++;
	/* The root is depth 1 and has matched by being there. */
	if (w->depth == w->match + 2 && n && (*w->part == '*' || text_is(name, w->part, n, true))) {
		w->match++;
		w->part += n;
		if (*w->part == '/')
			w->part++;
	}
}

/* Walk to the node `path`: its property `name`, or (name NULL) the number of its children. */
static struct g_prop find(const char *path, const char *name, unsigned *children)
{
	struct walk w = { 0, 0, path + 1 };
	u64 fdt = port_fdt(), at, end, strings;
	struct g_prop none = { 0, 0 };

	if (!fdt || be32(fdt) != FDT_MAGIC)
		return none;
	at = fdt + be32(fdt + 8);
	strings = fdt + be32(fdt + 12);
	end = at + be32(fdt + 36);
	while (at < end) {
		u32 token = be32(at);

		at += 4;
		if (token == FDT_BEGIN_NODE) {
			if (!*w.part && w.depth == w.match + 1)
				++*children;
			enter(&w, at);
			at += (text_len(at) + 4) & ~3ul;
		} else if (token == FDT_END_NODE) {
			/* Leaving the part that matched last: there is no more to find. */
			if (w.depth == w.match + 1)
				return none;
			w.depth--;
		} else if (token == FDT_PROP) {
			u32 n = be32(at);

			if (name && !*w.part && w.depth == w.match + 1 &&
			    text_is(strings + be32(at + 4), name, len(name), false))
				return (struct g_prop){ at + 8, n };
			at += 8 + ((n + 3ul) & ~3ul);
		} else if (token != FDT_NOP) {
			return none;
		}
	}
	return none;
}

struct g_prop g_prop(const char *path, const char *name)
{
	unsigned children = 0;

	return find(path, name, &children);
}

unsigned g_vcpus(void)
{
	unsigned children = 0;

	find("/cpus", NULL, &children);
	return children;
}

u64 g_prop_cells(struct g_prop p, unsigned first, unsigned n)
{
	u64 v = 0;

	if (!p.addr || (first + n) * 4ul > p.len)
		return 0;
	for (unsigned i = first; i < first + n; i++)
		v = v << 32 | be32(p.addr + 4ul * i);
	return v;
}

void g_prop_text(struct g_prop p, char *buf, size_t n)
{
	size_t i = 0;

	for (; p.addr && i < p.len && i + 1 < n; i++)
		buf[i] = (char)g_load(p.addr + i, 1);
	buf[i] = 0;
}

void g_bootargs(char *buf, size_t n)
{
	g_prop_text(g_prop("/chosen", "bootargs"), buf, n);
}

u64 g_hz(void)
{
	return g_prop_cells(g_prop("/cpus/*", "timebase-frequency"), 0, 1);
}

u64 g_memory(void)
{
	return g_prop_cells(g_prop("/memory", "reg"), 2, 2);
}
