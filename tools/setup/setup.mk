# SPDX-License-Identifier: GPL-2.0-or-later
# What comes from Debian: host packages (need.sh) and, in a cache outside the tree, the ppc64el
# kernel, busybox and libfdt (guest-ppc64.sh). Included by the top Makefile.

PPC64_CACHE   := $(shell tools/setup/guest-ppc64.sh --print-cache)
PPC64_KERNEL  := $(PPC64_CACHE)/linux/vmlinux
PPC64_BUSYBOX := $(PPC64_CACHE)/busybox/busybox

.PHONY: setup
setup:
	tools/setup/need.sh build ppc64 guests test bench
	tools/setup/guest-ppc64.sh

$(PPC64_KERNEL) $(PPC64_BUSYBOX) $(PPC64_CACHE)/libfdt/usr/lib/powerpc64le-linux-gnu/libfdt.a &:
	tools/setup/need.sh guests
	tools/setup/guest-ppc64.sh
