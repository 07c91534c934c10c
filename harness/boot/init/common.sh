# SPDX-License-Identifier: GPL-2.0-or-later
# Start of both init scripts: mounts, the kernel command line, the partition's name.

/bin/busybox mkdir -p /proc /sys /dev /tmp /root
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox --install -s /bin
export PATH=/bin HOME=/root TERM=vt100

# param NAME DEFAULT: the value of rhype.NAME on the kernel command line
param()
{
	for w in $(cat /proc/cmdline); do
		case $w in
		rhype.$1=*) echo "${w#*=}" && return ;;
		esac
	done
	echo "$2"
}

name=$(param name linux)
upper=$(echo "$name" | tr a-z A-Z)
hostname "$name"
