#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# triage.sh DIR TARGET FILE: makes a small readable seed of an input that fails, and prints where it
# is: DIR/found/NAME.seq of the sequence fuzzer, DIR/found/TARGET/NAME.hex of the others, with what
# the run says as comments. Move it to harness/fuzz/seeds (there: seeds/TARGET/NAME.hex).
set -u
out=$1
t=$2
file=$3
name=$(basename "$file" | cut -c 1-40)
mkdir -p "$out/found/$t"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# replay FILE: what a shell says of a signal goes to the log, too
replay()
{
	timeout 60 bash -c '"$0" "$1"; exit $?' "$out/replay_$t" "$1" >"$tmp/log" 2>&1
}

# fails FILE: by itself, not by the clock
fails()
{
	replay "$1"
	case $? in
	0 | 124) return 1 ;;
	esac
}

# fails_text FILE.seq
fails_text()
{
	"$out/mkseed" "$1" "$tmp/program" 2>/dev/null && fails "$tmp/program"
}

# Leave out runs of lines, long ones first, as long as it still fails.
shrink()
{
	local n=$(wc -l <"$1") size at
	for ((size = n / 2; size >= 1; size /= 2)); do
		at=2 # behind the SPDX line
		while [ $at -le "$(wc -l <"$1")" ]; do
			sed "${at},$((at + size - 1))d" "$1" >"$tmp/less.seq"
			if fails_text "$tmp/less.seq"; then
				cp "$tmp/less.seq" "$1"
			else
				at=$((at + size))
			fi
		done
	done
}

fails "$file" || {
	echo "$file does not fail" >&2
	exit 1
}
if [ "$t" = hcall ]; then
	"$out/mkseed" -d "$file" >"$tmp/a.seq"
	fails_text "$tmp/a.seq" && shrink "$tmp/a.seq"
	seed=$out/found/$name.seq
	fails_text "$tmp/a.seq" && {
		head -n 1 "$tmp/a.seq"
		grep -m 1 -E '^fuzz:|ERROR|runtime error' "$tmp/log" | sed 's/^/# /' | cut -c 1-99
		tail -n +2 "$tmp/a.seq"
	} >"$seed"
else
	"$out/fuzz_$t" -minimize_crash=1 -max_total_time="${TRIAGE_TIME:-30}" \
		-exact_artifact_path="$tmp/small" "$file" >"$tmp/minimize" 2>&1
	fails "$tmp/small" || cp "$file" "$tmp/small"
	seed=$out/found/$t/$name.hex
	FUZZ_VERBOSE=1 replay "$tmp/small"
	{
		echo '# SPDX-License-Identifier: GPL-2.0-or-later'
		grep -vE '^ +#|^==|^$' "$tmp/log" | head -n 40 | cut -c 1-95 | sed 's/^/# /;s/ *$//'
		od -An -v -tx1 "$tmp/small" | sed 's/^ //'
	} >"$seed"
fi
[ -s "$seed" ] || {
	echo "$file: its text does not fail" >&2
	exit 1
}
echo "$seed: $(grep -vc '^#' "$seed") lines"
