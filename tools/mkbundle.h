/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mkbundle: manifest source in, boot bundle out. source.c reads the source tree, image.c (with
 * elf.c, image_pc.c) the guest images, bundle.c lays the result out; mkbundle.c holds options and
 * main. Any refusal ends the program: it has written nothing by then.
 */
#ifndef RHYPE_MKBUNDLE_H
#define RHYPE_MKBUNDLE_H

#include "manifest.h"

struct blob {
	u8 *data;
	size_t len;
};

/* Where in the manifest a message belongs to; any pointer may be NULL. */
struct place {
	const char *file; /* the manifest */
	const char *node; /* its path */
	const char *prop;
};

/* mkbundle.c: print "mkbundle: file: node: prop: text" and exit. */
__noreturn void refuse(const struct place *at, const char *f, ...) __printf(2, 3);
void *must_alloc(size_t n);
char *must_print(const char *f, ...) __printf(1, 2);

/* files.c: read a whole file. On failure NULL text in *why is set and false returned. */
bool read_file(const char *path, struct blob *out, const char **why);

/* Write it under another name first, so that nobody sees half a file. */
void write_file(const char *path, const struct blob *b);

/*
 * Run argv[0] of Debian's `package` with `in` (or nothing new) as its input and wait for it; false
 * when it fails. Refuses when it cannot run.
 */
bool run_program(const struct place *at, const char *const argv[], const char *package,
		 const struct blob *in, struct blob *out);

/* Options that reading a source needs. */
struct options {
	const char *const *dirs; /* -I, searched after the manifest's own directory */
	unsigned ndirs;
	const char *const *defs; /* -D, "NAME=VALUE" */
	unsigned ndefs;
	const char *machine; /* of partitions that name none */
	u64 limit;	     /* bytes of a bundle */
};

/* One piece of an image, in host form. */
struct image_seg {
	u64 dest, memsz;
	struct blob bytes; /* not longer than memsz */
};

struct image {
	struct image_seg seg[MANIFEST_SEGS];
	unsigned nseg;
	u64 entry;
	u64 end;	   /* first logical address above it */
	const char *start; /* how it is entered, or NULL: as usual */
	struct blob owned; /* memory that the segments lie in, beside the file's own; to be freed */
};

/* An image file of a partition. */
struct image_file {
	const struct place *at;
	const char *name;
	const struct blob *file;
	const char *start; /* the entry the manifest asks for, or NULL: what there is */
};

/* image.c: refuse a machine for which no image can be read; the functions below need one. */
void image_machine(const struct place *at, const char *machine);

/* Unpack the kernel for a partition of that machine and memory, or refuse. */
void image_kernel(struct image *img, const struct image_file *f, const char *machine, u64 memory);

/* "um:NAME": a function of the process port, in place of an image. It takes no further file. */
bool image_is_function(const char *kernel);
void image_function(struct image *img, const struct place *at, const char *kernel, u64 memory);

/* Add the initrd behind the kernel; returns its address. */
u64 image_initrd(struct image *img, const struct image_file *f, const char *machine, u64 memory);

/* Parts of image_kernel: one segment, or refuse; the formats of one machine. */
void image_segment(struct image *img, const struct place *at, const char *name,
		   struct image_seg seg, u64 memory);
void image_papr(struct image *img, const struct image_file *f, u64 memory);
void image_pc(struct image *img, const struct image_file *f, u64 memory);

/* A PC has devices from 3 GiB on; memory goes on above 4 GiB. */
#define PC_LOW_END GIB(3)

/* bundle.c: a bundle in the making; its root node is open. */
struct bundle;

struct bundle *bundle_new(void);
void bundle_node(struct bundle *b, const char *name);
void bundle_end_node(struct bundle *b);
void bundle_prop(struct bundle *b, const char *name, const void *val, size_t len);
void bundle_u64s(struct bundle *b, const char *name, const u64 *vals, unsigned n);

/* Put bytes into the data area, once for the same content; returns their offset there. */
u64 bundle_data(struct bundle *b, const struct blob *bytes);

/* Close the tree and return the whole bundle. */
struct blob bundle_finish(struct bundle *b);

/* source.c: a number of bytes with an optional suffix K, M, G or T. False when it is none. */
bool parse_bytes(const char *s, u64 *out);

/* The bundle for a manifest source (a compiled tree), or refuse. */
struct blob source_build(const char *file, const struct blob *tree, const struct options *opt);

#endif
