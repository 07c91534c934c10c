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
#   CPUS MEMORY   of the machine, default 2 and 2G
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

disc=
[ "${1:-}" != -o ] || disc=$2
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

# shellcheck disable=SC2086 # words
tools/setup/need.sh build "$arch" guests $groups
tools/setup/guests.sh "$arch"
mkdir -p "$out/boot/$arch"
echo "make run: building"
if ! ${MAKE:-make} -s "run-$arch" >"$out/boot/run-build.log" 2>&1; then
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
kernel=$(absolute GUEST_KERNEL "$kernel")
initrd=$(absolute GUEST_INITRD "$initrd")
bundle=$out/boot/$arch/run.bundle
cpus=${CPUS:-2}
memory=${MEMORY:-2G}

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
	echo "make iso: $disc"
	exit
fi
case $arch in
ppc64)
	bundle papr hvc0
	accel=
	[ "$cpus" = 1 ] || accel="-accel tcg,thread=${THREAD:-single}"
	# shellcheck disable=SC2086
	set -- qemu-system-ppc64 -M powernv9 -smp "$cpus" $accel -m "$memory" -display none \
		-nodefaults -serial stdio -device ipmi-bmc-sim,id=bmc0 \
		-device isa-ipmi-bt,bmc=bmc0,irq=10
	;;
x86_64)
	bundle pc ttyS0
	set -- qemu-system-x86_64 -accel tcg -cpu "${CPU:-EPYC,+svm,+npt}" -smp "$cpus" \
		-m "$memory" -nodefaults -display none -serial stdio -no-reboot \
		-device isa-debug-exit,iobase=0xf4,iosize=4
	case $MACHINE in
	iso) set -- harness/boot/iso.sh "$@" ;;
	uefi) set -- harness/boot/iso.sh -uefi "$@" ;;
	bochs) set -- harness/boot/iso.sh harness/boot/bochs.sh corei7_skylake_x 2048 "$cpus" ;;
	esac
	;;
esac
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
