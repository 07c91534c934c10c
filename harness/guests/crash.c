/* SPDX-License-Identifier: BSD-2-Clause */
/* Says that it crashed, as an operating system's panic does; reboot=1 asks for a reboot. */
#include "guest.h"

GUEST(crash)
{
	if (g_arg("reboot", 0)) {
		g_print("reboot now\n");
		g_reboot();
	}
	g_print("crash now\n");
	g_crash("test guest crashed on purpose");
}
