#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lint.sh [-C DIR] [CHECK...]: the rules of the house, as far as a tool can check them. Prints
# "file:line: what" for each violation and at the end how many checks passed. A check that finds
# nothing to look at fails. Text checks are here, those that need a compiler in structure.sh.
set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
if [ "${1:-}" = -C ]; then
	cd "$2" || exit 2
	shift 2
fi

tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

# All files of the project that exist, tracked or new.
git ls-files --cached --others --exclude-standard | sort -u | while read -r f; do
	[ -f "$f" ] && [ ! -L "$f" ] && echo "$f"
done >"$tmp/all"

# files REGEX [EXCLUDED]: paths that match
files()
{
	grep -E "$1" "$tmp/all" | grep -vE "${2:-^$}"
}

# bad FILE LINE WHAT...
bad()
{
	f=$1
	n=$2
	shift 2
	echo "$f:$n: $*"
}

# need TOOL PACKAGE: a missing tool is a violation
need()
{
	command -v "$1" >/dev/null && return 0
	bad tools/lint/lint.sh 1 "no $1 here; run: apt-get install -y $2"
	return 1
}

# some LIST WHAT: at least one thing must be there to be checked
some()
{
	[ -n "$1" ] && return 0
	bad . 0 "nothing to check: $2"
	return 1
}

code='\.([chS]|lds|sh|mk|awk|def|dts)$|(^|/)Makefile$|^\.ci/'
c_files='\.[ch]$'
core_c='^core/.*\.c$'
banned='v?sprintf|str(n?cpy|n?cat|tok)|ato[il]|gets|alloca'

# ---- text --------------------------------------------------------------------------------

check_spdx()
{
	list=$(files "$code|\.seq$|^\.clang-format$|\.py$" '^\.clang-format$')
	some "$list" 'source files' || return
	awk '
	FNR == 1 {
		at = 1
		want = "GPL-2.0-or-later"
		if (FILENAME ~ /^(include\/hcall\.h|harness\/guests\/)/)
			want = "BSD-2-Clause"
	}
	FNR == 1 && (/^#!/ || /^\/dts-v1\//) { at = 2 }
	FNR == at && $0 !~ ("^(#|//|/[*]) ?SPDX-License-Identifier: " want "( [*]/)?$") {
		print FILENAME ":" FNR ": the first line must be the SPDX line, " want
	}' $list
}

check_format()
{
	need clang-format clang-format || return
	list=$(files "$c_files")
	some "$list" 'C files' || return
	clang-format --dry-run -Werror $list 2>&1 | sed -n 's/ *\[-Wclang-format-violations\]//p' |
		sed 's/^\([^:]*:[0-9]*\):[0-9]*: error: /\1: /' | sort -u
}

check_whitespace()
{
	list=$(files "$code|\.(seq|md|py)$|^\.(clang-format|gitignore)$")
	some "$list" 'text files' || return
	grep -nE '[[:blank:]]+$' $list /dev/null | sed 's/:\([0-9]*\):.*/:\1: trailing white space/'
	list=$(files "$code")
	awk '{
		n = 0
		for (i = 1; i <= length($0); i++)
			n = substr($0, i, 1) == "\t" ? n + 8 - n % 8 : n + 1
		if (n > 100)
			print FILENAME ":" FNR ": " n " columns, 100 are the limit"
	}' $list
}

check_words()
{
	list=$(files .)
	some "$list" 'any files' || return
	grep -nIE '(^|[^A-Za-z0-9_/.-])/(home|root|work|Users|farm)/' $list /dev/null |
		sed 's/:\([0-9]*\):.*/:\1: absolute path of one machine/'
	grep -nIE '(^|[^A-Za-z])(TO[D]O|FIX[M]E|X[X]X)([^A-Za-z]|$)' $list /dev/null |
		sed 's/:\([0-9]*\):.*/:\1: unfinished: say it in the documents or do it/'
}

check_banned()
{
	list=$(files "$c_files")
	some "$list" 'C files' || return
	awk -f "$here/strip.awk" -v also_strings=1 $list |
		grep -E "(^|[^A-Za-z0-9_])($banned) *\(" |
		sed 's/^\([^:]*:[0-9]*\):.*/\1: banned function (use sized, checked ones)/'
}

check_file_size()
{
	list=$(files '\.([chS]|sh|mk|awk|py)$|(^|/)Makefile$')
	some "$list" 'source files' || return
	wc -l $list /dev/null |
		awk '$1 > 500 && $2 != "total" { print $2 ":500: " $1 " lines, the limit is 500" }'
}

check_function_size()
{
	need ctags universal-ctags || return
	list=$(files '\.c$')
	some "$list" 'C files' || return
	ctags --quiet --language-force=C --kinds-C=f --fields=ne --excmd=number -f - $list \
		>"$tmp/f"
	some "$(head -n 1 "$tmp/f")" functions || return
	awk -F '\t' '{
		from = to = 0
		for (i = 4; i <= NF; i++) {
			if ($i ~ /^line:/) from = substr($i, 6)
			if ($i ~ /^end:/) to = substr($i, 5)
		}
		if (to - from + 1 > 80)
			print $2 ":" from ": " $1 " has " to - from + 1 " lines, 80 are the limit"
	}' "$tmp/f"
}

# ---- the neutral core --------------------------------------------------------------------

check_core_plain()
{
	list=$(files "$core_c")
	some "$list" 'files of the core' || return
	stripped=$tmp/stripped
	awk -f "$here/strip.awk" -v also_strings=1 $list >"$stripped"
	grep -E ':[[:blank:]]*#[[:blank:]]*(if|ifn?def|elif|else|endif)([^a-z]|$)' "$stripped" |
		sed 's/^\([^:]*:[0-9]*\):.*/\1: preprocessor conditional in the core/'
	grep -E '[^A-Za-z0-9_](__)?asm(__)?[^A-Za-z0-9_]' "$stripped" |
		sed 's/^\([^:]*:[0-9]*\):.*/\1: assembly in the core/'
}

check_core_names()
{
	list=$(files "$core_c" '^core/(papr|pc)/')
	some "$list" 'files of the core' || return
	names='ppc(64)?|power(pc|nv|[0-9]+)|x86(_64)?|amd64|arm64|aarch64|riscv|radix|opal|skiboot'
	names="$names|lpcr|lpidr|hdec|hsrr[01]|msr|xive|xics|svm|vmx|vmcs|vmcb|ept|npt|apic|um"
	awk -f "$here/strip.awk" -v also_strings=0 $list |
		grep -iE ":.*(^|[^a-z0-9])($names)([^a-z0-9]|$)" |
		sed 's/^\([^:]*:[0-9]*\):\(.*\)/\1: name of an architecture in the core:\2/'
}

check_mirror()
{
	list=$(files "$core_c")
	some "$list" 'files of the core' || return
	for f in $list; do
		d=unittests/$(dirname "$f")
		b=$(basename "$f")
		[ "$d" != unittests/core/vio ] || [ -f "$d/test_$b" ] || d=unittests/core
		[ -f "$d/test_$b" ] || bad "$f" 1 "no unit test $d/test_$b"
	done
}

# ---- calls -------------------------------------------------------------------------------

rows()
{
	sed -n 's/^HCALL(\([A-Z0-9_]*\),.*/\1/p' $(files '(^|/)hcalls\.def$') /dev/null
}

check_hcall_docs()
{
	some "$(rows)" 'rows of hcalls.def' || return
	[ -f docs/hcalls.md ] || {
		bad docs/hcalls.md 0 'missing'
		return
	}
	grep -nE '^## HV?_' docs/hcalls.md |
		sed 's/^\([0-9]*\):## \([A-Z0-9_]*\).*/\2 \1/' >"$tmp/doc"
	for r in $(rows); do
		n=$(grep -c "^$r " "$tmp/doc")
		[ "$n" = 1 ] || bad docs/hcalls.md 1 "$n sections '## $r', not 1"
	done
	while read -r r n; do
		rows | grep -qx "$r" || bad docs/hcalls.md "$n" "section $r has no row"
	done <"$tmp/doc"
}

check_hcall_numbers()
{
	some "$(rows)" 'rows of hcalls.def' || return
	rows | sort | uniq -d | sed 's|^|include/hcalls.def:1: two rows for |'
	rows >"$tmp/rows"
	awk -v rows="$tmp/rows" '
	BEGIN { while ((getline r < rows) > 0) row[r] = 1 }
	function hex(s,   i, v) {
		s = tolower(substr(s, 3))
		for (i = 1; i <= length(s); i++)
			v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
		return v
	}
	function complain(what) { print FILENAME ":" FNR ": " what }
	$1 == "#define" && $2 ~ /^HV?_/ && $3 ~ /^0x/ && $2 !~ /^HV_CALL_/ {
		v = hex($3)
		known[$2] = 1
		if (v % 4) complain($2 " is not a multiple of 4")
		if (v in used) complain($2 " has the number of " used[v])
		used[v] = $2
		if (!($2 in row)) complain($2 " has no row in an hcalls.def")
	}
	END {
		for (r in row)
			if (!(r in known)) print FILENAME ":1: row " r " has no number"
	}' include/hcall.h
}

. "$here/structure.sh"

# ---- driver ------------------------------------------------------------------------------

all='spdx format whitespace words banned file_size function_size core_plain core_names mirror
	hcall_docs hcall_numbers headers core_uses port_defines big_endian'
passed=0
failed=0
for c in ${*:-$all}; do
	"check_$c" >"$tmp/out" 2>"$tmp/err"
	cat "$tmp/out"
	sed "s|^|tools/lint/lint.sh:1: $c: |" "$tmp/err"
	if [ -s "$tmp/out" ] || [ -s "$tmp/err" ]; then
		failed=$((failed + 1))
		echo "FAIL $c"
	else
		passed=$((passed + 1))
	fi
done
echo "suite lint: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
