// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The whole hypervisor with several CPUs and partitions, under many seeds: what two CPUs do at the
 * same time meets at each lock. Calls one by one are tested in core/ and core/papr/.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "arch_papr.h"
#include "dispatch.h"
#include "gcopy.h"
#include "hvtest.h"
#include "um_guest.h"

#define SEEDS	 12
#define MEM	 MIB(1)
#define MS(n)	 ((u64)(n) * (UM_TICK_HZ / 1000))
#define COUNTERS 0x8000ull /* of vcpu i: COUNTERS + 8 * i */
#define RESULTS	 0x9000ull
#define SECOND	 0x5000ull /* where vcpu 1 starts */

static void down(void)
{
	um_teardown();
}

static u64 word(const struct partition *p, u64 g)
{
	u64 v;

	ck_assert_int_eq(gcopy_from(p, &v, GPA(g), 8), HV_OK);
	return v;
}

static u64 guest_random(u64 *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

/* ---- errors change nothing --------------------------------------------------------------- */

START_TEST(errors_change_nothing)
{
	struct partition *p, *ready;
	struct vcpu *v;

	hvt_boot(2, 0);
	p = hvt_partition("a", MEM, 2, NULL);
	ready = hvt_partition("b", MEM, 1, NULL);
	hvt_start(p);
	v = p->vcpu[0];
	hvt_error(H_FUNCTION, v, 0x3fc);
	hvt_error(H_FUNCTION, v, 0x400);
	hvt_error(H_FUNCTION, v, 1);
	hvt_error(H_FUNCTION, v, HV_CALL_END);
	hvt_error(H_FUNCTION, v, ~0ull);
	hvt_error(H_FUNCTION, v, 1ull << 32 | HV_NULL);
	hvt_error(H_PARAMETER, v, HV_NULL, 0, 0, 0, 0, 0, 0, 0, 0, 1);
	hvt_error(H_AUTHORITY, v, HV_PARTITION_INFO, ready->id.v);
	hvt_error(H_AUTHORITY, v, HV_PARTITION_START, ready->id.v);
	hvt_error(H_AUTHORITY, v, HV_PARTITION_STOP, ready->id.v);
	hvt_error(H_AUTHORITY, v, HV_PARTITION_DESTROY, p->id.v);
	hvt_error(H_AUTHORITY, v, HV_MEMORY_INFO);
	p->controller = true;
	hvt_error(H_PARAMETER, v, HV_PARTITION_INFO, 0);
	hvt_error(H_PARAMETER, v, HV_PARTITION_START, 3);
	hvt_error(H_PARAMETER, v, HV_PARTITION_STOP, MAX_PARTITIONS + 1);
	hvt_error(H_PARAMETER, v, HV_PARTITION_DESTROY, ~0ull);
	hvt_error(H_BAD_MODE, v, HV_PARTITION_START, p->id.v);
	/* and the digest does see a change */
	ck_assert_int_eq(hvt_call(v, HV_PARTITION_START, ready->id.v), H_SUCCESS);
	ck_assert_int_eq(hvt_call(v, HV_VERSION), H_SUCCESS);
	ck_assert_uint_eq(hvt_ret(v, 0), HV_ABI_VERSION);
	ck_assert_uint_eq(hvt_ret(v, 1), p->id.v);
	hvt_shutdown();
}
END_TEST

START_TEST(digest_sees_each_kind_of_change)
{
	struct partition *p;
	u64 d, zero = 0, one = 1;

	hvt_boot(1, 0);
	p = hvt_partition("a", MEM, 1, NULL);
	hvt_start(p);
	hvt_enter(p->vcpu[0]);
	d = hvt_digest();
	um_advance(1000);
	p->vcpu[0]->nhcalls++;
	ck_assert_uint_eq(hvt_digest(), d);
	ck_assert_int_eq(gcopy_to(p, GPA(MEM / 2), &one, 8), HV_OK);
	ck_assert_uint_ne(hvt_digest(), d);
	ck_assert_int_eq(gcopy_to(p, GPA(MEM / 2), &zero, 8), HV_OK);
	ck_assert_uint_eq(hvt_digest(), d);
	p->vcpu[0]->arch.papr.gpr[14]++;
	ck_assert_uint_ne(hvt_digest(), d);
	p->vcpu[0]->arch.papr.gpr[14]--;
	*(u8 *)p->mach ^= 1;
	ck_assert_uint_ne(hvt_digest(), d);
	*(u8 *)p->mach ^= 1;
	ck_assert_uint_eq(hvt_digest(), d);
	ck_assert_ptr_nonnull(pool_get(&p->pool, 0, false));
	ck_assert_uint_ne(hvt_digest(), d);
}
END_TEST

/* ---- light and full calls ---------------------------------------------------------------- */

/* A sequence of presentation calls whose every result goes to memory. */
UM_PROGRAM(ts_icp)
{
	static const u64 nr[] = { HV_NULL, H_EOI, H_CPPR, H_IPI, H_XIRR, H_IPOLL, H_IPI, H_CPPR };
	u64 s = 88172645463325252ull, ret[9];

	for (unsigned i = 0; i < 300; i++) {
		u64 r = guest_random(&s), n = nr[r % ARRAY_SIZE(nr)];
		u64 a[2] = { r >> 8 & 1, r >> 16 & 0xff };
		u64 at = RESULTS + 16 * i;

		if (n == H_EOI || n == H_CPPR)
			a[0] = r >> 24 & (r & 0x80 ? ~0ull : 0xff000002);
		if (n == HV_NULL || n == H_XIRR)
			a[0] = a[1] = 0;
		um_st64(at, (u64)um_hcall(n, a, 2, ret, 9));
		um_st64(at + 8, n == H_XIRR || n == H_IPOLL ? ret[0] : 0);
	}
	um_st64(COUNTERS, 1);
}

static bool counters_set(void *arg)
{
	const struct partition *p = arg;

	return word(p, COUNTERS) != 0;
}

START_TEST(light_and_full_path_agree)
{
	static u64 result[2][600];

	for (unsigned light = 0; light < 2; light++) {
		struct partition *p;

		hvt_boot_with(&(struct um_config){ .ram = MIB(8), .light = light });
		p = hvt_partition("icp", MEM, 2, "ts_icp");
		hvt_start(p);
		ck_assert(hvt_run(10000000, counters_set, p));
		for (unsigned i = 0; i < ARRAY_SIZE(result[0]); i++)
			result[light][i] = word(p, RESULTS + 8 * i);
		/* on the light path most calls never left the guest */
		if (light)
			ck_assert_uint_lt(p->vcpu[0]->nexits[EXIT_HCALL], 300);
		else
			ck_assert_uint_ge(p->vcpu[0]->nexits[EXIT_HCALL], 300);
		hvt_shutdown();
	}
	ck_assert_mem_eq(result[0], result[1], sizeof(result[0]));
}
END_TEST

/* ---- several at once --------------------------------------------------------------------- */

static void pin_priority(u64 vec)
{
	u64 xirr[2];

	(void)vec;
	um_hcall(H_XIRR, NULL, 0, xirr, 2);
	if (xirr[0] & 0xffffff)
		um_hcall(H_IPI, (u64[]){ um_vcpu_index(), 0xff }, 2, NULL, 0);
	um_hcall(H_EOI, xirr, 1, NULL, 0);
}

static void tick(u64 vec)
{
	(void)vec;
	um_set_dec(MS(1));
}

/*
 * Every vcpu calls what it likes with arguments that often make sense, for ever. Its own stop and
 * the end of the partition are not among the calls.
 */
static void random_calls(u64 seed)
{
	static const u64 own[] = { HV_NULL,	      HV_VERSION,     HV_YIELD,
				   HV_PARTITION_INFO, HV_MEMORY_INFO, HV_PARTITION_START };
	u64 s = seed * 0x9e3779b97f4a7c15ull + 1, a[9], ret[9];

	um_vector(VEC_EXTERNAL, pin_priority);
	um_vector(VEC_DECREMENTER, tick);
	um_set_dec(MS(1));
	um_irq(true);
	for (u64 n = 1;; n++) {
		u64 r = guest_random(&s), nr = r >> 8 & 0x3fc;

		if (r % 4 == 0)
			nr = own[r / 4 % ARRAY_SIZE(own)];
		for (unsigned i = 0; i < 9; i++) {
			u64 v = guest_random(&s);

			a[i] = v % 3 == 0 ? v >> 60 : v % 3 == 1 ? v >> 44 & ~0x7full : v >> 8;
		}
		um_hcall(nr, a, r % 10, ret, 9);
		um_st64(COUNTERS + 8 * um_vcpu_index(), n);
		if (r % 64 == 1)
			um_compute(MS(1) / 4);
	}
}

UM_PROGRAM(ts_random)
{
	random_calls(um_vcpu_index() ? r3 : um_ld64(RESULTS));
}

/* A vcpu that its guest has started. */
static void start_second(struct partition *p, const char *program, u64 r3)
{
	char record[UM_MAGIC_LEN + UM_NAME_MAX] = UM_MAGIC;

	snprintf(record + UM_MAGIC_LEN, UM_NAME_MAX, "%s", program);
	ck_assert_int_eq(gcopy_load(p, GPA(SECOND), record, sizeof(record)), HV_OK);
	lock_take(&p->lock);
	arch_papr_reset(&p->vcpu[1]->arch, GPA(SECOND), r3);
	vcpu_online(p->vcpu[1]);
	lock_drop(&p->lock);
}

struct scene {
	struct partition *p[3];
	u64 least; /* counter that each must reach */
};

static bool all_counted(void *arg)
{
	const struct scene *s = arg;

	for (unsigned i = 0; i < 3; i++)
		if (s->p[i] &&
		    (word(s->p[i], COUNTERS) < s->least || word(s->p[i], COUNTERS + 8) < s->least))
			return false;
	return true;
}

static void scene_setup(struct scene *s, const struct um_config *c, const char *program)
{
	static const char *const names[] = { "a", "b", "c" };

	hvt_boot_with(c);
	for (unsigned i = 0; i < 3; i++) {
		u64 seed = c->seed * 10 + i + 1;

		s->p[i] = hvt_partition(names[i], MEM, 2, program);
		ck_assert_int_eq(gcopy_to(s->p[i], GPA(RESULTS), &seed, 8), HV_OK);
		hvt_start(s->p[i]);
		start_second(s->p[i], program, seed * 77);
	}
	s->least = 300;
}

START_TEST(random_calls_of_all_at_once)
{
	struct scene s;

	scene_setup(
		&s,
		&(struct um_config){ .ncpus = 3, .ram = MIB(16), .seed = (u64)_i, .light = _i % 2 },
		"ts_random");
	ck_assert(hvt_run(20000000, all_counted, &s));
	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(s.p[i]->state, PART_RUNNING);
	hvt_shutdown();
}
END_TEST

/* Partitions go in the middle of their work, at a moment that the seed chooses. */
START_TEST(destroyed_while_they_call)
{
	u64 steps = 1000 + (u64)_i * 377, free_then;
	struct scene s;

	scene_setup(&s,
		    &(struct um_config){
			    .ncpus = 3, .ram = MIB(16), .seed = (u64)_i + 1, .light = _i % 2 },
		    "ts_random");
	hvt_run(steps, NULL, NULL);
	free_then = hv.palloc.nfree;
	ck_assert_int_eq(hvt_destroy(s.p[1]), HV_OK);
	s.p[1] = NULL;
	for (unsigned i = 0; i < 4; i++)
		s.least = MAX(s.least, 300 + word(s.p[i & 2], COUNTERS + 8 * (i & 1)));
	ck_assert(hvt_run(20000000, all_counted, &s));
	ck_assert_uint_ge(hv.palloc.nfree, free_then + (MEM >> HV_PAGE_SHIFT));
	ck_assert_uint_eq(palloc_count(&hv.palloc, (lpid_t){ 2 }), 0);
	hvt_shutdown();
}
END_TEST

/* Two vcpus of one partition in a ping-pong of prod and cede; a lost wake-up stops it. */
UM_PROGRAM(ts_pong)
{
	u64 me = um_vcpu_index(), n;

	(void)r3;
	for (;;) {
		while (um_ld64(RESULTS) % 2 != me)
			um_hcall(H_CEDE, NULL, 0, NULL, 0);
		n = um_ld64(RESULTS);
		um_st64(RESULTS, n + 1);
		um_st64(COUNTERS, n + 1);
		um_hcall(H_PROD, (u64[]){ 1 - me }, 1, NULL, 0);
	}
}

static bool pong_done(void *arg)
{
	return word(arg, COUNTERS) >= 200;
}

START_TEST(no_wake_up_is_lost)
{
	struct partition *p;

	hvt_boot_with(&(struct um_config){ .ncpus = 2, .ram = MIB(8), .seed = (u64)_i });
	p = hvt_partition("pong", MEM, 2, "ts_pong");
	ck_assert_uint_ne(p->vcpu[0]->cpu, p->vcpu[1]->cpu);
	hvt_start(p);
	start_second(p, "ts_pong", 0);
	ck_assert(hvt_run(2000000, pong_done, p));
	hvt_shutdown();
}
END_TEST

/*
 * One allocation fails, each in turn, while a partition is made. What exists is not disturbed, and
 * a block of memory that is not to be had is replaced by smaller ones.
 */
START_TEST(lack_of_memory_changes_nothing)
{
	struct manifest_part mp = hvt_manifest("new", MEM, 2);
	unsigned refused = 0, made = 0, n = 0;
	struct partition *p;
	err_t err;
	u64 before;

	hvt_boot(2, 0);
	hvt_start(hvt_partition("old", MEM, 2, NULL));
	before = hv.palloc.nfree;
	do {
		palloc_fail_nth(++n);
		p = hvt_create(&mp, "ts_random", &err);
		ck_assert(err == HV_OK || err == HV_ENOMEM);
		refused += err == HV_ENOMEM;
		made += err == HV_OK;
		if (p) {
			ck_assert_int_eq(hvt_destroy(p), HV_OK);
			hvt_reap();
		}
		ck_assert_uint_eq(hv.palloc.nfree, before);
		ck_assert_ptr_null(palloc_verify(&hv.palloc));
		ck_assert_uint_eq(hv.nalive, 1);
	} while (!hv.palloc.fail_nth); /* until there is no n-th one */
	palloc_fail_nth(0);
	ck_assert_uint_gt(refused, 6);
	ck_assert_uint_ge(made, 1);
	hvt_shutdown();
}
END_TEST

Suite *suite_system(void);
Suite *suite_system(void)
{
	Suite *s = suite_create("system");
	TCase *tc = tcase_create("system");

	tcase_add_checked_fixture(tc, NULL, down);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, errors_change_nothing);
	tcase_add_test(tc, digest_sees_each_kind_of_change);
	tcase_add_test(tc, light_and_full_path_agree);
	tcase_add_test(tc, lack_of_memory_changes_nothing);
	tcase_add_loop_test(tc, random_calls_of_all_at_once, 0, SEEDS);
	tcase_add_loop_test(tc, destroyed_while_they_call, 0, SEEDS);
	tcase_add_loop_test(tc, no_wake_up_is_lost, 0, 2 * SEEDS);
	suite_add_tcase(s, tc);
	return s;
}
