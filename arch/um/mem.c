// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Simulated RAM. The hypervisor sees it through `view`, where guest pages are poisoned unless a
 * window or pin is open; the simulated hardware and guests see it through `phys`.
 */
#include "state.h"

#include "hvstring.h"

#define GARBAGE 0xa5 /* what RAM starts with, up to HOST_SPARE_MAX bytes; more RAM with zeros */

static bool in_ram(u64 pa, u64 n)
{
	u64 off = pa - UM_RAM_BASE;

	return pa >= UM_RAM_BASE && off < um.ram.size && n <= um.ram.size - off;
}

/*
 * Whoever gets a pointer to p writes there, or further in the block of pages that p begins; blocks
 * are aligned by their size, and the few beyond a chunk are scrubbed, page by page.
 */
static void touch(pa_t p)
{
	um.ram.dirty[(p.v - UM_RAM_BASE) / HOST_CHUNK] = 1;
}

static struct um_page *page_of(pa_t p)
{
	if (!in_ram(p.v, 1))
		um_bug("machine address %llx is not RAM", (unsigned long long)p.v);
	touch(p);
	return &um.page[(p.v - UM_RAM_BASE) >> HV_PAGE_SHIFT];
}

static u8 *view_of(pa_t p)
{
	return um.ram.view + (p.v - UM_RAM_BASE);
}

static bool in_view(const void *v)
{
	return (const u8 *)v >= um.ram.view && (const u8 *)v < um.ram.view + um.ram.size;
}

static pa_t pa_of_view(const void *v)
{
	return PA(UM_RAM_BASE + (u64)((const u8 *)v - um.ram.view));
}

void *um_phys(pa_t p)
{
	if (!um.up || !in_ram(p.v, 1))
		return NULL;
	touch(p);
	return um.ram.phys + (p.v - UM_RAM_BASE);
}

/* ---- set-up ----------------------------------------------------------------------------- */

/* All RAM is garbage again, at the cost of what the machine before this one has touched. */
static void fill(void)
{
	for (u64 at = 0; at < um.ram.size; at += HOST_CHUNK) {
		u64 n = MIN(HOST_CHUNK, um.ram.size - at);

		if (um.ram.dirty[at / HOST_CHUNK])
			memset(um.ram.phys + at, GARBAGE, n);
		um.ram.dirty[at / HOST_CHUNK] = n < HOST_CHUNK;
	}
}

static void bundle_put(void)
{
	u64 at = (um.npages - um.bundle_pages) << HV_PAGE_SHIFT;

	if (!um.cfg.bundle_len)
		return;
	for (u64 i = 0; i < um.bundle_pages; i++)
		touch(PA(UM_RAM_BASE + at + (i << HV_PAGE_SHIFT)));
	memcpy(um.ram.phys + at, um.cfg.bundle, um.cfg.bundle_len);
}

void um_mem_init(void)
{
	if (!IS_ALIGNED(um.cfg.ram, HV_PAGE_SIZE))
		um_bug("um_setup: RAM is not whole pages");
	host_ram_get(&um.ram, um.cfg.ram);
	if (um.ram.size <= HOST_SPARE_MAX)
		fill();
	um.npages = um.cfg.ram >> HV_PAGE_SHIFT;
	um.page = host_alloc(um.npages * sizeof(um.page[0]));
	um.bundle_pages = ALIGN_UP(um.cfg.bundle_len, HV_PAGE_SIZE) >> HV_PAGE_SHIFT;
	um.hole_start = um.npages / 2;
	if (um.bundle_pages + um.cfg.hole >= um.npages / 2)
		um_bug("um_setup: RAM is too small for bundle and hole");
	bundle_put();
}

void um_mem_fini(void)
{
	host_ram_put(&um.ram);
	host_free(um.page);
	um.page = NULL;
}

void um_mem_ranges(struct boot_info *bi)
{
	u64 last = um.npages - um.bundle_pages, hole_end = um.hole_start + um.cfg.hole;
	struct mem_range *r = bi->ram;

	r[0].base = PA(UM_RAM_BASE);
	r[0].size = (um.cfg.hole ? um.hole_start : last) << HV_PAGE_SHIFT;
	bi->nram = 1;
	if (um.cfg.hole) {
		r[1].base = PA(UM_RAM_BASE + (hole_end << HV_PAGE_SHIFT));
		r[1].size = (last - hole_end) << HV_PAGE_SHIFT;
		bi->nram = 2;
	}
	bi->bundle = PA(um.cfg.bundle_len ? UM_RAM_BASE + (last << HV_PAGE_SHIFT) : 0);
	bi->bundle_len = um.cfg.bundle_len;
}

/* ---- hypervisor memory ------------------------------------------------------------------ */

void *arch_va(pa_t p)
{
	if (page_of(p)->guest)
		um_bug("arch_va of guest page %llx", (unsigned long long)p.v);
	return view_of(p);
}

pa_t arch_pa(const void *v)
{
	if (!in_view(v))
		um_bug("arch_pa of %p, which is not in RAM", v);
	return pa_of_view(v);
}

void arch_scrub(pa_t page, u64 n)
{
	u64 i;

	if (!IS_ALIGNED(page.v, HV_PAGE_SIZE) || !in_ram(page.v, n << HV_PAGE_SHIFT))
		um_bug("arch_scrub of %llx", (unsigned long long)page.v);
	for (i = 0; i < n; i++)
		if (page_of(PA(page.v + (i << HV_PAGE_SHIFT)))->open)
			um_bug("arch_scrub of a page with a window or pin open");
	memset(um_phys(page), 0, n << HV_PAGE_SHIFT);
}

/* ---- guest pages ------------------------------------------------------------------------ */

void arch_guest_pages(pa_t page, u64 n, bool guest)
{
	u64 i;

	if (!IS_ALIGNED(page.v, HV_PAGE_SIZE) || !in_ram(page.v, n << HV_PAGE_SHIFT))
		um_bug("arch_guest_pages of %llx", (unsigned long long)page.v);
	for (i = 0; i < n; i++) {
		struct um_page *p = page_of(PA(page.v + (i << HV_PAGE_SHIFT)));

		if (p->open)
			um_bug("guest page %llx changes hands with a window or pin open",
			       (unsigned long long)page.v + (i << HV_PAGE_SHIFT));
		p->guest = guest;
	}
	if (guest)
		host_poison(view_of(page), n << HV_PAGE_SHIFT);
	else
		host_unpoison(view_of(page), n << HV_PAGE_SHIFT);
}

static void *page_open(pa_t page)
{
	struct um_page *p = page_of(page);

	if (!IS_ALIGNED(page.v, HV_PAGE_SIZE) || !p->guest)
		um_bug("window or pin on %llx, not a guest page", (unsigned long long)page.v);
	if (!p->open++)
		host_unpoison(view_of(page), HV_PAGE_SIZE);
	return view_of(page);
}

static void page_close(void *v)
{
	struct um_page *p;

	if (!in_view(v) || !IS_ALIGNED((uintptr_t)v, HV_PAGE_SIZE))
		um_bug("%p is no window or pin", v);
	p = page_of(pa_of_view(v));
	if (!p->guest || !p->open)
		um_bug("window or pin on %llx is not open", (unsigned long long)pa_of_view(v).v);
	if (!--p->open)
		host_poison(v, HV_PAGE_SIZE);
}

void *arch_window_open(pa_t page)
{
	struct arch_cpu *c = um_cpu();
	unsigned i;

	for (i = 0; i < UM_WINDOWS; i++) {
		if (!c->window[i]) {
			c->window[i] = page_open(page);
			return c->window[i];
		}
	}
	um_bug("more than %u windows on CPU %u", UM_WINDOWS, um_self);
}

void arch_window_close(void *v)
{
	struct arch_cpu *c = um_cpu();
	unsigned i;

	for (i = 0; i < UM_WINDOWS; i++) {
		if (v && c->window[i] == v) {
			c->window[i] = NULL;
			page_close(v);
			return;
		}
	}
	um_bug("%p is no window of CPU %u", v, um_self);
}

void *arch_pin(pa_t page)
{
	return page_open(page);
}

void arch_unpin(void *v)
{
	page_close(v);
}

void arch_load_image(pa_t to, const void *from, u64 n)
{
	u64 p;

	if (!n)
		return;
	if (!in_ram(to.v, n))
		um_bug("arch_load_image beyond RAM");
	for (p = ALIGN_DOWN(to.v, HV_PAGE_SIZE); p < to.v + n; p += HV_PAGE_SIZE)
		if (!page_of(PA(p))->guest)
			um_bug("arch_load_image to %llx, not a guest page", (unsigned long long)p);
	memcpy(um_phys(to), from, n);
}

bool um_page_guest(pa_t page)
{
	return page_of(page)->guest;
}

unsigned um_page_open(pa_t page)
{
	return page_of(page)->open;
}

int um_page_poisoned(pa_t page)
{
	page_of(page);
	return host_poisoned(view_of(page));
}

unsigned um_windows(unsigned n)
{
	unsigned i, open = 0;

	for (i = 0; i < UM_WINDOWS; i++)
		open += um.cpu[n].window[i] != NULL;
	return open;
}
