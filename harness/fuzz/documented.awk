# SPDX-License-Identifier: GPL-2.0-or-later
#
# For documented.sh: what a seed must show, as play.c names it. Each call with each status that its
# section names, and what holds for all calls; each RTAS service with each status of its row in the
# table.

FILENAME ~ /hcall\.h$/ && /PAPR calls implemented/ { defined = 1 }
FILENAME ~ /hcall\.h$/ && /^#define H_/ && !defined { status[$2] = 1 }

FILENAME ~ /\.def$/ && /^HCALL\(/ {
	gsub(/^HCALL\(|\)$/, "")
	n = split($0, col, /, */)
	row[col[1]] = 1
	pair(col[1] " H_SUCCESS")
	if (col[3] != "ANYONE")
		pair(col[1] " H_AUTHORITY")
	if (col[4] == "LIGHT")
		pair(col[1] " light")
	if (FILENAME ~ /^include/)
		pair(col[1] " H_PARAMETER spare")
	for (i = 8; i <= n; i++)
		if (col[i] ~ /^(LPID|VCPU|GPA|ZERO)$/)
			pair(col[1] " H_PARAMETER")
}

FILENAME ~ /unreachable$/ && /^[^#]/ { skip[$1 " " $2] = 1 }

FILENAME ~ /\.md$/ && /^#/ { call = $1 == "##" && ($2 in row) ? $2 : "" }

# In HV_NULL the one H_PARAMETER is that of the spare registers.
FILENAME ~ /\.md$/ && call && call != "HV_NULL" {
	line = $0
	while (match(line, /`H_[A-Z0-9_]+`/)) {
		name = substr(line, RSTART + 1, RLENGTH - 2)
		if (name in status)
			pair(call " " name)
		line = substr(line, RSTART + RLENGTH)
	}
}

FILENAME ~ /\.md$/ && call && /does not return\)|does not get the call back/ { pair(call " stops") }

# | `service` | arguments | results | status other than 0 |
FILENAME ~ /\.md$/ && call == "HV_RTAS" && /^\| `/ {
	split($0, cell, / *\| */)
	service = "rtas:" substr(cell[2], 2, length(cell[2]) - 2)
	pair(service " " (cell[4] == "does not return" ? "stops" : "0"))
	pair(service " counts")
	n = split(cell[5], other, /, */)
	for (i = 1; i <= n; i++)
		if (other[i] != "")
			pair(service " " other[i])
}

function pair(text)
{
	if (!(text in skip) && !(text in done))
		print text
	done[text] = 1
}

END {
	print "unknown H_FUNCTION"
	print "unknown -1000" # a PC's: docs/pc.md
	print "rtas:unknown -3"
}
