#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# list.sh FILE.list DIR: one seed a line, "NAME TEXT", with \xHH, \n, \r, \e and \\ in the text;
# lines that begin with # are comments. Makes a file in DIR of each.
set -eu
rm -rf "$2"
mkdir -p "$2"
n=0
while IFS= read -r line; do
	case $line in
	'' | '#'*) continue ;;
	esac
	name=${line%% *}
	[ ! -e "$2/$name" ] || {
		echo "$1: two seeds are called $name" >&2
		exit 1
	}
	printf '%b' "${line#"$name"}" | tail -c +2 >"$2/$name"
	n=$((n + 1))
done <"$1"
[ $n -gt 0 ] || {
	echo "$1: no seeds in it" >&2
	exit 1
}
