#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# asan.sh BUILD COMPILER FLAG...: runs what was built with the sanitizers, after two planted defects
# that each of them must find. Every finding ends the process. Last line: "suite asan: P passed, F
# failed".
set -u
build=$1
compiler=("${@:2}")
logs=$build/um-asan
. harness/parts.sh

# finds PATTERN: the program on standard input dies with that report
finds()
{
	"${compiler[@]}" -x c -o "$logs/planted" - || return 1
	if "$logs/planted" >"$logs/planted.log" 2>&1; then
		echo "FAIL a planted defect went by: $1"
		return 1
	fi
	grep -q "$1" "$logs/planted.log" || {
		echo "FAIL not found: $1"
		head -n 5 "$logs/planted.log"
		return 1
	}
}

one asan finds 'heap-buffer-overflow' <<'END'
#include <stdlib.h>
int main(int argc, char **argv)
{
	char *p = malloc(8);
	(void)argv;
	return p[7 + argc];
}
END
one leak finds 'detected memory leaks' <<'END'
#include <stdlib.h>
char *volatile kept;
int main(void)
{
	kept = malloc(8);
	kept = 0;
	return 0;
}
END
one ubsan finds 'signed integer overflow' <<'END'
#include <limits.h>
int main(int argc, char **argv)
{
	(void)argv;
	return (INT_MAX - 1 + argc) + argc;
}
END
part unit "$build/um-asan/unit" unit
part oracle "$build/um-asan/oracle" --total 400000 --seconds 200
part large "$build/um-asan/oracle-large" --total 4000 --seconds 200
part pc "$build/um-asan/oracle-pc" --total 200000 --seconds 200
part guests harness/guests/run.sh "$build" um-asan
sum asan
