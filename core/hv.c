// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The one object that holds the core's mutable state, and its start: memory, CPUs, console. Next:
 * main.c, which calls this at boot.
 */
#include "hv.h"

#include "hvstring.h"
#include "panic.h"

struct hv hv;

void hv_reset(void)
{
	memset(&hv, 0, sizeof(hv));
	lock_init(&hv.lock, LOCK_HV, "hv");
	lock_init(&hv.log.lock, LOCK_LOG, "log");
	hv.log.level = LOG_INFO;
	console_init(&hv.console, CONSOLE_LINES); /* logging works from here on */
}

/* A zeroed object of hypervisor memory that lives as long as the machine. */
static void *boot_alloc(size_t size)
{
	pa_t page;

	if (palloc_get(&hv.palloc, palloc_order(size), FRAME_HV, (lpid_t){ 0 }, true, &page))
		panic("no memory for the hypervisor's own data");
	return arch_va(page);
}

static void cpus_init(void)
{
	u64 slot_ticks = arch_tick_hz() / 1000 * HV_SLOT_MS;
	u64 now = arch_now();

	hv.ncpus = arch_ncpus();
	for (unsigned i = 0; i < hv.ncpus; i++) {
		struct cpu *c = boot_alloc(sizeof(*c));

		c->id = i;
		c->trace = boot_alloc(sizeof(*c->trace));
		sched_init(&c->sched, now, slot_ticks);
		hv.cpu[i] = c;
	}
}

void hv_init(const struct boot_info *bi)
{
	palloc_init(&hv.palloc, bi);
	cpus_init();
}
