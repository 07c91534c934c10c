/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bench for tests of the whole hypervisor in the process: boot, partitions with guest programs,
 * calls through the dispatcher, a digest of all state, and a shutdown that misses no page.
 * papr/lab.h is the small bench for one partition of the PAPR machine.
 */
#ifndef HVTEST_H
#define HVTEST_H

#include "hv.h"
#include "manifest.h"
#include "partition.h"
#include "um.h"
#include "vcpu.h"

#define HVT_ENTRY 0x4000 /* where a partition's program stands */

/* A booted core on a machine of so many CPUs and bytes (0 = 16 MiB); the test is CPU 0. */
void hvt_boot(unsigned cpus, u64 ram);
void hvt_boot_with(const struct um_config *c);

/* A manifest entry to start from; hvt_create builds the partition (READY), or NULL with *err. */
struct manifest_part hvt_manifest(const char *name, u64 memory, unsigned vcpus);
struct partition *hvt_create(const struct manifest_part *mp, const char *program, err_t *err);

/* Both, for a program or NULL; must succeed. */
struct partition *hvt_partition(const char *name, u64 memory, unsigned vcpus, const char *program);

void hvt_start(struct partition *p);
err_t hvt_destroy(struct partition *p); /* with LOCK_HV; the pages come back in hvt_reap */
void hvt_reap(void);			/* until nothing is dying */

/* The test goes on as v's CPU with v loaded, as if v had just left the guest. */
void hvt_enter(struct vcpu *v);

/*
 * One call of v through the dispatcher, by way of hvt_enter; returns the status. The result
 * registers are checked to be as before when the call has none.
 */
s64 hvt_call_n(struct vcpu *v, u64 nr, const u64 *args, unsigned n);
#define hvt_call(v, nr, ...)                                   \
	hvt_call_n(v, nr, (const u64[]){ 0, __VA_ARGS__ } + 1, \
		   sizeof((const u64[]){ 0, __VA_ARGS__ }) / sizeof(u64) - 1)
u64 hvt_ret(const struct vcpu *v, unsigned i);

/* The same call on the light path; false when that refuses it. */
bool hvt_light(struct vcpu *v, u64 nr, const u64 *args, unsigned n, s64 *status);

/*
 * Everything that a call could change: partitions, vcpus, machine state, address spaces, guest
 * memory, allocator, schedulers, pins. Without: time, statistics, log, and the call registers.
 */
u64 hvt_digest(void);

/* The call answers `status`, and the digest is the same as before. */
#define hvt_error(expected, v, nr, ...)                                              \
	do {                                                                         \
		u64 hvt_before_;                                                     \
                                                                                     \
		hvt_enter(v);                                                        \
		hvt_before_ = hvt_digest();                                          \
		ck_assert_int_eq(hvt_call(v, nr, ##__VA_ARGS__), (expected));        \
		ck_assert_msg(hvt_digest() == hvt_before_, "%s changed state", #nr); \
	} while (0)

/*
 * All CPUs run the core's loop on their own stacks until `done` says so, and then until none holds
 * a lock. From then on the test is no CPU, but may call the core when they stand still. False when
 * they stopped for another reason.
 */
bool hvt_run(u64 max_steps, bool (*done)(void *), void *arg);

/* Destroy what is left, check that every page is free again, end the machine. */
void hvt_shutdown(void);

/* Pages free after hvt_boot. */
u64 hvt_free_pages(void);

#endif
