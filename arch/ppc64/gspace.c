// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guest address spaces: the partition table and, for each partition, a radix tree from logical to
 * machine addresses (Power ISA 3.0B, Book III 5.7.6 to 5.7.10). Tables live until the space ends,
 * so that reading them needs no lock. Next: vcpu.c.
 */
#include "hvstring.h"
#include "pool.h"
#include "port.h"

/* Partition table entry */
#define PATE0_HR    (1ull << 63)
#define PATE0_RTS   ((2ull << 61) | (5ull << 5)) /* 52 bits of address */
#define GSPACE_BITS 52

/* Tree entries */
#define PTE_VALID    (1ull << 63)
#define PTE_LEAF     (1ull << 62)
#define PTE_RPN	     0x01fffffffffff000ull
#define PTE_RC	     0x180ull /* referenced and changed: the hardware never has to set them */
#define PTE_PRIV     8ull
#define PTE_R	     4ull
#define PTE_W	     2ull
#define PTE_X	     1ull
#define PDE_TABLE    0x0ffffffffffff000ull /* a table is at most as aligned as its size */
#define PDE_BITS     9ull

#define ROOT_LEVEL   3
#define ROOT_BITS    13
#define ROOT_ORDER   4 /* 2^13 entries */
#define LEAF_LEVEL   2 /* 1 GiB, and 2 MiB, and 4 KiB */
#define SHIFT(level) (12 + 9 * (level))

static struct {
	be64_t space, process;
} partition_table[MAX_PARTITIONS + 1] __attribute__((aligned(4096)));

BUILD_ASSERT(sizeof(partition_table) == 4096, "PTCR says 4 KiB");

static const u64 type_bits[] = { [MT_NORMAL] = 0, [MT_DEVICE] = 0x20, [MT_WC] = 0x30 };

static be64_t *entry_of(be64_t *table, gpa_t g, unsigned level)
{
	u64 n = level == ROOT_LEVEL ? 1ull << ROOT_BITS : 512;

	return &table[(g.v >> SHIFT(level)) & (n - 1)];
}

static u64 load(const be64_t *e)
{
	return be64_to_cpu((be64_t){ *(const volatile u64 *)&e->raw });
}

/* What the entry leads to is visible before the entry is. */
static void store(be64_t *e, u64 val)
{
	asm volatile("lwsync" : : : "memory");
	*(volatile u64 *)&e->raw = cpu_to_be64(val).raw;
}

static be64_t *table_of(u64 entry)
{
	return (be64_t *)(entry & PDE_TABLE);
}

/* Bytes from g to the next entry of the level, at most `left`. */
static u64 rest(gpa_t g, unsigned level, u64 left)
{
	u64 span = 1ull << SHIFT(level);

	return MIN(left, span - (g.v & (span - 1)));
}

/*
 * The hypervisor's own space, for arrivals with translation on: the first 512 GiB, for us only, at
 * 0xc000000000000000. A root, a table below it, a process table with process 0. The same tree
 * serves as the partition-scoped one of LPID 0, through which the hardware finds that process
 * table: it must lie in what the tree maps.
 */
void partition_table_boot(void *room)
{
	be64_t *root = room, *table = root + (1 << ROOT_BITS), *process = table + 512;
	u64 tree = PATE0_RTS | (u64)root | ROOT_BITS;

	memset(room, 0, HV_SPACE_SIZE);
	for (u64 i = 0; i < HV_SPACE_MAPS / GIB(1); i++)
		table[i] = cpu_to_be64(PTE_VALID | PTE_LEAF | PTE_RC | PTE_PRIV | PTE_R | PTE_X |
				       i << 30);
	root[0] = cpu_to_be64(PTE_VALID | (u64)table | PDE_BITS);
	process[0] = cpu_to_be64(tree);
	partition_table[0].space = cpu_to_be64(PATE0_HR | tree);
	partition_table[0].process = cpu_to_be64((u64)process);
	arch_barrier();
}

void partition_table_init(void)
{
	mtspr(SPR_PTCR, partition_table);
	asm volatile("isync" : : : "memory");
	if (arch_cpu()->index == 0) /* what firmware's time left */
		gspace_flush(0);
}

/*
 * The last two tlbie are for errata of POWER9, as Linux has them: a store that was translated
 * before may otherwise still be on its way when tlbsync ends, and an effective address be kept.
 * One goes to a page that nobody has, of this LPID; one to LPID 0.
 */
void gspace_flush(u16 lpid)
{
	u64 all_of_lpid = 2ull << 10, rs = lpid, none = 0, no_page = 0x000ffffffffff000 | 5 << 5;

	asm volatile(".machine push; .machine power9\n\t"
		     "ptesync\n\t"
		     "tlbie %0, %1, 2, 0, 1\n\t" /* partition scope and its caches */
		     "tlbie %0, %1, 2, 1, 1\n\t" /* process scope and the process table */
		     "ptesync\n\t"
		     "tlbie %0, %2, 0, 0, 1\n\t"
		     "ptesync\n\t"
		     "tlbie %3, %1, 0, 0, 1\n\t"
		     "eieio; tlbsync; ptesync\n\t"
		     ".machine pop"
		     :
		     : "r"(all_of_lpid), "r"(rs), "r"(none), "r"(no_page)
		     : "memory");
}

static void pate_write(u16 lpid, u64 space, u64 process)
{
	partition_table[lpid].space = cpu_to_be64(space);
	partition_table[lpid].process = cpu_to_be64(process);
	gspace_flush(lpid);
}

err_t arch_gspace_init(struct arch_gspace *gs, lpid_t id, struct pool *tables)
{
	*gs = (struct arch_gspace){ .lpid = id.v, .pool = tables, .lpcr = LPCR_GTSE };
	gs->root = pool_get(tables, ROOT_ORDER, true);
	if (!gs->root)
		return HV_ENOMEM;
	pate_write(gs->lpid, PATE0_HR | PATE0_RTS | (u64)gs->root | ROOT_BITS, 0);
	return HV_OK;
}

static void free_tables(struct arch_gspace *gs, be64_t *table, unsigned level)
{
	u64 n = level == ROOT_LEVEL ? 1ull << ROOT_BITS : 512;

	for (u64 i = 0; level > 0 && i < n; i++) {
		u64 e = load(&table[i]);

		if (e && !(e & PTE_LEAF))
			free_tables(gs, table_of(e), level - 1);
	}
	pool_put(gs->pool, table, level == ROOT_LEVEL ? ROOT_ORDER : 0, true);
}

void arch_gspace_fini(struct arch_gspace *gs)
{
	if (!gs->root)
		return;
	pate_write(gs->lpid, 0, 0);
	free_tables(gs, gs->root, ROOT_LEVEL);
	gs->root = NULL;
}

static err_t new_table(struct arch_gspace *gs, be64_t *e)
{
	void *t = pool_get(gs->pool, 0, true);

	if (!t)
		return HV_ENOMEM;
	store(e, PTE_VALID | (u64)t | PDE_BITS);
	return HV_OK;
}

/*
 * The largest entry for the start of [g, g + left); *size says what it covers. With leaf 0 only
 * look: then *size is what is known to be free.
 */
static err_t map_one(struct arch_gspace *gs, gpa_t g, u64 p, u64 left, u64 leaf, u64 *size)
{
	be64_t *table = gs->root;

	for (unsigned level = ROOT_LEVEL;; level--) {
		be64_t *e = entry_of(table, g, level);
		u64 span = 1ull << SHIFT(level), old = load(e);
		bool fits = level <= LEAF_LEVEL && left >= span && IS_ALIGNED(g.v | p, span);

		if (old & PTE_LEAF)
			return HV_EEXIST;
		*size = leaf ? span : rest(g, level, left);
		if (!old && (fits || !leaf)) {
			if (leaf)
				store(e, leaf | p);
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

err_t arch_gspace_map(struct arch_gspace *gs, gpa_t g, pa_t p, u64 size, unsigned prot,
		      enum memtype type, u64 *done)
{
	u64 leaf = PTE_VALID | PTE_LEAF | PTE_RC | type_bits[type];
	err_t err;

	*done = 0;
	if (!IS_ALIGNED(g.v | p.v | size, HV_PAGE_SIZE) || !prot || prot & ~PROT_RWX)
		return HV_EINVAL;
	if (!in_space(g, size) || p.v + size < p.v || (p.v + size - 1) & ~(PTE_RPN | HV_PAGE_MASK))
		return HV_ERANGE;
	/* refuse an overlap before anything is written; holes are skipped in large steps */
	err = map_pass(gs, g, p.v, size, 0, ~0ull, done);
	if (err) {
		*done = 0;
		return err;
	}
	leaf |= (prot & PROT_R ? PTE_R : 0) | (prot & PROT_W ? PTE_W : 0) |
		(prot & PROT_X ? PTE_X : 0);
	err = map_pass(gs, g, p.v, size, leaf, ARCH_MAP_STEP, done);
	asm volatile("ptesync" : : : "memory");
	return err;
}

/*
 * Replace a large page by a table of smaller ones. The old translation must be gone before the new
 * ones appear; a vcpu that faults meanwhile sees gs->splits and tries again (arch_vcpu_run).
 */
static err_t split(struct arch_gspace *gs, be64_t *e, unsigned level)
{
	u64 old = load(e), span = 1ull << SHIFT(level - 1);
	be64_t *t = pool_get(gs->pool, 0, true);

	if (!t)
		return HV_ENOMEM;
	for (u64 i = 0; i < 512; i++)
		t[i] = cpu_to_be64(old + i * span);
	gs->splits++;
	store(e, 0);
	gspace_flush(gs->lpid);
	store(e, PTE_VALID | (u64)t | PDE_BITS);
	asm volatile("ptesync" : : : "memory");
	gs->splits--;
	return HV_OK;
}

static err_t unmap_one(struct arch_gspace *gs, gpa_t g, u64 left, u64 *size)
{
	be64_t *table = gs->root;

	for (unsigned level = ROOT_LEVEL;; level--) {
		be64_t *e = entry_of(table, g, level);
		u64 span = 1ull << SHIFT(level), old = load(e);

		*size = rest(g, level, left);
		if (!old)
			return HV_OK;
		if (old & PTE_LEAF && *size == span) {
			store(e, 0);
			return HV_OK;
		}
		if (old & PTE_LEAF && split(gs, e, level))
			return HV_ENOMEM;
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
	be64_t *table = gs->root;
	u64 e;

	if (!in_space(g, 1))
		return HV_ENOENT;
	for (unsigned level = ROOT_LEVEL;; level--) {
		e = load(entry_of(table, g, level));
		if (!e)
			return HV_ENOENT;
		if (e & PTE_LEAF) {
			*p = PA((e & PTE_RPN) | (g.v & ((1ull << SHIFT(level)) - 1)));
			break;
		}
		table = table_of(e);
	}
	*prot = (e & PTE_R ? PROT_R : 0) | (e & PTE_W ? PROT_W : 0) | (e & PTE_X ? PROT_X : 0);
	return HV_OK;
}

void arch_gspace_sync(struct arch_gspace *gs)
{
	gspace_flush(gs->lpid);
}

err_t arch_papr_proc_table(struct arch_gspace *gs, bool radix, gpa_t base, unsigned size_log2,
			   bool gtse)
{
	u64 entry = 0;

	if (base.v || size_log2) {
		if (!radix)
			return HV_ENOTSUP;
		if (size_log2 < 12 || size_log2 > 24 || !in_space(base, 1ull << size_log2) ||
		    !IS_ALIGNED(base.v, 1ull << size_log2))
			return HV_EINVAL;
		entry = base.v | (size_log2 - 12);
	}
	gs->lpcr = gtse ? LPCR_GTSE : 0;
	partition_table[gs->lpid].process = cpu_to_be64(entry);
	gspace_flush(gs->lpid);
	return HV_OK;
}
