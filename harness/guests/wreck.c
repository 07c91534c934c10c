/* SPDX-License-Identifier: BSD-2-Clause */
/* Destroys its own vectors and jumps into nothing: illegal instructions for ever. */
#include "guest.h"

GUEST(wreck)
{
	g_print("wreck now\n");
	g_wreck();
}
