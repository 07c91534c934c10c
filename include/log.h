/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hypervisor's log: one line per call, to the console and into a ring that survives for a
 * crash report. Lines longer than LOG_LINE are cut.
 */
#ifndef RHYPE_LOG_H
#define RHYPE_LOG_H

#include "types.h"

#define LOG_LINE 200
#define LOG_RING 8192

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/*
 * Write one line (no newline in `f`). Any CPU, any lock of rank below LOCK_LOG held. Lines above
 * hv.log.level are kept out of both. Console form: "rhype: text".
 */
void log_msg(enum log_level level, const char *f, ...) __printf(2, 3);

#define log_error(...) log_msg(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_msg(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_msg(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_msg(LOG_DEBUG, __VA_ARGS__)

/* Copy the newest part of the ring, at most n - 1 bytes, as text; returns its length. */
size_t log_read(char *buf, size_t n);

#endif
