/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For libfdt.h in images, which have no libc. */
#ifndef RHYPE_LIBC_LIMITS_H
#define RHYPE_LIBC_LIMITS_H

#define INT_MAX	 __INT_MAX__
#define UINT_MAX (INT_MAX * 2u + 1u)

#endif
