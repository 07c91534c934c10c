#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Plants one defect for each tool of static.sh, and each way it may go wrong, in a small tree and
# sees that it is said. Last line: "suite static-selftest: P passed, F failed".
set -u
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
passed=0
failed=0
export STATIC_UM='-std=gnu11 -O1 -Wall'
unset ONLY

# expect TOOL STATUS PATTERN: static.sh -C ends like that, and says so
expect()
{
	"$here/static.sh" -C "$tmp" $1 >"$tmp/.git/out" 2>&1
	if [ $? = "$2" ] && grep -qE "^$3" "$tmp/.git/out"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "tools/static/selftest.sh:1: ${1:-all} did not say '$3' but:"
		head -n 3 "$tmp/.git/out"
	fi
}

git -C "$tmp" init -q || exit 2
mkdir "$tmp/core"
: >"$tmp/exceptions"
expect '' 1 'suite static: 0 passed, 0 failed'
echo 'int good(int a); int good(int a) { return a; }' >"$tmp/core/a.c"
expect '' 0 'suite static: 3 passed, 0 failed'

cat >"$tmp/core/a.c" <<'END'
#include <stdlib.h>
int f(int n);
int f(int n)
{
	int *p = malloc(sizeof(*p)), v;

	if (!p || n > 9)
		return 0;
	*p = n;
	v = *p;
	free(p);
	return v;
}
END
expect gcc 1 'core/a.c:7: analyzer-malloc-leak: '
expect tidy 1 'core/a.c:8: clang-analyzer-unix.Malloc: '
cat >"$tmp/core/a.c" <<'END'
int f(int n);
int f(int n)
{
	int a[4] = { 1, 2, 3, 4 };

	if (n == 7)
		return a[n];
	return 0;
}
END
expect cppcheck 1 'core/a.c:7: arrayIndexOutOfBoundsCond: '
cat >"$tmp/core/a.c" <<'END'
unsigned long f(unsigned n);
unsigned long f(unsigned n)
{
	return n ? f(n / 2) + n * 4 : 0;
}
END
expect tidy 1 'core/a.c:2: misc-no-recursion: '
expect tidy 1 'core/a.c:4: bugprone-implicit-widening-of-multiplication-result: '
echo 'core/*.c misc-no-recursion it ends' >"$tmp/exceptions"
expect tidy 1 'core/a.c:4: bugprone-implicit-widening'
echo 'core/*.c bugprone-implicit-widening-of-multiplication-result small' >>"$tmp/exceptions"
expect tidy 0 'suite static: 1 passed, 0 failed'
echo 'core/b.c misc-no-recursion gone' >>"$tmp/exceptions"
expect '' 1 'tools/static/exceptions:0: stale: core/b.c misc-no-recursion'
: >"$tmp/exceptions"
echo '#include "gone.h"' >"$tmp/core/a.c"
expect gcc 1 'core/a.c:1: error: '
expect tidy 1 'core/a.c:1: clang-diagnostic-error: '
STATIC_UM=
expect gcc 1 'core/a.c:0: gcc: no flags'

echo "suite static-selftest: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
