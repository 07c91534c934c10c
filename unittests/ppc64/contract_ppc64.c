// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The contract tests inside the boot image: build/ppc64/rhype-test.elf runs them, instead of
 * partitions, when its command line says rhype.selftest or there is no bundle. Next:
 * ../arch/test_contract.c.
 */
#include "../arch/contract.h"
#include "hv.h"
#include "hvstring.h"
#include "ktest.h"
#include "panic.h"
#include "port.h"

#define ARGUMENT "rhype.selftest"

extern const char contract_guest_start[], contract_guest_end[];

/* The machine stays booted between tests: there is only one. */
void contract_setup(void)
{
}

void contract_teardown(void)
{
	contract_unload(); /* tests of our own have vcpus, too */
	arch_alarm(TIME_NEVER);
}

void contract_unload(void)
{
	if (arch_cpu()->vcpu)
		arch_vcpu_put(arch_cpu()->vcpu);
}

const struct contract_image *contract_guest(void)
{
	static struct contract_image image;

	image.bytes = contract_guest_start;
	image.size = (u64)(contract_guest_end - contract_guest_start);
	return &image;
}

static bool wanted(const char *s)
{
	size_t n = strlen(ARGUMENT);

	for (; *s; s++) {
		if (!strncmp(s, ARGUMENT, n) && (s[n] == 0 || s[n] == ' '))
			return true;
		while (s[1] && s[0] != ' ')
			s++;
	}
	return false;
}

void boot_selftest(const struct boot_info *bi)
{
	if (bi->bundle_len && !wanted(bi->cmdline))
		return;
	hv_init(bi);
	if (arch_cpu_init())
		panic("arch_cpu_init failed");
	hv.cpu[0]->online = true;
	/* CPUs that spin in firmware cost a single-threaded emulator 0.1 s for each tlbie */
	for (unsigned i = 1; i < arch_ncpus(); i++)
		if (arch_cpu_start(i))
			panic("CPU %u does not start", i);
	arch_poweroff(ktest_run_all("contract-ppc64") ? 1 : 0);
}
