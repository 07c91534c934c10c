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

# try MANIFEST GUEST CPUS SEED PATTERN [GUEST2 [ARGS]]: the machine ends by itself and says so, and
# $also; partitions are of kind $machine, where the manifest does not say
try()
{
	what="$2 ($1, $machine, $3 CPUs, seed $4)"
	if "$build/tools/mkbundle" "$here/manifests/$1.dts" -M "$machine" -o "$tmp/bundle" \
		-D PRE=um: -D POST= -D GUEST="$2" -D GUEST2="${6:-sum}" -D ARGS="${7:-}" \
		-D ARGS2=seed=7 >"$tmp/log" 2>&1 &&
		timeout 60 "$rhype" --no-input --cpus "$3" --seed "$4" "$tmp/bundle" \
			</dev/null >"$tmp/log" 2>&1 &&
		grep -q "$5" "$tmp/log" && grep -q "${also:-$5}" "$tmp/log" &&
		! grep -q "FAIL\|PANIC\|$forbidden" "$tmp/log"; then
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
	what="$1 (hostile, $machine, $cpus CPUs, seed $2)"
	no='FAIL\|PANIC\|^rhype: FORGED\|^\[witness\] FORGED'
	[ "$machine $1" = "pc end_wreck" ] || no="$no\|killed" # that processor shuts down
	if "$build/tools/mkbundle" "$here/manifests/${3:-hostile}.dts" -M "$machine" \
		-o "$tmp/bundle" -D PRE=um: -D POST= -D GUEST="$1" -D ARGS="seed=$2" \
		-D WITNESS="ms=$ms" >"$tmp/log" 2>&1 &&
		timeout 60 "$rhype" --no-input --cpus "$cpus" --seed "$2" "$tmp/bundle" \
			</dev/null >"$tmp/log" 2>&1 &&
		grep -aq "$pattern" "$tmp/log" && grep -aq 'PASS witness' "$tmp/log" &&
		! grep -aq "$no" "$tmp/log" &&
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

# guests FOLDER...: the hostile ones of harness/guests/hostile/FOLDER
guests()
{
	for folder; do
		sed -n 's/^GUEST(\(.*\))$/\1/p' "$here/hostile/$folder"/*.c
	done
}

for g in $(guests . papr ppc64 pc x86_64); do
	grep -q "\`$g\`\|$g.c" "$here/../../docs/hostile.md" || {
		failed=$((failed + 1))
		echo "FAIL $g: stands not in docs/hostile.md"
	}
done
for seed in ${*:-1 2 3}; do
	for machine in papr pc; do
		cpus=$((seed % 3 + 1))
		missing=
		for g in $(guests . $machine); do
			case $g in
			witness) ;;
			end_inits | init_self | sipi_race | sipi_storm) ;; # 16-bit code: image only
			*) hostile "$g" $seed ;;
			esac
		done
		cpus=1
		missing=
		hostile end_thief $seed slack 2000
	done
done

forbidden=killed
also=
for seed in ${*:-0 1 2 3}; do
	for machine in papr pc; do
		for g in hello calls sum timer; do
			try one $g 1 $seed "PASS $g"
		done
		for cpus in 1 2 3; do
			try smp smp $cpus $seed 'PASS smp'
		done
		try control control 2 $seed 'PASS control'
		try two timer 2 $seed 'PASS timer'
	done
	try one devices 1 $seed 'PASS devices'
	try one devices 1 $seed 'PASS devices' '' xapic=1
	try smp smp 2 $seed 'PASS smp' '' xapic=1
	# both machines in one: each is content, and the one may destroy the other
	for cpus in 1 2; do
		also='delta. PASS smp'
		try mixed smp $cpus $seed 'gamma. PASS smp' smp
		also=
		try mixed control $cpus $seed 'PASS control' spin
	done
	machine=papr
	try one crash 1 $seed 'gamma crashed'
	try small sum 1 $seed 'PASS sum'
	machine=pc
	forbidden=gamma.powered # a PC has no call for it: its processor shuts down
	try one crash 1 $seed 'gamma was killed'
	try one wreck 1 $seed 'gamma was killed'
	forbidden=killed
done
echo "suite guests: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
