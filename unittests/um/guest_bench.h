/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bench for guests of the process port: two vcpus in an address space of four pages, without a
 * partition. The test plays the core. For test_um_guest.c and test_um_irq.c.
 */
#ifndef GUEST_BENCH_H
#define GUEST_BENCH_H

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "arch_papr.h"
#include "hv.h"
#include "machine.h"
#include "partition.h"
#include "pool.h"
#include "um.h"
#include "um_guest.h"
#include "vcpu.h"

#define MS(n)	((u64)(n) * (UM_TICK_HZ / 1000))
#define ENTRY	0x4000ull
#define DATA	0x8000ull /* two pages */
#define NOTHING 0x100000ull

static __attribute__((unused)) struct pool pool;
static __attribute__((unused)) struct partition part;
static __attribute__((unused)) struct vcpu vcpu[2];
static __attribute__((unused)) struct arch_gspace *gs;
static __attribute__((unused)) struct vcpu_exit x;
static __attribute__((unused)) pa_t low, code, data; /* pages 0, ENTRY, DATA and the next */
static __attribute__((unused)) u64 seen[64];	     /* what a guest reports to the test */
static __attribute__((unused)) unsigned nseen;

static inline void see(u64 v)
{
	ck_assert_uint_lt(nseen, ARRAY_SIZE(seen));
	seen[nseen++] = v;
}

static inline struct arch_vcpu *av(unsigned i)
{
	return &vcpu[i].arch;
}

static inline struct papr_regs *regs(void)
{
	return &vcpu[0].arch.papr;
}

static inline pa_t guest_pages(unsigned order)
{
	pa_t p;

	ck_assert_int_eq(palloc_get(&hv.palloc, order, FRAME_GUEST, pool.owner, true, &p), HV_OK);
	return p;
}

static inline void map(u64 g, pa_t p, u64 size, unsigned prot)
{
	u64 done;

	ck_assert_int_eq(arch_gspace_map(gs, GPA(g), p, size, prot, MT_NORMAL, &done), HV_OK);
}

static inline void unmap(u64 g, u64 size)
{
	u64 done;

	ck_assert_int_eq(arch_gspace_unmap(gs, GPA(g), size, &done), HV_OK);
}

static inline void boot(const struct um_config *c)
{
	struct boot_info bi;

	um_setup(c);
	hv_reset();
	arch_boot(&bi);
	hv_init(&bi);
	um_lock_count = lock_count;
	ck_assert_int_eq(arch_cpu_init(), HV_OK);
	memset(&part, 0, sizeof(part));
	memset(vcpu, 0, sizeof(vcpu));
	part.machine = &machine_papr;
	gs = &part.gspace;
	nseen = 0;
	pool_init(&pool, (lpid_t){ 9 }, 50);
	ck_assert_int_eq(arch_gspace_init(gs, pool.owner, &pool), HV_OK);
	low = guest_pages(0);
	code = guest_pages(0);
	data = guest_pages(1);
	map(0, low, HV_PAGE_SIZE, PROT_RWX);
	map(ENTRY, code, HV_PAGE_SIZE, PROT_R | PROT_X);
	map(DATA, data, 2 * HV_PAGE_SIZE, PROT_R | PROT_W);
	for (unsigned i = 0; i < 2; i++) {
		vcpu[i].part = &part;
		vcpu[i].index = i;
		ck_assert_int_eq(arch_vcpu_init(av(i), gs, i, &pool), HV_OK);
	}
}

static inline void load_program(const char *name)
{
	char record[UM_MAGIC_LEN + UM_NAME_MAX + 1] = UM_MAGIC;

	snprintf(record + UM_MAGIC_LEN, UM_NAME_MAX, "%s", name);
	arch_load_image(code, record, sizeof(record));
}

static inline void start(const char *name, u64 r3)
{
	boot(&(struct um_config){ .ncpus = 2, .ram = MIB(2) });
	load_program(name);
	arch_papr_reset(av(0), GPA(ENTRY), r3);
	arch_vcpu_load(av(0));
}

static inline void down(void)
{
	um_teardown();
}

static inline void expect(enum exit_kind kind)
{
	arch_vcpu_run(av(0), &x);
	ck_assert_msg(x.kind == kind, "exit %d, not %d", x.kind, kind);
}

static inline void expect_call(u64 nr)
{
	expect(EXIT_HCALL);
	ck_assert_uint_eq(x.hcall.nr, nr);
}

static inline void expect_memory(u64 addr, unsigned access, bool mapped)
{
	expect(EXIT_MEMORY);
	ck_assert_uint_eq(x.mem.addr.v, addr);
	ck_assert_uint_eq(x.mem.access, access);
	ck_assert_int_eq(x.mem.mapped, mapped);
}

/* What the core does to reflect a fault. */
static inline void inject(u64 vec, u64 bits)
{
	struct papr_regs *r = regs();

	r->srr0 = r->nip;
	r->srr1 = (r->msr & ~0x783f0000ull) | bits;
	r->msr &= ~(MSR_EE | MSR_PR | MSR_RI);
	r->nip = vec;
}

static inline Suite *bench_suite(const char *name, const TTest *const *tests)
{
	Suite *s = suite_create(name);
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, NULL, down);
	for (; *tests; tests++)
		tcase_add_test(tc, *tests);
	suite_add_tcase(s, tc);
	return s;
}

#endif
