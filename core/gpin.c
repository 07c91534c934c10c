// SPDX-License-Identifier: GPL-2.0-or-later
/* Pins of guest pages (gpin.h). The count per page stands in the ownership map, core/palloc.c. */
#include "arch.h"
#include "endian.h"
#include "gmem.h"
#include "gpin.h"
#include "hv.h"
#include "panic.h"
#include "partition.h"

/* Count one pin of the page more or less. HV_ENOMEM when the counter is full. */
static err_t count_pin(pa_t page, lpid_t owner, int by)
{
	struct frame *f = palloc_frame(&hv.palloc, page);
	err_t err = HV_OK;

	CHECK(f);
	lock_take(&hv.palloc.lock);
	CHECK(f->use == FRAME_GUEST);
	CHECK(by < 0 ? f->pins > 0 : f->owner == owner.v);
	if (by > 0 && f->pins == (u16)~0)
		err = HV_ENOMEM;
	else
		f->pins = (u16)(f->pins + by);
	lock_drop(&hv.palloc.lock);
	return err;
}

err_t gpin_take(struct gpin *pin, struct partition *p, gpa_t g, u32 size)
{
	u64 off = g.v & HV_PAGE_MASK, run;
	pa_t pa;
	err_t err;

	CHECK(!pin->base);
	if (!size || size > HV_PAGE_SIZE - off)
		return HV_EINVAL;
	err = gmem_translate(p, g, PROT_R | PROT_W, &pa, &run);
	if (err)
		return err;
	pin->page = PA(ALIGN_DOWN(pa.v, HV_PAGE_SIZE));
	err = count_pin(pin->page, p->id, 1);
	if (err)
		return err;
	pin->g = g;
	pin->size = size;
	pin->base = (u8 *)arch_pin(pin->page) + off;
	return HV_OK;
}

void gpin_drop(struct gpin *pin)
{
	if (!pin->base)
		return;
	arch_unpin((u8 *)ALIGN_DOWN((uintptr_t)pin->base, HV_PAGE_SIZE));
	count_pin(pin->page, (lpid_t){ 0 }, -1);
	*pin = (struct gpin){ .base = NULL };
}

/* Address of an access of n bytes; NULL when the pin is empty. */
static void *place(const struct gpin *pin, u32 off, u32 n)
{
	if (!pin->base)
		return NULL;
	ASSERT(off <= pin->size && n <= pin->size - off);
	ASSERT(IS_ALIGNED((uintptr_t)pin->base + off, n));
	return (u8 *)pin->base + off;
}

void gpin_store_be32(struct gpin *pin, u32 off, u32 val)
{
	u32 *at = place(pin, off, sizeof(*at));

	if (at)
		__atomic_store_n(at, cpu_to_be32(val).raw, __ATOMIC_RELAXED);
}

void gpin_store_be64(struct gpin *pin, u32 off, u64 val)
{
	u64 *at = place(pin, off, sizeof(*at));

	if (at)
		__atomic_store_n(at, cpu_to_be64(val).raw, __ATOMIC_RELAXED);
}

void gpin_store_u8(struct gpin *pin, u32 off, u8 val)
{
	u8 *at = place(pin, off, sizeof(*at));

	if (at)
		__atomic_store_n(at, val, __ATOMIC_RELAXED);
}

u32 gpin_load_be32(const struct gpin *pin, u32 off)
{
	const u32 *at = place(pin, off, sizeof(*at));

	return at ? be32_to_cpu((be32_t){ __atomic_load_n(at, __ATOMIC_RELAXED) }) : 0;
}

u64 gpin_load_be64(const struct gpin *pin, u32 off)
{
	const u64 *at = place(pin, off, sizeof(*at));

	return at ? be64_to_cpu((be64_t){ __atomic_load_n(at, __ATOMIC_RELAXED) }) : 0;
}

u8 gpin_load_u8(const struct gpin *pin, u32 off)
{
	const u8 *at = place(pin, off, sizeof(*at));

	return at ? __atomic_load_n(at, __ATOMIC_RELAXED) : 0;
}
