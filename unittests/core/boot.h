/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A booted machine without partitions, for the tests of the core's basic objects. */
#ifndef TEST_BOOT_H
#define TEST_BOOT_H

#include "hv.h"
#include "um.h"

static inline void boot_with(const struct um_config *c)
{
	struct boot_info bi;

	um_setup(c);
	hv_reset();
	arch_boot(&bi);
	hv_init(&bi);
	console_init(&hv.console, CONSOLE_LINES);
	um_output_clear();
}

/* The fixture: 8 MiB, which start as garbage, and as many CPUs as one likes to have. */
static inline void boot(void)
{
	boot_with(&(struct um_config){ .ncpus = 4, .ram = MIB(8) });
}

/* stmt ends in a panic whose message contains `text`. */
#define ck_panics(stmt, text)                                                        \
	do {                                                                         \
		um_output_clear();                                                   \
		ck_assert_int_eq(um_catch(stmt), 1);                                 \
		ck_assert_msg(strstr(um_output(NULL), "rhype: PANIC: ") != NULL &&   \
				      strstr(um_output(NULL), text) != NULL,         \
			      "no panic with '%s' but '%s'", text, um_output(NULL)); \
	} while (0)

#endif
