# SPDX-License-Identifier: GPL-2.0-or-later
# budget.awk NM COUNT: where the instructions of one traced trip go. NM is `nm -n` of the image,
# COUNT the report of count.c. Save is all up to the first C function, restore all after the last;
# what lies between is the way through the core, one line per function.

function hex(s,   i, n) {
	n = 0
	for (i = 1; i <= length(s); i++)
		n = n * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
	return n
}

# The function an address lies in; the vectors are linked elsewhere than they run.
function name(a,   lo, hi, mid) {
	if (a >= hex("30000000") && a < hex("32000000"))
		return "firmware"
	if (a < hex("4000"))
		a += vectors
	if (a < hex("10000"))
		return "virtual_vector"
	lo = 1
	hi = nsyms
	while (lo < hi) {
		mid = int((lo + hi + 1) / 2)
		if (addr[mid] <= a)
			lo = mid
		else
			hi = mid - 1
	}
	return sym[lo]
}

FNR == NR {
	if (NF == 3 && $2 ~ /[tT]/ && $3 !~ /^image_start$/) {
		addr[++nsyms] = hex($1)
		sym[nsyms] = $3
		if ($3 == "vectors_start")
			vectors = addr[nsyms]
	}
	next
}

$1 == "trace" {
	a = hex($2)
	where = a < hex("10000") ? "vectors" : "core"
	f = name(a)
	sub(/\.(lto_priv|isra|constprop|part|cold).*/, "", f)
	if (f ~ /^_(save|rest)gpr/)
		f = "register save and restore"
	n++
	at[n] = where
	fn[n] = f
}

END {
	if (!n) {
		print "budget.awk: no trace" > "/dev/stderr"
		exit 1
	}
	first = 1
	while (first <= n && at[first] == "vectors")
		first++
	last = n
	while (last > 0 && at[last] == "vectors")
		last--
	for (i = 1; i <= n; i++) {
		part = i < first ? "save" : i > last ? "restore" : fn[i]
		if (!(part in count))
			order[++parts] = part
		count[part]++
	}
	for (i = 1; i <= parts; i++)
		printf "    %-28s %5d\n", order[i], count[order[i]]
}
