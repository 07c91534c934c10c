#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh DIR SECONDS SEED TARGET...: replays every seed, each in a process of its own, then searches
# in all targets, SECONDS together, FUZZ_JOBS (2) at a time. The seeds of the sequence fuzzer must
# show every answer that docs/hcalls.md names, and no other one. Last line: "suite fuzz: P passed, F
# failed". Next to read: search.sh (one search), selftest.sh.
set -u
out=$1
seconds=$2
seed=$3
shift 3
here=$(dirname "$0")
passed=0
failed=0
. "$here/share.sh"

# count STATUS WHAT...
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
	local program=$1 f rc
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

# Targets that ask for a second opinion must have got one, if there is one on this host.
asked()
{
	[ "$1" != pc_emulate ] || [ "$(uname -m)" = x86_64 ] || {
		echo "fuzz pc_emulate: NOT COMPARED with a processor: this host is no x86-64"
		return
	}
	"$out/replay_$1" "$out/seeds/$1"/* 2>&1 | grep -q '^opinion: [1-9][0-9]* compared'
	count $? "$1: its seeds were compared with nothing"
}

# What the seeds showed, against the document.
compare()
{
	"$here/documented.sh" docs/hcalls.md >"$out/documented"
	sort -u "$out/pairs" >"$out/seen"
	comm -23 "$out/documented" "$out/seen" | sed 's/^/FAIL no seed shows: /'
	comm -13 "$out/documented" "$out/seen" | sed 's/^/FAIL docs\/hcalls.md does not name: /'
	passed=$((passed + $(comm -12 "$out/documented" "$out/seen" | wc -l)))
	failed=$((failed + $(comm -3 "$out/documented" "$out/seen" | wc -l)))
}

rm -f "$out/pairs" "$out"/result-*
for t; do
	if [ "$t" = hcall ]; then
		replay "$out/play -o $out/pairs" "$here"/seeds/*.seq
	else
		replay "$out/replay_$t" "$out/seeds/$t"/*
	fi
	case $t in
	pc_decode | pc_emulate) asked "$t" ;;
	esac
done
compare
"$here/selftest.sh" "$out" >"$out/selftest.log" 2>&1
count $? "selftest (log: $out/selftest.log)"
echo "fuzz: $passed seeds and answers, $failed failed"

# The longest first.
for t; do
	echo "$(share "$t") $t"
done | sort -rn | while read -r percent t; do
	echo "$out $t $((seconds * percent / 100 + 1)) $seed"
done | xargs -P "${FUZZ_JOBS:-2}" -L 1 "$here/search.sh"
for t; do
	count "$(cat "$out/result-$t" 2>/dev/null || echo 1)" \
		"$t: search (log: $out/search-$t.log; then: $here/triage.sh $out $t FILE)"
done
echo "suite fuzz: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
