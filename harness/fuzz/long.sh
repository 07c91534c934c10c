#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# long.sh DIR SECONDS CORPUS INSTANCE TARGET...: a campaign. FUZZ_JOBS (2) searches at a time, one
# half libFuzzer with sanitizers, the other AFL++, go over the targets for SECONDS each in all.
# Any number of machines may share the folder CORPUS; each has a name of its own, and one of them is
# "main". In the end: readable seeds of what failed, and a report of coverage.
#   CORPUS/T/lib    inputs of libFuzzer, from all machines     CORPUS/T/found   what failed there
#   CORPUS/T/afl    the synchronisation folder of AFL++
set -u
out=$1
seconds=$2
corpus=$3
instance=$4
shift 4
targets=$*
here=$(dirname "$0")
jobs=${FUZZ_JOBS:-2}
. "$here/share.sh"
mkdir -p "$corpus"

# time_of TARGET: its part of SECONDS
time_of()
{
	local sum=0 t
	for t in $targets; do
		sum=$((sum + $(share "$t")))
	done
	echo $((seconds * $(share "$1") / sum + 1))
}

# with_libfuzzer TARGET LANE: goes on after an input that fails, a few times
with_libfuzzer()
{
	local t=$1 dir=$corpus/$1 log=$out/long-$1-$instance-$2.log try
	local end=$((SECONDS + $(time_of "$1")))
	mkdir -p "$dir/lib" "$dir/found"
	: >"$log"
	for try in 1 2 3 4 5; do
		[ $SECONDS -lt $end ] || break
		"$out/fuzz_$t" -max_total_time=$((end - SECONDS)) -timeout=30 -rss_limit_mb=2048 \
			-reload=1 -max_len="$(length "$t")" -print_final_stats=1 \
			-artifact_prefix="$dir/found/$instance-$2-" "$dir/lib" "$out/seeds/$t" \
			$(find "$dir/afl" -maxdepth 2 -type d -name queue 2>/dev/null) \
			>>"$log" 2>&1 && break
	done
	echo "libFuzzer $t: $(awk '/^stat::number_of_exec/ { n += $2 } END { print n + 0 }' \
		"$log") runs in $(time_of "$t") s"
}

# with_afl TARGET LANE
with_afl()
{
	local t=$1 dir=$corpus/$1 role=-S name=$instance-$2 foreign=
	mkdir -p "$dir/lib" "$dir/afl"
	if [ "$instance" = main ] && [ "$2" = 2 ]; then
		role=-M
		name=main
		foreign="-F $dir/lib"
	fi
	env -u ASAN_OPTIONS -u UBSAN_OPTIONS afl-fuzz -V "$(time_of "$t")" -m none -t 30000 \
		-G "$(length "$t")" -i "$out/seeds/$t" -o "$dir/afl" $role "$name" $foreign -- \
		"$out/afl_$t" >"$out/long-$t-$instance-$2.log" 2>&1
	echo "AFL++ $t: $(sed -n 's/^execs_done *: *//p' "$dir/afl/$name/fuzzer_stats" \
		2>/dev/null || echo no) runs in $(time_of "$t") s"
}

# lane N: all targets, one after the other; every other lane begins in the middle
lane()
{
	local t n list=($targets)
	n=${#list[@]}
	for ((i = 0; i < n; i++)); do
		t=${list[$(((i + $1 * n / 2) % n))]}
		if [ $(($1 % 2)) = 1 ]; then
			with_libfuzzer "$t" "$1"
		else
			with_afl "$t" "$1"
		fi
	done
}

# Each input that failed, once, as a readable seed.
failures=0
triage()
{
	local t=$1 f name
	for f in "$corpus/$t"/found/* "$corpus/$t"/afl/*/crashes/id*; do
		[ -f "$f" ] || continue
		failures=$((failures + 1))
		[ $failures -le 20 ] || continue
		name=$t-$(sha1sum "$f" | cut -c 1-12)
		cp "$f" "$out/$name"
		"$here/triage.sh" "$out" "$t" "$out/$name" || echo "$f: does not fail any more"
	done
}

# Of seeds that do the same, one.
forget_doubles()
{
	local f
	find "$out/found" -type f | sort | while read -r f; do
		echo "$(grep -v '^#' "$f" | sha1sum | cut -c 1-40) $f"
	done | awk 'seen[$1]++ { print $2 }' | xargs -r rm -f
}

pids=
trap 'kill $pids 2>/dev/null; exit 130' INT TERM
for ((l = 1; l <= jobs; l++)); do
	lane $l &
	pids="$pids $!"
done
wait
for t in $targets; do
	triage "$t"
done
[ $failures = 0 ] || forget_doubles
"$here/reach.sh" "$out" "$corpus" $targets
echo "fuzz-long: $failures inputs failed; their seeds are in $out/found"
[ $failures = 0 ]
