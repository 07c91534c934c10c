#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check.sh [SUITE...]: `make check`. Runs each suite as a make target, adds up the lines
# "suite NAME: P passed, F failed" that it prints, and ends with a table and "N passed, N failed".
# A suite that says no such line, or ran no test, or whose target fails without a failed test,
# counts as one failure. Logs: build/check/SUITE.log.
set -u
cd "$(dirname "$0")/.." || exit 1
suites=(${@:-lint static tools unit valgrind asan contract guests oracle sim tsan be coverage fuzz
	fuzz-afl fuzz-doc inject boot-selftest boot-ppc64 boot-x86_64 boot-bochs})
out=${O:-build}/check
total_passed=0
total_failed=0
table=

# The make target of a suite.
target()
{
	case $1 in
	tools) echo test-tools ;;
	guests) echo guests-um ;;
	sim) echo sim-check ;;
	*) echo "$1" ;;
	esac
}

# show LOG: what a reader of a failed run wants to see first
show()
{
	grep -E '^(FAIL|RETRY|[^ ]+: \*\*\*)|error:|: No such file|need.sh:|guests.sh:' "$1" |
		head -n 15 | cut -c 1-200 | sed 's/^/    /'
	echo "    ... the end of $1:"
	tail -n 12 "$1" | cut -c 1-160 | sed 's/^/    /'
}

run()
{
	local log=$out/$1.log start=$SECONDS status passed=0 failed=0 lines=0 p f
	printf '%-13s' "$1"
	${MAKE:-make} --no-print-directory "$(target "$1")" >"$log" 2>&1 </dev/null
	status=$?
	while read -r p f; do
		passed=$((passed + p))
		failed=$((failed + f))
		lines=$((lines + 1))
	done < <(sed -nE 's/^suite [a-z0-9_-]+: ([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$log")
	if [ $failed = 0 ] && { [ $status != 0 ] || [ $lines = 0 ] || [ $passed = 0 ]; }; then
		failed=1
	fi
	printf '%5d passed %4d failed %5d s\n' $passed $failed $((SECONDS - start))
	[ $failed = 0 ] || show "$log"
	table+=$(printf '%-13s %8d %8d %7d' "$1" $passed $failed $((SECONDS - start)))$'\n'
	total_passed=$((total_passed + passed))
	total_failed=$((total_failed + failed))
}

mkdir -p "$out"
trap 'echo "check.sh: interrupted"; exit 130' INT TERM
if ! tools/setup/need.sh build ppc64 x86_64 iso bochs guests test; then
	echo "0 passed, 1 failed"
	exit 1
fi
for s in "${suites[@]}"; do
	run "$s"
done
printf '\n%-13s %8s %8s %7s\n%s\n' suite passed failed seconds "$table"
grep -hE '^RETRY|needed a retry' "$out"/*.log 2>/dev/null | cut -c 1-160
echo "$total_passed passed, $total_failed failed"
[ $total_failed = 0 ] && [ $total_passed -gt 0 ]
