// SPDX-License-Identifier: GPL-2.0-or-later
/* What the contract tests need on the process port: a machine, and the guest program. */
#include "../arch/contract.h"
#include "hv.h"
#include "um.h"
#include "um_guest.h"

void contract_setup(void)
{
	static const struct um_config config = { .ncpus = 2, .ram = MIB(16), .rtc = 1700000000 };
	struct boot_info bi;

	um_setup(&config);
	hv_reset();
	arch_boot(&bi);
	hv_init(&bi);
	if (arch_cpu_init())
		um_bug("arch_cpu_init failed");
	hv.cpu[0]->online = true;
	um_lock_count = lock_count;
}

void contract_teardown(void)
{
	um_teardown();
}

void contract_unload(void)
{
}

UM_PROGRAM(contract_guest)
{
	static const u64 args[] = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99 };
	u64 data = r3, r;

	um_hcall(0x1001, args, 9, &r, 1);
	um_st64(data, r);
	r = um_ld64(data + 8);
	um_hcall(0x1005, &r, 1, &r, 1);
	r = um_ld64(r);
	um_hcall(0x1009, &r, 1, &r, 1);
	um_st64(r, data);
	um_hcall(0x100d, NULL, 0, NULL, 0);
	for (;;)
		um_st64(data + 16, um_ld64(data + 16) + 1);
}

const struct contract_image *contract_guest(void)
{
	static const char bytes[] = UM_MAGIC "\0contract_guest";
	static const struct contract_image image = { bytes, sizeof(bytes) };

	return &image;
}
