#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bench_x86_64.sh: the x86_64 part of `make bench`: runs x86_64.tests, takes what its guest measured
# (harness/guests/pc/costs.c) and what the plugin counted (share.c), prints a table, and puts it in
# build/bench.json (merge.sh). Any run that fails, or a figure that cannot be had, fails the whole.
# Called by bench.mk, which sets O, X86_CROSS and what the test list names.
set -eu
cd "$(dirname "$0")/../.."
out=$O/bench
figures=$(mktemp)
trap 'rm -f "$figures"' EXIT
rm -f "$out"/x86-*

fail()
{
	echo "bench_x86_64.sh: $*" >&2
	exit 1
}

# figure NAME VALUE UNIT
figure()
{
	case $2 in
	'' | *[!0-9.]*) fail "no value for $1 ('$2')" ;;
	esac
	echo "x86_64.$1 $2 $3" >>"$figures"
}

# A symbol's address in the image.
symbol()
{
	a=$("${X86_CROSS}nm" "$RHYPE" | awk -v s="$1" '$3 == s { print $1 }')
	[ -n "$a" ] || fail "$RHYPE has no symbol $1"
	echo "0x$a"
}

# cost RUN NAME: what the guest said
cost()
{
	sed -n "s/.*costs: $2 \([0-9]*\).*/\1/p" "$out/x86-$1.log" | head -n 1
}

SHARE=$out/share.so,entry=$(symbol _start),start=$(symbol image_start),end=$(symbol image_end)
BENCH=$out
export SHARE BENCH
"$O/boot/runner" -s bench -o "$out" harness/bench/x86_64.tests >"$out/x86-runs" 2>&1 || {
	cat "$out/x86-runs"
	fail "a run failed"
}

for c in null_call full_call cpuid rdmsr wrmsr uart_out ipi_wake; do
	figure ${c}_instructions "$(cost costs $c)" instructions
done
figure apic_mmio_instructions "$(cost xapic apic_mmio)" instructions
figure partition_switch_instructions $(($(cost switch yield) / 2)) \
	"instructions, half of a yield to another partition and back"
figure entry_to_guest_instructions $(($(cost costs start) - $(cost alone start))) \
	"instructions, 64 MiB guest"
figure image_bytes "$("${X86_CROSS}size" -A "$RHYPE" |
	awk '$1 ~ /^\.(text|rodata|data)$/ { n += $2 } END { print n + 0 }')" bytes

# percent FILE N: the hypervisor's share between two lines "at SECONDS HV GUEST": all, or N
# instructions, which are as many nanoseconds, that end 10^9 before the end.
percent()
{
	awk -v n="$2" '$1 == "at" { h[++m] = $3; all[m] = $3 + $4 }
		END {
			a = 1
			b = m
			if (n) {
				while (b > 1 && all[b] > all[m] - 1e9)
					b--
				for (a = b; a > 1 && all[a] > all[b] - n;)
					a--
				if (all[b] - all[a] < n)
					exit
			}
			if (all[b] > all[a])
				printf "%.3f\n", 100 * (h[b] - h[a]) / (all[b] - all[a])
		}' "$1"
}
figure boot_hv_percent "$(percent "$out/x86-linux-boot.share" 0)" percent
figure cpu_hv_percent "$(percent "$out/x86-linux-compute.share" 5e9)" "percent, over 5 seconds"
harness/bench/merge.sh "$O/bench.json" "$figures"
