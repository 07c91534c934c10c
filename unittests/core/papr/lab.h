/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bench of the PAPR machine's tests: two CPUs, one running partition with a vcpu on each. The
 * test is CPU 0 with vcpu 0 loaded; it makes calls through the dispatcher, as an exit would.
 */
#ifndef PAPR_LAB_H
#define PAPR_LAB_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../../core/papr/papr.h"
#include "digest.h"
#include "endian.h"
#include "gcopy.h"
#include "hv.h"
#include "manifest.h"
#include "um.h"

#define LAB_MEM	  MIB(2)
#define LAB_ENTRY 0x4000
#define LAB_ARGS  0x8000	/* RTAS argument block */
#define LAB_RTC	  1700000000ull /* 2023-11-14 22:13:20 UTC */

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
		.machine = "papr",
		.vcpus = 2,
		.memory = LAB_MEM,
		.share = 8,
		.entry = GPA(LAB_ENTRY),
		.bootargs = "console=hvc0",
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

/* One call: a NULL-free list of up to 9 arguments, garbage in the registers behind them. */
static inline s64 lab_call_n(struct vcpu *v, u64 nr, const u64 *args, unsigned n)
{
	u64 *gpr = v->arch.papr.gpr;

	gpr[3] = nr;
	for (unsigned i = 0; i < HCALL_MAX_ARGS; i++)
		gpr[4 + i] = i < n ? args[i] : nr < HV_CALL_BASE ? 0xdead0000 + i : 0;
	hcall_dispatch(v, nr, &gpr[4], &gpr[3]);
	ck_assert_uint_eq(lock_count(), 0);
	ck_assert_uint_eq(um_windows(arch_cpu_self()), 0);
	return (s64)gpr[3];
}
#define lab_call(v, nr, ...)                            \
	lab_call_n(v, nr, (const u64[]){ __VA_ARGS__ }, \
		   sizeof((const u64[]){ __VA_ARGS__ }) / sizeof(u64))
#define lab_ret(v, i) ((v)->arch.papr.gpr[4 + (i)])

/* Guest memory. */
static inline void lab_put(u64 g, const void *from, u64 n)
{
	ck_assert_int_eq(gcopy_to(lab_p, GPA(g), from, n), HV_OK);
}

static inline void lab_get(void *to, u64 g, u64 n)
{
	ck_assert_int_eq(gcopy_from(lab_p, to, GPA(g), n), HV_OK);
}

static inline u64 lab_be(u64 g, unsigned n)
{
	u8 b[8];
	u64 val = 0;

	lab_get(b, g, n);
	for (unsigned i = 0; i < n; i++)
		val = val << 8 | b[i];
	return val;
}

static inline void lab_set_be(u64 g, unsigned n, u64 val)
{
	u8 b[8];

	for (unsigned i = 0; i < n; i++)
		b[i] = (u8)(val >> 8 * (n - 1 - i));
	lab_put(g, b, n);
}

/*
 * All state that a call of this machine could change: guest memory, machine state, vcpus (their
 * call registers aside), scheduler, allocator, page ownership and pins, terminal and console.
 */
static inline u64 lab_digest(void)
{
	u64 h = 1, run;
	size_t n;
	pa_t pa;

	for (u64 g = 0; g < lab_p->mem.bytes; g += run) {
		ck_assert_int_eq(gmem_translate(lab_p, GPA(g), PROT_R, &pa, &run), HV_OK);
		digest_mix(&h, um_phys(pa), run);
	}
	digest_mix(&h, lab_p->mach, sizeof(struct papr_part));
	digest_mix(&h, papr_part(lab_p)->nvram, PAPR_NVRAM);
	for (unsigned i = 0; i < lab_p->nvcpus; i++) {
		struct vcpu *v = lab_p->vcpu[i];
		struct papr_regs r = v->arch.papr;

		memset(&r.gpr[3], 0, 10 * sizeof(u64));
		digest_mix(&h, &r, sizeof(r));
		digest_mix(&h, &v->se, sizeof(v->se));
		digest_mix(&h, &v->online, sizeof(v->online));
		digest_mix(&h, &v->loaded, sizeof(v->loaded));
		digest_mix(&h, &v->arch.mediate, sizeof(v->arch.mediate));
	}
	digest_mix(&h, &lab_p->gspace, sizeof(lab_p->gspace));
	digest_mix(&h, &lab_p->pool, sizeof(lab_p->pool));
	digest_mix(&h, &lab_p->term, sizeof(lab_p->term));
	run = lab_p->state;
	digest_mix(&h, &run, sizeof(run));
	digest_mix(&h, hv.palloc.frames, hv.palloc.nframes * sizeof(struct frame));
	for (unsigned i = 0; i < hv.ncpus; i++) {
		digest_mix(&h, &hv.cpu[i]->sched, sizeof(hv.cpu[i]->sched));
		digest_mix(&h, &hv.cpu[i]->resched, sizeof(hv.cpu[i]->resched));
	}
	um_output(&n);
	digest_mix(&h, &n, sizeof(n));
	return h;
}

/* The call returns `status` and changes nothing at all. */
#define lab_error(status, v, nr, ...)                                   \
	do {                                                            \
		u64 before_ = lab_digest();                             \
                                                                        \
		ck_assert_int_eq(lab_call(v, nr, __VA_ARGS__), status); \
		ck_assert_uint_eq(lab_digest(), before_);               \
	} while (0)

/* The token of an RTAS service. */
static inline u32 lab_token(const char *name)
{
	for (u32 i = 0; i < papr_rtas_n; i++)
		if (strcmp(papr_rtas[i].name, name) == 0)
			return PAPR_TOKEN + i;
	ck_abort_msg("no RTAS service %s", name);
	return 0;
}

/* Fill an argument block; results are preset to 0xeeeeeeee. */
static inline void lab_rtas_block(u64 g, u32 token, const u32 *in, u32 nin, u32 nout)
{
	lab_set_be(g, 4, token);
	lab_set_be(g + 4, 4, nin);
	lab_set_be(g + 8, 4, nout);
	for (u32 i = 0; i < nin; i++)
		lab_set_be(g + 12 + 4 * i, 4, in[i]);
	for (u32 i = 0; i < nout; i++)
		lab_set_be(g + 12 + 4 * (nin + i), 4, 0xeeeeeeee);
}

/* Call an RTAS service; its results without the status go to out. */
static inline s32 lab_rtas_n(struct vcpu *v, const char *name, const u32 *in, u32 nin, u32 *out,
			     u32 nout)
{
	u64 rets = LAB_ARGS + 12 + 4 * nin;

	lab_rtas_block(LAB_ARGS, lab_token(name), in, nin, nout + 1);
	ck_assert_int_eq(lab_call(v, HV_RTAS, LAB_ARGS), H_SUCCESS);
	for (u32 i = 0; i < nout; i++)
		out[i] = (u32)lab_be(rets + 4 + 4 * i, 4);
	return (s32)lab_be(rets, 4);
}
#define lab_rtas(v, name, out, nout, ...)                 \
	lab_rtas_n(v, name, (const u32[]){ __VA_ARGS__ }, \
		   sizeof((const u32[]){ __VA_ARGS__ }) / sizeof(u32), out, nout)

/* The service answers `status` in its status word and changes nothing else. */
#define lab_rtas_error(status, v, name, nout, ...)                                    \
	do {                                                                          \
		const u32 in_[] = { __VA_ARGS__ };                                    \
		u32 nin_ = sizeof(in_) / 4, out_[8];                                  \
		u64 before_;                                                          \
                                                                                      \
		lab_rtas_block(LAB_ARGS, lab_token(name), in_, nin_, (nout) + 1);     \
		lab_set_be(LAB_ARGS + 12 + 4 * nin_, 4, (u32)(status));               \
		before_ = lab_digest();                                               \
		ck_assert_int_eq(lab_rtas_n(v, name, in_, nin_, out_, nout), status); \
		ck_assert_uint_eq(lab_digest(), before_);                             \
	} while (0)

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
