// SPDX-License-Identifier: GPL-2.0-or-later
/* Counts comparisons with a second opinion. Next to read: fuzz_pc_emulate.c, one that asks. */
#include "opinion.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned long made_, not_made;
static const char *reason = "no input has led to one";

static void say(void)
{
	if (made_)
		fprintf(stderr, "opinion: %lu compared, %lu not\n", made_, not_made);
	else
		fprintf(stderr, "opinion: not compared: %s\n", reason);
}

void opinion(bool made, const char *why)
{
	static bool first = true;

	if (first)
		atexit(say);
	first = false;
	if (made) {
		made_++;
		return;
	}
	not_made++;
	reason = why;
}
