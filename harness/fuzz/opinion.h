/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often a target could ask somebody else. At its end the process says so, in a line that run.sh
 * and search.sh look at: a comparison that did not happen is no comparison that passed.
 */
#ifndef FUZZ_OPINION_H
#define FUZZ_OPINION_H

#include <stdbool.h>

/* One comparison more; or one that could not be made, and why. */
void opinion(bool made, const char *why);

#endif
