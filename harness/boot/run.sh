#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh [-o ISO]: `make run`, and `make iso`, which ends with the disc. Installs what is missing,
# fetches the guests, builds, makes the bundle, and boots the machine on the user's terminal. From
# the environment (make run NAME=VALUE):
#   ARCH          ppc64 or x86_64
#   MANIFEST      the partitions, default harness/boot/manifests/run.dts (docs/manifest.md)
#   GUEST_KERNEL  guest kernel; ${GUEST_KERNEL} in the manifest; x86_64: "full" is Debian's for all
#                 machines, where the default is the one for virtual machines
#   GUEST_INITRD  its initramfs; ${GUEST_INITRD} in the manifest
#   CPUS MEMORY   of the machine, default 2 and 2G (Bochs: always 2G)
#   MACHINE       x86_64: qemu (default), iso or uefi (QEMU starts it from a disc), or bochs
#   CTRL_C=guest  Ctrl-C goes to the guest instead of ending everything
#   HV_ARGS       the hypervisor's command line
#   QEMU_ARGS     more arguments for the emulator
# Next to read: terminal.c.
set -eu
cd "$(dirname "$0")/../.."
out=${O:-build}

fail()
{
	echo "make run: $*" >&2
	exit 1
}

# absolute NAME FILE: the absolute path of a file that the user gave
absolute()
{
	[ -r "$2" ] || fail "$1: cannot read $2"
	realpath "$2"
}

# whole NAME VALUE LOW HIGH: VALUE is a number between the two
whole()
{
	case $2 in
	'' | *[!0-9]* | ?????????*) ;;
	*) [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ] || return 0 ;;
	esac
	fail "$1: a number, $3 to $4, not \"$2\""
}

# The limits are the hypervisor's, and QEMU's: its POWER machine has 1 GiB at least.
machine_is_possible()
{
	least=256
	[ "$arch" != ppc64 ] || least=1024
	whole CPUS "$cpus" 1 64
	case $memory in
	*[gG]) whole "MEMORY in G" "${memory%?}" 1 256 ;;
	*[mM]) whole "MEMORY in M" "${memory%?}" $least 262144 ;;
	*) fail "MEMORY: a number of megabytes or gigabytes such as 3000M or 4G, not \"$memory\"" ;;
	esac
	[ "${MACHINE:-}" != bochs ] || [ "$memory" = 2G ] ||
		fail "MEMORY: MACHINE=bochs has 2G, not $memory"
}

disc=
[ "${1:-}" != -o ] || disc=$2
cpus=${CPUS:-2}
memory=${MEMORY:-2G}
arch=${ARCH:-ppc64}
groups=
case $arch in
ppc64) [ "${MACHINE:-qemu}" = qemu ] || fail "MACHINE=$MACHINE is for ARCH=x86_64" ;;
x86_64)
	case ${MACHINE:=qemu} in
	qemu) ;;
	iso | uefi) groups=iso ;;
	bochs) groups="iso bochs" ;;
	*) fail "MACHINE: qemu, iso, uefi or bochs, not $MACHINE" ;;
	esac
	;;
*) fail "ARCH: ppc64 or x86_64, not $arch" ;;
esac
machine_is_possible

# shellcheck disable=SC2086 # words
tools/setup/need.sh build "$arch" guests $groups
tools/setup/guests.sh "$arch"
mkdir -p "$out/boot/$arch"
echo "make run: building"
# One at a time in a tree. A manifest of the user's may name test guests.
exec 9>"$out/boot/run.lock"
flock 9
if ! ${MAKE:-make} -s "run-$arch" ${MANIFEST:+"guests-$arch"} \
	>"$out/boot/run-build.log" 2>&1 9>&-; then
	tail -n 20 "$out/boot/run-build.log" >&2
	fail "the build failed; all of its output is in $out/boot/run-build.log"
fi

manifest=${MANIFEST:-harness/boot/manifests/run.dts}
kernel=${GUEST_KERNEL:-$(tools/setup/guests.sh "$arch" --print-linux)}
initrd=${GUEST_INITRD:-$out/boot/$arch/shell.cpio}
if [ "$arch,$kernel" = x86_64,full ]; then
	tools/setup/guests.sh x86_64 --full
	kernel=$(tools/setup/guests.sh x86_64 --print-full)
fi
[ -r "$manifest" ] || fail "MANIFEST: cannot read $manifest"
! grep -q '^[^/]*kernel *= *"um:' "$manifest" ||
	fail "MANIFEST: $manifest has a guest um:NAME: here it is NAME.elf"
kernel=$(absolute GUEST_KERNEL "$kernel")
initrd=$(absolute GUEST_INITRD "$initrd")

# Each run has a bundle of its own, named by its process; what ended leaves it to the next one.
for old in "$out/boot/$arch"/run.bundle.*; do
	kill -0 "${old##*.}" 2>/dev/null || rm -f "$old"
done
bundle=$out/boot/$arch/run.bundle.$$

# bundle MACHINE CONSOLE
bundle()
{
	"$out/tools/mkbundle" "$manifest" -o "$bundle" -M "$1" -I "$out/guests/$arch" \
		-D "CONSOLE=$2" -D "GUEST_KERNEL=$kernel" -D "GUEST_INITRD=$initrd"
}

if [ -n "$disc" ]; then
	bundle pc ttyS0
	harness/boot/iso.sh -o "$disc" -kernel "$out/$arch/rhype.elf" -initrd "$bundle" \
		-append "${HV_ARGS:-}"
	rm -f "$bundle"
	echo "make iso: $disc"
	exit
fi
# In two threads QEMU's processors disturb each other (docs/testing.md, docs/boot-x86_64.md).
set -- -smp "$cpus"
[ "$cpus" = 1 ] || set -- "$@" -accel tcg,thread=single
case $arch in
ppc64)
	bundle papr hvc0
	set -- qemu-system-ppc64 -M powernv9 "$@" -m "$memory" -display none -nodefaults \
		-serial stdio -device ipmi-bmc-sim,id=bmc0 -device isa-ipmi-bt,bmc=bmc0,irq=10
	;;
x86_64)
	bundle pc ttyS0
	set -- qemu-system-x86_64 -cpu "${CPU:-EPYC,+svm,+npt}" "$@" -m "$memory" -nodefaults \
		-display none -serial stdio -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4
	case $MACHINE in
	iso) set -- harness/boot/iso.sh "$@" ;;
	uefi) set -- harness/boot/iso.sh -uefi "$@" ;;
	bochs) set -- harness/boot/iso.sh harness/boot/bochs.sh corei7_skylake_x 2048 "$cpus" ;;
	esac
	;;
esac
exec 9>&-
guest_intr=
intr="Ctrl-C, too, ends everything (make run CTRL_C=guest leaves it to the guest)."
if [ "${CTRL_C:-}" = guest ]; then
	guest_intr=-c
	intr="Ctrl-C goes to the partition."
fi
cat <<END

  Booting $manifest: $cpus processor(s), $memory.
  Ctrl-] moves the keyboard to the next partition, Ctrl-\\ ends everything.
  $intr

END
# shellcheck disable=SC2086
exec "$out/boot/terminal" $guest_intr "$@" -kernel "$out/$arch/rhype.elf" -initrd "$bundle" \
	-append "${HV_ARGS:-}" ${QEMU_ARGS:-}
