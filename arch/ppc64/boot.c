// SPDX-License-Identifier: GPL-2.0-or-later
/* First C code, and what it hands to the core as boot_info. Next: devtree.c, core/main.c. */
#include "log.h"
#include "palloc.h"
#include "panic.h"
#include "port.h"
#include "ram.h"

extern char boot_stack[];

u64 opal_entry[2], cpu_next;
struct arch_cpu cpus[MAX_CPUS];
struct platform platform;
static const void *boot_fdt;

#define REINIT_HILE_LE	 2
#define REINIT_MMU_RADIX 8

/* From boot.S, on boot_stack; r13 is not ours yet. */
__noreturn void boot_first(const void *fdt);
void boot_first(const void *fdt)
{
	struct arch_cpu *c = &cpus[0];

	boot_fdt = fdt;
	cpu_prepare(c, (u64)boot_stack + CPU_STACK_SIZE);
	asm volatile("mr 13, %0" : : "r"(CPU_R13(c)) : "memory");
	mtspr(SPR_HSPRG0, CPU_R13(c));
	hv_main();
}

/* From boot.S, on the CPU's own stack. */
__noreturn void boot_secondary(void);
void boot_secondary(void)
{
	struct arch_cpu *c = arch_cpu();

	arch_barrier();
	c->running = true;
	cpu_main(c->index);
}

/* Stacks, XIVE queues, our own translation tables. */
static void boot_cpus(struct boot_info *bi)
{
	unsigned n = platform.ncpus;
	u64 queues = ram_take(bi, n * HV_PAGE_SIZE, HV_PAGE_SIZE, ~0ull);
	u64 stacks = ram_take(bi, (u64)n * CPU_STACK_SIZE, CPU_STACK_SIZE, ~0ull);

	partition_table_boot((void *)ram_take(bi, HV_SPACE_SIZE, HV_SPACE_ALIGN, HV_SPACE_MAPS));
	for (unsigned i = 0; i < n; i++) {
		struct arch_cpu *c = &cpus[i];

		c->index = i;
		c->pir = platform.pir[i];
		c->queue = (void *)(queues + i * HV_PAGE_SIZE);
		if (i > 0)
			cpu_prepare(c, stacks + (i + 1ul) * CPU_STACK_SIZE);
	}
}

void arch_boot(struct boot_info *bi)
{
	s64 rc;

	if (devtree_opal(boot_fdt)) /* no console, no power-off: nobody could be told */
		arch_halt();
	if (mfspr(SPR_PVR) >> 16 != PVR_POWER9)
		panic("processor version 0x%x: only POWER9 (0x%x....) is supported",
		      (unsigned)mfspr(SPR_PVR), PVR_POWER9);
	cpu_vectors();
	rc = opal_call(OPAL_REINIT_CPUS, REINIT_HILE_LE | REINIT_MMU_RADIX);
	if (rc)
		panic("firmware cannot deliver interrupts in little-endian mode: %d", (int)rc);
	devtree_read(boot_fdt, (u32)mfspr(SPR_PIR), (u32)mfspr(SPR_PVR), bi);
	ram_cut(bi, 0, ALIGN_UP((u64)(vectors_end - vectors_start), KIB(64)));
	ram_cut(bi, (u64)image_start, (u64)image_end);
	ram_cut(bi, bi->bundle.v, bi->bundle.v + bi->bundle_len);
	boot_cpus(bi);
	if (xive_reset())
		panic("firmware has no XIVE interrupt controller");
	rtc_poll();	   /* the answer comes later */
	if (boot_selftest) /* linked into the test image only */
		boot_selftest(bi);
}

const struct papr_cpu_desc *arch_papr_cpu(void)
{
	return &platform.cpu;
}
