/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two vcpus that run the port's tiny guest (contract.h) in a space of their own, without a
 * partition around them: what test_contract_vcpu.c and the tests of each guest machine share.
 */
#ifndef CONTRACT_VCPU_H
#define CONTRACT_VCPU_H

#include "arch.h"
#include "contract.h"
#include "ktest.h"
#include "vcpu.h"

#define VCPU_ID ((lpid_t){ 202 })
#define CODE	0x10000ull /* logical addresses: the program, one page */
#define DATA	0x20000ull /* its data page; vcpu n has DATA + n pages */
#define FAR	0x400000ull
#define NVCPUS	2

/* Made by vcpu_setup, which is a suite's setup, and taken back by vcpu_teardown. */
extern struct arch_gspace *vcpu_gs;
extern pa_t vcpu_code, vcpu_data[NVCPUS], vcpu_far; /* the last one is not mapped */
extern struct vcpu_exit x;			    /* of the last run */
void vcpu_setup(void);
void vcpu_teardown(void);

struct arch_vcpu *av(unsigned i);
void map_page(u64 g, pa_t p, unsigned prot);
void unmap_page(u64 g);
u64 peek(pa_t page, u64 off);
void poke(pa_t page, u64 off, u64 v);

/* Run until something other than a spurious preemption comes. */
enum exit_kind run(unsigned i);

/* Run; it must be that call. Then give its results. */
void expect_call(unsigned i, u64 nr);
void finish_call(s64 status, u64 result);

/* Steps 1 to 4 of the guest, without faults; it counts afterwards. */
void run_to_loop(unsigned i);

/*
 * Run for some milliseconds until the guest has counted beyond `from` on its data page. On a busy
 * host an emulator's alarm may come before the guest had any time.
 */
void run_until_counted(unsigned i, pa_t page, u64 from);

#endif
