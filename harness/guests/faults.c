/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults for ever on an address outside its memory. */
#include "guest.h"

GUEST(faults)
{
	g_print("faults from now on\n");
	g_fault_for_ever(g_memory());
}
