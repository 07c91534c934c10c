/* SPDX-License-Identifier: BSD-2-Clause */
/* Says who it is: the first guest to run on a new port. Next to read: sum.c. */
#include "guest.h"

GUEST(hello)
{
	u64 r[G_MAX_ARGS] = { 0 };
	char text[64];

	g_print("hello from vcpu %u of %u\n", g_vcpu(), g_vcpus());
	g_print("memory %#lx, time base %lu Hz\n", g_memory(), g_hz());
	g_bootargs(text, sizeof(text));
	g_print("bootargs '%s'\n", text);
	g_describe();
	G_EQ(G_CALL(HV_NULL, NULL, 0), H_SUCCESS);
	G_EQ(G_CALL(HV_VERSION, r, 0), H_SUCCESS);
	g_print("hypervisor ABI %lu, partition number %lu\n", r[0], r[1]);
	G_EQ(r[0], HV_ABI_VERSION);
	G_CHECK(r[1] != 0);
	g_pass();
}
