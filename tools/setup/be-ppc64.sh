#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# be-ppc64.sh [--update] [--print-dir]: builds Check and libfdt for big-endian ppc64 processes from
# Debian's source packages (its archive has no binary ones), into a cache outside the repository.
# What is there is used without the network. Next to read: unittests/unit_be.mk, its user.
#
#   CACHE/ppc64be/  include, lib (libcheck.a, libcompat.a, libfdt.a), package (what it was made of)
set -eu

home=${HOME:-/var/tmp/rhype-$(id -u)}
cache=${RHYPE_CACHE:-${XDG_CACHE_HOME:-$home/.cache}/rhype}
dir=$cache/ppc64be
cross=${BE_CROSS:-powerpc64-linux-gnu-}
me=be-ppc64.sh
. "${0%/*}/apt.sh"

update=
case ${1:-} in
--print-dir) echo "$dir" && exit ;;
--update) update=1 ;;
'') ;;
*)
	sed -n '4,6s/^# //p' "$0" >&2
	exit 2
	;;
esac

complete()
{
	[ -s "$dir/package" ] && [ -e "$dir/include/valgrind/valgrind.h" ]
}

fail()
{
	echo "$me: $*" >&2
	exit 1
}

# source PACKAGE: leaves its upstream archive as $tmp/PACKAGE.tar and adds to $tmp/package. None of
# Debian's patches to these packages touches what is built here.
source()
{
	rm -rf "$tmp/fetch"
	mkdir "$tmp/fetch"
	(cd "$tmp/fetch" && apt-get -q source --download-only "$1") >"$tmp/log" 2>&1 || return 1
	mv "$tmp/fetch/"*.orig.tar.* "$tmp/$1.tar" || return 1
	echo "$1 $(sed -n 's/^Version: //p' "$tmp/fetch/"*.dsc | head -n 1)" >>"$tmp/package"
	echo "$me: fetched the source of $(tail -n 1 "$tmp/package")"
}

# libfdt at home, or, where a mirror lacks that package, its copy in another one.
fetch_libfdt()
{
	source device-tree-compiler || source u-boot
}

fetch()
{
	for try in 1 2 3; do
		: >"$tmp/package"
		apt-get -q update >"$tmp/log" 2>&1 || true
		source check && fetch_libfdt && return 0
		echo "$me: try $try of 3 failed:" "$(grep -E '^[EW]:' "$tmp/log" | head -n 1)" >&2
		[ "$try" = 3 ] || sleep $((try * 3))
	done
	fail "cannot fetch the sources of check and device-tree-compiler (or u-boot);" \
		"check the network and the package sources, then run: $0"
}

# run WHAT COMMAND...: quiet unless it fails
run()
{
	what=$1
	shift
	"$@" >"$tmp/log" 2>&1 || {
		tail -n 15 "$tmp/log" >&2
		fail "$what failed"
	}
}

build_check()
{
	mkdir "$tmp/check"
	tar -xf "$tmp/check.tar" -C "$tmp/check" --strip-components=1
	cd "$tmp/check"
	run 'configure of check' ./configure --host="${cross%-}" --disable-shared \
		--disable-subunit --disable-dependency-tracking --disable-build-docs \
		--disable-checkmk CFLAGS='-O2 -g'
	run 'build of check' make -C lib
	run 'build of check' make -C src libcheck.la
	cp src/.libs/libcheck.a lib/.libs/libcompat.a "$new/lib/"
	cp src/check.h check_stdint.h "$new/include/"
	cd "$new"
}

# The headers are the system's, of libfdt-dev: what the library lacks is an error of the linker.
build_libfdt()
{
	mkdir "$tmp/fdt"
	tar -xf "$tmp/$1.tar" -C "$tmp/fdt" --strip-components="$2" --wildcards "$3/*.[ch]"
	for f in "$tmp/fdt/"*.c; do
		run "build of libfdt" "${cross}gcc" -O2 -g -I"$tmp/fdt" -c "$f" -o "${f%.c}.o"
	done
	run "build of libfdt" "${cross}ar" rcs "$new/lib/libfdt.a" "$tmp/fdt/"*.o
	cp /usr/include/fdt.h /usr/include/libfdt.h /usr/include/libfdt_env.h "$new/include/"
}

[ -n "$update" ] || ! complete || exit 0
mkdir -p "$cache"
exec 9>"$cache/ppc64be.lock"
flock 9
[ -n "$update" ] || ! complete || exit 0
for c in apt-get tar xz make "${cross}gcc" "${cross}ar"; do
	command -v "$c" >/dev/null || fail "no $c here; run: ${0%/*}/need.sh be"
done
for h in valgrind/valgrind.h libfdt.h; do
	[ -e "/usr/include/$h" ] || fail "no /usr/include/$h here; run: ${0%/*}/need.sh be"
done
rm -rf "$cache"/ppc64be.tmp.*
tmp=$cache/ppc64be.tmp.$$
new=$tmp/new
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
mkdir -p "$new/include" "$new/lib"
apt_state "$tmp/apt" "$(dpkg --print-architecture)" deb-src
fetch
build_check
case $(tail -n 1 "$tmp/package") in
u-boot*) build_libfdt u-boot 4 '*/scripts/dtc/libfdt' ;;
*) build_libfdt device-tree-compiler 2 '*/libfdt' ;;
esac
ln -s /usr/include/valgrind "$new/include/valgrind"
cp "$tmp/package" "$new/"
rm -rf "$dir"
mv "$new" "$dir"
echo "$me: $(tr '\n' ';' <"$dir/package") in $dir"
