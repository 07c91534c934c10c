#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# reach.sh DIR CORPUS TARGET...: which lines and branches of core/ the seeds and the inputs of a
# campaign reach together: a table, and DIR/reach.txt with the lines that are missing.
set -u
out=$1
corpus=$2
shift 2
cov=$(dirname "$out")/um-cov

find "$cov" -name '*.gcda' -delete
for t; do
	find "$out/seeds/$t" "$corpus/$t/lib" "$corpus/$t/afl" -type f \
		\( -path '*/seeds/*' -o -path '*/lib/*' -o -path '*/queue/id*' \) 2>/dev/null |
		tr '\n' '\0' |
		xargs -0 -n 200 timeout 600 "$cov/replay_$t" >"$out/reach.log" 2>&1 ||
		echo "$t: some inputs fail, see $out/reach.log"
done
gcovr -r . --object-directory "$cov" -f core/ --gcov-ignore-parse-errors --json "$out/reach.json" \
	"$cov" >"$out/reach.log" 2>&1 || {
	tail -n 3 "$out/reach.log"
	exit 1
}
gcovr -r . -a "$out/reach.json" -o "$out/reach.txt"
gcovr -r . -a "$out/reach.json" -b -o "$out/reach-branches.txt"
sed -n '/^core/p;/^TOTAL/p' "$out/reach.txt" | cut -c 1-70
echo "branches: $(sed -n 's/^TOTAL *//p' "$out/reach-branches.txt")"
