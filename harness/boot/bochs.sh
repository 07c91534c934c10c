#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bochs.sh MODEL MEGABYTES PROCESSORS -cdrom ISO: Bochs as an emulator like the others: its serial
# line is our input and output. Status 0 when the machine went off, by ACPI or by "Shutdown" at port
# 0x8900. It runs in a network of its own, because its display listens for everybody and its serial
# line is a socket; needs root or user namespaces for that. Called by iso.sh.
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
port=4000
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
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
com1: enabled=1, mode=socket-server, dev=127.0.0.1:$port
clock: sync=none, time0=local
log: $dir/log
panic: action=fatal
error: action=ignore
info: action=ignore
speaker: enabled=0
sound: waveoutdrv=dummy
END
echo c >"$dir/go"

# In the network of its own: Bochs waits for somebody on the line; it ends with us and we with it.
cat >"$dir/inside" <<'END'
dir=$1 port=$2
ip link set lo up
bochs -q -f "$dir/bochsrc" -rc "$dir/go" </dev/null >"$dir/out" 2>&1 &
bochs=$!
for _ in $(seq 100); do
	{ exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null && break
	sleep 0.1
done
cat <&4 >&3 &
keys=$!
cat <&3
kill $keys 2>/dev/null
wait $bochs
END
net="unshare -n"
[ "$(id -u)" = 0 ] || net="unshare -rn"
$net --kill-child bash "$dir/inside" "$dir" $port 4<&0 || true
# Its own exit status says nothing: the end we ask for is a panic to it.
grep -qi 'shutdown\|soft power off' "$dir/log" && exit
tail -n 5 "$dir/log" "$dir/out" >&2
exit 1
