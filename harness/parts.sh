# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sourced by the scripts of suites that consist of others (unittests/be.sh, unittests/asan.sh): runs
# each as a part, with its output in a log of its own, and adds them up. $logs says where.
# shellcheck shell=bash disable=SC2154
passed=0
failed=0

# add PART PASSED FAILED
add()
{
	printf '  %-8s %5d passed %4d failed\n' "$1" "$2" "$3"
	passed=$((passed + $2))
	failed=$((failed + $3))
}

# part NAME COMMAND...: its line "suite ...: P passed, F failed" is a part of ours
part()
{
	local name=$1 p=0 f=0 status
	shift
	timeout 600 "$@" >"$logs/$name.log" 2>&1 </dev/null
	status=$?
	read -r p f < <(sed -nE 's/^suite [a-z0-9_-]+: ([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' \
		"$logs/$name.log" | tail -n 1)
	if [ "${f:-0}" = 0 ] && { [ $status != 0 ] || [ "${p:-0}" = 0 ]; }; then
		echo "FAIL $name: status $status"
		f=1
	fi
	[ "${f:-0}" = 0 ] || grep -vE '^suite ' "$logs/$name.log" | tail -n 40
	add "$name" "${p:-0}" "${f:-0}"
}

# one NAME COMMAND...: one test, passed when the command succeeds
one()
{
	local name=$1
	shift
	if "$@"; then
		add "$name" 1 0
	else
		add "$name" 0 1
	fi
}

# sum SUITE: the last line, and the status
sum()
{
	echo "suite $1: $passed passed, $failed failed"
	[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}
