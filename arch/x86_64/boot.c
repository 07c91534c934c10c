// SPDX-License-Identifier: GPL-2.0-or-later
/* First C code, and what it hands to the core as boot_info. Next: loader.c, core/main.c. */
#include "hvstring.h"
#include "log.h"
#include "panic.h"
#include "port.h"
#include "ram.h"
#include "virt.h"

#define SMT_LEAF       0xb
#define STACKS	       (3ul * CPU_STACK_SIZE) /* non-maskable interrupts, faults, all else */
#define TRAMPOLINE_TOP 0xa0000

struct arch_cpu cpus[MAX_CPUS];
struct platform platform;
u64 ap_stack;

static u32 loader_magic;
static u64 loader_info;

/* From boot.S, on boot_stack. */
__noreturn void boot_first(u32 magic, u64 info);
void boot_first(u32 magic, u64 info)
{
	BUILD_ASSERT(CPU_STACK_SIZE == 16384, "link.lds aligns boot_stack");
	loader_magic = magic;
	loader_info = info;
	cpu_prepare(&cpus[0], (u64)boot_stack + CPU_STACK_SIZE);
	hv_main();
}

/* From boot.S, on the CPU's own stack. */
__noreturn void boot_secondary(void);
void boot_secondary(void)
{
	struct arch_cpu *c = arch_cpu();

	mem_map_init();
	cpu_tables(c);
	apic_init();
	arch_barrier();
	c->running = true;
	cpu_tell_clock(c);
	cpu_main(c->index);
}

/* Firmware tables stand below 4 GiB, which is mapped from the start. */
static const u8 *map_firmware(void *arg, u64 pa, u64 n)
{
	(void)arg;
	return pa < GIB(4) && n <= GIB(4) - pa ? (const u8 *)pa : NULL;
}

static void find_emulator(void)
{
	if (!cpuid_has(CPU_HYPERVISOR))
		return;
	for (unsigned i = 0; i < 3; i++) {
		u32 part = cpuid(0x40000000, 0, EBX + i);

		memcpy(platform.emulator + 4ul * i, &part, sizeof(part));
	}
	platform.tcg = !strcmp(platform.emulator, "TCGTCGTCGTCG");
}

/* How many low bits of an APIC number tell the threads of one core apart */
static unsigned thread_bits(void)
{
	if (cpuid(0, 0, EAX) < SMT_LEAF || (cpuid(SMT_LEAF, 0, ECX) >> 8 & 0xff) != 1)
		return 0;
	return cpuid(SMT_LEAF, 0, EAX) & 0x1f;
}

/* One thread of each core: partitions must not share one at the same time. */
static void find_cpus(void)
{
	const struct acpi_info *a = &platform.acpi;
	unsigned bits = thread_bits(), threads = 0;

	platform.apic_id[0] = apic_self();
	platform.ncpus = 1;
	for (unsigned i = 0; i < a->ncpus; i++) {
		u32 id = a->apic_id[i];
		bool core_known = false;

		for (unsigned k = 0; k < platform.ncpus; k++)
			core_known |= id >> bits == platform.apic_id[k] >> bits;
		threads += core_known && id != platform.apic_id[0];
		if (!core_known && platform.ncpus < MAX_CPUS)
			platform.apic_id[platform.ncpus++] = id;
	}
	if (threads)
		log_info("%u second threads of cores are left alone", threads);
	if (a->left_out)
		log_warn("%u CPUs beyond %u are not used", a->left_out, MAX_CPUS);
}

/* A page below 1 MiB that started CPUs begin in, from what the loader calls RAM */
static void place_trampoline(const struct boot_info *bi)
{
	u64 best = 0;

	for (unsigned i = 0; i < bi->nram; i++) {
		u64 base = bi->ram[i].base.v, end = MIN(base + bi->ram[i].size, TRAMPOLINE_TOP);

		if (end >= base + 2 * HV_PAGE_SIZE)
			best = end - HV_PAGE_SIZE;
	}
	platform.trampoline = best;
}

/* Stacks and pages of the CPUs. */
static void boot_cpus(struct boot_info *bi)
{
	unsigned n = platform.ncpus;
	u64 pages = ram_take(bi, 2 * HV_PAGE_SIZE * n, HV_PAGE_SIZE, GIB(4));
	u64 stacks = ram_take(bi, (u64)n * STACKS, CPU_STACK_SIZE, GIB(4));

	memset((void *)pages, 0, 2 * HV_PAGE_SIZE * n);
	for (unsigned i = 0; i < n; i++) {
		struct arch_cpu *c = &cpus[i];

		c->index = i;
		c->apic_id = platform.apic_id[i];
		c->host_area = (void *)(pages + 2 * HV_PAGE_SIZE * i);
		c->host_state = (char *)c->host_area + HV_PAGE_SIZE;
		cpu_fault_stacks(c, stacks + (u64)i * STACKS);
		if (i > 0)
			cpu_prepare(c, stacks + (i + 1ul) * STACKS);
	}
}

void arch_boot(struct boot_info *bi)
{
	struct loader l;
	const char *refusal;

	console_find((struct acpi_reg){ 0 });
	find_emulator();
	idt_build();
	cpu_tables(&cpus[0]);
	loader_read(loader_magic, loader_info, bi, &l);
	acpi_read(&platform.acpi, map_firmware, NULL, l.rsdp);
	if (platform.acpi.serial.addr)
		console_find(platform.acpi.serial);
	place_trampoline(bi);
	ram_cut(bi, 0, MIB(1));
	ram_cut(bi, (u64)image_start, (u64)image_end);
	ram_cut(bi, bi->bundle.v, bi->bundle.v + bi->bundle_len);
	refusal = virt_choose();
	if (refusal)
		panic("this machine cannot run partitions: %s", refusal);
	mem_map(bi);
	mem_map_init();
	intr_boot();
	apic_init();
	find_cpus();
	boot_cpus(bi);
	cpu_tables(&cpus[0]); /* again, with stacks for faults */
	time_boot();
	rtc_boot();
	if (boot_selftest) /* linked into the test image only */
		boot_selftest(bi);
}
