# SPDX-License-Identifier: GPL-2.0-or-later
# Counting and comparing for the golden runs in this folder; sourced by run.sh.

passed=0
failed=0

pass()
{
	passed=$((passed + 1))
}

# fail NAME TEXT...: the text says what was seen.
fail()
{
	failed=$((failed + 1))
	printf 'FAIL %s\n' "$1"
	shift
	printf '     %s\n' "$@"
}

# same NAME WANTED SEEN
same()
{
	if [ "$2" = "$3" ]; then
		pass
	else
		fail "$1" "wanted: $2" "seen:   $3"
	fi
}

# need COMMAND PACKAGE
need()
{
	command -v "$1" >/dev/null && return
	echo "run.sh: $1 is missing: apt-get install $2" >&2
	echo "suite tools: $passed passed, $((failed + 1)) failed"
	exit 1
}

# accepts NAME ARGS...: mkbundle takes it without a word on standard error.
accepts()
{
	local name=$1 status=0
	shift
	"$mkbundle" "$@" >out 2>err || status=$?
	same "$name" "status 0, " "status $status, $(cat err)"
}

# refuses NAME TEXT ARGS...: status 1, the text behind "mkbundle: MANIFEST: " as last line, and
# no bundle written.
refuses()
{
	local name=$1 text=$2 status=0
	shift 2
	rm -f bundle
	"$mkbundle" "$@" >out 2>err || status=$?
	same "$name" "1 $text" "$status $(tail -n 1 err | sed 's/^mkbundle: [^:]*: //')"
	[ ! -e bundle ] || fail "$name" "left a bundle"
}

# manifest TEXT...: m.dts with one partition "alpha" of these properties.
manifest()
{
	cat >m.dts <<-END
		/dts-v1/;
		/ {
			compatible = "rhype,manifest-v1";
			partitions { alpha { $* }; };
		};
	END
}

# poke FILE OFFSET OCTAL...: overwrite bytes.
poke()
{
	local file=$1 at=$2 bytes
	shift 2
	bytes=$(printf '\\%s' "$@")
	printf '%b' "${bytes//\\/\\0}" | dd of="$file" bs=1 seek="$at" conv=notrunc status=none
}
