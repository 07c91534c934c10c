#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Breaks each rule of lint.sh once in a small tree of its own and sees that it is found, and at the
# right place. Last line: "suite lint-selftest: P passed, F failed".
set -u
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
passed=0
failed=0
gpl='// SPDX-License-Identifier: GPL-2.0-or-later'

ok()
{
	passed=$((passed + 1))
}

not_ok()
{
	failed=$((failed + 1))
	echo "tools/lint/selftest.sh:1: $*"
}

# file PATH: written from standard input, behind an SPDX line
file()
{
	mkdir -p "$tmp/$(dirname "$1")"
	{
		echo "$gpl"
		cat
	} >"$tmp/$1"
}

# expect CHECK PATTERN: CHECK fails, and says PATTERN
expect()
{
	if "$here/lint.sh" -C "$tmp" "$1" >"$tmp/.git/out"; then
		not_ok "$1 did not fail"
	elif grep -qE "^$2" "$tmp/.git/out"; then
		ok
	else
		not_ok "$1 did not say '$2' but: $(head -n 3 "$tmp/.git/out")"
	fi
}

# clean CHECK: CHECK passes
clean()
{
	if "$here/lint.sh" -C "$tmp" "$1" >"$tmp/.git/out"; then
		ok
	else
		not_ok "$1 failed on a clean tree: $(head -n 3 "$tmp/.git/out")"
	fi
}

git -C "$tmp" init -q || exit 2

# An empty tree has nothing to check, which is no success.
for c in spdx format whitespace words banned file_size function_size core_plain core_names mirror \
	hcall_docs hcall_numbers headers core_uses port_defines big_endian; do
	expect "$c" '\.:0: nothing to check'
done

# A small tree that is clean.
cp "$here/../../.clang-format" "$tmp/"
file include/types.h </dev/null
file include/arch.h <<'X'
#include "types.h"
int arch_one(void);
void hv_main(void);
void cpu_main(void);
void hcall_light(void);
X
file include/hvstring.h <<'X'
#include "types.h"
void *memset(void *d, int c, unsigned long n);
X
file include/machine.h </dev/null
file core/a.c <<'X'
#include "arch.h"

/* asm, #if and radix are words like others in a comment */
void hv_main(void)
{
	arch_one();
}

void cpu_main(void)
{
}

void hcall_light(void)
{
}
X
file unittests/core/test_a.c </dev/null
for p in um ppc64 x86_64; do
	file arch/$p/arch_types.h </dev/null
	file arch/$p/a.c <<'X'
#include "arch.h"

int arch_one(void)
{
	return 1;
}
X
done
echo '#define H_ONE 0x4' | file include/hcall.h
sed -i 's/GPL-2.0-or-later/BSD-2-Clause/' "$tmp/include/hcall.h"
echo 'HCALL(H_ONE, h_one, ANYONE, NORMAL, SELF, 0, 0, NONE)' | file include/hcalls.def
mkdir -p "$tmp/docs"
echo '## H_ONE' >"$tmp/docs/hcalls.md"
for c in spdx format whitespace words banned file_size function_size core_plain core_names mirror \
	hcall_docs hcall_numbers headers core_uses port_defines big_endian; do
	clean "$c"
done

# Each rule broken.
echo 'int no_licence;' >"$tmp/core/b.c"
expect spdx 'core/b.c:1: '
expect mirror 'core/b.c:1: no unit test'
printf '#!/bin/sh\necho\n' >"$tmp/t.sh"
expect spdx 't.sh:2: '
rm "$tmp/t.sh"
echo 'int   a;' | file core/b.c
expect format 'core/b.c:2: '
printf 'int a; \n' | file core/b.c
expect whitespace 'core/b.c:2: trailing'
printf '\t\t\t\t\t\t\t\t\t\t\t\tint abcde;\n' | file core/b.c
expect whitespace 'core/b.c:2: 106 columns'
echo 'char *home = "/ho''me/me";' | file core/b.c
expect words 'core/b.c:2: absolute'
echo '/* TO''DO: all */' | file core/b.c
expect words 'core/b.c:2: unfinished'
echo 'void f(char *a, char *b) { strcpy(a, b); }' | file core/b.c
expect banned 'core/b.c:2: '
seq -f 'int a%g;' 500 | file core/b.c
expect file_size 'core/b.c:500: 501 lines'
{
	echo 'void f(void)'
	echo '{'
	seq -f '	int a%g;' 78
	echo '}'
} | file core/b.c
expect function_size 'core/b.c:2: f has 81 lines'
printf 'int a;\n#ifdef A\n#endif\n' | file core/b.c
expect core_plain 'core/b.c:3: preprocessor'
echo 'void f(void) { __asm__("nop"); }' | file core/b.c
expect core_plain 'core/b.c:2: assembly'
echo 'int use_radix(void);' | file core/b.c
expect core_names 'core/b.c:2: name of an architecture'
echo '#include "arch.h"
void arch_secret(void);
void b(void);
void b(void) { arch_secret(); }' | file core/b.c
expect core_uses 'core/b.c:1: uses arch_secret \(um\)'
expect core_uses 'core/b.c:1: uses arch_secret \(ppc64\)'
echo 'char f(char c) { return c; }
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "order");' | file core/b.c
expect big_endian 'core/b.c:3: '
rm "$tmp/core/b.c"
echo 'struct b { unknown_t c; };' | file include/b.h
expect headers 'include/b.h:2: '
rm "$tmp/include/b.h"
echo 'int arch_two(void);' >>"$tmp/include/arch.h"
expect port_defines 'arch/um:0: does not define arch_two'
expect port_defines 'arch/ppc64:0: does not define arch_two'
echo '## H_TWO' >>"$tmp/docs/hcalls.md"
expect hcall_docs 'docs/hcalls.md:2: section H_TWO'
echo '## H_ONE' >>"$tmp/docs/hcalls.md"
expect hcall_docs 'docs/hcalls.md:1: 2 sections'
for d in '0x6 H_TWO.is.not' '0x4 H_TWO.has.the.number.of.H_ONE' '0x8 H_TWO.has.no.row'; do
	echo "#define H_TWO ${d% *}" >>"$tmp/include/hcall.h"
	expect hcall_numbers "include/hcall.h:3: ${d#* }"
	sed -i '$d' "$tmp/include/hcall.h"
done

echo "suite lint-selftest: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
