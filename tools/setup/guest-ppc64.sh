#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# guest-ppc64.sh [--update] [--print-cache|--print-kernel|--print-busybox|--print-libfdt]: fetches
# what the POWER port takes from Debian's ppc64el packages (a kernel and a static busybox for the
# guests, libfdt for the hypervisor) into a cache outside the repository and leaves the system's
# package state alone. What is in the cache is used without the network; --update looks for newer
# packages; --print-X only prints a path. Next to read: harness/boot/initramfs.sh, its user.
#
#   CACHE/ppc64el/linux   -> linux-VERSION/    vmlinux (stripped), package
#   CACHE/ppc64el/busybox -> busybox-VERSION/  busybox, package
#   CACHE/ppc64el/libfdt  -> libfdt-VERSION/   usr/include, usr/lib/powerpc64le-linux-gnu, package
set -eu

home=${HOME:-/var/tmp/rhype-$(id -u)}
cache=${RHYPE_CACHE:-${XDG_CACHE_HOME:-$home/.cache}/rhype}
dir=$cache/ppc64el
kernel=$dir/linux/vmlinux
busybox=$dir/busybox/busybox
libfdt=$dir/libfdt/usr/lib/powerpc64le-linux-gnu/libfdt.a
strip=${PPC_CROSS:-powerpc64le-linux-gnu-}strip
me=guest-ppc64.sh
. "${0%/*}/apt.sh"

update=
case ${1:-} in
--print-cache) echo "$dir" && exit ;;
--print-kernel) echo "$kernel" && exit ;;
--print-busybox) echo "$busybox" && exit ;;
--print-libfdt) echo "$libfdt" && exit ;;
--update) update=1 ;;
'') ;;
*)
	sed -n '4,6s/^# //p' "$0" >&2
	exit 2
	;;
esac

complete()
{
	[ -s "$kernel" ] && [ -s "$busybox" ] && [ -s "$libfdt" ]
}

fail()
{
	echo "$me: $*" >&2
	exit 1
}

# The value of a field of the newest version of a package.
field()
{
	apt-cache show --no-all-versions "$1" 2>/dev/null | sed -n "s/^$2: //p" | head -n 1
}

# The kernel package that the meta package stands for now.
kernel_package()
{
	field linux-image-powerpc64le Depends | sed -n 's/^\(linux-image-[^ ,]*\).*/\1/p'
}

# update_index: true when all three packages are known. A source that is of no use for us may fail.
update_index()
{
	apt-get -q update >"$tmp/log" 2>&1 || true
	[ -n "$(kernel_package)" ] && [ -n "$(field busybox-static Version)" ] &&
		[ -n "$(field libfdt-dev Version)" ]
}

# download PACKAGE: leaves $tmp/PACKAGE.deb
download()
{
	echo "$me: fetching $1 $(field "$1" Version) (ppc64el)"
	rm -rf "$tmp/deb"
	mkdir "$tmp/deb"
	(cd "$tmp/deb" && apt-get -q download "$1") >"$tmp/log" 2>&1 || return 1
	mv "$tmp/deb/"*.deb "$tmp/$1.deb"
}

download_all()
{
	for p in "$linux" busybox-static libfdt-dev; do
		have "$p" || download "$p" || return 1
	done
}

# Index and packages may change under our hands (404, wrong sum): both are tried anew together.
fetch()
{
	for try in 1 2 3; do
		if update_index; then
			linux=$(kernel_package)
			download_all && return 0
		fi
		echo "$me: try $try of 3 failed:" "$(grep -E '^[EW]:' "$tmp/log" | head -n 1)" >&2
		[ "$try" = 3 ] || sleep $((try * 3))
	done
	fail "cannot fetch linux-image-powerpc64le, busybox-static and libfdt-dev for ppc64el;" \
		"check the network and the package sources, then run: $0"
}

# place PACKAGE: the directory its newest version belongs into
place()
{
	case $1 in
	linux-*) n=linux ;;
	*) n=${1%%-*} ;;
	esac
	echo "$dir/$n-$(field "$1" Version | tr -c 'A-Za-z0-9.+~\n-' _)"
}

have()
{
	[ -s "$(place "$1")/package" ]
}

# unpack PACKAGE FILE...: only the named files, into a new directory that is renamed when complete
unpack()
{
	p=$1
	shift
	to=$(place "$p")
	if ! have "$p"; then
		new=$tmp/new
		rm -rf "$new" "$to"
		mkdir "$new"
		dpkg-deb --fsys-tarfile "$tmp/$p.deb" |
			tar -x -C "$new" --no-same-owner --wildcards "$@" ||
			fail "package $p has not the files: $*"
		case $p in
		linux-*)
			"$strip" -o "$new/vmlinux" "$new"/boot/vmlinux-* ||
				fail "cannot strip the kernel; run: ${0%/*}/need.sh guests"
			rm -r "$new/boot"
			;;
		busybox-*)
			mv "$new/bin/busybox" "$new/busybox"
			rmdir "$new/bin"
			;;
		esac
		echo "$p $(field "$p" Version) $(field "$p" SHA256)" >"$new/package"
		sync "$new"/* 2>/dev/null || true
		mv "$new" "$to"
	fi
	to=${to##*/}
	ln -sfn "$to" "$tmp/link"
	mv -T "$tmp/link" "$dir/${to%%-*}"
}

[ -n "$update" ] || ! complete || exit 0
mkdir -p "$dir"
exec 9>"$dir/lock"
flock 9
[ -n "$update" ] || ! complete || exit 0
for c in apt-get dpkg-deb tar "$strip"; do
	command -v "$c" >/dev/null || fail "no $c here; run: $(dirname "$0")/need.sh guests"
done
rm -rf "$dir"/tmp.*
tmp=$dir/tmp.$$
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
mkdir -p "$tmp"
apt_state "$tmp/apt" ppc64el deb
fetch
unpack "$linux" './boot/vmlinux-*'
unpack busybox-static ./bin/busybox
unpack libfdt-dev './usr/include/*' './usr/lib/powerpc64le-linux-gnu/*.a'
complete || fail "the cache in $dir is not complete; remove it and try again"
echo "$me: $(cat "$dir/linux/package" "$dir/busybox/package" "$dir/libfdt/package" |
	cut -d' ' -f1,2 | tr '\n' ';') in $dir"
