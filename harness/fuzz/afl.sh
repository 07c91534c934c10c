#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# afl.sh DIR TARGET:EDGES[:seeds]...: the AFL++ builds work. Each runs all seeds and reaches at
# least EDGES edges with them; without ":seeds" a short search (FUZZ_EXECS runs) finds new paths and
# no crash. Last line: "suite fuzz-afl: P passed, F failed". Next to read: long.sh, the campaign.
set -u
out=$1
shift
execs=${FUZZ_EXECS:-3000}
. "$(dirname "$0")/share.sh"
unset ASAN_OPTIONS UBSAN_OPTIONS # AFL++ insists on its own
passed=0
failed=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

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

# stat NAME: of the search
stat()
{
	sed -n "s/^$1 *: *//p" "$tmp/$t/smoke/fuzzer_stats" 2>/dev/null | grep . || echo 0
}

for arg; do
	t=${arg%%:*}
	timeout 300 "$out/afl_$t" "$out/seeds/$t"/* >"$tmp/log" 2>&1
	count $? "$t: the seeds do not run: $(tail -n 1 "$tmp/log")"
	timeout 300 afl-showmap -C -q -m none -t 20000 -i "$out/seeds/$t" -o "$tmp/map" -- \
		"$out/afl_$t" >"$tmp/log" 2>&1
	edges=$(wc -l <"$tmp/map" 2>/dev/null || echo 0)
	want=${arg#*:}
	[ "$edges" -ge "${want%:*}" ]
	count $? "$t: the seeds reach $edges edges, ${want%:*} are expected"
	[[ $want != *:seeds ]] || {
		echo "afl $t: $edges edges of the seeds"
		continue
	}
	timeout 600 afl-fuzz -s 1 -E "$execs" -m none -t 20000 -G "$(length "$t")" \
		-i "$out/seeds/$t" -o "$tmp/$t" -S smoke -- "$out/afl_$t" >"$tmp/log" 2>&1
	count $? "$t: afl-fuzz fails: $(tail -n 1 "$tmp/log")"
	[ "$(stat saved_crashes)" = 0 ] || cp "$tmp/$t"/smoke/crashes/id* "$out/"
	[ "$(stat saved_crashes)" = 0 ]
	count $? "$t: crashes, see $out/id*"
	[ "$(stat execs_done)" -ge "$execs" ] && [ "$(stat corpus_found)" -ge 10 ]
	count $? "$t: $(stat execs_done) runs found $(stat corpus_found) paths"
	echo "afl $t: $edges edges of the seeds, $(stat execs_done) runs," \
		"$(stat corpus_found) new paths"
done
echo "suite fuzz-afl: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
