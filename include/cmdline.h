/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options on the hypervisor's command line (core/cmdline.c):
 *   rhype.log=error|warn|info|debug   what goes to the log
 *   rhype.trace                       fill the trace rings; a panic prints their newest records
 *   rhype.mitigations=off             what the port does against leaks at a price for everybody is
 *                                     not done (docs/boot-x86_64.md; no effect on POWER)
 */
#ifndef RHYPE_CMDLINE_H
#define RHYPE_CMDLINE_H

/* Obey the words of s (NUL-terminated). Boot CPU, once, after hv_init. Unknown ones are logged. */
void cmdline_apply(const char *s);

#endif
