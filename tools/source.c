// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a manifest source (compiled by dtc) and gathers the bundle. Values that need no
 * translation are passed on as they stand: the bundle's reader (core/manifest.c) judges them
 * afterwards, so tool and hypervisor say the same. Next to read: image.c, then bundle.c.
 */
#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manifest_impl.h"
#include "mkbundle.h"

#define SOURCE_COMPATIBLE "rhype,manifest-v1"

struct source {
	const char *file;
	const void *tree;
	const struct options *opt;
	struct bundle *out;
	struct blob *held; /* image files: in memory until the bundle is done */
	unsigned nheld;
};

/* The partition at hand. */
struct part {
	struct source *src;
	struct place at;
	char *machine, *kernel, *initrd, *bootargs, *start;
	u64 bytes; /* memory */
};

/* ---- strings ------------------------------------------------------------------------------- */

/* The value of variable s[0 .. n), or NULL. */
static const char *lookup(const struct options *opt, const char *s, size_t n)
{
	for (unsigned i = opt->ndefs; i-- > 0;)
		if (!strncmp(opt->defs[i], s, n) && opt->defs[i][n] == '=')
			return opt->defs[i] + n + 1;
	return NULL;
}

/* A copy of s with each ${NAME} replaced. */
static char *expand(const struct source *src, const struct place *at, const char *s)
{
	char *out = must_print("%s", "");

	while (*s) {
		const char *var = strstr(s, "${"), *end, *val = "";
		size_t plain = var ? (size_t)(var - s) : strlen(s);
		char *longer;

		end = s + plain;
		if (var) {
			end = strchr(var, '}');
			if (!end)
				refuse(at, "\"%s\" has no closing brace", var);
			val = lookup(src->opt, var + 2, (size_t)(end - var - 2));
			if (!val)
				refuse(at, "%.*s is not defined: give -D %.*s=VALUE",
				       (int)(end - var + 1), var, (int)(end - var - 2), var + 2);
			end++;
		}
		longer = must_print("%s%.*s%s", out, (int)plain, s, val);
		free(out);
		out = longer;
		s = end;
	}
	return out;
}

/* ---- files --------------------------------------------------------------------------------- */

static bool is_file(const char *path)
{
	FILE *f = fopen(path, "rb");

	if (f)
		fclose(f);
	return f != NULL;
}

/* Where an image is: beside the manifest, in the directories given, in the current one. */
static char *find_image(const struct source *src, const struct place *at, const char *name)
{
	const char *slash = strrchr(src->file, '/');
	char *path;

	if (*name == '/')
		return must_print("%s", name);
	path = must_print("%.*s%s", slash ? (int)(slash - src->file + 1) : 0, src->file, name);
	for (unsigned i = 0; i < src->opt->ndirs && !is_file(path); i++) {
		free(path);
		path = must_print("%s/%s", src->opt->dirs[i], name);
	}
	if (!is_file(path)) {
		free(path);
		path = must_print("%s", name);
	}
	if (!is_file(path))
		refuse(at, "%s: not found beside the manifest, in -I directories or here", name);
	return path;
}

static const struct blob *read_image(struct source *src, const struct place *at, const char *name)
{
	struct blob *b = &src->held[src->nheld++];
	char *path = find_image(src, at, name);
	const char *why;

	if (!read_file(path, b, &why))
		refuse(at, "%s: %s", path, why);
	free(path);
	return b;
}

/* ---- properties ---------------------------------------------------------------------------- */

static bool is_string(const char *val, int len)
{
	return len > 0 && memchr(val, 0, (size_t)len) == val + len - 1;
}

static char *take_string(const struct source *src, const struct place *at, const char *val, int len)
{
	if (!is_string(val, len))
		refuse(at, "must be one string");
	return expand(src, at, val);
}

bool parse_bytes(const char *s, u64 *out)
{
	static const char suffix[] = "KMGT";
	const char *at;
	unsigned shift = 0;
	char *end;
	u64 n;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	n = strtoull(s, &end, 0);
	if (*end && (at = strchr(suffix, *end)) != NULL) {
		shift = 10 * (unsigned)(at - suffix + 1);
		end++;
	}
	if (errno || *end || n << shift >> shift != n)
		return false;
	*out = n << shift;
	return true;
}

/* Where a partition's string property goes, or NULL when it is no string. */
static char **string_member(struct part *p, const char *name)
{
	const struct {
		const char *name;
		char **to;
	} strings[] = { { "machine", &p->machine },
			{ "kernel", &p->kernel },
			{ "initrd", &p->initrd },
			{ "bootargs", &p->bootargs },
			{ "start", &p->start } };

	for (unsigned i = 0; i < ARRAY_SIZE(strings); i++)
		if (!strcmp(name, strings[i].name))
			return strings[i].to;
	return NULL;
}

static bool passes_on(const char *name)
{
	static const char *const names[] = { "vcpus",	   "share", "cpus",   "console",
					     "controller", "hold",  "restart" };

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* "512M", or two cells that are a number of bytes. */
static void take_memory(struct part *p, const char *val, int len)
{
	if (len == 8 && val[0] == 0) { /* no text; beyond MEMORY_MAX otherwise */
		p->bytes = fdt64_ld((const fdt64_t *)(const void *)val);
	} else {
		char *s;

		if (!is_string(val, len))
			refuse(&p->at, "must be a string such as \"512M\", or 2 cells");
		s = expand(p->src, &p->at, val);
		if (!parse_bytes(s, &p->bytes))
			refuse(&p->at, "\"%s\" is no number of bytes such as \"512M\"", s);
		free(s);
	}
	if (!p->bytes)
		refuse(&p->at, "must not be 0");
	if (p->bytes > MEMORY_MAX)
		refuse(&p->at, "must be at most %lu, is %lu", (unsigned long)MEMORY_MAX, p->bytes);
}

static void take_property(struct part *p, const char *name, const char *val, int len)
{
	char **to = string_member(p, name);

	p->at.prop = name;
	if ((to && *to) || (p->bytes && !strcmp(name, "memory")))
		refuse(&p->at, "given twice");
	if (to)
		*to = take_string(p->src, &p->at, val, len);
	else if (!strcmp(name, "memory"))
		take_memory(p, val, len);
	else if (passes_on(name))
		bundle_prop(p->src->out, name, val, (size_t)len);
	else
		refuse(&p->at, "unknown property");
}

/* ---- partitions ---------------------------------------------------------------------------- */

static void put_string(struct bundle *b, const char *name, const char *s)
{
	bundle_prop(b, name, s, strlen(s) + 1);
}

static void put_image(struct part *p, const struct image *img)
{
	u64 cells[4 * MANIFEST_SEGS];

	for (unsigned i = 0; i < img->nseg; i++) {
		cells[4ul * i] = img->seg[i].dest;
		cells[4 * i + 1] = bundle_data(p->src->out, &img->seg[i].bytes);
		cells[4 * i + 2] = img->seg[i].bytes.len;
		cells[4 * i + 3] = img->seg[i].memsz;
	}
	bundle_u64s(p->src->out, "entry", &img->entry, 1);
	bundle_u64s(p->src->out, "segments", cells, 4 * img->nseg);
}

static void take_kernel(struct part *p, struct image *img, const char *machine)
{
	struct image_file f = { .at = &p->at, .name = p->kernel, .start = p->start };

	p->at.prop = "kernel";
	if (image_is_function(p->kernel)) {
		image_function(img, &p->at, p->kernel, p->bytes);
		img->start = p->start;
	} else {
		f.file = read_image(p->src, &p->at, p->kernel);
		image_kernel(img, &f, machine, p->bytes);
	}
	p->src->held[p->src->nheld++] = img->owned;
}

static void take_initrd(struct part *p, struct image *img, const char *machine)
{
	struct image_file f = { .at = &p->at, .name = p->initrd };
	u64 place[2];

	p->at.prop = "initrd";
	f.file = read_image(p->src, &p->at, p->initrd);
	place[0] = image_initrd(img, &f, machine, p->bytes);
	place[1] = f.file->len;
	bundle_u64s(p->src->out, "initrd", place, 2);
}

/* Unpack the images that the partition names and write what follows from them. */
static void take_images(struct part *p)
{
	const char *machine = p->machine ? p->machine : p->src->opt->machine;
	struct image img = { .nseg = 0 };

	p->at.prop = "machine";
	image_machine(&p->at, machine);
	take_kernel(p, &img, machine);
	if (p->initrd)
		take_initrd(p, &img, machine);
	put_image(p, &img);
	put_string(p->src->out, "machine", machine);
	if (img.start)
		put_string(p->src->out, "start", img.start);
}

static void need(struct part *p, const char *name, bool there)
{
	p->at.prop = name;
	if (!there)
		refuse(&p->at, "missing");
}

static void no_children(const struct source *src, struct place *at, int node)
{
	int sub = fdt_first_subnode(src->tree, node);

	at->prop = NULL;
	if (sub >= 0)
		refuse(at, "%s: unknown node", fdt_get_name(src->tree, sub, NULL));
}

static void take_part(struct source *src, int node, const char *name)
{
	char *path = must_print("partitions/%s", name);
	struct part p = { .src = src, .at = { .file = src->file, .node = path } };
	int off;

	bundle_node(src->out, name);
	fdt_for_each_property_offset(off, src->tree, node)
	{
		const char *prop, *val;
		int len;

		val = fdt_getprop_by_offset(src->tree, off, &prop, &len);
		if (!val)
			refuse(&p.at, "damaged property");
		take_property(&p, prop, val, len);
	}
	no_children(src, &p.at, node);
	need(&p, "memory", p.bytes != 0);
	need(&p, "kernel", p.kernel != NULL);
	bundle_u64s(src->out, "memory", &p.bytes, 1);
	if (p.bootargs)
		put_string(src->out, "bootargs", p.bootargs);
	take_images(&p);
	bundle_end_node(src->out);
	free(p.machine);
	free(p.kernel);
	free(p.initrd);
	free(p.bootargs);
	free(p.start);
	free(path);
}

static void take_partitions(struct source *src, int node)
{
	struct place at = { .file = src->file, .node = "partitions" };
	int sub, off = fdt_first_property_offset(src->tree, node);
	unsigned n = 0;

	if (off >= 0) {
		fdt_getprop_by_offset(src->tree, off, &at.prop, NULL);
		refuse(&at, "unknown property");
	}
	fdt_for_each_subnode(sub, src->tree, node) n++;
	src->held = must_alloc(3ul * n * /* kernel, what was packed in it, initrd */
			       sizeof(*src->held));
	bundle_node(src->out, "partitions");
	fdt_for_each_subnode(sub, src->tree, node)
		take_part(src, sub, fdt_get_name(src->tree, sub, NULL));
	bundle_end_node(src->out);
}

static void take_hypervisor(struct source *src, int node)
{
	struct place at = { .file = src->file, .node = "hypervisor" };
	int off;

	no_children(src, &at, node);
	bundle_node(src->out, "hypervisor");
	fdt_for_each_property_offset(off, src->tree, node)
	{
		const char *prop, *val;
		int len;

		val = fdt_getprop_by_offset(src->tree, off, &prop, &len);
		bundle_prop(src->out, prop, val, (size_t)len);
	}
	bundle_end_node(src->out);
}

static void check_root(const struct source *src)
{
	struct place at = { .file = src->file, .node = "/" };
	int off, len;

	fdt_for_each_property_offset(off, src->tree, 0)
	{
		const char *val = fdt_getprop_by_offset(src->tree, off, &at.prop, &len);

		if (!val || strcmp(at.prop, "compatible"))
			refuse(&at, "unknown property");
		if (!is_string(val, len) || strcmp(val, SOURCE_COMPATIBLE))
			refuse(&at, "must be \"%s\"", SOURCE_COMPATIBLE);
	}
	at.prop = "compatible";
	if (!fdt_getprop(src->tree, 0, "compatible", NULL))
		refuse(&at, "missing");
}

struct blob source_build(const char *file, const struct blob *tree, const struct options *opt)
{
	struct source src = { .file = file, .tree = tree->data, .opt = opt };
	struct place at = { .file = file };
	struct blob out;
	int sub, bad = manifest_tree_check(tree->data, tree->len);

	if (bad)
		refuse(&at, "no valid device tree: %s", fdt_strerror(bad));
	check_root(&src);
	src.out = bundle_new();
	fdt_for_each_subnode(sub, tree->data, 0)
	{
		at.node = fdt_get_name(tree->data, sub, NULL);
		if (!strcmp(at.node, "partitions") && src.held)
			refuse(&at, "given twice");
		else if (!strcmp(at.node, "partitions"))
			take_partitions(&src, sub);
		else if (!strcmp(at.node, "hypervisor"))
			take_hypervisor(&src, sub);
		else
			refuse(&at, "unknown node");
	}
	out = bundle_finish(src.out);
	for (unsigned i = 0; i < src.nheld; i++)
		free(src.held[i].data);
	free(src.held);
	return out;
}
