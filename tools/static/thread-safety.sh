#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# thread-safety.sh: what functions say of locks (include/lock_check.h), checked by clang in all of
# the core; then three faults that it must see. Last line:
# "suite thread-safety: P passed, F failed".
set -u
cd "$(dirname "$0")/../.." || exit 2
clang=${CLANG:-clang}
passed=0
failed=0
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

command -v "$clang" >/dev/null || {
	echo "no $clang here; run: apt-get install -y clang"
	echo "suite thread-safety: 0 passed, 1 failed"
	exit 1
}

# check FILE [DIR]: its messages; DIR is where the file's own headers are
check()
{
	"$clang" -std=gnu11 -ffreestanding -iquote "${2:-.}" -iquote include -iquote arch/um \
		-DHV_DEBUG=1 -Wthread-safety -Werror -fsyntax-only "$1"
}

for f in core/*.c core/*/*.c; do
	if check "$f" 2>"$tmp/out"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $f"
		cat "$tmp/out"
	fi
done

# fault FILE LINE [NTH]: without the nth line that has this text, there is a message about locks
fault()
{
	awk -v text="$2" -v nth="$3" 'index($0, text) && ++n == nth { next } { print }' "$1" \
		>"$tmp/fault.c"
	if ! cmp -s "$1" "$tmp/fault.c" && ! check "$tmp/fault.c" "$(dirname "$1")" 2>"$tmp/out" &&
		grep -q Wthread-safety "$tmp/out"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $1 without '$2' is not noticed"
	fi
}

fault core/loop.c 'lock_take(&c->sched.lock);' 1
fault core/papr/icp.c 'lock_take(&to->lock);' 1
fault core/partition.c 'lock_drop(&hv.lock);' 1
echo "suite thread-safety: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 3 ]
