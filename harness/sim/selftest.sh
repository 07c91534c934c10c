#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# selftest.sh OUT: the simulation judged by itself. 1000 seeds pass; each planted fault is found
# within so many, or 3000 if it is rare (one of some 1300 shows the rarest). The same seed gives
# the same trace, whatever ran before. Last line: "suite sim-selftest: P passed, F failed".
set -u
out=$1
here=$(dirname "$0")
seeds=1000
most=3000
passed=0
failed=0
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

# result STATUS TEXT
result()
{
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok   $2"
	else
		failed=$((failed + 1))
		echo "FAIL $2"
	fi
}

"$out/sim" --seeds $seeds --digests >"$tmp/all"
result $? "seeds 1 to $seeds without a planted fault"

for p in "$here"/plants/*.patch; do
	name=$(basename "$p" .patch)
	"$out/$name/sim" --seeds $most --find >"$tmp/log" 2>&1
	result $? "$name: $(sed -n 's/^FAIL seed/found by seed/p' "$tmp/log" | cut -c 1-150)"
done

for seed in 3 20 77 185 404; do
	"$out/sim" --seed $seed --trace >"$tmp/a" && "$out/sim" --seed $seed --trace >"$tmp/b" &&
		[ "$(wc -l <"$tmp/a")" -gt 50 ] && cmp -s "$tmp/a" "$tmp/b"
	result $? "seed $seed: two traces are the same, $(wc -c <"$tmp/a") bytes"
done
# run behind others, and first in its process
"$out/sim" --from 700 --seeds 100 --digests >"$tmp/some"
grep '^seed' "$tmp/some" >"$tmp/a"
grep '^seed' "$tmp/all" | sed -n 700,799p >"$tmp/b"
[ "$(wc -l <"$tmp/a")" = 100 ] && cmp -s "$tmp/a" "$tmp/b"
result $? 'a seed does not depend on those before it'
[ "$(sed 's/.*digest //' "$tmp/all" | sort -u | wc -l)" -gt 990 ]
result $? 'different seeds are different runs'

echo "suite sim-selftest: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
