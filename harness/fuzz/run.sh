#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh DIR SECONDS SEED: replays every seed, each in a process of its own, then searches. Every
# call of the table must be reached by a seed. Last line: "suite fuzz: P passed, F failed".
set -u
out=$1
seconds=$2
seed=$3
here=$(dirname "$0")
passed=0
failed=0
ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:detect_stack_use_after_return=0
UBSAN_OPTIONS=print_stacktrace=1
export ASAN_OPTIONS UBSAN_OPTIONS

count()
{
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		shift
		echo "FAIL $*"
	fi
}

# replay TARGET FILE...
replay()
{
	t=$1
	shift
	[ -f "$1" ] || {
		count 1 "$t: no seeds"
		return
	}
	for f; do
		timeout 60 "$out/replay_$t" "$f" >"$out/log" 2>&1
		rc=$?
		[ $rc = 0 ] || sed 's/^/    /' "$out/log" | head -n 30
		count $rc "$t: seed $(basename "$f") (replay: $out/replay_$t $f)"
	done
}

# search TARGET SEEDS SECONDS: libFuzzer leaves crash-*, leak-*, timeout-* in $out
search()
{
	mkdir -p "$out/corpus-$1"
	"$out/fuzz_$1" -seed="$seed" -max_total_time="$3" -timeout=20 -rss_limit_mb=2048 \
		-max_len=4096 -print_final_stats=1 -artifact_prefix="$out/$1-" \
		"$out/corpus-$1" "$2" >"$out/search-$1.log" 2>&1
	rc=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$out/search-$1.log")
	[ $rc = 0 ] || grep -vE '^#|^INFO' "$out/search-$1.log" | head -n 40 | sed 's/^/    /'
	# a search that ran nothing is no success
	[ "${runs:-0}" -gt 100 ] || rc=1
	echo "fuzz $1: ${runs:-0} runs in $3 s, seed $seed"
	count "$rc" "$1: search (log: $out/search-$1.log)"
}

replay hcall "$out"/seeds/*
replay manifest "$out"/bundles/*
for c in $(sed -n 's/^HCALL(\([A-Z0-9_]*\),.*/\1/p' include/hcalls.def core/papr/hcalls.def); do
	grep -qE "^(call|light) [0-9.]+ $c( |\$)" "$here"/seeds/*.seq
	count $? "no seed calls $c"
done
search hcall "$out/seeds" "$seconds"
search manifest "$out/bundles" $((seconds / 4 + 1))
echo "suite fuzz: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
