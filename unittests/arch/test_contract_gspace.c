// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The contract, part 2: guest address spaces against a plain array, and their table pages. No
 * guest runs here. Next: test_contract_vcpu.c.
 */
#include "arch.h"
#include "contract.h"
#include "hv.h"
#include "hvstring.h"
#include "ktest.h"
#include "pool.h"

#define ID    ((lpid_t){ 201 })
#define LARGE MIB(2)

static struct pool pool;
static struct arch_gspace gs;

static void setup(void)
{
	contract_setup();
	pool_init(&pool, ID, 200);
	K_EQ(arch_gspace_init(&gs, ID, &pool), HV_OK);
}

static void teardown(void)
{
	/* whatever the test left is given back; a failed one may have left anything */
	if (pool.used)
		arch_gspace_fini(&gs);
	contract_teardown();
}

static const struct ktest_suite ktest_this = { "contract_gspace", setup, teardown };

/* The whole range in as many calls as it takes; every one but the last makes progress. */
static err_t map(u64 g, u64 p, u64 size, unsigned prot)
{
	u64 at = 0, done;
	err_t err;

	do {
		err = arch_gspace_map(&gs, GPA(g + at), PA(p + at), size - at, prot, MT_NORMAL,
				      &done);
		K_CHECK(done <= size - at && IS_ALIGNED(done, HV_PAGE_SIZE));
		K_CHECK(err != HV_EAGAIN || done > 0);
		at += done;
	} while (err == HV_EAGAIN);
	K_CHECK(err != HV_OK || at == size);
	return err;
}

static err_t unmap(u64 g, u64 size)
{
	u64 at = 0, done;
	err_t err;

	do {
		err = arch_gspace_unmap(&gs, GPA(g + at), size - at, &done);
		K_CHECK(done <= size - at && IS_ALIGNED(done, HV_PAGE_SIZE));
		K_CHECK(err != HV_EAGAIN || done > 0);
		at += done;
	} while (err == HV_EAGAIN);
	K_CHECK(err != HV_OK || at == size);
	return err;
}

static void expect(u64 g, u64 p, unsigned prot)
{
	unsigned got_prot = 0;
	pa_t got = PA(0);

	K_EQ(arch_gspace_query(&gs, GPA(g), &got, &got_prot), HV_OK);
	K_EQ(got.v, p);
	K_EQ(got_prot, prot);
}

static void expect_none(u64 g)
{
	unsigned prot;
	pa_t p;

	K_EQ(arch_gspace_query(&gs, GPA(g), &p, &prot), HV_ENOENT);
}

KTEST(empty_space)
{
	K_CHECK(pool.used > 0);
	expect_none(0);
	expect_none(HV_PAGE_SIZE);
	expect_none(GIB(1));
	expect_none(~0ull & ~HV_PAGE_MASK);
	K_EQ(unmap(0, MIB(64)), HV_OK);
	arch_gspace_sync(&gs);
	arch_gspace_fini(&gs);
	K_EQ(pool.used, 0);
}

KTEST(one_page)
{
	K_EQ(map(0x5000, 0x1234000, HV_PAGE_SIZE, PROT_R | PROT_W), HV_OK);
	expect(0x5000, 0x1234000, PROT_R | PROT_W);
	expect(0x5fff, 0x1234fff, PROT_R | PROT_W);
	expect_none(0x4fff);
	expect_none(0x6000);
	K_EQ(unmap(0x5000, HV_PAGE_SIZE), HV_OK);
	arch_gspace_sync(&gs);
	expect_none(0x5000);
	arch_gspace_fini(&gs);
	K_EQ(pool.used, 0);
}

/* Write without read does not exist on every machine; the others must come back exactly. */
KTEST(protections)
{
	static const unsigned prot[] = { PROT_R, PROT_R | PROT_W, PROT_R | PROT_X, PROT_RWX };
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(prot); i++)
		K_EQ(map(MIB(4) * i, MIB(16) * i, LARGE + HV_PAGE_SIZE, prot[i]), HV_OK);
	for (i = 0; i < ARRAY_SIZE(prot); i++) {
		expect(MIB(4) * i, MIB(16) * i, prot[i]);
		expect(MIB(4) * i + LARGE, MIB(16) * i + LARGE, prot[i]);
	}
}

KTEST(overlap_is_refused)
{
	u64 done = 1, used;

	K_EQ(map(MIB(4), MIB(8), HV_PAGE_SIZE * 4, PROT_RWX), HV_OK);
	K_EQ(map(MIB(16), MIB(32), LARGE, PROT_RWX), HV_OK);
	used = pool.used;
	K_EQ(arch_gspace_map(&gs, GPA(MIB(4) + 0x3000), PA(0), 0x1000, PROT_R, MT_NORMAL, &done),
	     HV_EEXIST);
	K_EQ(done, 0);
	/* the overlap comes late in the range: nothing of it is mapped */
	K_EQ(arch_gspace_map(&gs, GPA(MIB(4) - 0x2000), PA(0), 0x3000, PROT_R, MT_NORMAL, &done),
	     HV_EEXIST);
	K_EQ(done, 0);
	expect_none(MIB(4) - 0x2000);
	/* inside a large page, around one, a large page over small ones */
	K_EQ(map(MIB(17), 0, HV_PAGE_SIZE, PROT_R), HV_EEXIST);
	K_EQ(map(MIB(16), 0, LARGE, PROT_R), HV_EEXIST);
	K_EQ(map(MIB(4), 0, LARGE, PROT_R), HV_EEXIST);
	expect(MIB(4), MIB(8), PROT_RWX);
	expect(MIB(17), MIB(33), PROT_RWX);
	K_EQ(pool.used, used);
}

KTEST(beyond_the_space)
{
	u64 done = 1;

	K_EQ(arch_gspace_map(&gs, GPA(1ull << 62), PA(0), HV_PAGE_SIZE, PROT_R, MT_NORMAL, &done),
	     HV_ERANGE);
	K_EQ(done, 0);
	K_EQ(arch_gspace_map(&gs, GPA(-HV_PAGE_SIZE), PA(0), 2 * HV_PAGE_SIZE, PROT_R, MT_NORMAL,
			     &done),
	     HV_ERANGE);
	K_EQ(done, 0);
	expect_none(0);
}

KTEST(large_pages_save_tables)
{
	u64 small, large, before = pool.used;

	K_EQ(map(0, LARGE, MIB(16), PROT_RWX), HV_OK);
	large = pool.used - before;
	arch_gspace_fini(&gs);
	K_EQ(arch_gspace_init(&gs, ID, &pool), HV_OK);
	before = pool.used;
	/* the machine address is not aligned as the logical one: small pages only */
	K_EQ(map(0, LARGE + HV_PAGE_SIZE, MIB(16), PROT_RWX), HV_OK);
	small = pool.used - before;
	K_CHECK(small > large);
	expect(MIB(15), LARGE + HV_PAGE_SIZE + MIB(15), PROT_RWX);
}

KTEST(hole_in_a_large_page)
{
	u64 hole = MIB(2) + 0x33000;

	K_EQ(map(0, MIB(32), MIB(6), PROT_RWX), HV_OK);
	K_EQ(unmap(hole, 2 * HV_PAGE_SIZE), HV_OK);
	arch_gspace_sync(&gs);
	expect_none(hole);
	expect_none(hole + HV_PAGE_SIZE);
	expect(hole - 1, MIB(32) + hole - 1, PROT_RWX);
	expect(hole + 2 * HV_PAGE_SIZE, MIB(32) + hole + 2 * HV_PAGE_SIZE, PROT_RWX);
	expect(MIB(2), MIB(34), PROT_RWX);
	expect(MIB(4) - 1, MIB(36) - 1, PROT_RWX);
	K_EQ(map(hole, 0x7000, 2 * HV_PAGE_SIZE, PROT_R), HV_OK);
	expect(hole + HV_PAGE_SIZE, 0x8000, PROT_R);
	K_EQ(unmap(0, MIB(6)), HV_OK);
	expect_none(hole);
	expect_none(MIB(5));
}

/* Work is bounded: a long range takes several calls. */
KTEST(long_work_is_cut)
{
	u64 size = (u64)ARCH_MAP_STEP * 3 * HV_PAGE_SIZE, done = 0;

	K_CHECK(ARCH_MAP_STEP >= 1 && ARCH_MAP_STEP <= 4096);
	K_EQ(arch_gspace_map(&gs, GPA(0), PA(HV_PAGE_SIZE), size, PROT_RWX, MT_NORMAL, &done),
	     HV_EAGAIN);
	K_CHECK(done > 0 && done < size);
	expect(done - HV_PAGE_SIZE, done, PROT_RWX);
	expect_none(done);
	K_EQ(map(done, done + HV_PAGE_SIZE, size - done, PROT_RWX), HV_OK);
	expect(size - 1, size + HV_PAGE_SIZE - 1, PROT_RWX);
	K_EQ(arch_gspace_unmap(&gs, GPA(0), size, &done), HV_EAGAIN);
	K_CHECK(done > 0 && done < size);
	expect_none(done - HV_PAGE_SIZE);
	expect(done, done + HV_PAGE_SIZE, PROT_RWX);
	K_EQ(unmap(0, size), HV_OK);
	expect_none(size - 1);
}

/* ---- random sequences against a model --------------------------------------------------- */

#define MODEL_BASE  MIB(6) /* not aligned to what is larger than 2 MiB */
#define MODEL_PAGES 1536   /* 6 MiB: three large pages */
#define MODEL_OPS   600

static u64 model[MODEL_PAGES]; /* machine address | prot, 0 = nothing */
static u64 rnd_state;

static u64 rnd(u64 n)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return rnd_state % n;
}

static void model_check(void)
{
	unsigned i, prot;
	pa_t p;

	for (i = 0; i < MODEL_PAGES; i++) {
		u64 g = MODEL_BASE + i * HV_PAGE_SIZE;
		err_t err = arch_gspace_query(&gs, GPA(g), &p, &prot);

		if (err != (model[i] ? HV_OK : HV_ENOENT) || (!err && (p.v | prot) != model[i]))
			K_FAIL("page %u: status %d", i, err);
	}
	K_EQ(i, MODEL_PAGES);
}

static void model_op(void)
{
	static const unsigned prots[] = { PROT_R, PROT_RWX, PROT_R | PROT_W };
	u64 grain = rnd(3) ? 1 : 512, first = rnd(MODEL_PAGES / grain) * grain, i;
	u64 want = grain * (1 + rnd(grain == 1 ? 40 : 2)), n = MIN(want, MODEL_PAGES - first);
	u64 p = (1 + rnd(64)) * LARGE + (rnd(2) ? 0 : rnd(512) * HV_PAGE_SIZE);
	unsigned prot = prots[rnd(ARRAY_SIZE(prots))];
	bool overlap = false;

	if (rnd(2)) {
		K_EQ(unmap(MODEL_BASE + first * HV_PAGE_SIZE, n * HV_PAGE_SIZE), HV_OK);
		memset(&model[first], 0, n * sizeof(model[0]));
		arch_gspace_sync(&gs);
		return;
	}
	for (i = first; i < first + n; i++)
		overlap |= model[i] != 0;
	K_EQ(map(MODEL_BASE + first * HV_PAGE_SIZE, p, n * HV_PAGE_SIZE, prot),
	     overlap ? HV_EEXIST : HV_OK);
	for (i = 0; !overlap && i < n; i++)
		model[first + i] = (p + i * HV_PAGE_SIZE) | prot;
}

KTEST(random_sequences_match_the_model)
{
	unsigned seed, i;

	for (seed = 1; seed <= 3; seed++) {
		rnd_state = seed * 0x9e3779b97f4a7c15ull;
		memset(model, 0, sizeof(model));
		for (i = 0; i < MODEL_OPS; i++) {
			model_op();
			if (i % 8 == 0)
				model_check();
		}
		model_check();
		arch_gspace_fini(&gs);
		K_EQ(pool.used, 0);
		K_EQ(arch_gspace_init(&gs, ID, &pool), HV_OK);
	}
}

/* ---- memory for tables runs out --------------------------------------------------------- */

KTEST(every_lack_of_a_table_page)
{
	u64 limit, done, at;
	err_t err = HV_ENOMEM;

	arch_gspace_fini(&gs);
	K_EQ(pool.used, 0);
	for (limit = 0; err == HV_ENOMEM && limit < 100; limit++) {
		pool.limit = limit;
		err = arch_gspace_init(&gs, ID, &pool);
		if (err) {
			K_EQ(err, HV_ENOMEM);
			K_EQ(pool.used, 0);
			continue;
		}
		/* pieces far apart, each of which needs tables of its own */
		at = 0;
		do {
			err = arch_gspace_map(&gs, GPA(GIB(1) * 3 + at), PA(HV_PAGE_SIZE + at),
					      MIB(5) - at, PROT_RWX, MT_NORMAL, &done);
			at += done;
		} while (err == HV_EAGAIN);
		if (at)
			expect(GIB(1) * 3 + at - HV_PAGE_SIZE, at, PROT_RWX);
		if (err) {
			K_EQ(err, HV_ENOMEM);
			expect_none(GIB(1) * 3 + at);
		}
		K_CHECK(pool.used <= limit);
		K_EQ(unmap(GIB(1) * 3, MIB(6)), HV_OK);
		expect_none(GIB(1) * 3);
		arch_gspace_fini(&gs);
		K_EQ(pool.used, 0);
	}
	K_EQ(err, HV_OK);
	K_CHECK(limit > 2);
}

KTEST(no_page_for_a_split)
{
	u64 done = 1;

	K_EQ(map(0, LARGE, LARGE, PROT_RWX), HV_OK);
	pool.limit = pool.used;
	K_EQ(arch_gspace_unmap(&gs, GPA(0x10000), HV_PAGE_SIZE, &done), HV_ENOMEM);
	K_EQ(done, 0);
	expect(0x10000, LARGE + 0x10000, PROT_RWX);
	expect(0, LARGE, PROT_RWX);
	/* the whole of it can always go */
	K_EQ(unmap(0, LARGE), HV_OK);
	expect_none(0x10000);
}

KTEST(an_id_is_used_again)
{
	unsigned i;

	for (i = 0; i < 4; i++) {
		K_EQ(map(0, LARGE * (i + 1), LARGE, PROT_RWX), HV_OK);
		expect(0x42, LARGE * (i + 1) + 0x42, PROT_RWX);
		arch_gspace_fini(&gs);
		K_EQ(pool.used, 0);
		K_EQ(arch_gspace_init(&gs, ID, &pool), HV_OK);
		expect_none(0x42);
	}
}

KTEST(memory_types)
{
	u64 done = 0;

	K_EQ(arch_gspace_map(&gs, GPA(0), PA(0x600000000000), HV_PAGE_SIZE, PROT_R | PROT_W,
			     MT_DEVICE, &done),
	     HV_OK);
	K_EQ(done, HV_PAGE_SIZE);
	expect(8, 0x600000000008, PROT_R | PROT_W);
}
