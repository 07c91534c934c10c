#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# guests.sh ppc64|x86_64 [--full] [--update|--print-cache|--print-ROLE]: fetches what a port takes
# from Debian's packages (ROLE: linux, busybox for the guests, libfdt for the hypervisor; with
# --full also full, the kernel for all machines where linux is one for virtual ones) into a cache
# outside the repository and leaves the system's package state alone. What is in the cache is used
# without the network; --update looks for newer packages; --print-ROLE only prints a path.
# Next to read: harness/boot/initramfs.sh, its user.
#
#   CACHE/DEBARCH/linux   -> linux-VERSION/    vmlinux (stripped) or vmlinuz, package
#   CACHE/DEBARCH/busybox -> busybox-VERSION/  busybox, package
#   CACHE/DEBARCH/libfdt  -> libfdt-VERSION/   usr/include, usr/lib/TRIPLE, package
set -eu

usage()
{
	echo "usage: guests.sh ppc64|x86_64 [--full] [--update|--print-cache|--print-ROLE]" >&2
	exit 2
}

me=guests.sh
. "${0%/*}/apt.sh"
home=${HOME:-/var/tmp/rhype-$(id -u)}
case ${1:-} in
ppc64)
	debarch=ppc64el
	triple=powerpc64le-linux-gnu
	linux_meta=linux-image-powerpc64le
	image=vmlinux
	strip=${PPC_CROSS:-powerpc64le-linux-gnu-}strip
	;;
x86_64)
	debarch=amd64
	triple=x86_64-linux-gnu
	linux_meta=linux-image-cloud-amd64
	full_meta=linux-image-amd64
	image=vmlinuz
	strip=
	;;
*) usage ;;
esac
shift
dir=${RHYPE_CACHE:-${XDG_CACHE_HOME:-$home/.cache}/rhype}/$debarch
roles="linux busybox libfdt"
if [ "${1:-}" = --full ]; then
	[ -n "${full_meta:-}" ] || usage
	roles="$roles full"
	shift
fi

# file ROLE: what there is of it when it is complete
file()
{
	case $1 in
	linux | full) echo "$dir/$1/$image" ;;
	busybox) echo "$dir/busybox/busybox" ;;
	libfdt) echo "$dir/libfdt/usr/lib/$triple/libfdt.a" ;;
	*) usage ;;
	esac
}

update=
case ${1:-} in
--print-cache) echo "$dir" && exit ;;
--print-*) file "${1#--print-}" && exit ;;
--update) update=1 ;;
'') ;;
*) usage ;;
esac

complete()
{
	for r in $roles; do
		[ -s "$(file "$r")" ] || return 1
	done
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

# package ROLE: its package now; a kernel's meta package stands for it
package()
{
	case $1 in
	busybox) echo busybox-static ;;
	libfdt) echo libfdt-dev ;;
	linux | full)
		eval "meta=\$$1_meta"
		field "$meta" Depends | sed -n 's/^\(linux-image-[^ ,]*\).*/\1/p'
		;;
	esac
}

# update_index: true when all packages are known. A source that is of no use for us may fail.
update_index()
{
	apt-get -q update >"$tmp/log" 2>&1 || true
	for r in $roles; do
		p=$(package "$r")
		[ -n "$p" ] && [ -n "$(field "$p" Version)" ] || return 1
	done
}

# download ROLE: leaves $tmp/ROLE.deb
download()
{
	p=$(package "$1")
	echo "$me: fetching $p $(field "$p" Version) ($debarch)"
	rm -rf "$tmp/deb"
	mkdir "$tmp/deb"
	(cd "$tmp/deb" && apt-get -q download "$p") >"$tmp/log" 2>&1 || return 1
	mv "$tmp/deb/"*.deb "$tmp/$1.deb"
}

download_all()
{
	for r in $roles; do
		have "$r" || download "$r" || return 1
	done
}

# Index and packages may change under our hands (404, wrong sum): both are tried anew together.
fetch()
{
	for try in 1 2 3; do
		update_index && download_all && return 0
		echo "$me: try $try of 3 failed:" "$(grep -E '^[EW]:' "$tmp/log" | head -n 1)" >&2
		[ "$try" = 3 ] || sleep $((try * 3))
	done
	fail "cannot fetch $linux_meta ${full_meta:-} busybox-static libfdt-dev for $debarch;" \
		"check the network and the package sources, then run it again"
}

# place ROLE: the directory its newest version belongs into
place()
{
	echo "$dir/$1-$(field "$(package "$1")" Version | tr -c 'A-Za-z0-9.+~\n-' _)"
}

have()
{
	[ -s "$(place "$1")/package" ]
}

# arrange ROLE DIR: from where a package has its files to where we look for them
arrange()
{
	case $1 in
	linux | full)
		if [ -n "$strip" ]; then
			"$strip" -o "$2/$image" "$2"/boot/vmlinux-* ||
				fail "cannot strip the kernel; run: ${0%/*}/need.sh ppc64"
		else
			mv "$2"/boot/vmlinuz-* "$2/$image"
		fi
		rm -r "$2/boot"
		;;
	busybox)
		mv "$2/bin/busybox" "$2/busybox"
		rmdir "$2/bin"
		;;
	esac
}

# unpack ROLE FILE...: only the named files, into a new directory that is renamed when complete
unpack()
{
	r=$1
	p=$(package "$r")
	shift
	to=$(place "$r")
	if ! have "$r"; then
		new=$tmp/new
		rm -rf "$new" "$to"
		mkdir "$new"
		dpkg-deb --fsys-tarfile "$tmp/$r.deb" |
			tar -x -C "$new" --no-same-owner --wildcards "$@" ||
			fail "package $p has not the files: $*"
		arrange "$r" "$new"
		echo "$p $(field "$p" Version) $(field "$p" SHA256)" >"$new/package"
		sync "$new"/* 2>/dev/null || true
		mv "$new" "$to"
	fi
	ln -sfn "${to##*/}" "$tmp/link"
	mv -T "$tmp/link" "$dir/$r"
}

unpack_all()
{
	for role in $roles; do
		case $role in
		linux | full) unpack "$role" './boot/vmlinu[xz]-*' ;;
		busybox) unpack busybox ./bin/busybox ;;
		libfdt) unpack libfdt './usr/include/*' "./usr/lib/$triple/*.a" ;;
		esac
	done
}

[ -n "$update" ] || ! complete || exit 0
mkdir -p "$dir"
exec 9>"$dir/lock"
flock 9
[ -n "$update" ] || ! complete || exit 0
for c in apt-get dpkg-deb tar $strip; do
	command -v "$c" >/dev/null || fail "no $c here; run: $(dirname "$0")/need.sh ppc64 guests"
done
rm -rf "$dir"/tmp.*
tmp=$dir/tmp.$$
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
mkdir -p "$tmp"
apt_state "$tmp/apt" "$debarch" deb
fetch
unpack_all
complete || fail "the cache in $dir is not complete; remove it and try again"
echo "$me: $(for r in $roles; do cut -d' ' -f1,2 "$dir/$r/package"; done | tr '\n' ';') in $dir"
