#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# merge.sh FILE.json FIGURES: puts the lines "name value unit..." of FIGURES into a flat object of
# numbers, in the place of those of the same name; what others wrote stays. Prints the figures.
# Called by bench.sh and bench_um.sh.
set -eu
json=$1
figures=$2
[ -f "$json" ] || printf '{\n}\n' >"$json"
awk 'FILENAME == ARGV[1] { value[$1] = $2; name[++n] = $1; next }
	match($0, /^ *"[^"]*": *[0-9.]+,?$/) {
		split($0, part, /"/)
		key = part[2]
		number = part[3]
		gsub(/[^0-9.]/, "", number)
		if (key in value) {
			number = value[key]
			done[key] = 1
		}
		line[++m] = key "\": " number
	}
	END {
		for (i = 1; i <= n; i++)
			if (!(name[i] in done))
				line[++m] = name[i] "\": " value[name[i]]
		print "{"
		for (i = 1; i <= m; i++)
			printf "  \"%s%s\n", line[i], (i < m ? "," : "")
		print "}"
	}' "$figures" "$json" >"$json.new"
mv "$json.new" "$json"
awk '{ v = $2; n = $1; $1 = $2 = ""; printf "%-38s %14s %s\n", n, v, $0 }' "$figures"
