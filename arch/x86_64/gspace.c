// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guest address spaces: a tree of four levels from logical to machine addresses, in the format of
 * nested paging (APM 2, 15.25) or EPT (SDM 3, 29.3), which struct stage2 tells. Tables live until
 * the space ends, so that reading them needs no lock. Next: vcpu.c.
 */
#include "hvstring.h"
#include "pool.h"
#include "virt.h"

#define GSPACE_BITS  48
#define ENTRY_ADDR   0x000ffffffffff000ull
#define ROOT_LEVEL   3
#define SHIFT(level) (12 + 9 * (level))

static unsigned leaf_level = 1; /* the largest page: 2 MiB, or 2 when the processor has 1 GiB */

void gspace_boot(bool gib_pages)
{
	leaf_level = gib_pages ? 2 : 1;
}

static u64 *entry_of(u64 *table, gpa_t g, unsigned level)
{
	return &table[g.v >> SHIFT(level) & 511];
}

static u64 load(const u64 *e)
{
	return *(const volatile u64 *)e;
}

/* Stores are seen in their order: what the entry leads to is there before it. */
static void store(u64 *e, u64 val)
{
	asm volatile("" : : : "memory");
	*(volatile u64 *)e = val;
}

static bool is_leaf(u64 e, unsigned level)
{
	return e & virt->stage2.valid && (level == 0 || e & virt->stage2.large);
}

static u64 *table_of(u64 entry)
{
	return (u64 *)(entry & ENTRY_ADDR);
}

/* Bytes from g to the next entry of the level, at most `left`. */
static u64 rest(gpa_t g, unsigned level, u64 left)
{
	u64 span = 1ull << SHIFT(level);

	return MIN(left, span - (g.v & (span - 1)));
}

err_t arch_gspace_init(struct arch_gspace *gs, lpid_t id, struct pool *tables)
{
	static _Atomic u64 serial;
	u64 mine = ++serial;

	/* a vcpu begins with no translations, whatever the number was used for before */
	*gs = (struct arch_gspace){ .id = id.v, .serial = mine, .pool = tables };
	gs->root = pool_get(tables, 0, true);
	return gs->root ? HV_OK : HV_ENOMEM;
}

static void free_tables(struct arch_gspace *gs, u64 *table, unsigned level)
{
	for (unsigned i = 0; level > 0 && i < 512; i++) {
		u64 e = load(&table[i]);

		if (e && !is_leaf(e, level))
			free_tables(gs, table_of(e), level - 1);
	}
	pool_put(gs->pool, table, 0, true);
}

void arch_gspace_fini(struct arch_gspace *gs)
{
	if (!gs->root)
		return;
	free_tables(gs, gs->root, ROOT_LEVEL);
	gs->root = NULL;
}

static err_t new_table(struct arch_gspace *gs, u64 *e)
{
	void *t = pool_get(gs->pool, 0, true);

	if (!t)
		return HV_ENOMEM;
	store(e, (u64)t | virt->stage2.table);
	return HV_OK;
}

/*
 * The largest entry for the start of [g, g + left); *size says what it covers. With leaf 0 only
 * look: then *size is what is known to be free.
 */
static err_t map_one(struct arch_gspace *gs, gpa_t g, u64 p, u64 left, u64 leaf, u64 *size)
{
	u64 *table = gs->root;

	for (unsigned level = ROOT_LEVEL;; level--) {
		u64 *e = entry_of(table, g, level);
		u64 span = 1ull << SHIFT(level), old = load(e);
		bool fits = level <= leaf_level && left >= span && IS_ALIGNED(g.v | p, span);

		if (is_leaf(old, level))
			return HV_EEXIST;
		*size = leaf ? span : rest(g, level, left);
		if (!old && (fits || !leaf)) {
			if (leaf)
				store(e, leaf | p | (level ? virt->stage2.large : 0));
			return HV_OK;
		}
		if (!old && new_table(gs, e))
			return HV_ENOMEM;
		table = table_of(load(e));
	}
}

/* One pass over the range, at most `limit` entries; *done as in arch.h. */
static err_t map_pass(struct arch_gspace *gs, gpa_t g, u64 p, u64 size, u64 leaf, u64 limit,
		      u64 *done)
{
	u64 step;
	err_t err;

	*done = 0;
	for (u64 n = 0; n < limit && *done < size; n++) {
		err = map_one(gs, GPA(g.v + *done), p + *done, size - *done, leaf, &step);
		if (err)
			return err;
		*done += step;
	}
	return *done < size ? HV_EAGAIN : HV_OK;
}

static bool in_space(gpa_t g, u64 size)
{
	return size <= 1ull << GSPACE_BITS && g.v <= (1ull << GSPACE_BITS) - size;
}

static u64 leaf_bits(unsigned prot, enum memtype type)
{
	const struct stage2 *s = &virt->stage2;

	return s->leaf | s->type[type] | s->r | (prot & PROT_W ? s->w : 0) |
	       (prot & PROT_X ? s->x : s->nx);
}

err_t arch_gspace_map(struct arch_gspace *gs, gpa_t g, pa_t p, u64 size, unsigned prot,
		      enum memtype type, u64 *done)
{
	err_t err;

	*done = 0;
	/* nested paging has no page that can be written or executed but not read */
	if (!IS_ALIGNED(g.v | p.v | size, HV_PAGE_SIZE) || !(prot & PROT_R) || prot & ~PROT_RWX)
		return HV_EINVAL;
	if (!in_space(g, size) || p.v + size < p.v ||
	    (p.v + size - 1) & ~(ENTRY_ADDR | HV_PAGE_MASK))
		return HV_ERANGE;
	/* refuse an overlap before anything is written; holes are skipped in large steps */
	err = map_pass(gs, g, p.v, size, 0, ~0ull, done);
	if (err) {
		*done = 0;
		return err;
	}
	return map_pass(gs, g, p.v, size, leaf_bits(prot, type), ARCH_MAP_STEP, done);
}

/*
 * Replace a large page by a table of smaller ones. The old translation must be gone before the new
 * ones appear; a vcpu that faults meanwhile sees gs->splits and tries again (vcpu.c).
 */
static err_t split(struct arch_gspace *gs, u64 *e, unsigned level)
{
	u64 old = load(e), span = 1ull << SHIFT(level - 1);
	u64 *t = pool_get(gs->pool, 0, true);

	if (!t)
		return HV_ENOMEM;
	if (level == 1)
		old &= ~virt->stage2.large;
	for (u64 i = 0; i < 512; i++)
		t[i] = old + i * span;
	gs->splits++;
	store(e, 0);
	gspace_flush(gs);
	store(e, (u64)t | virt->stage2.table);
	gs->splits--;
	return HV_OK;
}

static err_t unmap_one(struct arch_gspace *gs, gpa_t g, u64 left, u64 *size)
{
	u64 *table = gs->root;

	for (unsigned level = ROOT_LEVEL;; level--) {
		u64 *e = entry_of(table, g, level);
		u64 span = 1ull << SHIFT(level), old = load(e);

		*size = rest(g, level, left);
		if (!old)
			return HV_OK;
		if (is_leaf(old, level)) {
			if (*size == span) {
				store(e, 0);
				return HV_OK;
			}
			if (split(gs, e, level))
				return HV_ENOMEM;
		}
		table = table_of(load(e));
	}
}

err_t arch_gspace_unmap(struct arch_gspace *gs, gpa_t g, u64 size, u64 *done)
{
	u64 step;

	*done = 0;
	if (!in_space(g, size)) /* nothing can be mapped there */
		size = g.v < 1ull << GSPACE_BITS ? (1ull << GSPACE_BITS) - g.v : 0;
	for (unsigned n = 0; n < ARCH_MAP_STEP && *done < size; n++) {
		if (unmap_one(gs, GPA(g.v + *done), size - *done, &step))
			return HV_ENOMEM;
		*done += step;
	}
	return *done < size ? HV_EAGAIN : HV_OK;
}

err_t arch_gspace_query(const struct arch_gspace *gs, gpa_t g, pa_t *p, unsigned *prot)
{
	const struct stage2 *s = &virt->stage2;
	u64 *table = gs->root;
	u64 e;

	if (!in_space(g, 1))
		return HV_ENOENT;
	for (unsigned level = ROOT_LEVEL;; level--) {
		e = load(entry_of(table, g, level));
		if (!e)
			return HV_ENOENT;
		if (is_leaf(e, level)) {
			*p = PA((e & ENTRY_ADDR & ~((1ull << SHIFT(level)) - 1)) |
				(g.v & ((1ull << SHIFT(level)) - 1)));
			break;
		}
		table = table_of(e);
	}
	*prot = PROT_R | (e & s->w ? PROT_W : 0) |
		((s->nx ? !(e & s->nx) : !!(e & s->x)) ? PROT_X : 0);
	return HV_OK;
}

/*
 * Each vcpu of the space forgets its translations before its next entry (vcpu.c looks at
 * `removed`). A CPU that is in the guest now is made to leave it; it needs no lock for that.
 */
void gspace_flush(struct arch_gspace *gs)
{
	gs->removed++;
	arch_barrier();
	for (unsigned i = 0; i < platform.ncpus; i++) {
		struct arch_cpu *c = &cpus[i];
		u64 entries = c->entries;

		if (c->in_guest != gs)
			continue;
		arch_cpu_kick(i);
		while (c->in_guest == gs && c->entries == entries)
			arch_relax();
	}
}

void arch_gspace_sync(struct arch_gspace *gs)
{
	gspace_flush(gs);
}
