#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bench_um.sh [all]: figures of the process build, into build/bench.json. Without `all` those that
# take seconds. A run that fails, or a figure that cannot be had, fails the whole. Called by
# bench.mk, which sets O and what `all` needs. Next to read: merge.sh.
set -eu
cd "$(dirname "$0")/../.."
out=$O/bench
figures=$(mktemp)
trap 'rm -f "$figures"' EXIT
mkdir -p "$out"

fail()
{
	echo "bench_um.sh: $*" >&2
	exit 1
}

# figure NAME VALUE UNIT
figure()
{
	case $2 in
	'' | *[!0-9.]*) fail "no value for $1 ('$2')" ;;
	esac
	echo "um.$1 $2 $3" >>"$figures"
}

# seconds LOG COMMAND...: real time; one that fails ends this script
seconds()
{
	log=$out/$1.log
	shift
	from=$(date +%s.%N)
	"$@" >"$log" 2>&1 || fail "$* fails, see $log"
	echo "$from $(date +%s.%N)" | awk '{ printf "%.2f", $2 - $1 }'
}

# The best of three: others use the machine, too.
figure unit_seconds "$(for i in 1 2 3; do seconds unit "$O/um/unit" unit && echo; done |
	sort -n | head -n 1)" "seconds, best of three"

# The rate of one process, by processor time: what else the machine does matters less.
seconds oracle "$O/um/oracle" --processes 1 --total 1000000 >/dev/null
figure oracle_calls_per_second \
	"$(sed -n 's/.* \([0-9]*\) in a second of processor time$/\1/p' "$out/oracle.log")" \
	"calls judged in a second of one processor"

# guest_calls N: a guest makes so many calls, on the full path
guest_calls()
{
	"$O/tools/mkbundle" harness/bench/guest.dts -o "$out/um.bundle" -D GUEST=um:bench \
		-D "FIRST=calls=$1"
	seconds calls "$O/um/rhype" --mem 256 --no-input --full-calls "$out/um.bundle"
	grep -q 'PASS bench' "$out/calls.log" || fail "no PASS in $out/calls.log"
}
figure calls_per_second "$(echo "$(guest_calls 1) $(guest_calls 1000000)" |
	awk '$2 > $1 { printf "%d", 1000000 / ($2 - $1) }')" "HV_NULL on the full path"

if [ "${1:-}" = all ]; then
	figure valgrind_seconds "$(seconds valgrind make -s valgrind)" "seconds"
	seconds coverage make -s coverage >/dev/null
	figure branch_coverage_percent "$(cat "$O/coverage/percent")" "percent of branches in core/"
	seconds mutants make -s mutants >/dev/null
	figure mutants_killed_percent "$(cat "$O/mutants/percent")" "percent of planted faults"
fi
harness/bench/merge.sh "$O/bench.json" "$figures"
