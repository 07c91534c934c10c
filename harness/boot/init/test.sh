#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# /init of the boot tests' image. rhype.job on the kernel command line is a list of jobs, done in
# order; then the partition powers off. Words in capitals in what is printed are what ppc64.tests
# expects. rhype.steps and rhype.kib say how much work `checksum` and `smp` do.
. /common.sh

steps=$(param steps 8)
kib=$(param kib 256)

# One worker bound to each processor, all at once; then what each processor had to do.
smp()
{
	n=$(nproc)
	echo "$upper processors $n"
	cpu=0
	while [ "$cpu" -lt "$n" ]; do
		taskset -c "$cpu" /bin/work "$steps" "$kib" "$name-$cpu" &
		cpu=$((cpu + 1))
	done
	wait
	awk -v n="$upper" '/^cpu[0-9]/ { print n, $1, ($2 > 0 ? "was busy" : "did NOTHING") }' \
		/proc/stat
}

job()
{
	case $1 in
	checksum) work "$steps" "$kib" "$name" ;;
	smp) smp ;;
	echo)
		echo "$upper waits for a line"
		read -r line
		echo "$upper got: $line"
		;;
	sleep*)
		sleep "${1#sleep}"
		echo "$upper slept"
		;;
	spin)
		echo "$upper spins"
		while :; do :; done
		;;
	busy*)
		echo "$upper computes"
		end=$(($(cut -d. -f1 /proc/uptime) + ${1#busy}))
		head -c 1m /bin/busybox >/tmp/busy
		rounds=0
		while [ "$(cut -d. -f1 /proc/uptime)" -lt "$end" ]; do
			sha256sum /tmp/busy >/dev/null
			rounds=$((rounds + 1))
		done
		echo "$upper computed $rounds rounds"
		;;
	panic)
		echo "$upper panics"
		echo c >/proc/sysrq-trigger
		echo "$upper SURVIVED its panic"
		;;
	reboot)
		echo "$upper reboots"
		reboot -f
		;;
	shell) setsid cttyhack sh ;;
	poweroff) return ;;
	*) echo "$upper has NO job $1" ;;
	esac
}

echo "$upper user space reached"
for j in $(param job poweroff | tr , ' '); do
	job "$j"
done
echo "$upper powers off"
poweroff -f
sleep 60
echo "$upper STAYED after poweroff"
