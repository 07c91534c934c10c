/* SPDX-License-Identifier: BSD-2-Clause */
/* Computes for ever with interrupts off: must cost the others only its own share. */
#include "guest.h"

GUEST(spin)
{
	g_irqs(false);
	g_print("spin begins\n");
	for (;;)
		g_relax();
}
