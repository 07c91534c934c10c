// SPDX-License-Identifier: GPL-2.0-or-later
/* The guest machines that this image has. Next: include/machine.h. */
#include "machine.h"

const struct machine *const machines[] = { &machine_pc, NULL };
