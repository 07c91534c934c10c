#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sum.sh NAME KIB STEPS: the sum that partition NAME must print after STEPS steps over KIB of data,
# computed on the host. Must stay equal to init/work.sh.
set -eu
data=$(mktemp)
trap 'rm -f "$data"' EXIT
{ echo "$1"; seq 1000000 9999999; } 2>/dev/null | head -c "$2k" >"$data"
for i in $(seq 1 "$3"); do
	{ echo "$i"; cat "$data"; } | sha256sum | cut -c 1-64
done | sha256sum | cut -c 1-64
