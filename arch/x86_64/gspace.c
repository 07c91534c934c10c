// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guest address spaces: a tree of tables (core/pgtable.c) in the format of nested paging (APM 2,
 * 15.25) or EPT (SDM 3, 29.3), which struct stage2 tells. Next: vcpu.c.
 */
#include "virt.h"

static void flush(struct pgtable *t)
{
	gspace_flush(container_of(t, struct arch_gspace, tables));
}

static struct pgtable_format format = { .addr = 0x000ffffffffff000, .flush = flush };

static unsigned largest;

void gspace_boot(bool gib_pages)
{
	largest = gib_pages ? 2 : 1;
	gspace_small(false);
}

/* All memory of a partition may hold code: so this is about every page. */
void gspace_small(bool small)
{
	format.leaf_level = small ? 0 : largest;
}

err_t arch_gspace_init(struct arch_gspace *gs, lpid_t id, struct pool *tables)
{
	static _Atomic u64 serial;
	u64 mine = ++serial;

	format.table = virt->stage2.table;
	format.large = virt->stage2.large;
	/* a vcpu begins with no translations, whatever the number was used for before */
	*gs = (struct arch_gspace){ .id = id.v, .serial = mine };
	return pgtable_init(&gs->tables, &format, tables);
}

void arch_gspace_fini(struct arch_gspace *gs)
{
	pgtable_fini(&gs->tables);
}

err_t arch_gspace_map(struct arch_gspace *gs, gpa_t g, pa_t p, u64 size, unsigned prot,
		      enum memtype type, u64 *done)
{
	const struct stage2 *s = &virt->stage2;

	*done = 0;
	/* nested paging has no page that can be written or executed but not read */
	if (!(prot & PROT_R) || prot & ~PROT_RWX)
		return HV_EINVAL;
	return pgtable_map(&gs->tables, g, p, size,
			   s->leaf | s->type[type] | s->r | (prot & PROT_W ? s->w : 0) |
				   (prot & PROT_X ? s->x : s->nx),
			   done);
}

err_t arch_gspace_unmap(struct arch_gspace *gs, gpa_t g, u64 size, u64 *done)
{
	return pgtable_unmap(&gs->tables, g, size, done);
}

err_t arch_gspace_query(const struct arch_gspace *gs, gpa_t g, pa_t *p, unsigned *prot)
{
	const struct stage2 *s = &virt->stage2;
	u64 e;

	if (pgtable_query(&gs->tables, g, p, &e))
		return HV_ENOENT;
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
