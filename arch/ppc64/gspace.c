// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guest address spaces: the partition table and, for each partition, a radix tree from logical to
 * machine addresses (Power ISA 3.0B, Book III 5.7.6 to 5.7.10; core/pgtable.c). Next: vcpu.c.
 */
#include "hvstring.h"
#include "port.h"

/* Partition table entry */
#define PATE0_HR  (1ull << 63)
#define PATE0_RTS ((2ull << 61) | (5ull << 5)) /* 52 bits of address */

/* Tree entries */
#define PTE_VALID  (1ull << 63)
#define PTE_LEAF   (1ull << 62)
#define PTE_RPN	   0x01fffffffffff000ull
#define PTE_RC	   0x180ull /* referenced and changed: the hardware never has to set them */
#define PTE_PRIV   8ull
#define PTE_R	   4ull
#define PTE_W	   2ull
#define PTE_X	   1ull
#define PDE_BITS   9ull

#define ROOT_BITS  13
#define ROOT_ORDER 4 /* 2^13 entries */

static struct {
	be64_t space, process;
} partition_table[MAX_PARTITIONS + 1] __attribute__((aligned(4096)));

BUILD_ASSERT(sizeof(partition_table) == 4096, "PTCR says 4 KiB");

static const u64 type_bits[] = { [MT_NORMAL] = 0, [MT_DEVICE] = 0x20, [MT_WC] = 0x30 };

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

static void flush(struct pgtable *t)
{
	gspace_flush(container_of(t, struct arch_gspace, tables)->lpid);
}

static const struct pgtable_format format = {
	.addr = PTE_RPN,
	.table = PTE_VALID | PDE_BITS,
	.large = PTE_LEAF,
	.small = PTE_LEAF,
	.root_order = ROOT_ORDER,
	.leaf_level = 2, /* 1 GiB, and 2 MiB, and 4 KiB */
	.flush = flush,
};

err_t arch_gspace_init(struct arch_gspace *gs, lpid_t id, struct pool *tables)
{
	err_t err;

	*gs = (struct arch_gspace){ .lpid = id.v, .lpcr = LPCR_GTSE };
	err = pgtable_init(&gs->tables, &format, tables);
	if (!err)
		pate_write(gs->lpid, PATE0_HR | PATE0_RTS | (u64)gs->tables.root | ROOT_BITS, 0);
	return err;
}

void arch_gspace_fini(struct arch_gspace *gs)
{
	if (!gs->tables.root)
		return;
	pate_write(gs->lpid, 0, 0);
	pgtable_fini(&gs->tables);
}

err_t arch_gspace_map(struct arch_gspace *gs, gpa_t g, pa_t p, u64 size, unsigned prot,
		      enum memtype type, u64 *done)
{
	u64 leaf = PTE_VALID | PTE_RC | type_bits[type];
	err_t err;

	*done = 0;
	if (!prot || prot & ~PROT_RWX)
		return HV_EINVAL;
	leaf |= (prot & PROT_R ? PTE_R : 0) | (prot & PROT_W ? PTE_W : 0) |
		(prot & PROT_X ? PTE_X : 0);
	err = pgtable_map(&gs->tables, g, p, size, leaf, done);
	asm volatile("ptesync" : : : "memory");
	return err;
}

/* Until the ptesync a vcpu may miss the small pages of a split one: it asks, and tries again. */
err_t arch_gspace_unmap(struct arch_gspace *gs, gpa_t g, u64 size, u64 *done)
{
	err_t err = pgtable_unmap(&gs->tables, g, size, done);

	asm volatile("ptesync" : : : "memory");
	return err;
}

err_t arch_gspace_query(const struct arch_gspace *gs, gpa_t g, pa_t *p, unsigned *prot)
{
	u64 e;

	if (pgtable_query(&gs->tables, g, p, &e))
		return HV_ENOENT;
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
		if (size_log2 < 12 || size_log2 > 24 ||
		    !pgtable_reaches(&gs->tables, base, 1ull << size_log2) ||
		    !IS_ALIGNED(base.v, 1ull << size_log2))
			return HV_EINVAL;
		entry = base.v | (size_log2 - 12);
	}
	gs->lpcr = gtse ? LPCR_GTSE : 0;
	partition_table[gs->lpid].process = cpu_to_be64(entry);
	gspace_flush(gs->lpid);
	return HV_OK;
}
