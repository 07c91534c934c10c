// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the boot bundle (manifest.h) at boot and trusts nothing in it. Each node has a table of
 * the properties it may have; what no table names is refused. What stands between properties
 * (segments against memory, names against each other) is in manifest_check.c: read that next.
 */
#include <libfdt.h>

#include "console.h"
#include "fmt.h"
#include "hvstring.h"
#include "manifest_impl.h"
#include "sched.h"

#define TREE_MAX    MIB(1) /* bounds the work done before anything is known to be sane */
#define TREE_LEVEL  17	   /* the only layout version mkbundle writes */
#define SLOT_US	    4000
#define SLOT_US_MIN 100
#define SLOT_US_MAX 100000

/* One property of a node: who reads it, into which member of the object, within which limits. */
struct rule {
	const char *name;
	err_t (*read)(struct reader *r, const struct rule *rule, const u8 *val, u32 len, void *at);
	size_t off;
	u32 min, max; /* of a number; of a string: max is the size of its array */
	bool needed;
};

/* Properties of the root node. */
struct root {
	char compatible[32];
	u64 data_size;
	u64 data_sum[2];
};

static void copy_printable(char *to, size_t n, const char *from)
{
	size_t i;

	for (i = 0; i + 1 < n && from[i]; i++)
		to[i] = (char)(from[i] > ' ' && from[i] < 0x7f ? from[i] : '?');
	to[i] = 0;
}

err_t manifest_refuse(struct reader *r, const char *prop, const char *f, ...)
{
	char name[PART_NAME_LEN];
	size_t used;
	va_list ap;

	used = fmt_print(r->err, r->n, "%s: ", r->node);
	if (prop) {
		copy_printable(name, sizeof(name), prop);
		used = MIN(used, r->n);
		used += fmt_print(r->err + used, r->n - used, "%s: ", name);
	}
	used = MIN(used, r->n);
	va_start(ap, f);
	fmt_vprint(r->err + used, r->n - used, f, ap);
	va_end(ap);
	return HV_EINVAL;
}

/* Messages speak of node `name` below `parent` ("" for the root) from now on. */
static void enter_node(struct reader *r, const char *parent, const char *name)
{
	char shown[PART_NAME_LEN + 8];

	copy_printable(shown, sizeof(shown), name);
	fmt_print(r->node, sizeof(r->node), "%s%s%s", parent, *parent ? "/" : "", shown);
}

static u32 get32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

static u64 get64(const u8 *p)
{
	return (u64)get32(p) << 32 | get32(p + 4);
}

/* ---- readers of one property --------------------------------------------------------------- */

static err_t read_u32(struct reader *r, const struct rule *rule, const u8 *val, u32 len, void *at)
{
	u32 x;

	if (len != 4)
		return manifest_refuse(r, rule->name, "must be 1 cell, has %u bytes", len);
	x = get32(val);
	if (x < rule->min || x > rule->max)
		return manifest_refuse(r, rule->name, "must be %u .. %u, is %u", rule->min,
				       rule->max, x);
	*(u32 *)at = x;
	return HV_OK;
}

static err_t read_u64(struct reader *r, const struct rule *rule, const u8 *val, u32 len, void *at)
{
	if (len != 8)
		return manifest_refuse(r, rule->name, "must be 2 cells, has %u bytes", len);
	*(u64 *)at = get64(val);
	return HV_OK;
}

static err_t read_pair(struct reader *r, const struct rule *rule, const u8 *val, u32 len, void *at)
{
	if (len != 16)
		return manifest_refuse(r, rule->name, "must be 4 cells, has %u bytes", len);
	((u64 *)at)[0] = get64(val);
	((u64 *)at)[1] = get64(val + 8);
	return HV_OK;
}

static err_t read_string(struct reader *r, const struct rule *rule, const u8 *val, u32 len,
			 void *at)
{
	if (!len || memchr(val, 0, len) != val + len - 1)
		return manifest_refuse(r, rule->name, "must be one string that ends in NUL");
	if (len > rule->max)
		return manifest_refuse(r, rule->name, "is longer than %u characters",
				       rule->max - 1);
	memcpy(at, val, len);
	return HV_OK;
}

static err_t read_flag(struct reader *r, const struct rule *rule, const u8 *val, u32 len, void *at)
{
	(void)val;
	if (len)
		return manifest_refuse(r, rule->name, "takes no value");
	*(bool *)at = true;
	return HV_OK;
}

static err_t read_compatible(struct reader *r, const struct rule *rule, const u8 *val, u32 len,
			     void *at)
{
	err_t e = read_string(r, rule, val, len, at);

	if (!e && strcmp(at, BUNDLE_COMPATIBLE))
		e = manifest_refuse(r, rule->name, "must be \"%s\"", BUNDLE_COMPATIBLE);
	return e;
}

static err_t read_console_mode(struct reader *r, const struct rule *rule, const u8 *val, u32 len,
			       void *at)
{
	char mode[8];
	err_t e = read_string(r, rule, val, len, mode);

	if (e)
		return e;
	if (!strcmp(mode, "lines"))
		*(u8 *)at = CONSOLE_LINES;
	else if (!strcmp(mode, "framed"))
		*(u8 *)at = CONSOLE_FRAMED;
	else
		return manifest_refuse(r, rule->name, "must be \"lines\" or \"framed\"");
	return HV_OK;
}

static err_t read_segments(struct reader *r, const struct rule *rule, const u8 *val, u32 len,
			   void *at)
{
	struct manifest_part *p = at;
	unsigned i, n = len / 32;

	if (len % 32)
		return manifest_refuse(r, rule->name, "must be 8 cells each, has %u bytes", len);
	if (n < 1 || n > MANIFEST_SEGS)
		return manifest_refuse(r, rule->name, "must be 1 .. %u segments, has %u",
				       (unsigned)MANIFEST_SEGS, n);
	for (i = 0; i < n; i++, val += 32)
		p->seg[i] = (struct manifest_seg){ .dest = GPA(get64(val)),
						   .offset = get64(val + 8),
						   .filesz = get64(val + 16),
						   .memsz = get64(val + 24) };
	p->nseg = n;
	return HV_OK;
}

/* ---- the properties of each node ----------------------------------------------------------- */

static const struct rule root_rules[] = {
	{ "compatible", read_compatible, offsetof(struct root, compatible), 0,
	  sizeof(((struct root *)0)->compatible), true },
	{ "data-size", read_u64, offsetof(struct root, data_size), 0, 0, true },
	{ "data-sum", read_pair, offsetof(struct root, data_sum), 0, 0, true },
};

#define OFF(m) offsetof(struct manifest, m)
static const struct rule hypervisor_rules[] = {
	{ "console", read_console_mode, OFF(console_mode), 0, 8, false },
	{ "slot-us", read_u32, OFF(slot_us), SLOT_US_MIN, SLOT_US_MAX, false },
};
#undef OFF

#define OFF(m)	offsetof(struct manifest_part, m)
#define SIZE(m) sizeof(((struct manifest_part *)0)->m)
static const struct rule part_rules[] = {
	{ "machine", read_string, OFF(machine), 0, SIZE(machine), true },
	{ "vcpus", read_u32, OFF(vcpus), 1, MAX_VCPUS, true },
	{ "memory", read_u64, OFF(memory), 0, 0, true },
	{ "share", read_u32, OFF(share), 0, SCHED_SLOTS, false },
	{ "cpus", read_u32, OFF(cpus), 1, ~0u, false },
	{ "console", read_flag, OFF(console), 0, 0, false },
	{ "controller", read_flag, OFF(controller), 0, 0, false },
	{ "hold", read_flag, OFF(hold), 0, 0, false },
	{ "restart", read_flag, OFF(restart), 0, 0, false },
	{ "bootargs", read_string, OFF(bootargs), 0, SIZE(bootargs), false },
	{ "entry", read_u64, OFF(entry), 0, 0, true },
	{ "start", read_string, OFF(start), 0, SIZE(start), false },
	{ "segments", read_segments, 0, 0, 0, true },
	{ "initrd", read_pair, OFF(initrd), 0, 0, false },
};
#undef OFF
#undef SIZE

BUILD_ASSERT(offsetof(struct manifest_part, initrd_size) ==
		     offsetof(struct manifest_part, initrd) + sizeof(gpa_t),
	     "read_pair fills initrd and initrd_size");
BUILD_ASSERT(ARRAY_SIZE(part_rules) <= 32, "one bit each in read_node");

/* Read all properties of a node into obj. */
static err_t read_node(struct reader *r, int node, const struct rule *rules, unsigned n, void *obj)
{
	u32 seen = 0;
	int off;
	err_t e;

	fdt_for_each_property_offset(off, r->fdt, node)
	{
		const char *name = NULL;
		unsigned i;
		int len = 0;
		const u8 *val = fdt_getprop_by_offset(r->fdt, off, &name, &len);

		if (!val || len < 0)
			return manifest_refuse(r, NULL, "damaged property");
		for (i = 0; i < n && strcmp(rules[i].name, name); i++)
			;
		if (i == n)
			return manifest_refuse(r, name, "unknown property");
		if (seen & 1u << i)
			return manifest_refuse(r, name, "given twice");
		seen |= 1u << i;
		e = rules[i].read(r, &rules[i], val, (u32)len, (char *)obj + rules[i].off);
		if (e)
			return e;
	}
	for (unsigned i = 0; i < n; i++)
		if (rules[i].needed && !(seen & 1u << i))
			return manifest_refuse(r, rules[i].name, "missing");
	return HV_OK;
}

/* ---- nodes --------------------------------------------------------------------------------- */

static err_t no_children(struct reader *r, int node)
{
	char parent[sizeof(r->node)];
	int sub = fdt_first_subnode(r->fdt, node);

	if (sub < 0)
		return HV_OK;
	memcpy(parent, r->node, sizeof(parent));
	enter_node(r, parent, fdt_get_name(r->fdt, sub, NULL));
	return manifest_refuse(r, NULL, "unknown node");
}

static err_t read_part(struct reader *r, int node, const char *name)
{
	struct manifest_part *p = &r->m->part[r->m->nparts];
	err_t e;

	memset(p, 0, sizeof(*p));
	e = manifest_check_name(r, name);
	if (e)
		return e;
	memcpy(p->name, name, strlen(name) + 1);
	e = read_node(r, node, part_rules, ARRAY_SIZE(part_rules), p);
	if (!e)
		e = no_children(r, node);
	if (!e)
		e = manifest_check_part(r, p);
	if (!e)
		r->m->nparts++;
	return e;
}

static err_t read_partitions(struct reader *r, int node)
{
	int sub;
	err_t e;

	e = read_node(r, node, NULL, 0, NULL);
	if (e)
		return e;
	fdt_for_each_subnode(sub, r->fdt, node)
	{
		const char *name = fdt_get_name(r->fdt, sub, NULL);

		if (r->m->nparts == MANIFEST_PARTS)
			return manifest_refuse(r, NULL, "has more than %u nodes",
					       (unsigned)MANIFEST_PARTS);
		enter_node(r, "partitions", name);
		e = read_part(r, sub, name);
		if (e)
			return e;
		enter_node(r, "", "partitions");
	}
	if (!r->m->nparts)
		return manifest_refuse(r, NULL, "names no partition");
	return HV_OK;
}

static err_t read_hypervisor(struct reader *r, int node)
{
	err_t e = read_node(r, node, hypervisor_rules, ARRAY_SIZE(hypervisor_rules), r->m);

	return e ? e : no_children(r, node);
}

/* The children of the root: partitions, and perhaps hypervisor, once each. */
static err_t read_tree(struct reader *r)
{
	static const struct {
		const char *name;
		err_t (*read)(struct reader *r, int node);
	} nodes[] = { { "hypervisor", read_hypervisor }, { "partitions", read_partitions } };
	bool seen[ARRAY_SIZE(nodes)] = { false };
	int sub;
	err_t e;

	fdt_for_each_subnode(sub, r->fdt, 0)
	{
		const char *name = fdt_get_name(r->fdt, sub, NULL);
		unsigned i;

		enter_node(r, "", name);
		for (i = 0; i < ARRAY_SIZE(nodes) && strcmp(nodes[i].name, name); i++)
			;
		if (i == ARRAY_SIZE(nodes))
			return manifest_refuse(r, NULL, "unknown node");
		if (seen[i])
			return manifest_refuse(r, NULL, "given twice");
		seen[i] = true;
		e = nodes[i].read(r, sub);
		if (e)
			return e;
	}
	enter_node(r, "", "partitions");
	return seen[1] ? HV_OK : manifest_refuse(r, NULL, "missing");
}

/* After this the tree is well-formed and inside the bundle: libfdt may walk it. */
static err_t check_tree(struct reader *r, u64 len)
{
	int bad;

	enter_node(r, "", "bundle");
	if (len < sizeof(struct fdt_header))
		return manifest_refuse(r, NULL, "truncated: has %lu bytes", len);
	bad = fdt_check_header(r->fdt);
	if (!bad && fdt_totalsize(r->fdt) > TREE_MAX)
		return manifest_refuse(r, NULL, "device tree is larger than %lu bytes", TREE_MAX);
	if (!bad && fdt_version(r->fdt) != TREE_LEVEL)
		return manifest_refuse(r, NULL, "device tree has version %u, not %u",
				       fdt_version(r->fdt), (unsigned)TREE_LEVEL);
	if (!bad)
		bad = manifest_tree_check(r->fdt, len);
	if (bad)
		return manifest_refuse(r, NULL, "no valid device tree: %s", fdt_strerror(bad));
	return HV_OK;
}

/* Find the data area; its sum is compared last because that takes longest. */
static err_t find_data(struct reader *r, const struct root *root, u64 len)
{
	u64 start = ALIGN_UP((u64)fdt_totalsize(r->fdt), BUNDLE_ALIGN);
	u64 room = len > start ? len - start : 0;

	if (root->data_size > room)
		return manifest_refuse(r, "data-size", "bundle is truncated: %lu bytes, has %lu",
				       root->data_size, room);
	r->m->data = (const u8 *)r->fdt + start;
	r->m->data_len = root->data_size;
	return HV_OK;
}

err_t manifest_read(struct manifest *m, const void *bundle, u64 len, char *err, size_t n)
{
	struct reader r = { .m = m, .fdt = bundle, .err = err, .n = n };
	struct root root = { .data_size = 0 };
	u64 sum[2];
	err_t e;

	memset(m, 0, sizeof(*m));
	m->console_mode = CONSOLE_LINES;
	m->slot_us = SLOT_US;
	e = check_tree(&r, len);
	if (e)
		return e;
	enter_node(&r, "", "/");
	e = read_node(&r, 0, root_rules, ARRAY_SIZE(root_rules), &root);
	if (!e)
		e = find_data(&r, &root, len);
	if (!e)
		e = read_tree(&r);
	if (e)
		return e;
	enter_node(&r, "", "/");
	manifest_sum(m->data, m->data_len, sum);
	if (sum[0] != root.data_sum[0] || sum[1] != root.data_sum[1])
		return manifest_refuse(&r, "data-sum", "image data is damaged");
	return HV_OK;
}
