#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# selftest.sh DIR: the fuzzer's own tools. What must fail fails: a wrong status, a call that nobody
# makes, an answer without a seed. Text and bytes are the same program; triage finds a small one.
set -u
out=$1
here=$(dirname "$0")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0

# must STATUS WHAT COMMAND...
must()
{
	local want=$1 what=$2 rc
	shift 2
	"$@" >"$tmp/log" 2>&1
	rc=$?
	[ $rc = "$want" ] && return
	echo "FAIL $what: status $rc, not $want"
	sed 's/^/    /' "$tmp/log" | head -n 5
	bad=$((bad + 1))
}

# seq_of LINE...: writes $tmp/a.seq
seq_of()
{
	printf '%s\n' "$@" >"$tmp/a.seq"
}

# same FILE: bytes, to text, to bytes, to text: the same text, and the same behaviour
same()
{
	"$out/mkseed" -d "$1" >"$tmp/1.seq" && "$out/mkseed" "$tmp/1.seq" "$tmp/2" &&
		"$out/mkseed" -d "$tmp/2" >"$tmp/2.seq" && cmp "$tmp/1.seq" "$tmp/2.seq" &&
		FUZZ_VERBOSE=1 "$out/replay_hcall" "$1" >"$tmp/1.log" &&
		FUZZ_VERBOSE=1 "$out/replay_hcall" "$tmp/2" >"$tmp/2.log" &&
		[ -s "$tmp/1.log" ] && cmp "$tmp/1.log" "$tmp/2.log"
}

seq_of 'call 0.0 H_CPPR 0xff = H_SUCCESS' 'rtas 0.0 ibm,int-on 1 1 2 = -3'
must 0 'right statuses' "$out/play" "$tmp/a.seq"
seq_of 'call 0.0 H_CPPR 0xff = H_PARAMETER'
must 1 'a wrong status' "$out/play" "$tmp/a.seq"
seq_of 'rtas 0.0 ibm,int-on 1 1 2 = 0'
must 1 'a wrong status of a service' "$out/play" "$tmp/a.seq"
seq_of 'rtas 0.0 power-off 2 1 0 0 = 0'
must 1 'a call that comes back' "$out/play" "$tmp/a.seq"
seq_of 'call 3.0 H_CPPR 0xff = H_SUCCESS'
must 1 'a call that nobody makes' "$out/play" "$tmp/a.seq"
for line in 'call 0.0 H_NONE' 'jump 0.0' 'clock 256' 'clock' 'clock 1 2' 'write 0 0 123' \
	'call 0.0 H_CPPR 1 2 3 4 5' 'input "x' 'clock 1 = H_SUCCESS' 'call 16.0 H_CEDE'; do
	seq_of "$line"
	must 1 "no program: $line" "$out/mkseed" "$tmp/a.seq" "$tmp/a"
done
for n in 1 2 3 4 5 6 7 8; do
	"$out/mkseed" -p $n 1500 "$tmp/random-$n"
	must 0 "text of random bytes, $n" same "$tmp/random-$n"
done

# an answer that no seed shows, and one that is not in the document
sed 's/^0x70\. .*/& `H_BUSY`/' docs/hcalls.md >"$tmp/more.md"
must 1 'a documented answer more' cmp "$out/documented" <("$here/documented.sh" "$tmp/more.md")
sed 's/`H_RESOURCE`/resource/' docs/hcalls.md >"$tmp/less.md"
must 1 'a documented answer less' cmp "$out/documented" <("$here/documented.sh" "$tmp/less.md")

# triage: of a long program that fails, one line is left
cat "$here"/seeds/{vpa,xics,set_mode,rtas_clock}.seq >"$tmp/a.seq"
must 0 'a long program' "$out/mkseed" "$tmp/a.seq" "$tmp/long"
export FUZZ_TRAP=H_IPOLL
must 0 'triage' "$here/triage.sh" "$out" hcall "$tmp/long"
grep -q ' H_IPOLL ' "$out/found/long.seq" && [ "$(grep -vc '^#' "$out/found/long.seq")" = 1 ] || {
	echo "FAIL triage does not leave one line"
	bad=$((bad + 1))
}
rm -f "$out/found/long.seq"
[ $bad = 0 ]
