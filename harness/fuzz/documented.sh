#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# documented.sh FILE.md: what seeds must show, as play.c names it, by the reference in FILE.md and
# the rows of the call tables; sorted. Next to read: documented.awk.
here=$(dirname "$0")
awk -f "$here/documented.awk" include/hcall.h include/hcalls.def core/papr/hcalls.def \
	"$here/unreachable" "$1" | LC_ALL=C sort -u
