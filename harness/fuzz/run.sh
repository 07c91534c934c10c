#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh DIR SECONDS SEED: replays every seed, each in a process of its own, then searches. The
# seeds together must show every answer that docs/hcalls.md names, and no other one. Last line:
# "suite fuzz: P passed, F failed".
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

# replay PROGRAM FILE...: each in a process of its own
replay()
{
	program=$1
	shift
	for f; do
		[ -f "$f" ] || {
			count 1 "$program: no seeds"
			return
		}
		timeout 60 $program "$f" >"$out/log" 2>&1
		rc=$?
		[ $rc = 0 ] || sed 's/^/    /' "$out/log" | head -n 30
		count $rc "seed $(basename "$f") (replay: $program $f)"
	done
}

# What the seeds showed, against the document.
compare()
{
	awk -f "$here/documented.awk" include/hcall.h include/hcalls.def core/papr/hcalls.def \
		"$here/unreachable" docs/hcalls.md | sort -u >"$out/documented"
	sort -u "$out/pairs" >"$out/seen"
	comm -23 "$out/documented" "$out/seen" | sed 's/^/FAIL no seed shows: /'
	comm -13 "$out/documented" "$out/seen" | sed 's/^/FAIL docs\/hcalls.md does not name: /'
	missing=$(comm -3 "$out/documented" "$out/seen" | wc -l)
	passed=$((passed + $(comm -12 "$out/documented" "$out/seen" | wc -l)))
	failed=$((failed + missing))
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

rm -f "$out/pairs"
replay "$out/play -o $out/pairs" "$here"/seeds/*.seq
replay "$out/replay_hcall" "$out"/seeds/*
replay "$out/replay_manifest" "$out"/bundles/*
compare
search hcall "$out/seeds" "$seconds"
search manifest "$out/bundles" $((seconds / 4 + 1))
echo "suite fuzz: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
