/* SPDX-License-Identifier: BSD-2-Clause */
/* Says who it is: the first guest to run on a new port. Next to read: calls.c. */
#include "guest.h"

GUEST(hello)
{
	u64 r[G_MAX_ARGS] = { 0 };
	char text[64];

	g_prop_text(g_prop("/", "ibm,partition-name"), text, sizeof(text));
	g_print("hello from partition '%s', vcpu %u of %u\n", text, g_vcpu(), g_vcpus());
	g_prop_text(g_prop("/", "compatible"), text, sizeof(text));
	g_print("compatible '%s', memory %#lx, time base %lu Hz\n", text, g_memory(), g_hz());
	g_prop_text(g_prop("/chosen", "bootargs"), text, sizeof(text));
	g_print("bootargs '%s'\n", text);
	G_EQ(G_CALL(HV_NULL, NULL, 0), H_SUCCESS);
	G_EQ(G_CALL(HV_VERSION, r, 0), H_SUCCESS);
	g_print("hypervisor ABI %lu, partition number %lu\n", r[0], r[1]);
	G_EQ(r[0], HV_ABI_VERSION);
	G_CHECK(r[1] != 0);
	G_EQ(r[1], g_prop_cells(g_prop("/", "ibm,partition-no"), 0, 1));
	g_pass();
}
