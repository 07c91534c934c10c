// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Damaged bundles: no cut and no change makes the reader touch a byte outside the bundle, or
 * accept what the core must not see.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "manifest_fixture.h"

static bool ends(const char *s, size_t n)
{
	return memchr(s, 0, n) != NULL;
}

/* Whatever was accepted: the core relies on this. */
static void check_accepted(const struct manifest *m)
{
	ck_assert(m->nparts >= 1 && m->nparts <= MANIFEST_PARTS);
	ck_assert(m->slot_us && m->console_mode <= CONSOLE_FRAMED);
	for (unsigned i = 0; i < m->nparts; i++) {
		const struct manifest_part *p = &m->part[i];

		ck_assert(ends(p->name, sizeof(p->name)) && p->name[0]);
		ck_assert(ends(p->machine, sizeof(p->machine)));
		ck_assert(ends(p->bootargs, sizeof(p->bootargs)));
		ck_assert(p->vcpus >= 1 && p->vcpus <= MAX_VCPUS && p->share <= SCHED_SLOTS);
		ck_assert(p->memory && p->memory <= MEMORY_MAX);
		ck_assert(p->nseg >= 1 && p->nseg <= MANIFEST_SEGS && p->entry.v < p->memory);
		for (unsigned j = 0; j < p->nseg; j++) {
			const struct manifest_seg *s = &p->seg[j];

			ck_assert(s->filesz <= s->memsz && s->memsz <= p->memory);
			ck_assert(s->dest.v <= p->memory - s->memsz);
			ck_assert(s->filesz <= m->data_len);
			ck_assert(s->offset <= m->data_len - s->filesz);
		}
		for (unsigned j = 0; j < i; j++)
			ck_assert_str_ne(p->name, m->part[j].name);
	}
}

/* A room whose end is followed by an inaccessible page. */
static u8 *guarded(size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), room = ALIGN_UP(len, page);
	u8 *p = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(p, MAP_FAILED);
	ck_assert_int_eq(mprotect(p + room, page, PROT_NONE), 0);
	return p + room - len;
}

START_TEST(truncation_at_every_length_is_refused)
{
	assemble();
	for (size_t len = 0; len < t.len; len++) {
		u8 *copy = malloc(len ? len : 1); /* the checkers see each byte too far */

		memcpy(copy, t.bundle, len);
		ck_assert_int_eq(manifest_read(&t.m, copy, len, t.err, sizeof(t.err)), HV_EINVAL);
		ck_assert(ends(t.err, sizeof(t.err)));
		free(copy);
	}
}
END_TEST

/* The bundle ends at the guard page; `p` is 8-aligned because its length is a multiple of 8. */
static u8 *guarded_bundle(void)
{
	u8 *p;

	assemble();
	t.bundle = realloc(t.bundle, ALIGN_UP(t.len, 8));
	memset(t.bundle + t.len, 0, ALIGN_UP(t.len, 8) - t.len);
	t.len = ALIGN_UP(t.len, 8);
	p = guarded(t.len);
	memcpy(p, t.bundle, t.len);
	return p;
}

START_TEST(any_changed_byte_of_the_tree_is_survived)
{
	static const u8 flip[] = { 0x01, 0x80, 0xff, 0x10 };
	u8 *p = guarded_bundle();
	size_t n = fdt_totalsize(p);
	unsigned refusals = 0;

	for (size_t i = 0; i < n; i++)
		for (unsigned j = 0; j < ARRAY_SIZE(flip); j++) {
			p[i] ^= flip[j];
			if (manifest_read(&t.m, p, t.len, t.err, sizeof(t.err)))
				refusals++;
			else
				check_accepted(&t.m);
			p[i] ^= flip[j];
		}
	ck_assert_uint_gt(refusals, n); /* most of it matters */
	ck_assert_int_eq(manifest_read(&t.m, p, t.len, t.err, sizeof(t.err)), HV_OK);
}
END_TEST

START_TEST(any_changed_byte_of_the_data_is_refused)
{
	size_t start;

	assemble();
	start = t.len - DATA;
	for (size_t i = start; i < t.len; i++) {
		t.bundle[i] ^= 0x20;
		ck_assert_int_eq(read_bundle(), HV_EINVAL);
		ck_assert_str_eq(t.err, "/: data-sum: image data is damaged");
		t.bundle[i] ^= 0x20;
	}
}
END_TEST

START_TEST(words_in_another_order_are_refused)
{
	u8 word[8], *a, *b;

	assemble();
	a = t.bundle + t.len - DATA;
	b = a + 64;
	memcpy(word, a, 8);
	memcpy(a, b, 8);
	memcpy(b, word, 8);
	ck_assert_int_eq(read_bundle(), HV_EINVAL);
	ck_assert_str_eq(t.err, "/: data-sum: image data is damaged");
}
END_TEST

static u32 rnd(u32 *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Several changes at once, with values that lengths and offsets are made of. */
START_TEST(random_damage_is_survived)
{
	static const u32 nice[] = {
		0, 1, 2, 3, 4, 9, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffc
	};
	u32 seed = 2463534242u;
	u8 *p = guarded_bundle();
	size_t n = fdt_totalsize(p);

	for (unsigned round = 0; round < 20000; round++) {
		for (unsigned k = rnd(&seed) % 4 + 1; k; k--) {
			size_t at = rnd(&seed) % (n / 4) * 4;
			fdt32_t word = cpu_to_fdt32(nice[rnd(&seed) % ARRAY_SIZE(nice)]);

			if (rnd(&seed) % 2)
				p[at] = (u8)rnd(&seed);
			else
				memcpy(p + at, &word, sizeof(word));
		}
		if (!manifest_read(&t.m, p, t.len, t.err, sizeof(t.err)))
			check_accepted(&t.m);
		else
			ck_assert(ends(t.err, sizeof(t.err)) && t.err[0]);
		if (rnd(&seed) % 3)
			memcpy(p, t.bundle, n);
	}
}
END_TEST

/* Each property in turn claims a length that libfdt takes for a step back. */
START_TEST(lengths_that_wrap)
{
	static const u32 len[] = { 0xfffffff4, 0xfffffff0, 0xffffffe0, 0xffffff00,
				   0x80000000, 0x7fffffff, 0xffffffff, 0xfffffffc };
	unsigned tried = 0;
	u32 at, size;

	assemble();
	at = fdt_off_dt_struct(t.bundle);
	size = fdt_size_dt_struct(t.bundle);
	for (u32 off = at; off + 12 <= at + size; off += 4) {
		fdt32_t *word = (fdt32_t *)(t.bundle + off), old;

		if (fdt32_ld(word) != FDT_PROP)
			continue;
		old = word[1];
		word[1] = cpu_to_fdt32(len[tried++ % ARRAY_SIZE(len)]);
		ck_assert_int_eq(read_bundle(), HV_EINVAL);
		word[1] = old;
	}
	ck_assert_uint_gt(tried, 10);
	ck_assert_int_eq(read_bundle(), HV_OK);
}
END_TEST

/* Before libfdt looks at anything. */
START_TEST(headers_of_trees)
{
	assemble();
	ck_assert_int_eq(manifest_tree_check(t.bundle, t.len), 0);
	ck_assert_int_eq(manifest_tree_check(t.bundle, sizeof(struct fdt_header) - 1),
			 -FDT_ERR_TRUNCATED);
	ck_assert_int_eq(manifest_tree_check(t.bundle, sizeof(struct fdt_header)),
			 -FDT_ERR_TRUNCATED);
	ck_assert_int_eq(manifest_tree_check(t.bundle, fdt_totalsize(t.bundle) - 1),
			 -FDT_ERR_TRUNCATED);
	ck_assert_int_eq(manifest_tree_check(t.bundle, fdt_totalsize(t.bundle)), 0);
	fdt_set_version(t.bundle, 16);
	ck_assert_int_eq(manifest_tree_check(t.bundle, t.len), -FDT_ERR_BADVERSION);
	fdt_set_version(t.bundle, 18);
	fdt_set_last_comp_version(t.bundle, 17);
	ck_assert_int_eq(manifest_tree_check(t.bundle, t.len), 0);
	fdt_set_magic(t.bundle, 1);
	ck_assert_int_eq(manifest_tree_check(t.bundle, t.len), -FDT_ERR_BADMAGIC);
}
END_TEST

Suite *suite_manifest_check(void);
Suite *suite_manifest_check(void)
{
	Suite *suite = suite_create("manifest_check");
	TCase *tc = tcase_create("damage");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120); /* under valgrind */
	tcase_add_test(tc, headers_of_trees);
	tcase_add_test(tc, lengths_that_wrap);
	tcase_add_test(tc, truncation_at_every_length_is_refused);
	tcase_add_test(tc, any_changed_byte_of_the_tree_is_survived);
	tcase_add_test(tc, any_changed_byte_of_the_data_is_refused);
	tcase_add_test(tc, words_in_another_order_are_refused);
	tcase_add_test(tc, random_damage_is_survived);
	suite_add_tcase(suite, tc);
	return suite;
}
