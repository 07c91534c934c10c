#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# run.sh BUILD [VARIANT [SEED...]]: every test guest as a process (BUILD/VARIANT/rhype), with
# several orders of events. Last line: "suite guests: P passed, F failed".
set -u
build=$1
rhype=$1/${2:-um}/rhype
shift
[ $# = 0 ] || shift
here=$(dirname "$0")
passed=0
failed=0
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

# try MANIFEST GUEST CPUS SEED PATTERN [GUEST2]: the machine ends by itself and says so
try()
{
	what="$2 ($1, $3 CPUs, seed $4)"
	if "$build/tools/mkbundle" "$here/manifests/$1.dts" -o "$tmp/bundle" -D PRE=um: -D POST= \
		-D GUEST="$2" -D GUEST2="${6:-sum}" -D ARGS= -D ARGS2=seed=7 >"$tmp/log" 2>&1 &&
		timeout 60 "$rhype" --no-input --cpus "$3" --seed "$4" "$tmp/bundle" \
			</dev/null >"$tmp/log" 2>&1 &&
		grep -q "$5" "$tmp/log" && ! grep -q 'FAIL\|PANIC\|killed' "$tmp/log"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $what"
		tail -n 5 "$tmp/log" | sed 's/^/    /'
	fi
}

# hostile GUEST SEED [MANIFEST MS]: beside the witness, who is content, ends it after MS when it
# does not end itself, and is on its own then; nothing written looks like somebody else's
hostile()
{
	ms=60000
	pattern="PASS $1"
	case $1 in end_*)
		ms=${4:-300}
		pattern="$1 begins"
		;;
	esac
	what="$1 (hostile, $cpus CPUs, seed $2)"
	if "$build/tools/mkbundle" "$here/manifests/${3:-hostile}.dts" -o "$tmp/bundle" -D PRE=um: \
		-D POST= -D GUEST="$1" -D ARGS="seed=$2" -D WITNESS="ms=$ms" >"$tmp/log" 2>&1 &&
		timeout 60 "$rhype" --no-input --cpus "$cpus" --seed "$2" "$tmp/bundle" \
			</dev/null >"$tmp/log" 2>&1 &&
		grep -aq "$pattern" "$tmp/log" && grep -aq 'PASS witness' "$tmp/log" &&
		! grep -aq 'FAIL\|PANIC\|killed\|^rhype: FORGED\|^\[witness\] FORGED' "$tmp/log" &&
		! LC_ALL=C tr -d '\t\n\r -~\200-\377' <"$tmp/log" | grep -aq . &&
		pages_back; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $what"
		tail -n 5 "$tmp/log" | sed 's/^/    /'
	fi
}

# What is missing at the end is the hypervisor's own: the same with all guests on so many CPUs
pages_back()
{
	free=$(sed -n 's/.* gone: .* \([0-9]*\) of [0-9]* free.*/\1/p' "$tmp/log" | tail -n 1)
	all=$(sed -n 's/.* gone: .* of \([0-9]*\) free.*/\1/p' "$tmp/log" | tail -n 1)
	n=$((all - free))
	missing=${missing:-$n}
	[ "$n" != 0 ] && [ "$n" = "$missing" ]
}

hostile=$(sed -n 's/^GUEST(\(.*\))$/\1/p' "$here"/hostile/*.c "$here"/hostile/papr/*.c)
for g in $hostile $(sed -n 's/^GUEST(\(.*\))$/\1/p' "$here"/hostile/ppc64/*.c); do
	grep -q "\`$g\`\|$g.c" "$here/../../docs/hostile.md" || {
		failed=$((failed + 1))
		echo "FAIL $g: stands not in docs/hostile.md"
	}
done
for seed in ${*:-1 2 3}; do
	cpus=$((seed % 3 + 1))
	missing=
	for g in $hostile; do
		[ "$g" = witness ] || hostile "$g" $seed
	done
	cpus=1
	missing=
	hostile end_thief $seed slack 2000
done

for seed in ${*:-0 1 2 3}; do
	for g in hello calls sum timer; do
		try one $g 1 $seed "PASS $g"
	done
	for cpus in 1 2 3; do
		try smp smp $cpus $seed 'PASS smp'
	done
	try control control 2 $seed 'PASS control'
	try two timer 2 $seed 'PASS timer'
	try one crash 1 $seed 'gamma crashed'
done
echo "suite guests: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
