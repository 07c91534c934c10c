#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bench.sh: `make bench`. Counts instructions in emulated runs (count.c, ppc64.tests), measures
# sizes, prints a table, and puts it into build/bench.json: one flat object of numbers (merge.sh),
# to which bench_um.sh adds those of the process build. Any run that fails, or a figure that cannot
# be had, fails the whole. Called by bench.mk, which sets O, PPC_CROSS and what the test list names.
set -eu
cd "$(dirname "$0")/../.."
out=$O/bench
json=$O/bench.json
figures=$(mktemp)
trap 'rm -f "$figures"' EXIT
rm -f "$out"/*.count

fail()
{
	echo "bench.sh: $*" >&2
	exit 1
}

# figure NAME VALUE UNIT
figure()
{
	case $2 in
	'' | *[!0-9.]*) fail "no value for $1 ('$2')" ;;
	esac
	echo "$1 $2 $3" >>"$figures"
}

# Field of what follows the words in a line of a report: take RUN FIELD WORD... In lines of trips: 1
# how many, 2 sum, 3 minimum, 4 median, 5 maximum, 6 most frequent, 7 its share.
take()
{
	file=$out/$1.count
	n=$2
	shift 2
	sed -n "s/^$* //p" "$file" | head -n 1 | cut -d' ' -f"$n"
}

# A symbol's address in the image.
symbol()
{
	a=$(awk -v s="$1" '$3 == s { print $1 }' "$out/symbols")
	[ -n "$a" ] || fail "$RHYPE has no symbol $1"
	echo "0x${a#00000000}"
}

# Sum of the sizes of the named sections.
sections()
{
	"${PPC_CROSS}size" -A "$RHYPE" |
		awk -v names="$*" '
		BEGIN { n = split(names, w, " "); for (i = 1; i <= n; i++) want[w[i]] = 1 }
		$1 in want { sum += $2 }
		END { print sum + 0 }'
}

"${PPC_CROSS}nm" -n "$RHYPE" >"$out/symbols"
PLUGIN=$out/count.so,entry=$(symbol _start),start=$(symbol image_start),end=$(symbol image_end)
BENCH=$out
export PLUGIN BENCH
"$O/boot/runner" -s bench -o "$out" harness/bench/ppc64.tests >"$out/runs" 2>&1 || {
	cat "$out/runs"
	fail "a run failed"
}

# Calls: the most frequent trip; the share says how exact "the" cost is.
share=$(take null-call 7 trip 0xc00 stay)
case $share in
0.9[0-9]* | 1.*) ;;
*) fail "only $share of the null calls took the same way" ;;
esac
figure ppc64.null_call_instructions "$(take null-call 6 trip 0xc00 stay)" instructions
figure ppc64.full_call_instructions "$(take full-call 6 trip 0xc00 stay)" instructions
figure ppc64.partition_switch_instructions "$(take switch 4 trip 0x980 switch)" \
	"instructions, median"
figure ppc64.partition_switch_min_instructions "$(take switch 3 trip 0x980 switch)" instructions
figure ppc64.entry_to_guest_instructions \
	$(($(take null-call 1 first_guest) - $(take null-call 1 entry))) \
	"instructions, 64 MiB guest"
figure ppc64.entry_to_linux_instructions \
	$(($(take linux-boot 1 first_guest) - $(take linux-boot 1 entry))) \
	"instructions, 512 MiB Debian"
figure ppc64.image_bytes "$(sections .text .rodata .got .branch_lt .data)" bytes
figure ppc64.bss_bytes "$(sections .bss)" bytes

state=$(sed -n 's/.*partition alpha: .*; \([0-9]*\) KiB of state.*/\1/p' "$out/linux-boot.log" |
	head -n 1)
[ -n "$state" ] || fail "the boot log does not say what a partition costs"
figure ppc64.memory_per_partition_bytes $((state * 1024)) "bytes, one vcpu, without tables"

# Share of the hypervisor in all instructions between two points: hv0 guest0 hv1 guest1
percent()
{
	awk -v h0="$1" -v g0="$2" -v h1="$3" -v g1="$4" 'BEGIN {
		h = h1 - h0; g = g1 - g0
		if (h + g > 0) printf "%.3f\n", 100 * h / (h + g) }'
}
figure ppc64.boot_hv_percent "$(percent "$(take linux-boot 1 first_guest)" 0 \
	"$(take linux-boot 1 last_guest)" "$(take linux-boot 2 last_guest)")" percent

# The minute that ends 3 seconds before the last look at the counters.
minute=$(awk '$1 == "at" { t[++n] = $2; h[n] = $3; g[n] = $4 }
	END {
		for (b = n; b > 1 && t[b] > t[n] - 3; b--);
		for (a = b; a > 1 && t[a] > t[b] - 60; a--);
		if (t[b] - t[a] >= 59) print h[a], g[a], h[b], g[b]
	}' "$out/linux-compute.count")
[ -n "$minute" ] || fail "the computing run was shorter than a minute"
# shellcheck disable=SC2086
figure ppc64.cpu_hv_percent "$(percent $minute)" percent

harness/bench/merge.sh "$json" "$figures"
echo
echo "The null call, $(take null-call 6 trip 0xc00 stay) instructions, goes through:"
awk -f harness/bench/budget.awk "$out/symbols" "$out/null-call.count"
echo "A call without a light path (HV_VERSION), $(take full-call 6 trip 0xc00 stay):"
awk -f harness/bench/budget.awk "$out/symbols" "$out/full-call.count"
echo "A Debian boot left its guest (vector, trips, instructions, median):"
sed -n 's/^trip //p' "$out/linux-boot.count" |
	awk '{ printf "    %-6s %-6s %7d %12d %8d\n", $1, $2, $3, $4, $6 }'
echo "Written: $json"
