#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# need.sh [-n] GROUP...: installs the Debian packages of the named groups that are missing, as root
# or through sudo. Prints nothing when all is there. -n only tells what is missing (exit 1).
# Who calls it: make run, make check, make bench. Next to read: guests.sh.
set -eu
PATH=$PATH:/usr/sbin:/sbin

packages()
{
	case $1 in
	build) echo gcc libc6-dev make libfdt-dev device-tree-compiler ;;
	ppc64) echo gcc-powerpc64le-linux-gnu binutils-powerpc64le-linux-gnu qemu-system-ppc ;;
	x86_64) echo gcc-x86-64-linux-gnu qemu-system-x86 gzip xz-utils lz4 ;;
	iso) echo grub-common grub-pc-bin grub-efi-amd64-bin xorriso mtools ovmf ;;
	bochs) echo bochs bochsbios vgabios util-linux iproute2 ;;
	guests) echo apt util-linux tar ;;
	unit) echo check pkg-config acpica-tools libcapstone-dev patch ;;
	valgrind) echo valgrind libc6-dbg ;;
	fuzz) echo clang libclang-rt-14-dev afl++ ;;
	be) echo gcc-powerpc64-linux-gnu libc6-dev-ppc64-cross qemu-user xz-utils valgrind ;;
	lint)
		echo clang-format universal-ctags gcc-powerpc64le-linux-gnu \
			gcc-powerpc64-linux-gnu gcc-x86-64-linux-gnu
		;;
	static) echo cppcheck clang-tidy-14 gcc-powerpc64le-linux-gnu gcc-x86-64-linux-gnu ;;
	tools) echo gcc-x86-64-linux-gnu gzip xz-utils lz4 zstd bzip2 ;;
	test) for g in unit valgrind fuzz be static lint coverage tools; do packages $g; done ;;
	coverage) echo gcovr ;;
	bench) echo binutils-powerpc64le-linux-gnu qemu-system-ppc ;;
	*)
		echo "need.sh: unknown group '$1'; there are: build ppc64 guests bench coverage" \
			"x86_64 iso bochs" \
			"test (unit valgrind fuzz be static lint coverage tools)" >&2
		return 1
		;;
	esac
}

# The packages among the arguments that are not installed, one a line. A name that another package
# provides (or that carries an architecture, as in clang:amd64) counts as there.
missing()
{
	# shellcheck disable=SC2016
	dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Provides}\n' 2>/dev/null |
		awk -v want="$*" '
		/^.i/ { gsub(/\([^)]*\)|,/, " "); for (i = 2; i <= NF; i++) have[$i] = 1 }
		END {
			n = split(want, w, " ")
			for (i = 1; i <= n; i++)
				if (!(w[i] in have) && !(w[i] in seen)) {
					print w[i]
					seen[w[i]] = 1
				}
		}'
}

as_root()
{
	if [ "$(id -u)" = 0 ]; then
		env DEBIAN_FRONTEND=noninteractive "$@"
	else
		sudo env DEBIAN_FRONTEND=noninteractive "$@"
	fi
}

fail()
{
	echo "need.sh: $*; mend it with: apt-get update && apt-get install -y" $lack >&2
	exit 1
}

dry=
if [ "${1:-}" = -n ]; then
	dry=1
	shift
fi
[ $# -gt 0 ] || {
	echo "usage: need.sh [-n] GROUP..." >&2
	exit 2
}
want=
for g in "$@"; do
	p=$(packages "$g") || exit 2
	want="$want $p"
done
command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || {
	echo "need.sh: no Debian system (no dpkg and apt); install the equivalents of:$want" >&2
	exit 1
}
lack=$(missing $want)
[ -n "$lack" ] || exit 0
if [ -n "$dry" ]; then
	echo "need.sh: missing:" $lack
	exit 1
fi
[ "$(id -u)" = 0 ] || command -v sudo >/dev/null || fail "not root and no sudo, missing:" $lack

echo "need.sh: installing from Debian:" $lack
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM
# Another source of the system may be down, which is no concern of ours: only the installation
# decides. An index that changes while it is read gives "Hash Sum mismatch" or 404: try again.
for try in 1 2 3; do
	as_root apt-get -q update >"$log" 2>&1 || true
	if as_root apt-get -qy -o DPkg::Lock::Timeout=120 install --no-install-recommends $lack \
		>>"$log" 2>&1; then
		break
	fi
	echo "need.sh: try $try of 3 failed:" "$(grep -E '^(E:|sudo:)' "$log" | tail -n 1)" >&2
	[ "$try" = 3 ] || sleep $((try * 3))
done
still=$(missing $lack)
[ -z "$still" ] || {
	lack=$still
	fail "cannot install" $still
}
