/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bench of the PC machine's tests: two CPUs, one running partition with two vcpus, one on each.
 * The test is CPU 0 with vcpu 0 loaded; it makes exits, and looks at what the port was told.
 */
#ifndef PC_LAB_H
#define PC_LAB_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../../core/pc/pc.h"
#include "digest.h"
#include "endian.h"
#include "gcopy.h"
#include "hv.h"
#include "manifest.h"
#include "um.h"

#define LAB_MEM	  MIB(2)
#define LAB_ENTRY 0x4000
#define LAB_RTC	  1700000000ull /* 2023-11-14 22:13:20 UTC, a Tuesday */
#define LAB_MS(n) ((u64)(n) * (UM_TICK_HZ / 1000))

static struct partition *lab_p;
static struct vcpu *lab_v0, *lab_v1;

static inline void lab_boot(const struct um_config *c)
{
	struct boot_info bi;

	um_setup(c);
	hv_reset();
	arch_boot(&bi);
	hv_init(&bi);
	console_init(&hv.console, CONSOLE_LINES);
	ck_assert_int_eq(arch_cpu_init(), HV_OK);
	for (unsigned i = 0; i < hv.ncpus; i++)
		hv.cpu[i]->online = true;
}

static inline struct manifest_part lab_manifest(void)
{
	struct manifest_part mp = {
		.name = "lab",
		.machine = "pc",
		.vcpus = 2,
		.memory = LAB_MEM,
		.share = 8,
		.entry = GPA(LAB_ENTRY),
		.bootargs = "console=ttyS0",
		.hold = true,
	};

	return mp;
}

static inline void lab_start(const struct manifest_part *mp)
{
	ck_assert_int_eq(partition_create(mp, NULL, &lab_p), HV_OK);
	lock_take(&hv.lock);
	ck_assert_int_eq(partition_start(lab_p), HV_OK);
	lock_drop(&hv.lock);
	lab_v0 = lab_p->vcpu[0];
	lab_v1 = mp->vcpus > 1 ? lab_p->vcpu[1] : NULL;
	ck_assert(cpu_load(hv.cpu[0], lab_v0));
	hv.cpu[0]->resched = false;
	um_output_clear();
}

static inline void lab_setup(void)
{
	struct manifest_part mp = lab_manifest();

	lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(16), .rtc = LAB_RTC });
	lab_start(&mp);
	ck_assert_uint_eq(lab_v0->cpu, 0);
	ck_assert_uint_eq(lab_v1->cpu, 1);
}

static inline void lab_teardown(void)
{
	ck_assert_uint_eq(lock_count(), 0);
	um_teardown();
}

/* ---- the guest's processor, and what the port was told ------------------------------------ */

static inline struct um_pc *lab_pc(struct vcpu *v)
{
	return &v->arch.pcx;
}

/* An exit of the loaded vcpu. */
static inline void lab_exit(struct vcpu *v, struct vcpu_exit x)
{
	exit_dispatch(v, &x);
	ck_assert_uint_eq(lock_count(), 0);
	ck_assert_uint_eq(um_windows(arch_cpu_self()), 0);
}

/* The way into the guest: what has been injected is taken. Vector, or -1. */
static inline int lab_enter(struct vcpu *v)
{
	struct um_pc *pc = lab_pc(v);

	v->part->machine->before_run(v);
	if (!pc->injected)
		return -1;
	pc->injected = false;
	return pc->event.vector;
}

/* The exception that an exit has left for the guest, or -1. It is taken. */
static inline int lab_exception(struct vcpu *v)
{
	struct um_pc *pc = lab_pc(v);

	if (!pc->injected)
		return -1;
	ck_assert_uint_eq(pc->event.type, PC_EVENT_EXCEPTION);
	pc->injected = false;
	return pc->event.vector;
}

static inline void lab_irq(struct vcpu *v, bool on)
{
	if (on)
		v->arch.pc.rflags |= RFLAGS_IF;
	else
		v->arch.pc.rflags &= ~RFLAGS_IF;
}

/* ---- exits ------------------------------------------------------------------------------ */

static inline void lab_out(struct vcpu *v, u16 port, u8 size, u32 val)
{
	u64 rip = v->arch.pc.rip;

	v->arch.pc.gpr[PC_RAX] = 0xaaaaaaaa00000000 | val;
	lab_exit(v, (struct vcpu_exit){ .kind = EXIT_IO,
					.len = 1,
					.io = { .port = port, .size = size, .write = true } });
	ck_assert_uint_eq(v->arch.pc.rip, rip + 1);
}

static inline u32 lab_in(struct vcpu *v, u16 port, u8 size)
{
	u64 rip = v->arch.pc.rip;

	v->arch.pc.gpr[PC_RAX] = 0;
	lab_exit(v, (struct vcpu_exit){
			    .kind = EXIT_IO, .len = 1, .io = { .port = port, .size = size } });
	ck_assert_uint_eq(v->arch.pc.rip, rip + 1);
	return (u32)v->arch.pc.gpr[PC_RAX];
}

/* WRMSR; false: general protection fault, and nothing else happened. */
static inline bool lab_wrmsr(struct vcpu *v, u32 nr, u64 val)
{
	u64 rip = v->arch.pc.rip;
	int e;

	v->arch.pc.gpr[PC_RAX] = 0xdddddddd00000000 | (u32)val;
	v->arch.pc.gpr[PC_RDX] = val >> 32;
	lab_exit(v, (struct vcpu_exit){
			    .kind = EXIT_REGISTER, .len = 2, .reg = { REG_MSR, nr, true } });
	e = lab_exception(v);
	ck_assert(e == -1 || e == PC_EXC_GP);
	ck_assert_uint_eq(v->arch.pc.rip, e == -1 ? rip + 2 : rip);
	return e == -1;
}

static inline bool lab_rdmsr(struct vcpu *v, u32 nr, u64 *val)
{
	u64 rip = v->arch.pc.rip;
	int e;

	v->arch.pc.gpr[PC_RAX] = ~0ull;
	v->arch.pc.gpr[PC_RDX] = ~0ull;
	lab_exit(v, (struct vcpu_exit){
			    .kind = EXIT_REGISTER, .len = 2, .reg = { REG_MSR, nr, false } });
	*val = v->arch.pc.gpr[PC_RDX] << 32 | (u32)v->arch.pc.gpr[PC_RAX];
	e = lab_exception(v);
	ck_assert(e == -1 || e == PC_EXC_GP);
	ck_assert_uint_eq(v->arch.pc.rip, e == -1 ? rip + 2 : rip);
	return e == -1;
}

static inline u64 lab_msr(struct vcpu *v, u32 nr)
{
	u64 val;

	ck_assert_msg(lab_rdmsr(v, nr, &val), "MSR 0x%x", nr);
	return val;
}

/* The local APIC of v as a kernel switches it on: x2APIC, enabled. */
static inline void lab_x2apic(struct vcpu *v)
{
	struct pc_apic *a = &pc_vcpu(v)->apic;

	a->base |= 1u << 10;
	a->ldr = (v->index >> 4) << 16 | 1u << (v->index & 15);
	a->svr = 0x1ff;
}

/* ---- memory ----------------------------------------------------------------------------- */

static inline void lab_put(u64 g, const void *from, u64 n)
{
	ck_assert_int_eq(gcopy_to(lab_p, GPA(g), from, n), HV_OK);
}

static inline void lab_get(void *to, u64 g, u64 n)
{
	ck_assert_int_eq(gcopy_from(lab_p, to, GPA(g), n), HV_OK);
}

static inline u64 lab_ld(u64 g, unsigned n)
{
	le64_t val = { 0 };

	lab_get(&val, g, n);
	return le64_to_cpu(val);
}

static inline void lab_st(u64 g, unsigned n, u64 val)
{
	le64_t le = cpu_to_le64(val);

	lab_put(g, &le, n);
}

/* All state of the machine and its vcpus; registers, too, but for RAX and RDX. */
static inline u64 lab_digest(void)
{
	u64 h = 1, run;
	size_t n;
	pa_t pa;

	for (u64 g = 0; g < lab_p->mem.bytes; g += run) {
		ck_assert_int_eq(gmem_translate(lab_p, GPA(g), PROT_R, &pa, &run), HV_OK);
		digest_mix(&h, um_phys(pa), run);
	}
	digest_mix(&h, lab_p->mach, sizeof(struct pc_part));
	for (unsigned i = 0; i < lab_p->nvcpus; i++) {
		struct vcpu *v = lab_p->vcpu[i];
		struct pc_regs r = v->arch.pc;
		struct sched_ent se = v->se;

		r.gpr[PC_RAX] = r.gpr[PC_RDX] = 0;
		digest_mix(&h, &r, sizeof(r));
		digest_mix(&h, v->mach, sizeof(struct pc_vcpu));
		digest_mix(&h, &v->arch.pcx, sizeof(v->arch.pcx));
		se.since = 0;
		digest_mix(&h, &se, sizeof(se));
		digest_mix(&h, &v->online, sizeof(v->online));
	}
	digest_mix(&h, &lab_p->term, sizeof(lab_p->term));
	run = lab_p->state;
	digest_mix(&h, &run, sizeof(run));
	um_output(&n);
	digest_mix(&h, &n, sizeof(n));
	return h;
}

/* A suite of one case: setup and teardown around each test of a NULL-terminated list. */
static inline Suite *lab_suite(const char *name, void (*setup)(void), const TTest *const *tests)
{
	Suite *s = suite_create(name);
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, setup, lab_teardown);
	tcase_set_timeout(tc, 120);
	for (; *tests; tests++)
		tcase_add_test(tc, *tests);
	suite_add_tcase(s, tc);
	return s;
}
#define LAB_SUITE(name, ...) lab_suite(name, lab_setup, (const TTest *const[]){ __VA_ARGS__, NULL })

#endif
