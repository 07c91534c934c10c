/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests inside the x86_64 image share. Next: test_pc.c. */
#ifndef X86_64_GUEST_H
#define X86_64_GUEST_H

#include "types.h"

/*
 * Guest code as this processor wants it, good until the next call: it is written with VMMCALL (0f
 * 01 d9), where VMX has VMCALL (0f 01 c1). At most a page.
 */
const char *x86_guest(const char *code, u64 size);

#endif
