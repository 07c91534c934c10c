#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# /init of the interactive image (make run): a banner, then a shell until it is left.
. /common.sh

mem=$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
cat <<END

  This is partition $name: Linux $(uname -r), $(nproc) processor(s), $mem MiB to use.
  Ctrl-] goes to the next partition, Ctrl-\\ ends everything.
  "work 100" computes 100 checksums, "poweroff -f" ends this partition only.

END
echo "$upper user space reached"
cd /root
export PS1="$name# "
while :; do
	setsid cttyhack sh
	echo "$upper: a new shell (to end this partition: poweroff -f)"
done
