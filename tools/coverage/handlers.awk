# SPDX-License-Identifier: GPL-2.0-or-later
#
# Input: "line FILE 3,7-9" and "branch FILE 12": what was not reached. Writes one line of text for
# each to `report`, with its function, and compares those lines that belong to a handler (h_* and
# rtas_*) with the list in `doc`, rows of the form
#     | `core/x.c` | `h_name` | `the line` | reason |
# Both ways: a line that is not listed, and a row whose line was reached or has no reason, fail.
# Called by coverage.sh.

# Function and text of each line of a source file.
function read_source(file,    n, text, name) {
	name = ""
	n = 0
	while ((getline text < file) > 0) {
		n++
		if (text ~ /^[a-z].*\(/ && text !~ /;$/) {
			name = text
			sub(/\(.*/, "", name)
			sub(/.*[ *]/, "", name)
		}
		in_function[file, n] = name
		if (text == "}")
			name = ""
		sub(/^[ \t]+/, "", text)
		source[file, n] = text
	}
	close(file)
	if (!n)
		fail("cannot read " file)
	seen[file] = 1
}

function fail(what) {
	print "handlers.awk: " what
	bad = 1
}

function trim(s) {
	gsub(/^[ \t`]+|[ \t`]+$/, "", s)
	return s
}

function read_doc(    text, cell) {
	while ((getline text < doc) > 0) {
		if (text !~ /^\| `core\//)
			continue
		split(text, cell, /[ \t]\|[ \t]|\|$/)
		sub(/^\| /, "", cell[1])
		key = trim(cell[1]) SUBSEP trim(cell[2]) SUBSEP trim(cell[3])
		if (trim(cell[4]) == "")
			fail(doc ": no reason: " text)
		listed[key] = 1
	}
}

function reached_not(kind, file, n,    name, key) {
	name = in_function[file, n]
	printf "%s:%d: %s %s: %s\n", file, n, kind, name, source[file, n] > report
	if (kind != "line" || name !~ /^(h|rtas)_/)
		return
	key = file SUBSEP name SUBSEP source[file, n]
	missed[key] = 1
	if (!(key in listed))
		fail(sprintf("%s:%d: no test reaches this line of %s: %s", file, n, name,
			source[file, n]))
}

BEGIN {
	printf "" > report
	read_doc()
}

{
	if (!($2 in seen))
		read_source($2)
	nranges = split($3, range, ",")
	for (i = 1; i <= nranges; i++) {
		split(range[i], end, "-")
		for (n = end[1] + 0; n <= (end[2] == "" ? end[1] + 0 : end[2] + 0); n++)
			reached_not($1, $2, n)
	}
}

END {
	for (key in listed)
		if (!(key in missed)) {
			split(key, part, SUBSEP)
			fail(doc ": reached, or not there any more: " part[1] " " part[2] ": " \
				part[3])
		}
	exit bad
}
