#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# work STEPS [KIB [TAG]]: checksums known data STEPS times, one numbered line per step, then the sum
# over all. The data rest in memory meanwhile, so that whoever overwrites them changes the sums. The
# host computes the same with harness/boot/sum.sh.
steps=${1:-10}
kib=${2:-512}
tag=${3:-$(hostname)}
upper=$(echo "$tag" | tr a-z A-Z)
data=/tmp/data.$tag

{ echo "$tag"; seq 1000000 9999999; } 2>/dev/null | head -c "${kib}k" >"$data"
: >"$data.sums"
i=1
while [ "$i" -le "$steps" ]; do
	sum=$({ echo "$i"; cat "$data"; } | sha256sum | cut -c 1-64)
	echo "$sum" >>"$data.sums"
	echo "$upper step $i/$steps ${sum%${sum#????????}}"
	i=$((i + 1))
done
echo "$upper checksum $(sha256sum <"$data.sums" | cut -c 1-64)"
rm "$data" "$data.sums"
