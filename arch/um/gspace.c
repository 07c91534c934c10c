// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guest address spaces: a three-level table in pages from the partition's pool, large pages of
 * 1 GiB and 2 MiB, and a TLB per CPU that only arch_gspace_sync empties. Next: guest.c, its user.
 */
#include "state.h"

#include "pool.h"

/* A table entry: machine address, or the next table's, and flags. */
#define E_VALID	     0x001ull
#define E_LEAF	     0x002ull
#define E_PROT_SHIFT 2
#define E_TYPE_SHIFT 5
#define E_ADDR	     0x000ffffffffff000ull

#define LEVELS	     3
#define ENTRIES	     512
#define SPACE_SIZE   (1ull << (HV_PAGE_SHIFT + 9 * LEVELS))

/* Bytes that one entry of a level stands for; level 0 is the root. */
static u64 span(unsigned level)
{
	return 1ull << (HV_PAGE_SHIFT + 9 * (LEVELS - 1 - level));
}

static u64 *entry(u64 *table, u64 g, unsigned level)
{
	return &table[(g / span(level)) % ENTRIES];
}

static u64 *next_table(u64 e)
{
	return um_phys(PA(e & E_ADDR));
}

static bool is_table(u64 e)
{
	return (e & E_VALID) && !(e & E_LEAF);
}

static u64 leaf(u64 p, unsigned prot, enum memtype type)
{
	return p | E_VALID | E_LEAF | (u64)prot << E_PROT_SHIFT | (u64)type << E_TYPE_SHIFT;
}

static unsigned leaf_prot(u64 e)
{
	return (e >> E_PROT_SHIFT) & PROT_RWX;
}

/* The entry that decides about g: a leaf, or an empty one, of level *level. */
static u64 *walk(const struct arch_gspace *gs, u64 g, unsigned *level)
{
	u64 *table = gs->root, *e;

	for (*level = 0;; ++*level) {
		e = entry(table, g, *level);
		if (!is_table(*e))
			return e;
		table = next_table(*e);
	}
}

static u64 *table_get(struct arch_gspace *gs)
{
	u64 *t = pool_get(gs->pool, 0, true);

	if (t)
		gs->ntables++;
	return t;
}

/* ---- init, fini ------------------------------------------------------------------------- */

err_t arch_gspace_init(struct arch_gspace *gs, lpid_t id, struct pool *tables)
{
	unsigned i;

	*gs = (struct arch_gspace){ .id = id, .pool = tables };
	if (id.v == 0)
		um_bug("address space of partition 0");
	gs->root = table_get(gs);
	if (!gs->root)
		return HV_ENOMEM;
	for (i = 0; i < um.cfg.ncpus; i++)
		um_tlb_flush(&um.cpu[i], id);
	return HV_OK;
}

static void table_free(struct arch_gspace *gs, u64 *table, unsigned level)
{
	unsigned i;

	for (i = 0; i < ENTRIES; i++)
		if (is_table(table[i]))
			table_free(gs, next_table(table[i]), level + 1);
	pool_put(gs->pool, arch_va(PA(UM_RAM_BASE + (u64)((u8 *)table - um.ram.phys))), 0, true);
	gs->ntables--;
}

void arch_gspace_fini(struct arch_gspace *gs)
{
	unsigned i;

	for (i = 0; i < um.cfg.ncpus; i++)
		if (um.cpu[i].loaded && um.cpu[i].loaded->gs == gs)
			um_bug("arch_gspace_fini: CPU %u has a vcpu of it loaded", i);
	if (!gs->root)
		return;
	/* The root came through the view; tables below are found through the hardware's. */
	table_free(gs, um_phys(arch_pa(gs->root)), 0);
	gs->root = NULL;
	if (gs->ntables)
		um_bug("%llu table pages lost", (unsigned long long)gs->ntables);
}

/* ---- map, unmap, query ------------------------------------------------------------------ */

static bool range_valid(u64 g, u64 size)
{
	return IS_ALIGNED(g | size, HV_PAGE_SIZE) && size <= SPACE_SIZE && g <= SPACE_SIZE - size;
}

static bool range_free(const struct arch_gspace *gs, u64 g, u64 end)
{
	unsigned level;

	while (g < end) {
		if (*walk(gs, g, &level) & E_VALID)
			return false;
		g = ALIGN_DOWN(g, span(level)) + span(level);
	}
	return true;
}

/* Map the largest page that fits at g; returns its size, or 0 without memory for a table. */
static u64 map_one(struct arch_gspace *gs, u64 g, u64 p, u64 size, u64 flags)
{
	unsigned level;
	u64 *e = walk(gs, g, &level), *t;

	while (!IS_ALIGNED(g | p, span(level)) || size < span(level)) {
		t = table_get(gs);
		if (!t)
			return 0;
		*e = arch_pa(t).v | E_VALID;
		e = entry(next_table(*e), g, ++level);
	}
	*e = p | flags;
	return span(level);
}

err_t arch_gspace_map(struct arch_gspace *gs, gpa_t g, pa_t p, u64 size, unsigned prot,
		      enum memtype type, u64 *done)
{
	unsigned steps;
	u64 n;

	*done = 0;
	if (!IS_ALIGNED(g.v | p.v | size, HV_PAGE_SIZE) || !prot || prot > PROT_RWX)
		um_bug("arch_gspace_map: alignment or protection");
	if (!range_valid(g.v, size))
		return HV_ERANGE;
	if (!range_free(gs, g.v, g.v + size))
		return HV_EEXIST;
	for (steps = 0; *done < size; steps++) {
		if (steps == ARCH_MAP_STEP)
			return HV_EAGAIN;
		n = map_one(gs, g.v + *done, p.v + *done, size - *done, leaf(0, prot, type));
		if (!n)
			return HV_ENOMEM;
		*done += n;
	}
	return HV_OK;
}

/* Replace the large page at e by a table of the next smaller ones. */
static bool split(struct arch_gspace *gs, u64 *e, unsigned level)
{
	u64 *t = table_get(gs);
	unsigned i;

	if (!t)
		return false;
	for (i = 0; i < ENTRIES; i++)
		t[i] = *e + i * span(level + 1);
	*e = arch_pa(t).v | E_VALID;
	return true;
}

err_t arch_gspace_unmap(struct arch_gspace *gs, gpa_t g, u64 size, u64 *done)
{
	unsigned steps, level;
	u64 at, next, *e;

	*done = 0;
	if (!range_valid(g.v, size))
		um_bug("arch_gspace_unmap: beyond the space or not page aligned");
	for (steps = 0; *done < size; steps++) {
		if (steps == ARCH_MAP_STEP)
			return HV_EAGAIN;
		at = g.v + *done;
		e = walk(gs, at, &level);
		next = ALIGN_DOWN(at, span(level)) + span(level);
		if (!(*e & E_VALID)) {
			*done = MIN(next - g.v, size);
		} else if (IS_ALIGNED(at, span(level)) && size - *done >= span(level)) {
			*e = 0;
			*done += span(level);
		} else if (!split(gs, e, level)) {
			return HV_ENOMEM;
		}
	}
	return HV_OK;
}

err_t arch_gspace_query(const struct arch_gspace *gs, gpa_t g, pa_t *p, unsigned *prot)
{
	unsigned level;
	u64 e;

	if (g.v >= SPACE_SIZE)
		return HV_ENOENT;
	e = *walk(gs, g.v, &level);
	if (!(e & E_VALID))
		return HV_ENOENT;
	*p = PA((e & E_ADDR) + g.v % span(level));
	*prot = leaf_prot(e);
	return HV_OK;
}

/* ---- what CPUs remember ----------------------------------------------------------------- */

void um_tlb_flush(struct arch_cpu *c, lpid_t id)
{
	unsigned i;

	for (i = 0; i < UM_TLB; i++)
		if (c->tlb[i].id == id.v)
			c->tlb[i].id = 0;
}

/* Every CPU that runs a vcpu of the space must have left it once, as on hardware. */
void arch_gspace_sync(struct arch_gspace *gs)
{
	unsigned i;
	u64 entries;

	if (um_lock_count && um_lock_count())
		um_bug("arch_gspace_sync with a lock held");
	for (i = 0; i < um.cfg.ncpus; i++) {
		struct arch_cpu *c = &um.cpu[i];

		entries = c->nentries;
		if (i != um_self && c->in_guest && c->in_guest->gs == gs)
			arch_cpu_kick(i);
		while (i != um_self && c->in_guest && c->in_guest->gs == gs &&
		       c->nentries == entries)
			arch_relax();
		um_tlb_flush(c, gs->id);
	}
}

static enum um_walk tlb_fill(struct um_tlb *t, const struct arch_gspace *gs, u64 addr,
			     unsigned prot)
{
	unsigned level;
	u64 e;

	if (addr >= SPACE_SIZE)
		return UM_WALK_NONE;
	e = *walk(gs, addr, &level);
	if (!(e & E_VALID))
		return UM_WALK_NONE;
	if ((leaf_prot(e) & prot) != prot)
		return UM_WALK_DENIED;
	t->gpage = addr >> HV_PAGE_SHIFT;
	t->page = ((e & E_ADDR) + addr % span(level)) >> HV_PAGE_SHIFT;
	t->id = gs->id.v;
	t->prot = (u8)leaf_prot(e);
	return UM_WALK_OK;
}

enum um_walk um_translate(struct arch_cpu *c, const struct arch_gspace *gs, u64 addr, unsigned prot,
			  u8 **at)
{
	struct um_tlb *t = &c->tlb[(addr >> HV_PAGE_SHIFT) % UM_TLB];
	enum um_walk w;

	if (t->id != gs->id.v || t->gpage != addr >> HV_PAGE_SHIFT || (t->prot & prot) != prot) {
		w = tlb_fill(t, gs, addr, prot);
		if (w != UM_WALK_OK)
			return w;
	}
	*at = um_phys(PA(t->page << HV_PAGE_SHIFT | (addr & HV_PAGE_MASK)));
	if (!*at)
		return UM_WALK_DEVICE;
	if (!um_page_guest(PA(t->page << HV_PAGE_SHIFT)))
		um_bug("partition %u reaches machine page %llx, which is no guest's, at %llx",
		       gs->id.v, (unsigned long long)t->page << HV_PAGE_SHIFT,
		       (unsigned long long)addr);
	return UM_WALK_OK;
}
