// SPDX-License-Identifier: GPL-2.0-or-later
/* The hypervisor's view of memory. In real mode everything is reachable at its machine address. */
#include "hvstring.h"
#include "port.h"

#define CACHE_BLOCK 128

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
	u64 end = page.v + n * HV_PAGE_SIZE;

	for (u64 a = page.v; a < end; a += CACHE_BLOCK)
		asm volatile("dcbz 0, %0" : : "r"(a) : "memory");
	arch_barrier();
}

void arch_load_image(pa_t to, const void *from, u64 n)
{
	u64 end = to.v + n;

	memcpy((void *)to.v, from, n);
	for (u64 a = ALIGN_DOWN(to.v, CACHE_BLOCK); a < end; a += CACHE_BLOCK)
		asm volatile("dcbst 0, %0" : : "r"(a) : "memory");
	arch_barrier();
	for (u64 a = ALIGN_DOWN(to.v, CACHE_BLOCK); a < end; a += CACHE_BLOCK)
		asm volatile("icbi 0, %0" : : "r"(a) : "memory");
	asm volatile("sync; isync" : : : "memory");
}

void arch_guest_pages(pa_t page, u64 n, bool guest)
{
	(void)page;
	(void)n;
	(void)guest;
}
