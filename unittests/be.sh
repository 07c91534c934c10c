#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# be.sh BUILD EMULATOR TARGET...: runs what unit_be.mk and fuzz.mk built for big-endian ppc64. Each
# part says how much of it passed; last line: "suite be: P passed, F failed".
set -u
build=$1
emulator=$2
shift 2
be=$build/um-be
targets=("$@") # of the PC
seeds=12 # of the oracle, compared call by call
logs=$be
. harness/parts.sh

# A process of the wrong kind would prove nothing.
is_big_endian()
{
	local p
	for p in unit oracle rhype replay_hcall "${targets[@]/#/replay_}" mkbundle splitcon; do
		# class 64 bit, data big-endian; machine 21 = PowerPC64
		[ "$(od -An -tx1 -j4 -N2 "$be/$p") $(od -An -tx1 -j18 -N2 "$be/$p")" = \
			' 02 02  00 15' ] || {
			echo "FAIL $p is no big-endian ppc64 program"
			return 1
		}
	done
}

# The oracle prints each call with its results: both byte orders must say the same.
same_calls()
{
	local s p=0 f=0
	for ((s = 1; s <= seeds; s++)); do
		"$build/um/oracle" --seed $s --verbose >"$be/le.log" 2>&1
		$emulator "$be/oracle" --seed $s --verbose >"$be/be.log" 2>&1
		if [ "$(wc -l <"$be/le.log")" -gt 100 ] && cmp -s "$be/le.log" "$be/be.log"; then
			p=$((p + 1))
		else
			f=$((f + 1))
			echo "FAIL oracle: seed $s differs between the byte orders:"
			diff "$be/le.log" "$be/be.log" | head -n 6
		fi
	done
	add calls $p $f
}

# replay TARGET
replay()
{
	local s p=0 f=0
	for s in "$build/fuzz/seeds/$1"/*; do
		if timeout 60 $emulator "$be/replay_$1" "$s" >"$be/fuzz.log" 2>&1; then
			p=$((p + 1))
		else
			f=$((f + 1))
			echo "FAIL fuzz: $1: seed $s"
			head -n 20 "$be/fuzz.log"
		fi
	done
	[ $p -gt 0 ] || f=1
	add "fuzz-$1" $p $f
}

command -v "$emulator" >/dev/null || {
	echo "be.sh: no $emulator here; run: tools/setup/need.sh be"
	exit 1
}
if ! is_big_endian; then
	echo "suite be: 0 passed, 1 failed"
	exit 1
fi
# The programs by themselves, for scripts that know of no emulator.
run=$be/run
mkdir -p "$run"
for p in rhype mkbundle splitcon; do
	printf '#!/bin/sh\nexec %s %s "$@"\n' "$(command -v "$emulator")" "$(realpath "$be/$p")" \
		>"$run/$p"
	chmod +x "$run/$p"
done
CK_FORK=no part unit $emulator "$be/unit" unit
part oracle $emulator "$be/oracle" --total 100000 --seconds 200
part large $emulator "$be/oracle-large" --total 1000 --seconds 200
part pc $emulator "$be/oracle-pc" --total 50000 --seconds 200
same_calls
part guests harness/guests/run.sh "$build" um-be/run 0
for t in hcall "${targets[@]}"; do
	replay "$t"
done
part tools unittests/tools/run.sh "$run"
sum be
