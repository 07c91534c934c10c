// SPDX-License-Identifier: GPL-2.0-or-later
/* The guest machines that the process port runs: all of them. Next: include/machine.h. */
#include "machine.h"

const struct machine *const machines[] = { &machine_papr, &machine_pc, NULL };
