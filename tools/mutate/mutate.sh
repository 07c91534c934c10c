#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mutate.sh COUNT SEED: `make mutants`. Judges COUNT planted faults (judge.sh) and fails when less
# than 85 % of them are noticed. Faults that leave the machine code as it was are not counted, nor
# those that tools/mutate/equivalent gives a reason for; each of its lines must be a fault that
# exists, and may not be noticed. Report: build/mutants/report. Last line: "suite mutants: ...".
set -u
cd "$(dirname "$0")/../.."
count=$1
seed=$2
need=85
equivalent=tools/mutate/equivalent
sources=$(ls core/*.c core/*/*.c)
jobs=$(getconf _NPROCESSORS_ONLN)

export OUT O CC CFLAGS LIBS UNIT_LIBS SANITIZE
rm -rf "$OUT/jobs" "$OUT/base"
mkdir -p "$OUT/jobs" "$OUT/base"
# shellcheck disable=SC2086
"$OUT/mutate" list "$seed" $sources >"$OUT/all" || exit 1

for f in $sources; do
	tools/mutate/judge.sh check "$f" || exit 1
done
for p in um/unit um-asan/unit "um/play harness/fuzz/seeds/*.seq" \
	"um/oracle --processes 1 --total 200000" "um/oracle-pc --processes 1 --total 200000"; do
	# shellcheck disable=SC2086
	"$O"/$p >"$OUT/check.log" 2>&1 || {
		tail -n 5 "$OUT/check.log"
		echo "mutate.sh: without a fault $p fails"
		exit 1
	}
done

# Lines of the list of equivalents: file, operator, old, new, reason; tabs between.
grep -v '^#' "$equivalent" | grep . >"$OUT/equivalent"
awk -F '\t' '
	FILENAME == ARGV[1] { split($1, w, " "); site[w[1] FS w[4] FS $2 FS $3] = 1; next }
	NF != 5 || $5 == "" { print "no reason: " $0; bad = 1 }
	!(($1 FS $2 FS $3 FS $4) in site) { print "no such fault: " $0; bad = 1 }
	END { exit bad }' "$OUT/all" "$OUT/equivalent" || {
	echo "mutate.sh: $equivalent is out of date"
	echo "suite mutants: 0 passed, 1 failed"
	exit 1
}

# Compile in order until COUNT of them are faults at all. A third more than asked for is enough.
head -n $((count * 4 / 3 + 10)) "$OUT/all" | awk '{ printf "%d\t%s\n", NR, $0 }' >"$OUT/chosen"
tr '\n' '\0' <"$OUT/chosen" | xargs -0 -P "$jobs" -n 1 tools/mutate/judge.sh build
sort -n "$OUT"/jobs/*.built >"$OUT/built"
grep '	fault	' "$OUT/built" | head -n "$count" >"$OUT/faults"
last=$(tail -n 1 "$OUT/faults" | cut -f 1)
same=$(awk -F '\t' -v last="$last" '$1 <= last && $2 == "same"' "$OUT/built" | wc -l)

tr '\n' '\0' <"$OUT/faults" | xargs -0 -P "$jobs" -n 1 tools/mutate/judge.sh run
sort -n "$OUT"/jobs/*.judged >"$OUT/judged"

# number, who noticed or "nobody", site, old, new
awk -F '\t' -v need=$need -v same="$same" -v percent_file="$OUT/percent" '
	FILENAME == ARGV[1] { reason[$1 FS $2 FS $3 FS $4] = $5; next }
	{
		split($3, w, " ")
		key = w[1] FS w[4] FS $4 FS $5
		if (key in reason && $2 == "nobody") {
			excused++
			next
		}
		if (key in reason) {
			printf "not equivalent, noticed by %s: %s\n", $2, key
			wrong++
		}
		planted[w[4]]++
		if ($2 == "nobody") {
			printf "SURVIVED %s:%d (%s)\n    - %s\n    + %s\n", w[1], w[2], w[4], $4, $5
			survived++
			next
		}
		by[$2]++
		found[w[4]]++
		killed++
	}
	END {
		total = killed + survived
		printf "%d faults planted, %d noticed:", total, killed
		for (b in by)
			printf " %s %d", b, by[b]
		printf "\nnot counted: %d same machine code, %d equivalent with a reason\n", same,
			excused
		for (o in planted)
			printf "%-12s %3d of %3d\n", o, found[o], planted[o]
		percent = total ? 100 * killed / total : 0
		printf "%.1f\n", percent > percent_file
		printf "%.1f %% noticed, wanted %d\n", percent, need
		bad = percent < need || wrong || !total
		printf "suite mutants: %d passed, %d failed\n", killed,
			bad ? survived + wrong + 1 : 0
		exit bad
	}' "$OUT/equivalent" "$OUT/judged" | tee "$OUT/report"
tail -n 1 "$OUT/report" | grep -q ' 0 failed$'
