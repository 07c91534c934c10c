#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh: `make run`. Installs what is missing, fetches the guests, builds, makes the bundle, and
# boots the machine on the user's terminal. From the environment (make run NAME=VALUE):
#   MANIFEST      the partitions, default harness/boot/manifests/run.dts (docs/manifest.md)
#   GUEST_KERNEL  guest kernel, an ELF vmlinux; ${GUEST_KERNEL} in the manifest
#   GUEST_INITRD  its initramfs; ${GUEST_INITRD} in the manifest
#   CPUS MEMORY   of the machine, default 2 and 2G
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

tools/setup/need.sh build ppc64 guests
tools/setup/guests.sh ppc64
mkdir -p "$out/boot"
echo "make run: building"
if ! ${MAKE:-make} -s run-parts >"$out/boot/run-build.log" 2>&1; then
	tail -n 20 "$out/boot/run-build.log" >&2
	fail "the build failed; all of its output is in $out/boot/run-build.log"
fi

manifest=${MANIFEST:-harness/boot/manifests/run.dts}
kernel=${GUEST_KERNEL:-$(tools/setup/guests.sh ppc64 --print-linux)}
initrd=${GUEST_INITRD:-$out/boot/shell.cpio}
[ -r "$manifest" ] || fail "MANIFEST: cannot read $manifest"
kernel=$(absolute GUEST_KERNEL "$kernel")
initrd=$(absolute GUEST_INITRD "$initrd")
"$out/tools/mkbundle" "$manifest" -o "$out/boot/run.bundle" \
	-I "$out/guests/ppc64" -D "GUEST_KERNEL=$kernel" -D "GUEST_INITRD=$initrd"

cpus=${CPUS:-2}
accel=
[ "$cpus" = 1 ] || accel="-accel tcg,thread=${THREAD:-single}"
guest_intr=
intr="Ctrl-C, too, ends everything (make run CTRL_C=guest leaves it to the guest)."
if [ "${CTRL_C:-}" = guest ]; then
	guest_intr=-c
	intr="Ctrl-C goes to the partition."
fi
cat <<END

  Booting $manifest: $cpus processor(s), ${MEMORY:-2G}.
  Ctrl-] moves the keyboard to the next partition, Ctrl-\\ ends everything.
  $intr

END
# shellcheck disable=SC2086
exec "$out/boot/terminal" $guest_intr qemu-system-ppc64 -M powernv9 -smp "$cpus" $accel \
	-m "${MEMORY:-2G}" -display none -nodefaults -serial stdio \
	-device ipmi-bmc-sim,id=bmc0 -device isa-ipmi-bt,bmc=bmc0,irq=10 \
	-kernel "$out/ppc64/rhype.elf" -initrd "$out/boot/run.bundle" \
	-append "${HV_ARGS:-}" ${QEMU_ARGS:-}
