/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For libfdt.h in images, which have no libc: see hvstring.h. */
#include "../hvstring.h"
