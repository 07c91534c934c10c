#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# doctest.sh DIR: does what docs/fuzzing.md says about a new call, in a copy of the tree in DIR, and
# runs what it names. A piece is an indented block behind a line like one of these:
#   `FILE`, behind `TEXT`:     `FILE`, before `TEXT`:     `FILE`, at the end:     `FILE`, new:
# Last line: "suite fuzz-doc: P passed, F failed".
set -u
dir=$(realpath -m "$1")
passed=0
failed=0
names=tmp.lines

count()
{
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		shift
		echo "FAIL $*"
		tail -n 5 "$dir/log" | sed 's/^/    /'
	fi
}

# pieces: "FILE<TAB>WHERE<TAB>TEXT", then the lines of the piece, each behind a bar
pieces()
{
	awk '
	/^`[^`]+`, (behind|before) `[^`]+`:$/ || /^`[^`]+`, (at the end|new):$/ {
		split($0, part, "`")
		where = part[3]
		gsub(/[,: ]/, "", where)
		print part[2] "\t" where "\t" part[4]
		on = 1
		next
	}
	on && /^    / { print "|" substr($0, 5); some = 1; next }
	on && /^$/ { if (some) held++; next }
	on { on = some = held = 0 }
	' docs/fuzzing.md
}

# put FILE WHERE TEXT LINES
put()
{
	local at
	[ -s "$4" ] || return 1
	case $2 in
	new) [ ! -e "$1" ] && cp "$4" "$1" ;;
	attheend) [ -f "$1" ] && { echo && cat "$4"; } >>"$1" ;;
	behind | before)
		at=$(grep -nF -m 1 -- "$3" "$1" | cut -d : -f 1)
		[ -n "$at" ] || return 1
		[ "$2" = behind ] || at=$((at - 1))
		[[ $1 != *.md ]] || echo >>"$4"
		sed -i "${at}r $4" "$1"
		;;
	esac
}

rm -rf "$dir"
mkdir -p "$dir"
git ls-files | tar -cf - -T - | tar -xf - -C "$dir"
pieces >"$dir/pieces"
cd "$dir" || exit 1
git init -q . && git add -A >/dev/null
file=
flush()
{
	[ -z "$file" ] || {
		put "$file" "$where" "$text" $names >log 2>&1
		count $? "the piece of $file does not fit"
	}
	: >$names
}
: >$names
while IFS= read -r line; do
	if [ "${line:0:1}" = '|' ]; then
		echo "${line:1}" >>$names
	else
		flush
		IFS=$'\t' read -r file where text <<<"$line"
	fi
done <pieces
flush
[ $passed -ge 10 ]
count $? "there are fewer than 10 pieces in docs/fuzzing.md"

make -j2 unit >log 2>&1 && build/um/unit unit vcpu_home >log 2>&1
count $? 'unit'
tools/lint/lint.sh hcall_docs hcall_numbers format spdx >log 2>&1
count $? 'lint'
make -j2 build/um/oracle >log 2>&1 && build/um/oracle --total 300000 >log 2>&1
count $? 'oracle'
make -j2 build/um/play >log 2>&1 && for s in harness/fuzz/seeds/*.seq; do
	build/um/play -o pairs "$s" || exit 1
done >log 2>&1
count $? 'the seeds'
harness/fuzz/documented.sh docs/hcalls.md | cmp - <(LC_ALL=C sort -u pairs) >log 2>&1
count $? 'answers of the document and of the seeds'
# and the other way round: without the seed the document has more
grep -v '^HV_VCPU_HOME H_BAD_MODE' pairs >less
! harness/fuzz/documented.sh docs/hcalls.md | cmp -s - <(LC_ALL=C sort -u less)
count $? 'a seed that is missing is not noticed'
echo "suite fuzz-doc: $passed passed, $failed failed"
[ $failed = 0 ]
