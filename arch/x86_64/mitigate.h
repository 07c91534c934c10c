/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Weaknesses of processors by which a partition could see another's data or stop the machine, and
 * what we do about them. docs/boot-x86_64.md tells them by name. Next: mitigate.c.
 */
#ifndef RHYPE_X86_64_MITIGATE_H
#define RHYPE_X86_64_MITIGATE_H

#include "types.h"

/* What a processor says of itself. */
struct processor {
	bool emulated; /* by one that does not run ahead of its program */
	bool vmx, ibpb, l1d_flush, md_clear, rtm, ibrs, auto_ibrs;
	u64 caps; /* IA32_ARCH_CAPABILITIES, 0 where there is none */
};

struct mitigations {
	/* another partition comes: which barriers there are */
	bool ibpb, l1d_flush, verw;
	/* a guest goes on after the core has run */
	bool entry_l1d, entry_verw, entry;
	bool small_pages; /* a large page with code in it can stop the machine */
	bool rsb;	  /* the return stack is filled on the way out of a guest */
	u64 spec_ctrl;	  /* what IA32_SPEC_CTRL holds while we run */
};
extern struct mitigations mitigations;
extern bool rsb_wanted; /* mitigations.rsb, for assembly */

/* rsb.S */
void rsb_fill(void);

/* What such a processor needs. `off`: what costs at each entry, or memory, is left out. */
struct mitigations mitigate_choose(const struct processor *p, bool off);

/* Boot CPU, before the first address space is made: look and choose. */
void mitigate_boot(void);

/* On every CPU: protect our own branches where the processor does it by itself. */
void mitigate_cpu(void);

/* This CPU has run another partition before. */
void mitigate_switch(void);

/* This CPU has run the core: only when mitigations.entry says so. */
void mitigate_entry(void);

#endif
