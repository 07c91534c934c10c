#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# selftest.sh RUNNER: the runner of boot tests judged on scripts in the place of an emulator: what
# must pass passes, and each thing that must fail fails, for the reason that is expected. Last line:
# "suite runner: P passed, F failed". Next to read: runner.c.
set -u
runner=$1
export dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cp "$(dirname "$0")/sum.sh" "$dir"
passed=0
failed=0

# case_ NAME STATUS PATTERN SCRIPT: runs the list on stdin with `sh SCRIPT` as the emulator; wants
# the exit status (0 or 1) and a line of output that matches.
case_()
{
	printf '%s\n' "$4" >"$dir/emulator"
	{
		echo "emulator sh $dir/emulator"
		echo "kernel $dir/emulator"
		echo "limit 2"
		cat
	} >"$dir/list"
	"$runner" -s x -o "$dir" "$dir/list" >"$dir/out" 2>&1
	status=$?
	[ "$status" -lt 1 ] || status=1
	if [ "$status" = "$2" ] && grep -Eq -- "$3" "$dir/out"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL  runner $1: status $status, wanted $2 and '$3'; it printed:"
		sed 's/^/     | /' "$dir/out"
	fi
}

case_ order 0 'suite x: 1 passed, 0 failed' 'echo one; echo two' <<-END
	test t
	expect one
	expect two
END
case_ wrong-order 1 'ended with status 0; not seen: one' 'echo two; echo one; echo two' <<-END
	test t
	expect two
	expect two
	expect one
END
case_ one-line-one-step 1 'not seen: one' 'echo one' <<-END
	test t
	expect one
	expect one
END
case_ line-in-pieces 0 'suite x: 1 passed' 'printf "[a] on\n[b] x\n[a]+e ok\n[a] one"' <<-END
	test t
	expect ^.a. one ok$
	expect ^.a. one$
END
case_ piece-is-one-step 1 'not seen: one' 'printf "[a] one\n[a]+ one\n[a]+ one\n"' <<-END
	test t
	expect one
	expect one
END
case_ pieces-are-judged 1 "forbidden 'one' appeared: .a. one" 'printf "[a] on\n[a]+e\n"' <<-END
	test t
	expect on
	forbid one
END
case_ sequences 0 '1 passed, 0 failed' 'echo two; echo one' <<-END
	test t
	sequence a
	expect one
	sequence b
	expect two
END
case_ sequence-missing 1 'not seen of b: two' 'echo one' <<-END
	test t
	sequence a
	expect one
	sequence b
	expect two
END
case_ forbidden 1 "forbidden 'PANIC' appeared: a PANIC b" \
	'echo one; echo "a PANIC b"; echo two' <<-END
	forbid PANIC
	test t
	expect one
	expect two
END
case_ forbidden-last-line 1 "forbidden 'PANIC' appeared" 'echo one; printf PANIC' <<-END
	test t
	forbid PANIC
	expect one
END
case_ permitted 0 '1 passed' 'echo one; echo PANIC' <<-END
	forbid PANIC
	test t
	permit PANIC
	expect one
END
case_ time-limit 1 'time limit of 2 s; not seen: never' 'echo one; sleep 30' <<-END
	test t
	expect one
	expect never
END
case_ no-end 1 'all was seen but the emulator does not end' 'echo one; sleep 30' <<-END
	test t
	expect one
END
case_ quit 0 '1 passed' 'echo one; sleep 30' <<-END
	test t
	expect one
	quit
END
case_ ended-before-quit 1 'the emulator ended with status 0; not seen: two' 'echo one' <<-END
	test t
	expect one
	expect two
	quit
END
case_ exit-status 1 'exit status is 3' 'echo one; exit 3' <<-END
	test t
	expect one
END
case_ wanted-status 0 '1 passed' 'echo one; exit 5' <<-END
	test t
	status 5
	expect one
END
case_ unwanted-success 1 'exit status is 0' 'echo one' <<-END
	test t
	status 5
	expect one
END
case_ killed 1 "exit status is 137" 'echo one; kill -9 $$' <<-END
	test t
	expect one
END
case_ input 0 '1 passed' 'printf "name: "; read n; echo "hello <$n>"' <<-END
	test t
	prompt name: \$
	send you\\x21\\n
	expect hello <you!>
END
case_ alternate 0 '1 passed' 'for i in 1 2 3; do echo a; echo a; echo b; done' <<-END
	test t
	alternate 5 a || b
	expect a
END
case_ alternate-few 1 "'a' and 'b' alternate 1 times, not 2" 'echo a; echo a; echo b; echo b' <<-END
	test t
	alternate 2 a || b
	expect a
END
case_ equal 0 '1 passed' 'echo "12 free"; echo "4 free"; echo "left 12"; echo "left 4"' <<-END
	test t
	expect left
	equal ([0-9]+) free || left ([0-9]+)
END
case_ not-equal 1 "gave '12', .* gave '11'" 'echo "12 free"; echo "left 11"' <<-END
	test t
	expect left
	equal ([0-9]+) free || left ([0-9]+)
END
case_ equal-missing 1 "gave '', .* gave ''" 'echo "left"' <<-END
	test t
	expect left
	equal ([0-9]+) free || left ([0-9]+)
END
case_ tally 0 'suite x: 7 passed, 0 failed' 'echo "7 passed, 0 failed"' <<-END
	test t
	tally ([0-9]+) passed, ([0-9]+) failed
END
case_ tally-failed 1 'suite x: 5 passed, 2 failed' 'echo "5 passed, 2 failed"' <<-END
	test t
	tally ([0-9]+) passed, ([0-9]+) failed
END
case_ tally-none 1 'no test ran inside the image' 'echo "0 passed, 0 failed"' <<-END
	test t
	tally ([0-9]+) passed, ([0-9]+) failed
END
case_ tally-missing 1 'not seen: \(' 'echo nothing' <<-END
	test t
	tally ([0-9]+) passed, ([0-9]+) failed
END
case_ retry 0 '1 test\(s\) needed a retry' \
	'[ -e $dir/again ] && echo one; touch $dir/again' <<-END
	test t
	retry
	expect one
END
case_ retry-once 1 'suite x: 0 passed, 1 failed' 'echo two' <<-END
	test t
	retry
	expect one
END
case_ escapes 0 '1 passed' 'printf "\033[6n\033[1;31mred\033[m\r\n"' <<-END
	test t
	expect ^red\$
END
case_ sum 0 '1 passed' "echo \"[a] ALPHA checksum \$($dir/sum.sh alpha 4 2)\"" <<-END
	test t
	sum alpha 4 2
END
case_ wrong-sum 1 'not seen: ALPHA checksum' "echo ALPHA checksum \$(echo x | sha256sum)" <<-END
	test t
	sum alpha 4 2
END
case_ no-emulator 1 'cannot run .*/none: No such file' true <<-END
	emulator $dir/none
	test t
	expect one
END
case_ no-kernel 1 'kernel /nowhere is missing' true <<-END
	kernel /nowhere
	test t
	expect one
END
MKBUNDLE=false case_ no-bundle 1 'false m.dts: exit status 1' 'echo one' <<-END
	test t
	manifest m.dts
	expect one
END
case_ bundle 0 '1 passed' 'echo "$@"' <<-END
	test t
	append two words
	expect -kernel .* -append two words
END
case_ expects-nothing 1 'test t expects nothing' true <<-END
	test t
	quit
END
case_ half-an-escape 1 "list:5: bad escape in ''" true <<-END
	test t
	send ab\\
	expect one
END
case_ unknown-word 1 "unknown word 'exspect'" true <<-END
	test t
	exspect one
END
printf '%s\n' 'test included' 'expect one' >"$dir/included"
case_ include 0 '2 passed' 'echo one' <<-END
	include $dir/included
	test t
	expect one
END
printf '%s\n' '# two' 'test included' 'exspect one' >"$dir/included"
case_ error-in-included 1 "included:3: unknown word 'exspect'" 'echo one' <<-END
	include $dir/included
END
printf 'include %s\n' "$dir/included" >"$dir/included"
case_ include-itself 1 "included:1: $dir/included: includes itself" 'echo one' <<-END
	include $dir/included
END

case_ include-missing 1 "list:4: $dir/none: No such file" 'echo one' <<-END
	include $dir/none
END
WORDS="one two" case_ words-of-a-variable 0 '1 passed' 'echo "$1-$2"' <<-END
	args \${WORDS}
	test t
	expect ^one-two\$
END
case_ unset-variable 1 'NO_SUCH_VARIABLE is not set' true <<-END
	test t
	expect \${NO_SUCH_VARIABLE}
END
case_ empty-list 1 'no test' true <<-END
END

echo "suite runner: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
