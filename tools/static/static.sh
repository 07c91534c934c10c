#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# static.sh [-C DIR] [TOOL...]: looks at every C file, but for the unit tests, with gcc's analyzer,
# cppcheck and clang-tidy. Prints "file:line: check: what" for each finding; those in exceptions do
# not count, but an exception that finds nothing does. Each tool and file is one test. The flags of
# each folder come from make (static.mk); ONLY='core/*' in the environment takes some files. Next
# to read: tidy.conf, exceptions.
set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
self=$here/static.sh

# kind FILE: whose flags and compiler are its own; nothing for a file that is not looked at
kind()
{
	case $1 in
	unittests/model/*) echo UM ;;
	unittests/*) ;;
	arch/ppc64/*) echo PPC64 ;;
	arch/x86_64/*) echo X86_64 ;;
	core/* | arch/um/*) echo UM ;;
	harness/guests/lib/um/pc/* | harness/sim/guests/pc/*) echo UM_PC ;;
	harness/guests/*/ppc64/* | harness/guests/hostile/image/*) echo GUEST_PPC64 ;;
	harness/guests/*/x86_64/* | harness/guests/pc/* | harness/guests/*/pc/*)
		echo GUEST_X86_64
		;;
	harness/fuzz/mkseed.c) echo TOOLS ;;
	harness/guests/* | harness/fuzz/* | harness/sim/*) echo UM ;;
	*) echo TOOLS ;;
	esac
}

flags()
{
	local name
	name=STATIC_$(kind "$1")
	echo "${!name-}"
}

look_gcc()
{
	local compiler=${HOSTCC:-gcc}
	case $(kind "$1") in
	*PPC64) compiler=${PPC_CROSS:-powerpc64le-linux-gnu-}gcc ;;
	*X86_64) compiler=${X86_CROSS:-x86_64-linux-gnu-}gcc ;;
	esac
	"$compiler" $(flags "$1") -fanalyzer -Wno-error -c -o /dev/null "$1" 2>&1 |
		sed -nE 's/^([^ :]+:[0-9]+):[0-9]+: (warning|error): (.*) \[-W(.*)\]$/\1: \4: \3/p
			s/^([^ :]+:[0-9]+):[0-9]+: (fatal )?error: (.*)$/\1: error: \3/p'
	return "${PIPESTATUS[0]}"
}

# One file a time: in one process the state of one file disturbs the next one's va_list. Flags that
# only gcc knows, and its headers, are dropped.
look_tidy()
{
	local target=
	case $(kind "$1") in
	*PPC64) target=--target=powerpc64le-linux-gnu ;;
	*X86_64) target=--target=x86_64-linux-gnu ;;
	esac
	clang-tidy-14 --quiet --config-file="$here/tidy.conf" "$1" -- $target \
		$(flags "$1" | sed -E 's/-isystem [^ ]*gcc[^ ]*//g; s/-nostdinc/-nostdlibinc/' |
			tr ' ' '\n' | grep -vE '^-(Werror|ffixed-|fno-tree-|mindirect-)') \
		-Qunused-arguments 2>/dev/null | sed "s|^$PWD/||; /^\//d" |
		sed -nE 's/^([^ :]+:[0-9]+):[0-9]+: (warning|error): (.*) \[(.*)\]$/\1: \4: \3/p'
	return "${PIPESTATUS[0]}"
}

look_cppcheck()
{
	# Only where to find headers and what is defined matters to it; system headers do not.
	cppcheck -q --std=c11 --platform=unix64 --enable=warning,style,performance,portability \
		--suppressions-list="$here/cppcheck.conf" --library="$here/cppcheck.cfg" \
		--template='{file}:{line}: {id}: {message}' \
		$(flags "$1" | sed -E 's/-isystem [^ ]+//g; s/-iquote /-I/g' | tr ' ' '\n' |
			grep -E '^-[ID]') "$1" 2>&1
}

# one TOOL FILE: its findings to $STATIC_OUT
if [ "${1:-}" = --one ]; then
	out=$STATIC_OUT/$2.${3//\//+}
	[ -n "$(flags "$3")" ] || echo "$3:0: $2: no flags for this folder: static.mk" >"$out"
	[ -s "$out" ] || "look_$2" "$3" >"$out" || [ -s "$out" ] ||
		echo "$3:0: $2: the tool failed, status $?" >"$out"
	exit 0
fi

exceptions=$here/exceptions
if [ "${1:-}" = -C ]; then
	cd "$2" || exit 2
	exceptions=$2/exceptions
	shift 2
else
	cd "$here/../.." || exit 2
fi
tools=${*:-gcc cppcheck tidy}
STATIC_OUT=$(mktemp -d) || exit 2
export STATIC_OUT
trap 'rm -rf "$STATIC_OUT"' EXIT
trap 'exit 130' INT TERM HUP
for c in cppcheck clang-tidy-14; do
	command -v $c >/dev/null || {
		echo "static.sh: no $c here; run: tools/setup/need.sh static"
		exit 1
	}
done

# Every file that exists, tracked or new.
git ls-files --cached --others --exclude-standard '*.c' | sort -u | while read -r f; do
	# shellcheck disable=SC2254
	case $f in
	${ONLY-*}) [ -f "$f" ] && [ -n "$(kind "$f")" ] && echo "$f" ;;
	esac
done >"$STATIC_OUT/files"
[ -s "$STATIC_OUT/files" ] || {
	echo "static.sh: ONLY='${ONLY-}' is the pattern of no file here"
	echo 'suite static: 0 passed, 0 failed'
	exit 1
}
for t in $tools; do
	sed "s/^/$t /" "$STATIC_OUT/files"
done | xargs -P "$(nproc)" -L 1 "$self" --one

# What exceptions name is dropped, one that names nothing is said. Format: PATTERN CHECK REASON...
passed=0
failed=0
: >"$STATIC_OUT/used"
# excepted FILE CHECK
excepted()
{
	local pattern check reason
	while read -r pattern check reason; do
		# shellcheck disable=SC2254
		case $1 in
		$pattern)
			[ "$check" = "$2" ] && echo "$pattern $check" >>"$STATIC_OUT/used" &&
				return 0
			;;
		esac
	done < <(grep -v '^#' "$exceptions")
	return 1
}

for t in $tools; do
	while read -r f; do
		bad=0
		while IFS= read -r line; do
			where=${line%%: *}
			check=${line#*: }
			if ! excepted "${where%:*}" "${check%%: *}"; then
				echo "$line"
				bad=1
			fi
		done < <(sort -u "$STATIC_OUT/$t.${f//\//+}")
		passed=$((passed + 1 - bad))
		failed=$((failed + bad))
	done <"$STATIC_OUT/files"
done
while read -r pattern check reason; do
	[ -z "$pattern" ] || grep -qxF "$pattern $check" "$STATIC_OUT/used" || {
		echo "tools/static/exceptions:0: stale: $pattern $check finds nothing"
		failed=$((failed + 1))
	}
done < <([ "$tools" != 'gcc cppcheck tidy' ] || [ -n "${ONLY-}" ] || grep -v '^#' "$exceptions")
echo "suite static: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
