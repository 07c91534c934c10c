#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# judge.sh check FILE | build LINE | run LINE: one planted fault. Check: the tests of that file are
# found, and pass without a fault. Build: compiles the file with the fault, and
# says in jobs/N.built whether that is a fault, the same machine code, or does not compile. Run:
# links the test programs with it and says in jobs/N.judged which of them was the first to notice.
# LINE is one of mutate.sh's lists. The tests of the same file come first, then all tests, the fuzz
# seeds with their answers, both oracles, and all tests under the sanitizers. A program that does
# not end in time has noticed.
set -u
tab=$(printf '\t')
field()
{
	printf '%s\n' "$line" | cut -f "$1"
}

line=$2
n=${line%%"$tab"*}
dir=$OUT/jobs/$n
case $1 in
check) site=$2 ;;
build) site=$(field 2) ;;
run) site=$(field 3) ;;
esac
# shellcheck disable=SC2086
set -- "$1" $site # and now: mode, file, line, column, operator, number
file=$2

# compile SOURCE OBJECT [FLAGS]; core/string.c inside its test, since the process has a libc
compile()
{
	if [ "$file" = core/string.c ]; then
		sed "s,\"../../core/string.c\",\"$(realpath "$1")\"," \
			unittests/core/test_string.c >"$1.test.c"
		set -- "$1.test.c" "$2" "${3:-}"
	fi
	# shellcheck disable=SC2086
	$CC $CFLAGS ${3:-} -iquote "$(dirname "$file")" -iquote unittests/core -c -o "$2" "$1" \
		>"$2.log" 2>&1
}

build()
{
	base=$OUT/base/$(echo "$file" | tr / _)
	mkdir -p "$dir"
	if ! [ -f "$base.o" ]; then
		{ echo "#line 1 \"$file\"" && cat "$file"; } >"$dir/base.c"
		compile "$dir/base.c" "$dir/base.o" && mv "$dir/base.o" "$base.o"
	fi
	"$OUT/mutate" plant "$@" >"$dir/mutant.c" || exit 1
	if ! compile "$dir/mutant.c" "$dir/mutant.o"; then
		what="does not compile"
	elif cmp -s "$dir/mutant.o" "$base.o"; then
		what=same
	else
		what=fault
	fi
	printf '%s\t%s\t%s\n' "$n" "$what" "$(field 2-)" >"$OUT/jobs/$n.built"
}

# link VARIANT PROGRAM LIBRARIES OBJECT [FLAGS]: objects of the program that make built, with
# OBJECT in the place of the file's own
link()
{
	old=$O/$1/${file%.c}.o
	[ "$file" != core/string.c ] || old=$O/$1/unittests/core/test_string.o
	sed "s,^$O/um/,$O/$1/," "$OUT/$2.objs" >"$dir/objs"
	grep -qxF "$old" "$dir/objs" || return 1
	# shellcheck disable=SC2046,SC2086
	$CC ${5:-} -o "$dir/$2" $(sed "s,^$old\$,$4," "$dir/objs") $3 >"$dir/link.log" 2>&1 ||
		exit 1
}

noticed()
{
	printf '%s\t%s\t%s\n' "$n" "$1" "$(field 3-)" >"$OUT/jobs/$n.judged"
	[ ! -f "$dir/why" ] || mv "$dir/why" "$OUT/jobs/$n.why"
	rm -rf "$dir"
	exit 0
}

# Names of the suites that test this file.
suites()
{
	t=$(echo "$file" | sed 's,^core/vio/,core/,
		s,^\(.*/\)\([a-z_0-9]*\)\.c$,unittests/\1test_\2,')
	sed -n 's/.*\(LAB_SUITE\|_suite\|suite_create\)("\([a-z_0-9]*\)".*/\2/p' "$t".c \
		"$t"_*.c 2>/dev/null | sort -u
}

check()
{
	for s in $(suites); do
		CK_FORK=no "$O/um/unit" unit "$s" >"$OUT/check.log" 2>&1 || {
			cat "$OUT/check.log"
			echo "judge.sh: without a fault suite $s fails"
			exit 1
		}
	done
}

# try NAME COMMAND...: within a limit of processor time, since others use the machine, too. What
# waits for ever without using any has noticed as well.
try()
{
	name=$1
	shift
	(
		ulimit -c 0
		ulimit -t "${LIMIT:-20}"
		exec timeout -k 1 900 "$@"
	) >"$dir/log" 2>&1 || {
		grep -E 'FAILED|PANIC|ERROR|differs|model' "$dir/log" | head -n 3 >"$dir/why"
		noticed "$name"
	}
}

run()
{
	mutant=$dir/mutant.o
	link um unit "$UNIT_LIBS" "$mutant" || exit 1
	export UNIT_QUICK=1 CK_FORK=no
	for s in $(suites); do
		try own-tests "$dir/unit" unit "$s"
	done
	try unit "$dir/unit" unit
	if link um play "$LIBS" "$mutant"; then
		try seeds "$dir/play" harness/fuzz/seeds/*.seq
		link um oracle "-Wl,--wrap=um_point $LIBS" "$mutant" || exit 1
		try oracle "$dir/oracle" --processes 1 --total 200000
		link um oracle-pc "-Wl,--wrap=um_point $LIBS" "$mutant" || exit 1
		try oracle-pc "$dir/oracle-pc" --processes 1 --total 200000
	fi
	compile "$dir/mutant.c" "$dir/asan.o" "$SANITIZE" || exit 1
	link um-asan unit "$UNIT_LIBS" "$dir/asan.o" "$SANITIZE" || exit 1
	LIMIT=60
	try sanitizers "$dir/unit" unit
	noticed nobody
}

"$@"
