/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bench of the PC's fuzz targets: a booted machine of two CPUs, a partition with up to
 * BENCH_VCPUS vcpus, one of them loaded, and a bystander, whose memory nobody may touch. The target
 * makes exits; bench_check says what must hold after each.
 */
#ifndef FUZZ_PCBENCH_H
#define FUZZ_PCBENCH_H

#include "../../core/pc/pc.h"
#include "parser.h"
#include "um.h"

#define BENCH_MEM    MIB(2)
#define BENCH_VCPUS  3
#define BENCH_CODE   0x4000u
#define BENCH_TABLES 0x10000u
#define BENCH_RTC    1700000000u

extern struct partition *bench_p;
extern struct vcpu *bench_v; /* loaded */

/* A fresh machine. */
void bench_boot(void);

/* What must hold at the end; the machine is gone. */
void bench_end(void);

/* Go on as vcpu n, if it runs at all. */
void bench_turn(unsigned n);

/* An exit of the loaded vcpu; light: offered to the light path first. */
void bench_exit(struct vcpu_exit x, bool light);

/* What must hold at all times. */
void bench_check(void);

/* The way into the guest. The vector of what it takes there, or -1. */
int bench_enter(void);

/* The exception that an exit has left, or -1; it is taken. */
int bench_exception(void);

/* Does the partition run, and the loaded vcpu in it? */
bool bench_runs(void);

/* WRMSR and RDMSR. False: a general protection fault. */
bool bench_wrmsr(u32 nr, u64 val);
bool bench_rdmsr(u32 nr, u64 *val);

/* IN and OUT. */
u32 bench_in(u16 port, u8 size);
void bench_out(u16 port, u8 size, u32 val);

/* n bytes, at most 8, of the partition's memory, not by the core's ways. False: it is none. */
bool bench_peek(u64 g, unsigned n, u64 *val);
void bench_poke(u64 g, unsigned n, u64 val);

#endif
