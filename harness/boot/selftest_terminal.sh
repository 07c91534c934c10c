#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# selftest_terminal.sh TERMINAL: the front end of `make run`, on a pseudo terminal (script(1)) and
# with scripts in the place of an emulator: keys, a terminal that is as before, nothing left behind.
# Last line: "suite terminal: P passed, F failed". Next to read: terminal.c.
set -u
terminal=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0
failed=0

# An emulator that says "up" and its number, and obeys nobody.
cat >"$dir/stubborn" <<'END'
trap '' INT QUIT TERM HUP
echo $$ >$1/pid
echo up
: >$1/up
while :; do sleep 0.2; done
END
# One that shows the first byte it gets, in hexadecimal, and ends.
cat >"$dir/byte" <<'END'
: >$1/up
echo "got $(head -c 1 | od -An -tx1)"
END
cat >"$dir/asks" <<'END'
printf 'a\033[6nb\033\033[6n\033[1mc\n'
END

# on_tty KEYS COMMAND...: types the keys once the emulator is up; output in $dir/out
on_tty()
{
	keys=$1
	shift
	rm -f "$dir/up" "$dir/pid"
	{
		i=0
		while [ ! -e "$dir/up" ] && [ ! -e "$dir/over" ] && [ $i -lt 50 ]; do
			sleep 0.1
			i=$((i + 1))
		done
		sleep 0.3
		# shellcheck disable=SC2059
		printf "$keys"
		i=0
		while [ ! -e "$dir/over" ] && [ $i -lt 80 ]; do
			sleep 0.1
			i=$((i + 1))
		done
	} | {
		script -qec "a=\$(stty -g); $*; echo status \$?
			[ \$a = \$(stty -g) ] && echo as before" /dev/null
		: >"$dir/over"
	} >"$dir/out" 2>&1
	rm -f "$dir/over"
}

judge()
{
	if [ "$2" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL  terminal $1; it printed:"
		od -c "$dir/out" | head -n 20 | sed 's/^/     | /'
	fi
}

# said TEXT: the output has it
said()
{
	grep -q -- "$1" "$dir/out"
}

# The emulator is gone, soon at the latest (or nobody has asked yet how it died).
gone()
{
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		grep -q '^State:[[:space:]]*[A-Y]' "/proc/$(cat "$dir/pid")/status" 2>/dev/null ||
			return 0
		sleep 0.1
	done
	return 1
}

on_tty '\003' "$terminal sh $dir/stubborn $dir"
said 'stopped by Ctrl-C' && said 'status 130' && said 'as before' && gone
judge "Ctrl-C kills" $?

on_tty '\034' "$terminal sh $dir/byte $dir"
said 'got  1c' && said 'has ended' && said 'status 0' && said 'as before'
judge "the end key goes to the machine" $?

on_tty '\034' "$terminal sh $dir/stubborn $dir"
said 'was stopped' && said 'status 0' && said 'as before' && gone
judge "the end key ends a machine that does not obey" $?

on_tty '\003' "$terminal -c sh $dir/byte $dir"
said 'got  03' && said 'has ended' && said 'as before'
judge "Ctrl-C for the guest" $?

on_tty '' "$terminal sh $dir/asks"
printf 'ab\033\033[1mc\r\n' >"$dir/want"
head -n 1 "$dir/out" | cmp -s - "$dir/want"
judge "questions for the cursor are left out" $?

on_tty '' "$terminal $dir/none"
said 'cannot run .*/none' && said 'status 1' && said 'as before'
judge "no emulator" $?

for signal in TERM HUP INT KILL; do
	rm -f "$dir/pid" "$dir/up"
	"$terminal" sh "$dir/stubborn" "$dir" </dev/null >"$dir/out" 2>&1 &
	i=0
	while [ ! -e "$dir/up" ] && [ $i -lt 50 ]; do
		sleep 0.1
		i=$((i + 1))
	done
	kill -$signal $!
	wait $! 2>/dev/null
	gone
	judge "signal $signal leaves nothing behind" $?
done

echo "suite terminal: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
