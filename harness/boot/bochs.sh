#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bochs.sh MODEL MEGABYTES PROCESSORS -cdrom ISO: Bochs as an emulator like the others: its serial
# line is our output. Status 0 when the machine went off, by ACPI or by "Shutdown" at port 0x8900.
# There is no input. It runs in a network of its own, because its display listens for everybody;
# needs root or user namespaces for that. Called by iso.sh.
set -eu
model=$1
megs=$2
cpus=$3
iso=$5
share=/usr/share/bochs

fail()
{
	echo "bochs.sh: $*" >&2
	exit 1
}

command -v bochs >/dev/null || fail "no bochs here; run: tools/setup/need.sh bochs"
dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM HUP
cat >"$dir/bochsrc" <<END
display_library: rfb, options="timeout=0"
config_interface: textconfig
cpu: model=$model, count=$cpus, ips=50000000, reset_on_triple_fault=0, ignore_bad_msrs=1
megs: $megs
romimage: file=$share/BIOS-bochs-latest
vgaromimage: file=$share/VGABIOS-lgpl-latest
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=cdrom, path=$iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$dir/line
clock: sync=none, time0=local
log: $dir/log
panic: action=fatal
error: action=ignore
info: action=ignore
speaker: enabled=0
sound: waveoutdrv=dummy
END
echo c >"$dir/go"
mkfifo "$dir/line"
net="unshare -n"
[ "$(id -u)" = 0 ] || net="unshare -rn"
$net bochs -q -f "$dir/bochsrc" -rc "$dir/go" </dev/null >"$dir/out" 2>&1 &
pid=$!
cat "$dir/line"
wait "$pid" || true
pid=
# Its own exit status says nothing: the end we ask for is a panic to it.
grep -qi 'shutdown\|soft power off' "$dir/log" && exit
tail -n 5 "$dir/log" "$dir/out" >&2
exit 1
