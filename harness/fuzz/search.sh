#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# search.sh DIR TARGET SECONDS SEED: one bounded search of libFuzzer from the seeds and from what
# earlier ones have learned (DIR/corpus-TARGET). Inputs that fail are left as DIR/TARGET-crash-*
# (-timeout-, -leak-, -oom-). The result, 0 or 1, goes to DIR/result-TARGET.
set -u
out=$1
t=$2
. "$(dirname "$0")/share.sh"
mkdir -p "$out/corpus-$t"
"$out/fuzz_$t" -seed="$4" -max_total_time="$3" -timeout=20 -rss_limit_mb=2048 \
	-max_len="$(length "$t")" -print_final_stats=1 -artifact_prefix="$out/$t-" \
	"$out/corpus-$t" "$out/seeds/$t" >"$out/search-$t.log" 2>&1
rc=$?
runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$out/search-$t.log")
[ $rc = 0 ] || grep -vE '^#|^INFO' "$out/search-$t.log" | head -n 40 | sed 's/^/    /'
# a search that ran nothing is no success
[ "${runs:-0}" -gt 50 ] || rc=1
opinion=$(sed -n 's/^opinion: /; /p' "$out/search-$t.log")
echo "fuzz $t: ${runs:-0} runs in $3 s, seed $4$([ $rc = 0 ] || echo ', FAILED')$opinion"
[ $rc = 0 ] || rc=1
echo $rc >"$out/result-$t"
