/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot manifest as the core uses it (core/manifest.c reads it with libfdt, at boot only). The
 * bundle is one blob: a flattened device tree, and behind it, aligned to BUNDLE_ALIGN, the image
 * data it refers to by offset. docs/manifest.md describes source and binary form.
 */
#ifndef RHYPE_MANIFEST_H
#define RHYPE_MANIFEST_H

#include "types.h"

#define BUNDLE_COMPATIBLE "rhype,bundle-v1"
#define BUNDLE_ALIGN	  4096
#define MANIFEST_SEGS	  16
#define MANIFEST_PARTS	  32
#define MANIFEST_ARGS	  512

/* A piece of an image: bytes of the bundle for a logical address; the rest up to memsz is 0. */
struct manifest_seg {
	gpa_t dest;
	u64 offset; /* from the start of the bundle's data area */
	u64 filesz, memsz;
};

struct manifest_part {
	char name[PART_NAME_LEN];
	char machine[16];
	u32 vcpus;
	u64 memory; /* bytes at logical address 0, page aligned */
	u32 share;  /* slots of SCHED_SLOTS per vcpu; 0 = slack only */
	u32 cpus;   /* bit mask of CPUs its vcpus may live on; 0 = any */
	bool console, controller, hold, restart;
	gpa_t entry;
	char start[16]; /* how the image is entered; its machine knows the names, "" = the usual */
	char bootargs[MANIFEST_ARGS];
	struct manifest_seg seg[MANIFEST_SEGS];
	unsigned nseg;
	gpa_t initrd; /* where the initrd segment stands; initrd_size 0 = none */
	u64 initrd_size;
};

struct manifest {
	u8 console_mode; /* enum console_mode */
	u32 slot_us;	 /* length of a scheduling slot */
	struct manifest_part part[MANIFEST_PARTS];
	unsigned nparts;
	const u8 *data; /* the bundle's data area */
	u64 data_len;
};

/*
 * Read and check a whole bundle of `len` bytes. HV_EINVAL with node, property and reason in err
 * (NUL-terminated, at most n bytes). Trusts nothing in it; the caller checks against the machine
 * (memory, CPUs, machine names). Uses libfdt. Also linked into tools/mkbundle --check.
 */
err_t manifest_read(struct manifest *m, const void *bundle, u64 len, char *err, size_t n);

#endif
