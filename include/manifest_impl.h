/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by core/manifest.c (the tree), core/manifest_check.c (what holds between properties) and
 * tools/mkbundle (which must agree with them). Nobody else includes it.
 */
#ifndef RHYPE_MANIFEST_IMPL_H
#define RHYPE_MANIFEST_IMPL_H

#include "manifest.h"

#define MEMORY_MAX (1ull << 48) /* bytes of one partition: keeps all sums far from overflow */

struct reader {
	struct manifest *m;
	const void *fdt;
	char *err;
	size_t n;
	char node[64]; /* where we are, for messages */
};

/* Write "node: prop: text" to r->err (prop may be NULL) and return HV_EINVAL. */
err_t manifest_refuse(struct reader *r, const char *prop, const char *f, ...) __printf(3, 4);

/* A partition's name: its characters, its length, and that no earlier partition has it. */
err_t manifest_check_name(struct reader *r, const char *name);

/* All that holds between the properties of *p, which is the next partition of r->m. */
err_t manifest_check_part(struct reader *r, const struct manifest_part *p);

/*
 * 0 when the tree in these len bytes is well-formed, so that libfdt may walk it; else libfdt's code
 * of the error. Checks what fdt_check_full of libfdt 1.6.1 does not: that the walk comes to an end.
 */
int manifest_tree_check(const void *fdt, u64 len);

/*
 * Two running sums over n bytes taken as little-endian 64-bit words, the last one filled up with
 * zeros: the words' sum and the sum of that sum, so that order counts.
 */
void manifest_sum(const u8 *data, u64 n, u64 sum[2]);

#endif
