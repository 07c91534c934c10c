#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# initramfs.sh KIND BUSYBOX MKCPIO OUT: packs init/KIND.sh (shell or test) as /init of an initramfs,
# with a busybox and the scripts both kinds use. Next to read: init/test.sh, mkcpio.c.
set -eu
here=$(dirname "$0")/init
kind=$1
busybox=$2
mkcpio=$3
out=$4
trap 'rm -f "$out.list" "$out.new"' EXIT
cat >"$out.list" <<END
dir /bin 755
dir /dev 755
char /dev/console 600 5 1
char /dev/null 666 1 3
file /bin/busybox 755 $busybox
link /bin/sh busybox
file /bin/work 755 $here/work.sh
file /common.sh 644 $here/common.sh
file /init 755 $here/$kind.sh
END
"$mkcpio" "$out.list" "$out.new"
mv "$out.new" "$out"
