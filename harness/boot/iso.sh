#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# iso.sh -o ISO -kernel IMAGE [-initrd BUNDLE] [-append TEXT]: an ISO image that BIOS and UEFI start
# through GRUB (Multiboot 2, IMAGE with TEXT, BUNDLE as its module), from a disc or a stick.
# iso.sh [-uefi] COMMAND... -kernel IMAGE ...: makes one and runs COMMAND with it as its CD (-cdrom
# ISO); -uefi: on OVMF instead of SeaBIOS. So it stands in the place of an emulator in a list of
# boot tests. Next to read: bochs.sh.
set -eu
here=$(dirname "$0")

fail()
{
	echo "iso.sh: $*" >&2
	exit 1
}

# The options of all forms, wherever they stand; the rest stays for the emulator.
out=
kernel=
initrd=
append=
uefi=
n=$#
while [ "$n" -gt 0 ]; do
	a=$1
	shift
	n=$((n - 1))
	case $a in
	-o | -kernel | -initrd | -append)
		[ "$n" -gt 0 ] || fail "$a: argument missing"
		case $a in
		-o) out=$1 ;;
		-kernel) kernel=$1 ;;
		-initrd) initrd=$1 ;;
		-append) append=$1 ;;
		esac
		shift
		n=$((n - 1))
		;;
	-uefi) uefi=1 ;;
	*) set -- "$@" "$a" ;;
	esac
done
[ -r "$kernel" ] || fail "cannot read the image '$kernel'"
for c in grub-mkrescue xorriso mformat; do
	command -v "$c" >/dev/null || fail "no $c here; run: tools/setup/need.sh iso"
done

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
mkdir -p "$tmp/iso/boot/grub"
cp "$kernel" "$tmp/iso/boot/rhype.elf"
{
	echo 'serial --unit=0 --speed=115200'
	echo 'terminal_input serial'
	echo 'terminal_output serial'
	echo 'set timeout=0'
	echo 'menuentry rhype {'
	echo "	multiboot2 /boot/rhype.elf $append"
	if [ -n "$initrd" ]; then
		cp "$initrd" "$tmp/iso/boot/bundle"
		echo '	module2 /boot/bundle'
	fi
	echo '}'
} >"$tmp/iso/boot/grub/grub.cfg"
grub-mkrescue -o "$tmp/image" "$tmp/iso" >"$tmp/log" 2>&1 || {
	cat "$tmp/log" >&2
	fail "grub-mkrescue failed"
}
rm -rf "$tmp/iso"
if [ -n "$out" ]; then
	mv "$tmp/image" "$out"
	exit
fi
if [ -n "$uefi" ]; then
	ovmf=/usr/share/OVMF
	[ -r $ovmf/OVMF_CODE.fd ] || fail "no OVMF here; run: tools/setup/need.sh iso"
	cp $ovmf/OVMF_VARS.fd "$tmp/vars"
	set -- "$@" -M q35 \
		-drive if=pflash,unit=0,format=raw,readonly=on,file=$ovmf/OVMF_CODE.fd \
		-drive "if=pflash,unit=1,format=raw,file=$tmp/vars"
fi
"$@" -cdrom "$tmp/image"
