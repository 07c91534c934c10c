// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a PAPR guest finds at its start: a device tree, and RTAS, in its own memory, and registers
 * that point at them. Next: gfdt.c (the tree), rtas.c (the other end of the blob).
 */
#include "papr.h"

#include "endian.h"
#include "gcopy.h"
#include "hvstring.h"
#include "log.h"
#include "panic.h"
#include "pool.h"

#define PLACE_ALIGN KIB(64)  /* page size of the usual guest */
#define PLACE_TOP   MIB(256) /* RTAS addresses have 32 bits; kernels allocate above */
#define FDT_ORDER   3	     /* 32 KiB: 16 vcpus need 9 */
#define RTAS_SIZE   PLACE_ALIGN

/*
 * RTAS itself: position independent, 32-bit, big-endian. r3 is the address of the argument block;
 * r4 becomes it and r3 the number of HV_RTAS (li would extend its sign).
 */
static const u32 rtas_blob[] = {
	0x7c641b78,	      /* mr   r4, r3 */
	0x38600000,	      /* li   r3, 0 */
	0x60630000 | HV_RTAS, /* ori  r3, r3, HV_RTAS */
	0x44000022,	      /* sc   1 */
	0x4e800020,	      /* blr */
};

struct span {
	u64 start, end;
};

/* What the manifest has put into memory: segment i, and last the initrd. */
static struct span taken(const struct manifest_part *mp, unsigned i)
{
	const struct manifest_seg *seg = &mp->seg[i];

	if (i == mp->nseg)
		return (struct span){ mp->initrd.v, mp->initrd.v + mp->initrd_size };
	return (struct span){ seg->dest.v, seg->dest.v + MAX(seg->memsz, seg->filesz) };
}

/* As high as possible below PLACE_TOP: each overlap moves the block below what is in its way. */
err_t papr_place(const struct manifest_part *mp, u64 fdt_size, struct papr_layout *l)
{
	u64 need = ALIGN_UP(fdt_size, PLACE_ALIGN) + RTAS_SIZE;
	u64 end = ALIGN_DOWN(MIN(mp->memory, PLACE_TOP), PLACE_ALIGN);
	unsigned clear = 0;

	while (clear <= mp->nseg) {
		struct span s = taken(mp, clear);

		if (end < need)
			return HV_ENOMEM;
		clear++;
		if (s.start < s.end && s.start < end && s.end > end - need) {
			end = ALIGN_DOWN(s.start, PLACE_ALIGN);
			clear = 0;
		}
	}
	l->fdt = GPA(end - need);
	l->fdt_size = need - RTAS_SIZE;
	l->rtas = GPA(end - RTAS_SIZE);
	l->end = GPA(end);
	return HV_OK;
}

static err_t write_rtas(struct partition *p, gpa_t g)
{
	be32_t words[ARRAY_SIZE(rtas_blob)];

	for (unsigned i = 0; i < ARRAY_SIZE(rtas_blob); i++)
		words[i] = cpu_to_be32(rtas_blob[i]);
	return gcopy_load(p, g, words, sizeof(words));
}

static err_t write_fdt(struct partition *p, const struct manifest_part *mp,
		       const struct papr_layout *l)
{
	void *buf = pool_get(&p->pool, FDT_ORDER, false);
	err_t err;

	if (!buf) {
		log_error("%s: no memory for its device tree", mp->name);
		return HV_ENOMEM;
	}
	err = papr_fdt(p, mp, l, buf, HV_PAGE_SIZE << FDT_ORDER);
	if (err)
		log_error("%s: bootargs, name: its device tree does not fit %lu bytes", mp->name,
			  HV_PAGE_SIZE << FDT_ORDER);
	else
		err = gcopy_load(p, l->fdt, buf, HV_PAGE_SIZE << FDT_ORDER);
	papr_part(p)->fdt = buf;
	papr_part(p)->layout = *l;
	if (err || !mp->restart)
		papr_forget_fdt(p);
	return err;
}

void papr_forget_fdt(struct partition *p)
{
	struct papr_part *pp = papr_part(p);

	if (!pp->fdt)
		return;
	memset(pp->fdt, 0, HV_PAGE_SIZE << FDT_ORDER);
	pool_put(&p->pool, pp->fdt, FDT_ORDER, false);
	pp->fdt = NULL;
}

static void start_state(struct partition *p, gpa_t entry)
{
	arch_papr_reset(&p->vcpu[0]->arch, entry, papr_part(p)->layout.fdt.v);
}

/* The tree was kept by papr_load: nothing is built, and nothing of the guest's is read. */
void papr_reload(struct partition *p)
{
	const struct papr_part *pp = papr_part(p);

	CHECK(pp->fdt);
	CHECK(write_rtas(p, pp->layout.rtas) == HV_OK);
	CHECK(gcopy_load(p, pp->layout.fdt, pp->fdt, HV_PAGE_SIZE << FDT_ORDER) == HV_OK);
	start_state(p, p->boot->entry);
}

err_t papr_load(struct partition *p, const struct manifest_part *mp)
{
	struct papr_layout l;
	err_t err;

	if (!gmem_contains(p, mp->entry, 4) || !IS_ALIGNED(mp->entry.v, 4)) {
		log_error("%s: entry: 0x%llx is not in its memory", mp->name,
			  (unsigned long long)mp->entry.v);
		return HV_EINVAL;
	}
	if (mp->start[0]) {
		log_error("%s: start: a papr partition has no \"%s\"", mp->name, mp->start);
		return HV_EINVAL;
	}
	err = papr_place(mp, HV_PAGE_SIZE << FDT_ORDER, &l);
	if (err) {
		log_error("%s: memory: no %llu KiB below %llu MiB are free of segments and initrd",
			  mp->name, (unsigned long long)(PLACE_ALIGN + RTAS_SIZE) >> 10,
			  (unsigned long long)(PLACE_TOP >> 20));
		return HV_EINVAL;
	}
	err = write_rtas(p, l.rtas);
	if (!err)
		err = write_fdt(p, mp, &l);
	if (err)
		return err;
	start_state(p, mp->entry);
	return HV_OK;
}
