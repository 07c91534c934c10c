/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contract tests (test_contract*.c) check a port against include/arch.h. What the program they
 * run in supplies, on the process port (um/contract_um.c) and in a boot image.
 */
#ifndef CONTRACT_H
#define CONTRACT_H

#include "types.h"

/*
 * Before and after each test. Afterwards the state is that of hv_init and arch_cpu_init on the
 * boot CPU, with no other CPU started by the tests' caller; a boot image does that once. The
 * machine has at least two CPUs and 16 MiB.
 */
void contract_setup(void);
void contract_teardown(void);

/*
 * A guest program, loaded by the tests to a page of its own and started at its first byte with the
 * address D of a data page in r3, translation off, in the hypervisor's byte order:
 *
 *  1. call 0x1001 with arguments 0x11, 0x22 .. 0x99
 *  2. store the first result (8 bytes) at D; load 8 bytes at D + 8; call 0x1005 with them
 *  3. load 8 bytes at the address that was the first result; call 0x1009 with them
 *  4. store 8 bytes at the address that was the first result; call 0x100d
 *  5. for ever: add 1 to the 8 bytes at D + 16
 *
 * It leaves gpr[20] alone.
 */
struct contract_image {
	const void *bytes;
	u64 size;
};
const struct contract_image *contract_guest(void);

#endif
