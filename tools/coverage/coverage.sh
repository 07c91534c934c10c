#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# coverage.sh TARGET...: `make coverage`. Runs the programs that coverage.mk built with counters and
# says what of core/ they reached: build/coverage/{lines,branches,missing}.txt. Fails below 95 % of
# branches, and when a line of a handler (h_*, rtas_*) was not reached and has no reason in
# docs/testing.md, or has one and was reached. Branches of lines with CHECK( or ASSERT( do not
# count: one side of each is a corrupt hypervisor. Last line: "suite coverage: P passed, F failed".
# Next to read: handlers.awk.
set -eu
cd "$(dirname "$0")/../.."
bin=$O/um-cov
out=$O/coverage
need=95
passed=0
failed=0

verdict()
{
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		shift
		echo "FAIL $*"
	fi
}

# run NAME COMMAND...: a suite that fails says nothing about coverage
run()
{
	name=$1
	shift
	"$@" >"$out/$name.log" 2>&1 || {
		tail -n 5 "$out/$name.log"
		verdict 1 "$name fails, see $out/$name.log"
		echo "suite coverage: $passed passed, $failed failed"
		exit 1
	}
	verdict 0
}

mkdir -p "$out"
find "$bin" -name '*.gcda' -delete
run unit "$bin/unit" unit
run oracle "$bin/oracle" --total "$CALLS"
run seeds "$bin/play" harness/fuzz/seeds/*.seq
run inject "$bin/inject" harness/fuzz/seeds/*.seq
run bundles "$bin/replay_manifest" "$O"/fuzz/seeds/manifest/*
for t; do
	run "$t" "$bin/replay_$t" "$O/fuzz/seeds/$t"/*
done
if [ -x "$bin/sim" ]; then
	run sim "$bin/sim"
fi

gcovr -r . --object-directory "$bin" -f core/ --gcov-ignore-parse-errors \
	--exclude-branches-by-pattern '.*\b(CHECK|ASSERT)\(.*' --json "$out/core.json" \
	"$bin" >"$out/gcovr.log" 2>&1 || {
	cat "$out/gcovr.log"
	exit 1
}
gcovr -r . -a "$out/core.json" -o "$out/lines.txt"
gcovr -r . -a "$out/core.json" -b -o "$out/branches.txt"

# percent FILE: of its last line, to a tenth
percent()
{
	awk '$1 == "TOTAL" && $2 { printf "%.1f", 100 * $3 / $2 }' "$1"
}
lines=$(percent "$out/lines.txt")
branches=$(percent "$out/branches.txt")

# "core/x.c 12,15-17": the last column, and nothing for a file without gaps
gaps()
{
	awk '$1 ~ /^core\// && $4 != "100%" && $4 != "--%" { print $1, $5 }' "$1"
}
gaps "$out/lines.txt" | sed 's/^/line /' >"$out/gaps"
gaps "$out/branches.txt" | sed 's/^/branch /' >>"$out/gaps"

awk '$1 ~ /^core\// { printf "%-28s %6d %6d", $1, $2, $3
	if ($2) printf " %5.1f", 100 * $3 / $2; print "" }' "$out/lines.txt" >"$out/t.lines"
awk '$1 ~ /^core\// { printf "%6d %6d", $2, $3
	if ($2) printf " %5.1f", 100 * $3 / $2; print "" }' "$out/branches.txt" >"$out/t.branches"
echo "file                          lines  taken   %   branches  taken   %"
paste -d ' ' "$out/t.lines" "$out/t.branches"
echo
awk -f tools/coverage/handlers.awk -v report="$out/missing.txt" -v doc=docs/testing.md \
	"$out/gaps" && status=0 || status=1
verdict $status "lines of handlers, see above and 'What no test of a handler reaches' in" \
	"docs/testing.md"
echo "not reached: $(grep -c ' line ' "$out/missing.txt") lines," \
	"$(grep -c ' branch ' "$out/missing.txt") lines with a branch, listed in $out/missing.txt"
echo "core: $lines % of lines, $branches % of branches (without those of CHECK and ASSERT)"
echo "$branches" >"$out/percent"
enough=$(awk -v b="$branches" -v n=$need 'BEGIN { print (b < n) }')
verdict "$enough" "$branches % of branches in core/, wanted $need"
echo "suite coverage: $passed passed, $failed failed"
[ $failed = 0 ]
