/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only code that copies guest memory (core/gcopy.c). Guest data is copied once, into a local
 * object, and checked there: what a guest changes meanwhile does not matter.
 */
#ifndef RHYPE_GCOPY_H
#define RHYPE_GCOPY_H

#include "types.h"

struct partition;

/*
 * Copy n bytes between p's memory at g and a hypervisor object; crosses pages. HV_ERANGE when any
 * byte is not p's, HV_EPERM when it may not be read or written: then nothing was copied. On behalf
 * of a vcpu of p, or with p's lock held. At most GCOPY_MAX bytes.
 */
err_t gcopy_from(const struct partition *p, void *to, gpa_t g, u64 n);
err_t gcopy_to(const struct partition *p, gpa_t g, const void *from, u64 n);
#define GCOPY_MAX 4096

/*
 * Fill p's memory from hypervisor memory (loading an image): any size, boot or life-cycle work
 * only; visible to instruction fetch. Same errors; HV_ERANGE leaves nothing written.
 */
err_t gcopy_load(const struct partition *p, gpa_t g, const void *from, u64 n);

#endif
