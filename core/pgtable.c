// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Second-stage page tables (pgtable.h). Processors and other CPUs read them at any time: an entry
 * changes with one store, and what it leads to is there before it. Next: the port's gspace.c.
 */
#include "arch.h"
#include "pgtable.h"
#include "pool.h"

#define ROOT_LEVEL 3
#define ENTRIES	   (HV_PAGE_SIZE / sizeof(u64)) /* of a table, but for the root */

static unsigned shift_of(unsigned level)
{
	return 12 + 9 * level;
}

static u64 entries_of(const struct pgtable *t, unsigned level)
{
	return level == ROOT_LEVEL ? ENTRIES << t->format->root_order : ENTRIES;
}

static u64 *entry_of(const struct pgtable *t, u64 *table, gpa_t g, unsigned level)
{
	return &table[g.v >> shift_of(level) & (entries_of(t, level) - 1)];
}

static u64 load(const u64 *e)
{
	return arch_pgtable_entry(__atomic_load_n(e, __ATOMIC_RELAXED));
}

static void store(u64 *e, u64 val)
{
	__atomic_store_n(e, arch_pgtable_entry(val), __ATOMIC_RELEASE);
}

static bool is_leaf(const struct pgtable *t, u64 e, unsigned level)
{
	return level ? e & t->format->large : e != 0;
}

static u64 leaf_bits(const struct pgtable *t, unsigned level)
{
	return level ? t->format->large : t->format->small;
}

static u64 *table_of(const struct pgtable *t, u64 e)
{
	return arch_va(PA(e & t->format->addr));
}

static void store_table(const struct pgtable *t, u64 *e, const u64 *table)
{
	store(e, arch_pa(table).v | t->format->table);
}

/* Bytes from g to the next entry of the level, at most `left`. */
static u64 rest(gpa_t g, unsigned level, u64 left)
{
	u64 span = 1ull << shift_of(level);

	return MIN(left, span - (g.v & (span - 1)));
}

err_t pgtable_init(struct pgtable *t, const struct pgtable_format *format, struct pool *pool)
{
	*t = (struct pgtable){ .format = format, .pool = pool };
	t->root = pool_get(pool, format->root_order, true);
	return t->root ? HV_OK : HV_ENOMEM;
}

static void free_tables(struct pgtable *t, u64 *table, unsigned level)
{
	for (u64 i = 0; level > 0 && i < entries_of(t, level); i++) {
		u64 e = load(&table[i]);

		if (e && !is_leaf(t, e, level))
			free_tables(t, table_of(t, e), level - 1);
	}
	pool_put(t->pool, table, level == ROOT_LEVEL ? t->format->root_order : 0, true);
}

void pgtable_fini(struct pgtable *t)
{
	if (!t->root)
		return;
	free_tables(t, t->root, ROOT_LEVEL);
	t->root = NULL;
}

static err_t new_table(struct pgtable *t, u64 *e)
{
	u64 *table = pool_get(t->pool, 0, true);

	if (!table)
		return HV_ENOMEM;
	store_table(t, e, table);
	return HV_OK;
}

/*
 * The largest entry for the start of [g, g + left); *size says what it covers. With leaf 0 only
 * look: then *size is what is known to be free.
 */
static err_t map_one(struct pgtable *t, gpa_t g, u64 p, u64 left, u64 leaf, u64 *size)
{
	u64 *table = t->root;

	for (unsigned level = ROOT_LEVEL;; level--) {
		u64 *e = entry_of(t, table, g, level);
		u64 span = 1ull << shift_of(level), old = load(e);
		bool fits =
			level <= t->format->leaf_level && left >= span && IS_ALIGNED(g.v | p, span);

		if (is_leaf(t, old, level))
			return HV_EEXIST;
		*size = leaf ? span : rest(g, level, left);
		if (!old && (fits || !leaf)) {
			if (leaf)
				store(e, leaf | p | leaf_bits(t, level));
			return HV_OK;
		}
		if (!old && new_table(t, e))
			return HV_ENOMEM;
		table = table_of(t, load(e));
	}
}

/* One pass over the range, at most `limit` entries; *done as in arch.h. */
static err_t map_pass(struct pgtable *t, gpa_t g, u64 p, u64 size, u64 leaf, u64 limit, u64 *done)
{
	u64 step;
	err_t err;

	*done = 0;
	for (u64 n = 0; n < limit && *done < size; n++) {
		err = map_one(t, GPA(g.v + *done), p + *done, size - *done, leaf, &step);
		if (err)
			return err;
		*done += step;
	}
	return *done < size ? HV_EAGAIN : HV_OK;
}

err_t pgtable_map(struct pgtable *t, gpa_t g, pa_t p, u64 size, u64 leaf, u64 *done)
{
	err_t err;

	*done = 0;
	if (!IS_ALIGNED(g.v | p.v | size, HV_PAGE_SIZE))
		return HV_EINVAL;
	if (!pgtable_reaches(t, g, size) || p.v + size < p.v ||
	    (p.v + size - 1) & ~(t->format->addr | HV_PAGE_MASK))
		return HV_ERANGE;
	/* refuse an overlap before anything is written; holes are skipped in large steps */
	err = map_pass(t, g, p.v, size, 0, ~0ull, done);
	if (err) {
		*done = 0;
		return err;
	}
	return map_pass(t, g, p.v, size, leaf, ARCH_MAP_STEP, done);
}

/*
 * Replace a large page by a table of smaller ones. The old translation must be gone before the new
 * ones appear; a vcpu that faults meanwhile sees `splits` and tries again (the port's vcpu.c).
 */
static err_t split(struct pgtable *t, u64 *e, unsigned level)
{
	u64 page = (load(e) & ~t->format->large) | leaf_bits(t, level - 1);
	u64 *table = pool_get(t->pool, 0, true);

	if (!table)
		return HV_ENOMEM;
	for (u64 i = 0; i < ENTRIES; i++)
		table[i] = arch_pgtable_entry(page + (i << shift_of(level - 1)));
	t->splits++;
	store(e, 0);
	t->format->flush(t);
	store_table(t, e, table);
	t->splits--;
	return HV_OK;
}

static err_t unmap_one(struct pgtable *t, gpa_t g, u64 left, u64 *size)
{
	u64 *table = t->root;

	for (unsigned level = ROOT_LEVEL;; level--) {
		u64 *e = entry_of(t, table, g, level);
		u64 old = load(e);
		bool leaf = is_leaf(t, old, level);

		*size = rest(g, level, left);
		if (leaf && *size == 1ull << shift_of(level))
			store(e, 0);
		else if (leaf && split(t, e, level))
			return HV_ENOMEM;
		old = load(e);
		if (!old)
			return HV_OK;
		table = table_of(t, old);
	}
}

err_t pgtable_unmap(struct pgtable *t, gpa_t g, u64 size, u64 *done)
{
	u64 end = 1ull << (48 + t->format->root_order), step;

	*done = 0;
	if (!pgtable_reaches(t, g, size)) /* nothing can be mapped there */
		size = g.v < end ? end - g.v : 0;
	for (unsigned n = 0; n < ARCH_MAP_STEP && *done < size; n++) {
		if (unmap_one(t, GPA(g.v + *done), size - *done, &step))
			return HV_ENOMEM;
		*done += step;
	}
	return *done < size ? HV_EAGAIN : HV_OK;
}

err_t pgtable_query(const struct pgtable *t, gpa_t g, pa_t *p, u64 *entry)
{
	u64 *table = t->root;

	if (!pgtable_reaches(t, g, 1))
		return HV_ENOENT;
	for (unsigned level = ROOT_LEVEL;; level--) {
		u64 e = load(entry_of(t, table, g, level)), within = (1ull << shift_of(level)) - 1;

		if (!e)
			return HV_ENOENT;
		if (is_leaf(t, e, level)) {
			*p = PA((e & t->format->addr) | (g.v & within));
			*entry = e;
			return HV_OK;
		}
		table = table_of(t, e);
	}
}
