// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hypervisor's view of memory: all RAM is mapped where it stands, not executable; the image
 * with its rights; below 4 GiB what is no RAM uncached. Next: gspace.c.
 */
#include "hvstring.h"
#include "panic.h"
#include "port.h"
#include "ram.h"

#define P_PRESENT 1ull
#define P_WRITE	  2ull
#define P_UC	  0x18ull /* PCD, PWT */
#define P_LARGE	  0x80ull
#define P_NX	  (1ull << 63)
#define P_RAM	  (P_PRESENT | P_WRITE | P_NX)
#define P_TABLE	  (P_PRESENT | P_WRITE)
#define P_ADDR	  0x000ffffffffff000ull

#define LARGE	  MIB(2)
#define VGA	  0xa0000

/* The first 4 MiB in small pages: nothing at 0, then old hardware, then the image */
static u64 small[2][512] __attribute__((aligned(4096)));

static bool touches_ram(const struct boot_info *bi, u64 base, u64 size)
{
	if (base < bi->bundle.v + bi->bundle_len && base + size > bi->bundle.v)
		return true;
	for (unsigned i = 0; i < bi->nram; i++)
		if (base < bi->ram[i].base.v + bi->ram[i].size && base + size > bi->ram[i].base.v)
			return true;
	return false;
}

static u64 rights(u64 a)
{
	if (a == 0)
		return 0;
	if (a >= VGA && a < MIB(1))
		return P_RAM | P_UC;
	if (a >= (u64)image_start && a < (u64)text_end)
		return P_PRESENT;
	if (a >= (u64)text_end && a < (u64)rodata_end)
		return P_PRESENT | P_NX;
	return P_RAM;
}

static void map_small(void)
{
	CHECK((u64)image_end <= 2 * LARGE);
	for (u64 a = 0; a < 2 * LARGE; a += HV_PAGE_SIZE) {
		u64 r = rights(a);

		small[a / LARGE][a % LARGE / HV_PAGE_SIZE] = r ? a | r : 0;
	}
	for (unsigned i = 0; i < 2; i++)
		boot_pd[i] = (u64)small[i] | P_TABLE;
}

static u64 *table_get(struct boot_info *bi, u64 *e)
{
	if (!(*e & P_PRESENT)) {
		u64 t = ram_take(bi, HV_PAGE_SIZE, HV_PAGE_SIZE, GIB(4));

		memset((void *)t, 0, HV_PAGE_SIZE);
		*e = t | P_TABLE;
	}
	return (u64 *)(*e & P_ADDR);
}

/* RAM above 4 GiB: 1 GiB pages as far as they hold nothing else */
static void map_high(struct boot_info *bi, u64 base, u64 end, bool gib)
{
	u64 span;

	for (u64 a = MAX(base, GIB(4)); a < end; a += span) {
		u64 *e = table_get(bi, &boot_pml4[a >> 39 & 511]) + (a >> 30 & 511);

		span = GIB(1) - (a & (GIB(1) - 1));
		if (gib && span == GIB(1) && end - a >= span && !*e) {
			*e = a | P_RAM | P_LARGE;
			continue;
		}
		e = table_get(bi, e) + (a >> 21 & 511);
		span = LARGE - (a & (LARGE - 1));
		*e = ALIGN_DOWN(a, LARGE) | P_RAM | P_LARGE;
	}
}

void mem_map(struct boot_info *bi)
{
	bool gib = cpuid_has(CPU_GIB_PAGES);
	const struct boot_info was = *bi;

	map_small();
	for (u64 i = 2; i < ARRAY_SIZE(boot_pd); i++) {
		u64 a = i * LARGE;

		boot_pd[i] = a | P_LARGE | P_RAM | (touches_ram(bi, a, LARGE) ? 0 : P_UC);
	}
	for (unsigned i = 0; i < was.nram; i++)
		map_high(bi, was.ram[i].base.v, was.ram[i].base.v + was.ram[i].size, gib);
}

void mem_map_init(void)
{
	write_cr(3, boot_pml4);
}

void *arch_va(pa_t p)
{
	return (void *)p.v;
}

pa_t arch_pa(const void *v)
{
	return PA((u64)v);
}

void *arch_window_open(pa_t page)
{
	return (void *)page.v;
}

void arch_window_close(void *v)
{
	(void)v;
}

void *arch_pin(pa_t page)
{
	return (void *)page.v;
}

void arch_unpin(void *v)
{
	(void)v;
}

void arch_scrub(pa_t page, u64 n)
{
	memset((void *)page.v, 0, n * HV_PAGE_SIZE);
}

/* Caches of instructions follow by themselves. */
void arch_load_image(pa_t to, const void *from, u64 n)
{
	memcpy((void *)to.v, from, n);
}

void arch_guest_pages(pa_t page, u64 n, bool guest)
{
	(void)page;
	(void)n;
	(void)guest;
}
