/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contract tests (test_contract*.c) check a port against include/arch.h. What the program they
 * run in supplies, on the process port (um/contract_um.c) and in a boot image.
 */
#ifndef CONTRACT_H
#define CONTRACT_H

#include "arch.h"

/*
 * Before and after each test. Afterwards the state is that of hv_init and arch_cpu_init on the
 * boot CPU, with no other CPU started by the tests' caller; a boot image does that once. The
 * machine has at least two CPUs and 16 MiB.
 */
void contract_setup(void);
void contract_teardown(void);

/*
 * A guest program, loaded by the tests to a page of its own and started by contract_start, which
 * tells it the address D of a data page:
 *
 *  1. call 0x1001 with arguments 0x11, 0x22 .. 0x99
 *  2. store the first result (8 bytes) at D; load 8 bytes at D + 8; call 0x1005 with them
 *  3. load 8 bytes at the address that was the first result; call 0x1009 with them
 *  4. store 8 bytes at the address that was the first result; call 0x100d
 *  5. for ever: add 1 to the 8 bytes at D + 16
 *
 * It leaves the register contract_kept alone.
 */
struct contract_image {
	const void *bytes;
	u64 size;
};
const struct contract_image *contract_guest(void);

/*
 * In a space that has program and data, before its first vcpu, and after its last one: what else
 * the program needs, at logical addresses from CONTRACT_OWN on.
 */
void contract_space(struct arch_gspace *gs);
void contract_space_end(void);
#define CONTRACT_OWN 0x800000ull

/* A test that failed may have left its vcpu on the CPU: take it off. */
void contract_unload(void);

/* Start state of the program at `entry` with the data page `data`. Not loaded. */
void contract_start(struct arch_vcpu *v, u64 entry, u64 data);

/* Its program counter, and a register that it leaves alone. */
u64 *contract_pc(struct arch_vcpu *v);
u64 *contract_kept(struct arch_vcpu *v);

/* Do the pointers of an EXIT_HCALL lead to the registers they should? */
bool contract_call_registers(struct arch_vcpu *v, const struct vcpu_exit *x);

#endif
