// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mkbundle: makes the boot bundle from a manifest and the guest images it names, or checks one.
 * This file: options, dtc. Next to read: source.c.
 */
#define _GNU_SOURCE /* asprintf */
#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manifest_impl.h"
#include "mkbundle.h"

static const char usage[] =
	"usage: mkbundle MANIFEST -o BUNDLE [OPTION]...\n"
	"       mkbundle --check MANIFEST|BUNDLE [OPTION]...\n"
	"OPTION is -I DIR, -D NAME=VALUE, -M MACHINE (for partitions that name none), --limit "
	"BYTES.\n"
	"MANIFEST is device tree source (.dts) or a compiled tree (.dtb); docs/manifest.md.\n";

__noreturn void refuse(const struct place *at, const char *f, ...)
{
	const char *part[] = { at->file, at->node, at->prop };
	va_list ap;

	fputs("mkbundle: ", stderr);
	for (unsigned i = 0; i < ARRAY_SIZE(part); i++)
		if (part[i])
			fprintf(stderr, "%s: ", part[i]);
	va_start(ap, f);
	vfprintf(stderr, f, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

void *must_alloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p) {
		fputs("mkbundle: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

char *must_print(const char *f, ...)
{
	char *s;
	va_list ap;

	va_start(ap, f);
	if (vasprintf(&s, f, ap) < 0) {
		fputs("mkbundle: out of memory\n", stderr);
		exit(1);
	}
	va_end(ap);
	return s;
}

/* Run dtc on a source file; it prints its own messages. */
static struct blob compile(const char *file, const struct options *opt)
{
	const struct place at = { .file = file };
	const char **argv = must_alloc((10 + 2 * opt->ndirs) * sizeof(*argv));
	unsigned n = 0;
	struct blob out;

	argv[n++] = "dtc";
	argv[n++] = "-q";
	argv[n++] = "-I";
	argv[n++] = "dts";
	argv[n++] = "-O";
	argv[n++] = "dtb";
	for (unsigned i = 0; i < opt->ndirs; i++) {
		argv[n++] = "-i";
		argv[n++] = opt->dirs[i];
	}
	argv[n++] = "--";
	argv[n++] = file;
	if (!run_program(&at, argv, "device-tree-compiler", NULL, &out))
		refuse(&at, "dtc could not compile it");
	free(argv);
	return out;
}

/* Check a finished bundle with the hypervisor's own reader. */
static void check_bundle(const char *file, const struct blob *b, struct manifest *m)
{
	const struct place at = { .file = file };
	char err[200];

	if (manifest_read(m, b->data, b->len, err, sizeof(err)))
		refuse(&at, "%s", err);
}

static void summary(const struct manifest *m, size_t len)
{
	for (unsigned i = 0; i < m->nparts; i++) {
		const struct manifest_part *p = &m->part[i];

		printf("%s: %s, vcpus %u, memory 0x%lx, share %u, entry 0x%lx\n", p->name,
		       p->machine, p->vcpus, p->memory, p->share, p->entry.v);
		for (unsigned j = 0; j < p->nseg; j++)
			printf("  0x%lx + 0x%lx from data 0x%lx + 0x%lx%s\n", p->seg[j].dest.v,
			       p->seg[j].memsz, p->seg[j].offset, p->seg[j].filesz,
			       p->initrd_size && p->seg[j].dest.v == p->initrd.v ? ", initrd" : "");
	}
	printf("partitions %u, bytes %zu\n", m->nparts, len);
}

static bool is_bundle(const struct blob *b)
{
	return !manifest_tree_check(b->data, b->len) &&
	       !fdt_node_check_compatible(b->data, 0, BUNDLE_COMPATIBLE);
}

/* Make (or just read) the bundle that `file` stands for and check it. */
static struct blob load(const char *file, const struct options *opt, bool check, struct manifest *m)
{
	const struct place at = { .file = file };
	struct blob in, tree, out;
	const char *why;

	if (!read_file(file, &in, &why))
		refuse(&at, "%s", why);
	if (check && is_bundle(&in)) {
		out = in;
	} else {
		bool compiled = in.len >= 4 && fdt_magic(in.data) == FDT_MAGIC;

		tree = compiled ? in : compile(file, opt);
		out = source_build(file, &tree, opt);
		if (!compiled)
			free(tree.data);
		free(in.data);
	}
	if (out.len > opt->limit)
		refuse(&at, "bundle has %zu bytes, the limit is %lu", out.len, opt->limit);
	check_bundle(file, &out, m);
	return out;
}

static __noreturn void bad_usage(const char *what, const char *arg)
{
	fprintf(stderr, "mkbundle: %s%s%s\n%s", what, arg ? ": " : "", arg ? arg : "", usage);
	exit(2);
}

int main(int argc, char **argv)
{
	static struct manifest m;
	const char **dirs = must_alloc((size_t)argc * sizeof(*dirs));
	const char **defs = must_alloc((size_t)argc * sizeof(*defs));
	struct options opt = { .dirs = dirs, .defs = defs, .machine = "papr", .limit = MIB(128) };
	const char *in = NULL, *out = NULL;
	bool check = false;
	struct blob b;

	for (int i = 1; i < argc; i++) {
		const char *a = argv[i];
		bool takes = !strcmp(a, "-o") || !strcmp(a, "-I") || !strcmp(a, "-D") ||
			     !strcmp(a, "-M") || !strcmp(a, "--limit");

		if (takes && !argv[++i])
			bad_usage("argument missing", a);
		if (!strcmp(a, "-o"))
			out = argv[i];
		else if (!strcmp(a, "-I"))
			dirs[opt.ndirs++] = argv[i];
		else if (!strcmp(a, "-D") && strchr(argv[i], '='))
			defs[opt.ndefs++] = argv[i];
		else if (!strcmp(a, "-M"))
			opt.machine = argv[i];
		else if (!strcmp(a, "--limit") && parse_bytes(argv[i], &opt.limit))
			continue;
		else if (takes)
			bad_usage("bad argument", argv[i]);
		else if (!strcmp(a, "--check"))
			check = true;
		else if (!strcmp(a, "--help"))
			return fputs(usage, stdout) < 0;
		else if (*a == '-' || in)
			bad_usage("unknown argument", a);
		else
			in = a;
	}
	if (!in || check == !!out)
		bad_usage(in ? "either -o or --check" : "no manifest", NULL);
	b = load(in, &opt, check, &m);
	if (check)
		summary(&m, b.len);
	else
		write_file(out, &b);
	free(b.data);
	free(dirs);
	free(defs);
	return 0;
}
